//! A run whose process is killed again and again, at moments that a seed picks: it reaches the end that it would have
//! reached, and the simulator's own log shows that nothing went out that the plan did not hold, and nothing twice.
//!
//! What needs a person gets one: this process attends the run as a second console does, and asks through the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use pointsman::ledger::sqlite::Journal;
use pointsman::plan::event::{Decision, End, Entry, Event, RunId};
use pointsman::plan::progress::Progress;
use pointsman::plan::run::{Ask, AskId, Command, Reply};
use pointsman::runtime::post::Attendance;
use serde_json::Value;

use super::stage::{PATIENCE, Stage};

const WEST: &str = "us-west-2";

/// A sequence of moments from a seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// The next moment: after a few more lines, and then a little, so that it falls before, in and after a write.
    pub(crate) fn moment(&mut self) -> Moment {
        Moment { lines: 1 + self.below(6), then: Duration::from_millis(self.below(40)) }
    }
}

/// When a process is killed.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    /// After it has written so many lines,
    pub(crate) lines: u64,
    /// and so much later.
    pub(crate) then: Duration,
}

fn run(stage: &Stage) -> Option<(RunId, Vec<Entry>)> {
    only_run(&stage.desk.journal())
}

/// The only run there is, with its lines, as another process reads it; none before it has begun.
pub(crate) fn only_run(state: &Path) -> Option<(RunId, Vec<Entry>)> {
    let journal = Journal::open_to_read(state).ok()??;
    let runs = journal.names().unwrap();
    let started = |run: &RunId| {
        let lines = journal.read(run).unwrap().unwrap();
        matches!(lines.first()?.event, Event::Started { .. }).then(|| (run.clone(), lines))
    };
    let runs: Vec<_> = runs.iter().filter_map(started).collect();
    assert!(runs.len() <= 1, "one run, however often it is cut off");
    runs.into_iter().next()
}

/// Goes on with the run, or begins it, and kills the process at that moment; true when it ended before, or was let be.
pub(crate) fn fly(stage: &Stage, playbook: &str, killed: Option<Moment>) -> bool {
    let before = run(stage);
    let words = match &before {
        Some((run, _)) => format!("resume {run} --confirm {WEST}"),
        None => format!("run {playbook} --from us-east-1 --to {WEST} --confirm {WEST} --reason killed"),
    };
    let count = |run: Option<(RunId, Vec<Entry>)>| run.map_or(0, |(_, lines)| lines.len() as u64);
    let until = killed.map(|moment| count(before) + moment.lines);
    let mut child = stage.desk.command(&words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let (begun, mut decided) = (Instant::now(), BTreeMap::new());
    let _attended = Attendance::begin(&stage.desk.journal());
    while child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < PATIENCE, "it never came to its end: {:?}", run(stage));
        if until.is_some_and(|until| count(run(stage)) >= until) {
            std::thread::sleep(killed.unwrap().then);
            child.kill().unwrap();
            child.wait().unwrap();
            return false;
        }
        decide(stage, &mut decided);
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

/// What is held is tried again, each time it is held, as a person at a second console would who has looked.
fn decide(stage: &Stage, decided: &mut BTreeMap<u64, AskId>) {
    let Some((run, lines)) = run(stage) else { return };
    let Ok(progress) = Progress::replay(&lines) else { return };
    for step in progress.held() {
        let held =
            lines.iter().rev().find(|line| matches!(line.event, Event::Ended { step: of, .. } if of == step));
        let seen = held.unwrap().seq;
        let journal = Journal::open(&stage.desk.journal()).unwrap();
        // What was asked before the process had begun to drive is refused; then it is asked again.
        let refused = |id: &AskId| matches!(journal.reply_to(id), Ok(Some(Reply::Refused { .. })));
        if decided.get(&seen).is_none_or(refused) {
            let command = Command::Decide { step, decision: Decision::Retry, who: "ben".to_owned() };
            let (at, host) = (jiff::Timestamp::now(), "bastion-2".to_owned());
            let ask = Ask { run: run.clone(), at, host, seen: Some(seen), command };
            decided.insert(seen, journal.ask(&ask).unwrap());
        }
    }
}

/// What a write of the simulator's log was, without when it was and what answered it.
fn what(write: &Value) -> String {
    format!("{} {}", write["operation"], write["detail"])
}

fn survives(playbook: &str, seed: u64) {
    let stage = Stage::new("calm", 60);
    let mut dice = Dice(seed);
    let mut kills = 0;
    while kills < 5 && !fly(&stage, playbook, Some(dice.moment())) {
        kills += 1;
    }
    let is_open = |stage: &Stage| run(stage).is_none_or(|(_, l)| Progress::replay(&l).unwrap().is_open());
    while is_open(&stage) {
        assert!(fly(&stage, playbook, None), "it ends");
    }

    let (_, lines) = run(&stage).unwrap();
    let progress = Progress::replay(&lines).unwrap();
    let story = format!("{playbook}, seed {seed}, killed {kills} times: {lines:#?}");
    assert!(matches!(progress.closed, Some((_, End::Confirmed, _))), "{story}");
    let truth = stage.truth();
    assert_eq!(
        (&truth["controls"]["us-east-1"], &truth["controls"][WEST]),
        (&"Off".into(), &"On".into()),
        "{story}"
    );
    if playbook != "evacuate" {
        for store in ["orders", "catalog"] {
            assert_eq!(truth["stores"][store]["writer"], WEST, "{story}");
        }
    }
    nothing_went_out_twice(&stage, &lines, &story);
    assert!(stage.run("journal verify").with(0).out.contains("the chain holds"));
}

/// Every write of the simulator's log has its line before it, is of the plan, and is no second one unless it only sets
/// what is set already.
pub(crate) fn nothing_went_out_twice(stage: &Stage, lines: &[Entry], story: &str) {
    let progress = Progress::replay(lines).unwrap();
    let writes = stage.writes();
    let sent = lines.iter().filter(|line| matches!(line.event, Event::Sent { .. })).count();
    assert!(writes.len() <= sent, "a write without its line: {writes:#?}\n{story}");
    let planned: BTreeSet<&str> =
        progress.plan.steps.iter().filter_map(|s| Some(s.operation()?.api())).collect();
    let mut once = BTreeSet::new();
    for write in &writes {
        let operation = write["operation"].as_str().unwrap();
        assert!(planned.contains(operation), "{operation} is not of the plan: {story}");
        let first = once.insert(what(write));
        assert!(first || operation == "UpdateRoutingControlStates", "twice: {write}\n{story}");
    }
}

#[test]
fn a_switchover_that_is_killed_at_random_moments_reaches_its_end() {
    for seed in [1, 2] {
        survives("switchover", seed);
    }
}

#[test]
fn a_failover_that_is_killed_at_random_moments_reaches_its_end() {
    for seed in [3, 4] {
        survives("failover", seed);
    }
}
