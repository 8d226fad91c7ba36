//! `run`: refused before any call, or driven to its end; and who may.

use std::io::{BufRead, BufReader, ErrorKind};
use std::net::TcpListener;
use std::process::Stdio;

use serde_json::Value;

use super::stage::{Desk, Stage};

/// The config of a simulated world whose every endpoint is this listener, which takes connections and never answers.
fn in_front_of(listener: &TcpListener) -> Desk {
    let stage = Stage::new("calm", 1);
    let here = format!("http://{}", listener.local_addr().unwrap());
    Desk::with_config(&stage.desk.config().replace(&stage.base, &here))
}

#[test]
fn a_wrong_or_missing_confirmation_is_refused_before_any_call_and_written_down() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let desk = in_front_of(&listener);
    let missing = desk.run("run failover --from us-east-1 --to us-west-2 --reason drill").with(2);
    assert_eq!(missing.out, "");
    assert_eq!(
        missing.err,
        "refused, nothing was sent:\n--confirm is missing; it must name the Region that receives, us-west-2\n"
    );
    let words = "run failover --from us-east-1 --to us-west-2 --reason drill --json --confirm";
    for wrong in ["us-east-1", "US-WEST-2", "us-west-2.", "y"] {
        let refused = desk.run(&format!("{words} {wrong}")).with(2);
        let lines = refused.json_lines();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["event"]["event"], "confirmation_refused");
        assert!(refused.err.contains(&format!("it says `{wrong}`")), "{}", refused.err);
    }
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "somebody called");
    let list = desk.run("journal list").with(0).out;
    assert_eq!(list.lines().filter(|line| line.contains("refused: --confirm")).count(), 5, "{list}");
    assert!(desk.run("journal verify").with(0).out.contains("5 lines, the chain holds"));

    // The same listener hears of it as soon as the right Region is named.
    listener.set_nonblocking(false).unwrap();
    let mut run = desk
        .command(&format!("{words} us-west-2"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    listener.accept().unwrap();
    run.kill().unwrap();
    run.wait().unwrap();
}

#[test]
fn a_reason_must_be_given() {
    let desk = Desk::with_config("");
    let err = desk.run("run failover --from us-east-1 --to us-west-2 --confirm us-west-2").with(2).err;
    assert!(err.contains("--reason <TEXT>"), "{err}");
}

#[test]
fn a_switchover_is_confirmed_to_the_last_step_one_event_a_line() {
    let stage = Stage::new("calm", 60);
    let said = stage
        .run("run switchover --from us-east-1 --to us-west-2 --confirm us-west-2 --reason patching --json")
        .with(0);
    let lines = said.json_lines();
    let words: Vec<&str> = lines.iter().map(|line| line["event"]["event"].as_str().unwrap()).collect();
    assert_eq!((words[0], words[words.len() - 1]), ("started", "closed"));
    let start = &lines[0]["event"]["start"];
    assert_eq!(
        (&start["reason"], &start["who"], &start["simulated"]),
        (&"patching".into(), &"ana".into(), &true.into())
    );
    assert_eq!(lines[words.len() - 1]["event"]["end"], "confirmed");
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line["event"]["event"] == "sent") {
        let intended = lines[..at].iter().filter(|before| before["event"]["event"] == "intended");
        let mut steps = intended.map(|before| &before["event"]["step"]);
        assert!(steps.any(|step| *step == line["event"]["step"]), "the work is on disk before it leaves");
    }
    let seqs: Vec<u64> = lines.iter().map(|line| line["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    let truth = stage.truth();
    assert_eq!(truth["controls"], serde_json::json!({ "us-east-1": "Off", "us-west-2": "On" }));
    for store in ["orders", "catalog"] {
        assert_eq!(truth["stores"][store]["writer"], "us-west-2");
        assert_eq!(truth["stores"][store]["losses"], serde_json::json!([]), "a switchover loses nothing");
    }
}

#[test]
fn a_failover_is_told_in_words_and_confirmed() {
    let stage = Stage::new("calm", 60);
    stage.inject("{\"kind\": \"region-impaired\", \"region\": \"us-east-1\", \"severity\": 0.9}");
    stage.advance(240);
    let said =
        stage.run("run failover --from us-east-1 --to us-west-2 --confirm us-west-2 --reason outage").with(0);
    for part in
        ["FailoverGlobalCluster us-west-2", "orders at risk", "UpdateRoutingControlStates", "confirmed"]
    {
        assert!(said.out.contains(part), "no `{part}` in\n{}", said.out);
    }
    assert!(said.err.contains("warning: lag of orders within RPO: may lose "), "{}", said.err);
    assert_eq!(stage.truth()["stores"]["orders"]["writer"], "us-west-2");
    let after = stage.run("status --json").json();
    let roles: Vec<&Value> =
        after["regions"].as_array().unwrap().iter().map(|region| &region["role"]).collect();
    assert_eq!(roles[1], "writer", "{after}");
}

#[test]
fn what_an_interlock_holds_back_is_refused_and_written_down() {
    let stage = Stage::new("calm", 1);
    stage.inject("{\"kind\": \"region-impaired\", \"region\": \"us-west-2\", \"severity\": 0.9}");
    stage.advance(200);
    let before = stage.truth();
    let refused = stage
        .run("run switchover --from us-east-1 --to us-west-2 --confirm us-west-2 --reason drill")
        .with(20);
    assert!(refused.err.contains("us-west-2 healthy: it is bad"), "{}", refused.err);
    let list = stage.run("journal list").with(0).out;
    assert!(list.contains("refused: us-west-2 healthy: it is bad"), "{list}");
    let after = stage.truth();
    assert_eq!(
        (&after["controls"], &after["stores"]["orders"]["roles"]),
        (&before["controls"], &before["stores"]["orders"]["roles"])
    );
}

#[test]
fn only_one_process_acts_on_a_workload() {
    let stage = Stage::new("calm", 1);
    let words = "run switchover --from us-east-1 --to us-west-2 --confirm us-west-2 --reason one";
    let mut first = stage.desk.command(words).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(first.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    for words in [words, "resume 0", "close 0 --reason two"] {
        let second = stage.run(words).with(20);
        let who = format!("(process {}) acts on this workload now", first.id());
        assert!(second.err.contains("ana on ") && second.err.contains(&who), "{}", second.err);
    }
    first.kill().unwrap();
    first.wait().unwrap();
    let third = stage.run(words).with(20);
    assert!(third.err.contains("has not ended") && third.err.contains("pointsman resume"), "{}", third.err);
}
