//! What only reads: `status`, `plan`, `demo` without a terminal, and the clock that they live on.

use std::net::TcpListener;

use jiff::Timestamp;
use serde_json::Value;

use super::stage::{Desk, PATIENCE, Stage};

#[test]
fn a_calm_platform_is_ok_in_words_and_in_json() {
    let stage = Stage::new("calm", 1);
    let text = stage.run("status").with(0).out;
    assert!(text.starts_with("all Regions ok, orders "), "{text}");
    for line in [
        "us-east-1  ok       writer",
        "us-west-2  ok       reader",
        "control us-east-1  On  5 of 5 endpoints",
    ] {
        assert!(text.contains(line), "no `{line}` in\n{text}");
    }
    let json = stage.run("status --json").with(0).json();
    assert_eq!((&json["lamp"], &json["workload"]), (&"ok".into(), &"retail-store".into()));
    let regions = json["regions"].as_array().unwrap();
    let roles: Vec<_> =
        regions.iter().map(|r| (r["region"].as_str().unwrap(), r["role"].as_str().unwrap())).collect();
    assert_eq!(roles, [("us-east-1", "writer"), ("us-west-2", "reader")]);
    assert_eq!(json["links"].as_array().unwrap().iter().filter(|link| link["live"] == true).count(), 4);
    assert_eq!(
        json["controls"][1],
        serde_json::json!({
            "control": "us-west-2", "state": "On", "split": false
        })
    );
    assert_eq!(json["troubles"], serde_json::json!([]));
}

#[test]
fn what_is_bad_what_is_worth_a_look_and_what_cannot_be_known_have_their_codes() {
    let stage = Stage::new("calm", 1);
    let lag = "{\"kind\": \"lag\", \"store\": \"orders\", \"from\": \"us-east-1\", \"to\": \"us-west-2\", \"seconds\": 15}";
    stage.inject(lag);
    stage.advance(150);
    let look = stage.run("status --json").with(10).json();
    assert_eq!(look["lamp"], "look");
    stage.inject("{\"kind\": \"region-impaired\", \"region\": \"us-east-1\", \"severity\": 0.9}");
    stage.advance(300);
    let bad = stage.run("status --json").with(20).json();
    assert_eq!((&bad["lamp"], &bad["regions"][0]["lamp"]), (&"bad".into(), &"bad".into()));
    assert!(bad["regions"][0]["reason"].as_str().unwrap().contains("canary"), "{bad}");
    assert!(bad["at_risk"]["orders"].as_f64().unwrap() > 1.0, "{bad}");

    let config = stage.desk.config();
    drop(stage);
    let dark = Desk::with_config(&config);
    let unknown = dark.run("status --json").with(30).json();
    assert_eq!((&unknown["lamp"], &unknown["regions"][1]["lamp"]), (&"unknown".into(), &"unknown".into()));
    assert!(!unknown["troubles"].as_array().unwrap().is_empty());
}

#[test]
fn a_wrong_config_or_usage_is_told_whole_and_is_2() {
    let wrong = Desk::with_config("[workload]\nname = 7\nenvironmnt = \"x\"\n");
    let err = wrong.run("status").with(2).err;
    for problem in [
        "pointsman.toml:2:8: workload.name: expected text",
        "did you mean \"environment\"",
        "\"regions\" is missing",
    ] {
        assert!(err.contains(problem), "no `{problem}` in\n{err}");
    }
    let none = Desk::with_config("");
    assert!(none.run("status -c nowhere.toml").with(2).err.contains("nowhere.toml"));
    assert!(none.run("status --jsno").with(2).err.contains("--json"));
    assert!(none.run("sim --listen 0.0.0.0:0").with(2).err.contains("loopback only"));
    assert!(none.run("sim --scenario clam").with(2).err.contains("calm"));
}

#[test]
fn a_plan_is_waves_interlocks_and_cli_lines() {
    let stage = Stage::new("calm", 1);
    let text = stage.run("plan switchover --from us-east-1 --to us-west-2").with(0).out;
    for part in [
        "SWITCH OVER us-east-1 → us-west-2, dry run: nothing was sent",
        "  pass  us-west-2 healthy",
        "  pass  safety rules allow it",
        "wave 1\n  1 record lag and orders at risk",
        "wave 2\n  ═══ from here on the only way back is another playbook ═══\n  2 promote orders",
        "aws rds switchover-global-cluster --region us-east-1 --global-cluster-identifier orders-global-db-cluster",
        "aws route53-recovery-cluster update-routing-control-states --region ",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
    let json = stage.run("plan failover --from us-east-1 --to us-west-2 --json").with(0).json();
    let waves: Vec<usize> =
        json["waves"].as_array().unwrap().iter().map(|w| w.as_array().unwrap().len()).collect();
    let steps = json["steps"].as_array().unwrap();
    assert_eq!(waves.iter().sum::<usize>(), steps.len());
    let writes: Vec<&Value> = steps.iter().filter(|step| !step["cli"].is_null()).collect();
    assert!(
        writes.iter().all(|w| w["cli"].as_str().unwrap().starts_with("aws ") && !w["iam"].is_null()),
        "{json}"
    );
    assert_eq!(writes.len(), 3, "two databases and one routing change");
    assert_eq!((&json["clear"], &json["intent"]["playbook"]), (&true.into(), &"failover".into()));
    assert!(!stage.desk.journal().join("journal.db").exists(), "a dry run leaves no journal");
}

#[test]
fn a_plan_that_is_held_back_says_by_what() {
    let stage = Stage::new("calm", 1);
    stage.inject("{\"kind\": \"region-impaired\", \"region\": \"us-west-2\", \"severity\": 0.9}");
    stage.advance(200);
    let held = stage.run("plan switchover --from us-east-1 --to us-west-2").with(20).out;
    assert!(held.contains("  HOLD  us-west-2 healthy: it is bad"), "{held}");
    let strange = stage.run("plan evacuate --from us-east-1 --to eu-west-1").with(2).err;
    assert!(
        strange.contains("--to eu-west-1: no such Region in this workload; it has us-east-1, us-west-2"),
        "{strange}"
    );
    assert!(
        stage.run("plan evacuate --from us-east-1 --to us-east-1").with(2).err.contains("both us-east-1")
    );
}

#[test]
fn a_console_lives_on_the_simulators_clock_jumps_and_all() {
    let stage = Stage::new("calm", 60);
    for jump in [0, 7_200] {
        stage.advance(jump);
        let said = stage.run("status --json").with(0).json();
        let (now, truth) = (time(&said["at"]), time(&stage.truth()["now"]));
        let behind = truth.duration_since(now).as_secs_f64();
        // The second question comes later, and sixty virtual seconds pass in each real one.
        assert!((0.0..1_200.0).contains(&behind), "{now} is {behind} s behind {truth}");
        let orders = &said["regions"][0]["orders_per_minute"];
        let measured = time(&orders["at"]);
        assert!(now.duration_since(measured).as_secs_f64() < 240.0, "{orders} is old at {now}");
    }
    let ahead = time(&stage.truth()["now"]).duration_since(Timestamp::now());
    assert!(ahead.as_hours() >= 2, "the world is ahead of the wall, so that following it was needed");
}

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap_or_else(|| panic!("{value} is no time")).parse().unwrap()
}

#[test]
fn without_a_terminal_the_demo_says_so_and_prints_the_status() {
    let desk = Desk::with_config("");
    let said = desk.run("demo --scenario calm").with(0);
    assert!(said.err.contains("no terminal here"), "{}", said.err);
    assert!(said.out.contains("us-east-1  ok       writer"), "{}", said.out);
    let watch = Stage::new("calm", 1).run("watch").with(2).err;
    assert!(watch.contains("no terminal here") && watch.contains("pointsman status"), "{watch}");
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let stage = Stage::new("calm", 1);
    let mut child = stage.desk.command("status").stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_simulator_listens_where_it_is_told_and_stops_when_it_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let desk = Desk::with_config("");
    let mut command = desk.command(&format!("sim --scenario calm --listen {free}"));
    let mut sim = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(sim.stdout.take().unwrap()), &mut line).unwrap();
    assert_eq!(line, format!("http://{free}\n"));
    let pid = sim.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let begun = std::time::Instant::now();
    assert_eq!(sim.wait().unwrap().code(), Some(0));
    assert!(begun.elapsed() < PATIENCE);
}
