//! What a step started is told from the command line of another bastion.

use super::cut::Run;
use super::shared::at_ben;
use super::stage::Stage;

const RUN: &str = "run failover --from us-east-1 --to us-west-2 --confirm us-west-2 --reason drill --json";

#[test]
fn a_runbook_that_waits_is_approved_from_another_bastion_with_the_reason_in_the_journal() {
    let stage = Stage::new("runbook", 10);
    stage.advance(200);
    let mut run = Run::of(&stage, RUN);
    let line = run.line("awaits");
    let (name, step) = (line["run"].as_str().unwrap(), line["event"]["step"].as_u64().unwrap());
    copied(&stage, name);
    let told = |words: &str| at_ben(&stage, &format!("tell {name} {step} {words}"));

    let wrong = told("resume --because why-not").with(20).err;
    assert!(wrong.contains("it can be told: approve, reject, stop"), "{wrong}");
    let none = at_ben(&stage, &format!("tell {name} 1 approve --because why-not")).with(20).err;
    assert!(none.contains("nothing it started waits for a person now"), "{none}");
    assert!(told("approve").with(2).err.contains("--because"));

    let said = told("approve --because room-is-needed").with(0).out;
    assert!(said.contains("tell is done"), "{said}");
    let (code, words) = run.end();
    assert_eq!(code, Some(0), "{words:?}");
    let show = stage.run(&format!("journal show {name}")).with(0).out;
    assert!(show.contains("by ben"), "{show}");
    assert!(show.contains(&format!("ben: told step {step} to approve: room-is-needed")), "{show}");
}

/// Waits until the line that it waits is in the shared table too.
fn copied(stage: &Stage, name: &str) {
    let show = format!("journal show {name} --shared");
    let is_there = || at_ben(stage, &show).out.contains(" awaits ");
    assert!((0..100).any(|_| is_there()), "{}", at_ben(stage, &show).err);
}
