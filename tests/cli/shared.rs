//! Two bastions on the command line: two state folders, two people, one table.

use super::stage::{PATIENCE, Said, Stage};

/// The same binary at another bastion, with another person.
pub(crate) fn at_ben(stage: &Stage, words: &str) -> Said {
    let mut command = stage.desk.command(&format!("--state-dir other {words}"));
    command.env("USER", "ben").env("HOSTNAME", "bastion-2");
    assert_cmd::Command::from_std(command).timeout(PATIENCE).output().unwrap().into()
}

const RUN: &str = "run evacuate --from us-east-1 --to us-west-2 --confirm us-west-2 --reason drill";

#[test]
fn a_run_takes_the_conch_and_is_read_from_the_other_bastion() {
    let stage = Stage::new("calm", 60);
    let free = at_ben(&stage, "conch").with(0).out;
    assert!(free.contains("pointsmanLock: nobody has the conch; the last fencing number is 0"), "{free}");
    let ran = stage.run(RUN).with(0).out;
    assert!(ran.contains("conch") && ran.contains("has it, fence 1"), "{ran}");
    assert!(ran.lines().any(|line| line.contains("sent") && line.ends_with(", fence 1")), "{ran}");
    let after = stage.run("conch").with(0).out;
    assert!(after.contains("nobody has the conch; the last fencing number is 1"), "{after}");

    let list = at_ben(&stage, "journal list --shared").with(0).out;
    assert!(
        list.contains("evacuate us-east-1 → us-west-2  ana") && list.contains("steps confirmed"),
        "{list}"
    );
    let run = list.split(' ').next().unwrap();
    let here = stage.run(&format!("journal show {run}")).with(0).out;
    assert_eq!(at_ben(&stage, &format!("journal show {run} --shared")).with(0).out, here);
    let verified = at_ben(&stage, "journal verify --shared").with(0).out;
    assert!(verified.contains("the chain holds"), "{verified}");
    assert_eq!(at_ben(&stage, "journal list").with(0).out, "no run yet\n", "ben's own journal is empty");
    let none = at_ben(&stage, &format!("ask {run} pause")).with(2).err;
    assert!(none.contains("no run that has not ended"), "{none}");
}

#[test]
fn a_table_that_gives_no_answer_is_said_and_asks_for_a_reason() {
    let stage = Stage::new("calm", 60);
    stage.inject(r#"{"kind": "throttle", "service": "dynamodb", "rate": 1.0}"#);
    let unknown = stage.run("conch").with(30).err;
    assert!(unknown.contains("pointsmanLock does not tell"), "{unknown}");
    let refused = stage.run(RUN).with(20).err;
    assert!(refused.contains("the shared table does not tell who may act"), "{refused}");
    assert!(refused.contains("`--without-table REASON` goes on without it"), "{refused}");
    let mut words: Vec<&str> = RUN.split(' ').collect();
    words.extend(["--without-table", "nobody else is on call"]);
    let mut command = stage.desk.command("--ascii");
    let said: Said = assert_cmd::Command::from_std({
        command.args(words);
        command
    })
    .timeout(PATIENCE)
    .output()
    .unwrap()
    .into();
    let ran = said.with(0);
    assert!(ran.err.contains("nobody can see that this host acts"), "{}", ran.err);
    assert!(ran.out.contains("acts WITHOUT the shared table"), "{}", ran.out);
    assert!(ran.out.contains("nobody else is on call"), "{}", ran.out);
}

#[test]
fn an_ordinary_global_table_is_refused_by_check_and_by_run() {
    let stage = Stage::new("calm", 60);
    stage.desk.change("table = \"pointsmanLock\"", "table = \"cartsTable\"");
    let checked = stage.run("check");
    assert!(checked.out.contains("WRONG   shared table cartsTable"), "{}", checked.out);
    let refused = stage.run(RUN).with(20).err;
    assert!(refused.contains("cartsTable"), "{refused}");
}
