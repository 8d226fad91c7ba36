//! `journal`: list, show, verify, export; and what it says of a file that somebody changed.

use pointsman::ledger::sqlite::FILE;
use rusqlite::Connection;

use super::stage::{Desk, Stage};

fn stage_with_a_run() -> Stage {
    let stage = Stage::new("calm", 60);
    stage.run("run evacuate --from us-east-1 --to us-west-2 --confirm us-west-2 --reason drill").with(0);
    stage
}

fn run_name(stage: &Stage) -> String {
    stage.run("journal list").with(0).out.split(' ').next().unwrap().to_owned()
}

#[test]
fn a_run_can_be_read_back_in_words_and_as_json() {
    let stage = stage_with_a_run();
    let list = stage.run("journal list").with(0).out;
    assert!(list.contains("retail-store-simulated  evacuate us-east-1 → us-west-2  ana  "), "{list}");
    let name = run_name(&stage);
    let shown = stage.run(&format!("journal show {}", &name[..4])).with(0).out;
    assert!(shown.lines().next().unwrap().starts_with("    1  "), "{shown}");
    assert!(shown.contains("UpdateRoutingControlStates"), "{shown}");
    let export = stage.run(&format!("journal export {name}")).with(0).json_lines();
    assert_eq!(export.len(), shown.lines().count());
    for pair in export.windows(2) {
        assert_eq!(pair[0]["hash"], pair[1]["previous"]);
    }
    let verified = stage.run("journal verify").with(0).out;
    assert_eq!(verified, format!("retail-store-simulated: {} lines, the chain holds\n", export.len()));
    let verified = stage.run(&format!("journal verify {}", &name[..5])).with(0).out;
    assert!(verified.starts_with(&format!("run {name}: {} lines, each as it was written\n", export.len())));
    assert!(stage.run("journal show zzzz").with(2).err.contains("no run begins with `zzzz`"));
    assert!(stage.desk.journal().join("pointsman.log").exists(), "the log is beside the journal");
}

#[test]
fn a_run_is_told_as_a_report_in_three_forms() {
    let stage = stage_with_a_run();
    let name = run_name(&stage);
    let markdown = stage.run(&format!("report {}", &name[..5])).with(0).out;
    assert!(markdown.starts_with(&format!("# evacuate us-east-1 → us-west-2, run {name}\n")), "{markdown}");
    assert!(markdown.contains("| RTO | 600.0s |") || markdown.contains("| RTO | 10m00s |"), "{markdown}");
    let html = stage.run(&format!("report {name} --as html")).with(0).out;
    assert!(html.starts_with("<!doctype html>") && html.contains("drill"), "{html}");
    let json = stage.run(&format!("report {name} --as json")).with(0).json();
    assert_eq!((&json["summary"]["run"], &json["whole"]), (&name.clone().into(), &true.into()));
    assert!(stage.run("report zzzz").with(2).err.contains("no run begins with `zzzz`"));
    // Of another workload's promises nothing is said.
    stage.desk.change("environment = \"simulated\"", "environment = \"staging\"");
    let markdown = stage.run(&format!("report {name}")).with(0).out;
    assert!(markdown.contains("What is promised is not known here"), "{markdown}");
}

#[test]
fn a_journal_that_is_not_there_yet_is_nothing_wrong() {
    let desk = Desk::with_config("");
    assert_eq!(desk.run("journal list").with(0).out, "no run yet\n");
    assert_eq!(desk.run("journal verify").with(0).out, "no journal yet\n");
    assert!(!desk.state().exists(), "a look makes no folder");
}

#[test]
fn a_line_that_was_changed_or_removed_is_named() {
    let stage = stage_with_a_run();
    let (name, file) = (run_name(&stage), stage.desk.journal().join(FILE));
    let unharmed = std::fs::read(&file).unwrap();
    for (harm, line) in [
        ("UPDATE journal SET event = event || ' ' WHERE seq = 3", 3),
        ("UPDATE journal SET at = '2026-01-01T00:00:00Z' WHERE seq = 5", 5),
        ("DELETE FROM journal WHERE seq = 4", 4),
        ("UPDATE journal SET hash = previous WHERE seq = 2", 2),
    ] {
        std::fs::write(&file, &unharmed).unwrap();
        let journal = Connection::open(&file).unwrap();
        let honest = journal.execute(harm, []).unwrap_err().to_string();
        assert!(honest.contains("append-only"), "{honest}");
        journal
            .execute_batch("DROP TRIGGER journal_is_not_changed; DROP TRIGGER journal_is_not_cut;")
            .unwrap();
        assert_eq!(journal.execute(harm, []).unwrap(), 1, "{harm}");
        drop(journal);
        let of = if harm.starts_with("DELETE") { String::new() } else { format!(" of run {name}") };
        let verdict = stage.run("journal verify").with(40).out;
        assert!(
            verdict.starts_with(&format!("retail-store-simulated: BROKEN at line {line}{of}: ")),
            "{harm}: {verdict}"
        );
        let of_run = stage.run(&format!("journal verify {name}")).with(40).out;
        assert!(of_run.contains(&format!("its journal: BROKEN at line {line}{of}: ")), "{harm}: {of_run}");
        for words in ["show", "export"] {
            let told = stage.run(&format!("journal {words} {name}"));
            assert!(
                told.code != Some(0) && told.err.contains(&format!("line {line}")),
                "{harm}: {}",
                told.err
            );
        }
    }
}
