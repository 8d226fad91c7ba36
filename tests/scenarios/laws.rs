//! What must be true of every play, whatever it is about: from what left for the wire, from the simulator's own log
//! of the writes it took, and from the journal.

use std::collections::{BTreeMap, BTreeSet};

use pointsman::plan::event::{Answer, Decision, Entry, Event, Outcome, RunId, line};
use pointsman::plan::operation::Operation;
use pointsman::plan::progress::Progress;
use pointsman::plan::{Plan, Playbook, Step, StepId};
use pointsman::sim::world::WriteRecord;

use super::book::Book;
use super::door::Left;
use super::stage::{Came, Played};

/// The journal in words, for a failure.
pub(crate) fn told(book: &Book) -> String {
    let lines = book.lines();
    let words = lines
        .iter()
        .enumerate()
        .map(|(at, entry)| format!("{} {}", entry.at.strftime("%H:%M:%S%.3f"), line(entry, &lines[..at])));
    words.collect::<Vec<_>>().join("\n")
}

/// Both played the same, to the last hash.
pub(crate) fn same(one: &Played, other: &Played) {
    let (here, there) = (one.journal(), other.journal());
    if let Some((here, there)) = here.iter().zip(&there).find(|(here, there)| here != there) {
        panic!("one seed, two journals:\n{here:?}\n{there:?}\n{}", told(&one.book));
    }
    assert_eq!(here.len(), there.len(), "one seed, two journals");
    assert!(one.truth == other.truth, "one seed, two worlds:\n{}\n{}", one.truth, other.truth);
}

/// Every law at once.
pub(crate) fn hold(played: &Played) {
    let journal = played.journal();
    let words = || format!("{}\n{}", played.scenario.scenario.name, told(&played.book));
    assert_eq!(played.book.verified(), journal.len() as u64);
    for left in &played.left {
        let on_disk = awaited(left);
        assert!(on_disk.is_some(), "it left without its line: {left:?}\n{}", words());
        writers_moved_first(left, &on_disk.unwrap(), &words());
    }
    let log = played.sim.writes();
    for write in &log {
        has_its_lines(write, &journal, &words());
        assert!(left_for(write, &played.left), "it never left: {write:?}");
    }
    nothing_twice(&log, &journal);
    never_zero_on(played, &log);
    for came in &played.came {
        if let Came::Ran(run) = came {
            let lines: Vec<Entry> = journal.iter().filter(|entry| entry.run == run.run).cloned().collect();
            assert_eq!(&Progress::replay(&lines).unwrap(), run.as_ref(), "the journal tells it all");
            dependants_were_locked(run, &lines, &words());
        }
    }
}

/// The newest run's step whose `sent` line was in the journal, with exactly this write and no answer yet.
pub(crate) fn awaited(left: &Left) -> Option<(Plan, StepId)> {
    let mut open: BTreeMap<(RunId, StepId), Operation> = BTreeMap::new();
    let mut intended: BTreeMap<(RunId, StepId), Operation> = BTreeMap::new();
    let mut plans: BTreeMap<RunId, Plan> = BTreeMap::new();
    for entry in &left.journal {
        let key = |step: &StepId| (entry.run.clone(), *step);
        match &entry.event {
            Event::Started { plan, .. } => drop(plans.insert(entry.run.clone(), plan.clone())),
            Event::Intended { step, operation: Some(operation), .. } => {
                intended.insert(key(step), operation.clone());
            }
            Event::Sent { step, .. } => {
                open.insert(key(step), intended[&key(step)].clone());
            }
            Event::Answered { step, .. } => drop(open.remove(&key(step))),
            _ => {}
        }
    }
    let ((run, step), _) = open.into_iter().find(|(_, operation)| left.carries(operation))?;
    let plan = plans.remove(&run)?;
    let planned = plan.step(step)?.operation()?.clone();
    let operation = &intended[&(run.clone(), step)];
    // A word to what the step started is no write of the plan: a person's decision is on disk before it.
    let aside = operation.is_aside()
        && decided(&left.journal, &run, step, |decision| matches!(decision, Decision::Tell { .. }));
    let undone = decided(&left.journal, &run, step, |decision| *decision == Decision::Undo);
    let undoes = || undone && planned.inverse().is_some_and(|inverse| left.carries(&inverse));
    (left.carries(&planned) || aside || undoes()).then_some((plan, step))
}

/// A person decided so about a step.
fn decided(journal: &[Entry], run: &RunId, step: StepId, so: impl Fn(&Decision) -> bool) -> bool {
    journal.iter().any(|entry| {
        matches!(&entry.event, Event::Decided { step: of, decision, .. } if &entry.run == run && *of == step && so(decision))
    })
}

/// Law 7, by the ground truth: whoever moves traffic after writers finds them where it goes.
fn writers_moved_first(left: &Left, (plan, step): &(Plan, StepId), words: &str) {
    let operation = plan.step(*step).and_then(|s| s.operation());
    // Region switch moves the writers too, in the order of its own plan.
    let moves_traffic = operation.is_some_and(|o| o.moves_traffic() && !matches!(o, Operation::SwitchRun(_)));
    // What moves no writer is not about them: the one only leaves, the other only returns beside who serves.
    let moves_writer = |step: &Step| step.operation().is_some_and(|o| o.writer().is_some());
    let leaves_writers = match plan.intent.playbook {
        Playbook::Evacuate | Playbook::Restore => true,
        Playbook::Own(_) => !plan.steps.iter().any(moves_writer),
        Playbook::Switchover | Playbook::Failover | Playbook::Failback => false,
    };
    if !moves_traffic || leaves_writers {
        return;
    }
    let named = |store: &String| {
        let moves = plan.steps.iter().find(|s| {
            s.operation()
                .and_then(pointsman::plan::operation::Operation::writer)
                .is_some_and(|w| w.store == store)
        });
        let skips = |decision: &Decision| matches!(decision, Decision::Skip { typed: Some(_), .. });
        let run = left.journal.last().map(|entry| entry.run.clone());
        moves.zip(run).is_some_and(|(step, run)| decided(&left.journal, &run, step.id, skips))
    };
    for (store, writer) in left.writers.iter().filter(|(store, _)| !named(store)) {
        assert_eq!(
            writer.as_deref(),
            Some(plan.intent.to.as_str()),
            "traffic before the writer of {store}\n{words}"
        );
    }
}

/// A write that took effect has its intent and its sending before, an answer and an outcome after.
fn has_its_lines(write: &WriteRecord, journal: &[Entry], words: &str) {
    let answered = journal.iter().filter_map(|entry| match &entry.event {
        Event::Answered { step, attempt, answer }
            if came_after(entry, write, answer) && of(write, answer) =>
        {
            Some((entry, *step, *attempt))
        }
        _ => None,
    });
    let complete = answered.into_iter().any(|(answer, step, attempt)| {
        let before =
            || journal.iter().filter(|e| e.run == answer.run && e.seq < answer.seq && e.at <= write.at);
        let intended = before().any(|e| {
            matches!(&e.event, Event::Intended { step: s, attempt: a, operation: Some(operation), .. }
                if (*s, *a) == (step, attempt) && operation.api() == write.operation)
        });
        let sent = before()
            .any(|e| matches!(e.event, Event::Sent { step: s, attempt: a, .. } if (s, a) == (step, attempt)));
        let ended = journal.iter().any(|e| {
            e.run == answer.run
                && e.seq > answer.seq
                && matches!(e.event, Event::Ended { step: s, .. } if s == step)
        });
        intended && sent && ended
    });
    assert!(complete, "not all of its lines are there: {write:?}\n{words}");
}

/// An answer comes after its write; one that is lost with the process may be given up before the write arrives.
fn came_after(entry: &Entry, write: &WriteRecord, answer: &Answer) -> bool {
    entry.at >= write.at || matches!(answer, Answer::Lost { .. })
}

/// The answer tells of this write, or was lost.
fn of(write: &WriteRecord, answer: &Answer) -> bool {
    match answer {
        Answer::Accepted { request_id, .. } => *request_id == write.request_id,
        Answer::Lost { .. } => true,
        Answer::Refused { .. } | Answer::NotSent { .. } => false,
    }
}

fn left_for(write: &WriteRecord, left: &[Left]) -> bool {
    left.iter().any(|l| l.operation == write.operation && l.region == write.region && l.at <= write.at)
}

/// Only what is an idempotent set takes effect more than once, unless a person tried it again.
fn nothing_twice(log: &[WriteRecord], journal: &[Entry]) {
    let mut taken: BTreeMap<(&str, &str, String), usize> = BTreeMap::new();
    for write in log.iter().filter(|write| !sets(journal, write)) {
        let times = taken
            .entry((write.region.as_str(), write.operation.as_str(), write.detail.to_string()))
            .or_default();
        *times += 1;
        let again = journal.iter().filter(|entry| {
            let Event::Decided { step, decision: Decision::Retry, .. } = &entry.event else { return false };
            intended(journal, &entry.run, *step).is_some_and(|operation| operation.api() == write.operation)
        });
        let runs: BTreeSet<&RunId> =
            journal.iter().filter(|e| intends(&e.event, &write.operation)).map(|e| &e.run).collect();
        assert!(*times <= runs.len() + again.count(), "twice: {write:?}\n{log:#?}");
    }
}

/// It only sets what shall be so, however often.
fn sets(journal: &[Entry], write: &WriteRecord) -> bool {
    journal.iter().any(|entry| {
        matches!(&entry.event, Event::Intended { operation: Some(operation), .. }
            if operation.api() == write.operation && operation.is_idempotent())
    })
}

fn intends(event: &Event, api: &str) -> bool {
    matches!(event, Event::Intended { operation: Some(operation), .. } if operation.api() == api)
}

fn intended<'a>(journal: &'a [Entry], run: &RunId, of: StepId) -> Option<&'a Operation> {
    journal.iter().filter(|entry| &entry.run == run).find_map(|entry| match &entry.event {
        Event::Intended { step, operation, .. } if *step == of => operation.as_ref(),
        _ => None,
    })
}

/// Law 6, from the log: after no write is every control of a panel Off.
fn never_zero_on(played: &Played, log: &[WriteRecord]) {
    let spec = &played.scenario.world;
    let on = |name: &str| {
        let (panel, control) = name.split_once('/').unwrap_or(("", name));
        let panels = spec.panels();
        let panel = panels.iter().find(|one| one.name == panel).unwrap_or(&panels[0]);
        spec.initial(panel, control).as_str() == "On"
    };
    let routing = played.topology.routing.iter();
    let mut panels: Vec<BTreeMap<String, bool>> = routing
        .flat_map(|routing| routing.panels.iter().map(|panel| routing.controls_in(panel)))
        .map(|controls| {
            controls.filter(|c| c.region.is_some()).map(|c| (c.arn.clone(), on(&c.name))).collect()
        })
        .collect();
    for write in log.iter().filter(|write| write.operation.starts_with("UpdateRoutingControlState")) {
        for states in &mut panels {
            for entry in write.detail["entries"].as_array().unwrap() {
                if let Some(state) = states.get_mut(entry["arn"].as_str().unwrap()) {
                    *state = entry["state"] == "On";
                }
            }
            assert!(states.is_empty() || states.values().any(|on| *on), "no Region is On after {write:?}");
        }
    }
}

/// A step begins only when all it needs is confirmed or was skipped by a person.
fn dependants_were_locked(run: &Progress, lines: &[Entry], words: &str) {
    let mut done = BTreeSet::new();
    for entry in lines {
        match &entry.event {
            Event::Ended { step, outcome: Outcome::Confirmed | Outcome::Skipped, .. } => {
                done.insert(*step);
            }
            Event::Intended { step, .. } | Event::Sent { step, .. } | Event::AlreadySo { step, .. } => {
                let needs = &run.plan.step(*step).unwrap().needs;
                assert!(needs.iter().all(|need| done.contains(need)), "step {step} was not locked\n{words}");
            }
            _ => {}
        }
    }
}
