//! A plan as a script, run by a shell with the real AWS CLI: the work is done without pointsman.

use std::process::Command;

use serde_json::Value;

use super::stage::Stage;
use crate::boto::environment;

/// The AWS CLI that runs it, in an environment of its own; where it cannot be had the test says so and passes.
const PACKAGE: &str = "awscli==1.46.2";

#[test]
fn the_script_of_a_failover_does_it_with_the_aws_cli() {
    let python = match environment(PACKAGE) {
        Ok(python) => python,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let stage = Stage::new("calm", 20);
    let text = stage.run("plan failover --from us-east-1 --to us-west-2 --as sh").out;
    let script = stage.desk.state().with_file_name("failover.sh");
    std::fs::write(&script, text).unwrap();
    let path = format!("{}:/usr/bin:/bin", python.parent().unwrap().display());
    let run = |region: &str| {
        let mut shell = Command::new("/bin/sh");
        shell.arg(&script).arg(region).env_clear().env("PATH", &path).env("HOME", script.parent().unwrap());
        shell.env("AWS_ENDPOINT_URL", &stage.base);
        shell.env("AWS_ACCESS_KEY_ID", "AKIDSIMULATED").env("AWS_SECRET_ACCESS_KEY", "simulated");
        shell.output().unwrap()
    };
    let before = stage.truth();
    assert_eq!(run("us-east-1").status.code(), Some(2), "another name does nothing");
    assert_eq!(stage.truth()["controls"], before["controls"]);
    let done = run("us-west-2");
    let said =
        format!("{}\n{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert_eq!(done.status.code(), Some(0), "{said}");
    assert!(said.contains("5 of 5 endpoints agree"), "{said}");
    let truth = stage.truth();
    let text = |value: &Value| value.to_string();
    assert_ne!(text(&truth["controls"]), text(&before["controls"]), "traffic has moved");
    let again = stage.run("plan failover --from us-east-1 --to us-west-2");
    assert!(again.err.contains("nothing would change"), "{}", again.err);
}
