//! A disk that takes no more, for real: the limit on the size of a file that the system holds a process to.
//!
//! What the disk does not take is not sent; the run stops with a plain word, and goes on when there is room.

use std::process::Command;

use pointsman::plan::event::{End, Event};

use super::killed::{fly, nothing_went_out_twice, only_run};
use super::stage::{Said, Stage};

/// Runs the binary with room for files of so many blocks of 512 bytes; a write beyond that fails and does not kill.
fn with_room_for(blocks: u32, playbook: &str, stage: &Stage) -> Said {
    let words = format!("run {playbook} --from us-east-1 --to us-west-2 --confirm us-west-2 --reason full");
    let run = stage.desk.command(&words);
    let mut shell = Command::new("/bin/sh");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    shell.arg("-c").arg(script).arg(run.get_program()).args(run.get_args());
    shell.env_clear().envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(run.get_current_dir().unwrap());
    shell.output().unwrap().into()
}

#[test]
fn a_disk_that_is_full_in_the_middle_of_a_run_stops_it_and_nothing_is_sent_without_its_line() {
    for (playbook, blocks) in [("evacuate", 50), ("switchover", 56), ("switchover", 72)] {
        let stage = Stage::new("calm", 60);
        let stopped = with_room_for(blocks, playbook, &stage).with(1);
        let told = &stopped.err;
        assert!(told.contains("journal.db: the disk does not take it"), "{told}");
        assert_eq!(told.matches("nothing is sent before").count(), 1, "it is said once: {told}");

        let journal = stage.desk.journal();
        assert!(stage.run("journal verify").with(0).out.contains("the chain holds"));
        let (run, lines) = only_run(&journal).unwrap();
        assert!(told.contains(&format!("pointsman resume {run}")), "{told}");
        let sent = lines.iter().filter(|line| matches!(line.event, Event::Sent { .. })).count();
        assert!(stage.writes().len() <= sent, "{blocks}: a write without its line: {:#?}", stage.writes());

        // With room again; what may have happened or not is tried again by a person.
        assert!(fly(&stage, playbook, None));
        let (_, lines) = only_run(&journal).unwrap();
        let story = format!("{playbook}, {blocks} blocks: {lines:#?}");
        assert!(matches!(lines.last().unwrap().event, Event::Closed { end: End::Confirmed, .. }), "{story}");
        nothing_went_out_twice(&stage, &lines, &story);
        assert_eq!(stage.truth()["controls"]["us-east-1"], "Off");
    }
}

#[test]
fn a_disk_that_is_full_from_the_start_lets_no_run_begin() {
    let stage = Stage::new("calm", 60);
    let stopped = with_room_for(20, "evacuate", &stage).with(1);
    assert!(stopped.err.contains("could not open the journal"), "{}", stopped.err);
    assert!(stopped.err.contains("the disk does not take it"), "{}", stopped.err);
    assert_eq!(stage.writes().len(), 0);
}
