//! A folder that may be read and not written, from the start and from the middle of a run.
//!
//! Permissions bind nobody who may pass over them, so where these tests run as such a user, the binary runs without
//! that right.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use pointsman::plan::event::{End, Event};

use super::killed::{fly, nothing_went_out_twice, only_run};
use super::stage::{PATIENCE, Said, Stage};

const RUN: &str = "run evacuate --from us-east-1 --to us-west-2 --confirm us-west-2 --reason sealed";

fn seal(folder: &Path) {
    std::fs::set_permissions(folder, Permissions::from_mode(0o500)).unwrap();
}

fn open(folder: &Path) {
    std::fs::set_permissions(folder, Permissions::from_mode(0o700)).unwrap();
}

/// Whether permissions do not bind this process.
fn passes_over() -> bool {
    let folder = tempfile::tempdir().unwrap();
    seal(folder.path());
    std::fs::write(folder.path().join("file"), "").is_ok()
}

/// The binary, bound by permissions.
fn bound(stage: &Stage, words: &str) -> Command {
    let run = stage.desk.command(words);
    if !passes_over() {
        return run;
    }
    let mut bound = Command::new("setpriv");
    bound.args(["--bounding-set=-all", "--inh-caps=-all", "--"]).arg(run.get_program()).args(run.get_args());
    bound.env_clear().envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    bound.current_dir(run.get_current_dir().unwrap());
    bound
}

fn said(output: Output) -> Said {
    output.into()
}

#[test]
fn a_folder_that_is_read_only_from_the_start_lets_no_run_begin() {
    let stage = Stage::of_one_host("calm", 60);
    let state = stage.desk.state();
    std::fs::create_dir_all(&state).unwrap();
    seal(&state);
    let refused = said(bound(&stage, RUN).output().unwrap()).with(1).err;
    open(&state);
    assert!(refused.contains("could not make the state directory"), "{refused}");
    assert!(refused.contains("Permission denied") && refused.contains("XDG_STATE_HOME"), "{refused}");

    // With a journal in it that was writable once.
    let journal = stage.desk.journal();
    std::fs::create_dir_all(&journal).unwrap();
    drop(pointsman::ledger::sqlite::Journal::open(&journal).unwrap());
    seal(&journal);
    let refused = said(bound(&stage, RUN).output().unwrap()).with(1).err;
    open(&journal);
    assert!(refused.contains("could not write the journal"), "{refused}");
    assert!(refused.contains("it is read-only") && refused.contains("nothing was sent"), "{refused}");
    assert!(only_run(&journal).is_none());
    assert_eq!(stage.writes().len(), 0);
}

#[test]
fn a_folder_that_turns_read_only_at_the_start_of_a_run_stops_it() {
    sealed_after(1);
}

#[test]
fn a_folder_that_turns_read_only_in_the_middle_of_a_run_stops_it_and_nothing_is_sent_without_its_line() {
    sealed_after(4);
}

fn sealed_after(lines: usize) {
    // So slow that a machine that is busy with other tests seals it before the run has ended.
    let stage = Stage::of_one_host("calm", 10);
    let journal = stage.desk.journal();
    let mut run = bound(&stage, RUN);
    let child = run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while only_run(&journal).is_none_or(|(_, written)| written.len() < lines) {
        assert!(begun.elapsed() < PATIENCE, "it does not begin");
        std::thread::sleep(Duration::from_millis(2));
    }
    seal(&journal);
    let stopped = said(child.wait_with_output().unwrap()).with(1).err;
    open(&journal);
    assert!(stopped.contains("could not write the journal"), "{stopped}");
    // A line whose writing had begun cannot be finished; any other cannot be begun.
    let why = ["it is read-only", "its directory may not be written", "the disk does not take it"];
    assert!(why.iter().any(|why| stopped.contains(why)), "{stopped}");

    assert!(stage.run("journal verify").with(0).out.contains("the chain holds"));
    let (name, written) = only_run(&journal).unwrap();
    assert!(stopped.contains(&format!("pointsman resume {name}")), "{stopped}");
    let sent = written.iter().filter(|line| matches!(line.event, Event::Sent { .. })).count();
    assert!(stage.writes().len() <= sent, "a write without its line: {:#?}", stage.writes());

    // Nobody drives it: what was sent takes effect meanwhile.
    stage.advance(120);
    while !fly(&stage, "evacuate", None) {}
    let (_, written) = only_run(&journal).unwrap();
    let story = format!("sealed after {lines} lines: {written:#?}");
    assert!(matches!(written.last().unwrap().event, Event::Closed { end: End::Confirmed, .. }), "{story}");
    nothing_went_out_twice(&stage, &written, &story);
}
