//! What earlier runs of this host tell: how long each step of each playbook takes, and when the workload last moved.
//!
//! Pure, and read from runs that were replayed. It never mixes drills, simulated worlds and real ones, and never takes
//! a time from a step that waited for a person, was cut off, or had nothing to send.

use std::time::Duration;

use jiff::Timestamp;

use super::event::{Entry, Outcome, RunId, Start};
use super::operation::{Danger, Operation};
use super::progress::{Progress, StepProgress, StepState};
use super::{Action, Intent, Measured, Plan, Playbook, Rung, Step, Usual};
use crate::model::topology::Region;
use crate::model::verdict;

/// Fewer runs than this say nothing: then the playbook's own expectation stands.
pub const ENOUGH: usize = 3;

/// Only so many of the newest runs count: older ones tell of a platform that has changed since.
pub const NEWEST: usize = 50;

/// The kind of world a run acted on; each has a past of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// A real account, in earnest.
    #[default]
    Real,
    /// A real account, as an exercise.
    Drill,
    /// A simulated world.
    Simulated,
}

impl Ground {
    /// The ground of a console on such a world that drills, or does not.
    #[must_use]
    pub fn here(simulated: bool, drill: bool) -> Self {
        match (simulated, drill) {
            (true, _) => Self::Simulated,
            (false, true) => Self::Drill,
            (false, false) => Self::Real,
        }
    }

    /// The ground of a run that starts so.
    #[must_use]
    pub fn of(start: &Start) -> Self {
        Self::here(start.simulated, start.drill)
    }
}

/// What earlier runs on one ground tell, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    ground: Ground,
    runs: Vec<Past>,
}

/// One earlier run, as far as it matters here.
#[derive(Clone, Debug, PartialEq)]
struct Past {
    run: RunId,
    flip: Option<Flip>,
    times: Vec<(Key, Duration)>,
}

/// One move of the workload from a Region to a Region: a write that moves a writer or traffic left, and may have
/// happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    /// The run that moved it.
    pub run: RunId,
    /// When the first such write was sent.
    pub at: Timestamp,
    /// By which playbook.
    pub playbook: Playbook,
    /// The Region that left.
    pub from: Region,
    /// The Region that received.
    pub to: Region,
    /// It could lose data: it was a failover by what it sent, whatever its playbook is called.
    pub loses: bool,
}

/// What makes two steps of two runs the same: the Regions are named by what they do, so that both directions count.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    playbook: Playbook,
    kind: &'static str,
    title: String,
    rung: Rung,
}

impl History {
    /// No runs yet, on this ground.
    #[must_use]
    pub fn new(ground: Ground) -> Self {
        Self { ground, runs: Vec::new() }
    }

    /// What these lines tell of runs on this ground, oldest first. A run that cannot be replayed tells nothing.
    #[must_use]
    pub fn of(ground: Ground, entries: &[Entry]) -> Self {
        let mut names: Vec<&RunId> = Vec::new();
        for entry in entries {
            if !names.contains(&&entry.run) {
                names.push(&entry.run);
            }
        }
        let mut history = Self::new(ground);
        for name in names {
            let lines: Vec<Entry> = entries.iter().filter(|entry| &entry.run == name).cloned().collect();
            if let Ok(run) = Progress::replay(&lines) {
                history.take(&run);
            }
        }
        history
    }

    /// Takes a run in, or what is new of it; one on other ground is left aside.
    pub fn take(&mut self, run: &Progress) {
        if Ground::of(&run.start) != self.ground {
            return;
        }
        let past = Past { run: run.run.clone(), flip: flip(run), times: times(run) };
        match self.runs.iter_mut().find(|known| known.run == run.run) {
            Some(known) => *known = past,
            None => self.runs.push(past),
        }
        let over = self.runs.len().saturating_sub(NEWEST);
        self.runs.drain(..over);
    }

    /// How long a step of this intent's playbook took before, and in how many runs; `None` when these are too few.
    #[must_use]
    pub fn usual(&self, intent: &Intent, step: &Step) -> Option<(Usual, usize)> {
        let key = Key::of(intent, step);
        let known = self.runs.iter().flat_map(|past| &past.times);
        let mut spans: Vec<Duration> = known.filter(|(of, _)| *of == key).map(|(_, span)| *span).collect();
        if spans.len() < ENOUGH {
            return None;
        }
        spans.sort_unstable();
        let usual = Usual { p50: rank(&spans, 50)?, p95: rank(&spans, 95)? };
        Some((usual, spans.len()))
    }

    /// The plan with the times that its steps took before, where enough runs tell them.
    #[must_use]
    pub fn timed(&self, mut plan: Plan) -> Plan {
        plan.measured.clear();
        for step in &mut plan.steps {
            if let Some((usual, runs)) = self.usual(&plan.intent, step) {
                step.usual = usual;
                plan.measured.push(Measured { step: step.id, runs });
            }
        }
        plan
    }

    /// The newest move that could lose data.
    #[must_use]
    pub fn last_failover(&self) -> Option<&Flip> {
        self.flips().filter(|flip| flip.loses).max_by_key(|flip| flip.at)
    }

    /// The moves of the workload at `since` or later, oldest first.
    #[must_use]
    pub fn flips_since(&self, since: Timestamp) -> Vec<&Flip> {
        let mut flips: Vec<&Flip> = self.flips().filter(|flip| flip.at >= since).collect();
        flips.sort_by_key(|flip| flip.at);
        flips
    }

    fn flips(&self) -> impl Iterator<Item = &Flip> {
        self.runs.iter().filter_map(|past| past.flip.as_ref())
    }
}

impl Key {
    fn of(intent: &Intent, step: &Step) -> Self {
        let title = step.title.replace(intent.from.as_str(), "<from>").replace(intent.to.as_str(), "<to>");
        let kind = match &step.action {
            Action::Record => "record",
            Action::Operate(operation) => operation.kind(),
            Action::Wait(_) => "wait",
            Action::Approve(_) => "approve",
            Action::Note { .. } => "note",
        };
        Self { playbook: intent.playbook.clone(), kind, title, rung: step.rung }
    }
}

/// The nearest rank: the shortest time that so many percent of the runs did not exceed.
fn rank(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let at = (sorted.len() * percent).div_ceil(100);
    sorted.get(at.saturating_sub(1)).copied()
}

fn times(run: &Progress) -> Vec<(Key, Duration)> {
    let timed = run.plan.steps.iter().filter_map(|step| {
        let at = run.steps.get(&step.id)?;
        Some((Key::of(&run.plan.intent, step), took(run, step, at)?))
    });
    timed.collect()
}

/// How long a step took by itself.
fn took(run: &Progress, step: &Step, at: &StepProgress) -> Option<Duration> {
    let (started, ended) = at.started.zip(at.ended)?;
    let confirmed = at.state == StepState::Done(Outcome::Confirmed) && at.decided.is_none();
    let cut_off = run.resumed.is_some_and(|resumed| resumed > started);
    let acted = match &step.action {
        Action::Record | Action::Wait(_) => true,
        Action::Operate(_) => at.sent.is_some(),
        Action::Approve(_) | Action::Note { .. } => false,
    };
    let span = verdict::age(started, ended);
    (confirmed && !cut_off && acted)
        .then(|| Duration::from_millis(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)))
}

/// What a run moved; `None` when nothing of it left.
pub(super) fn flip(run: &Progress) -> Option<Flip> {
    let moved = run.plan.steps.iter().filter_map(|step| {
        let at = run.steps.get(&step.id)?;
        let left = at.maybe.is_some() || at.state == StepState::Sent;
        let moves = |operation: &&Operation| operation.moves_traffic() || operation.writer().is_some();
        at.sent.filter(|_| left).zip(step.operation().filter(moves))
    });
    let moved: Vec<(Timestamp, &Operation)> = moved.collect();
    let intent = &run.plan.intent;
    Some(Flip {
        run: run.run.clone(),
        at: moved.iter().map(|(at, _)| *at).min()?,
        playbook: intent.playbook.clone(),
        from: intent.from.clone(),
        to: intent.to.clone(),
        loses: moved.iter().any(|(_, operation)| operation.danger() == Danger::Loses),
    })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, west};
    use crate::plan::event::{Answer, Decision, Event, RungState};
    use crate::plan::{StepId, playbook};

    /// A failover whose writes each took so many seconds, as the journal would tell it.
    struct Tape {
        lines: Vec<Entry>,
        at: Timestamp,
        run: RunId,
    }

    impl Tape {
        fn new(scene: &Scene, name: u32, (from, to): (Region, Region), start: Start) -> Self {
            let intent = Intent { playbook: Playbook::Failover, from, to };
            let plan = playbook::plan(&scene.world, &intent, scene.now).unwrap();
            let run = RunId(format!("{name:08x}"));
            let at = scene.now + SignedDuration::from_hours(i64::from(name));
            let mut tape = Self { lines: Vec::new(), at, run };
            tape.write(0, Event::Started { plan, start });
            tape
        }

        fn write(&mut self, seconds: i64, event: Event) {
            self.at += SignedDuration::from_secs(seconds);
            let (run, at) = (self.run.clone(), self.at);
            let (previous, hash) = (String::new(), String::new());
            self.lines.push(Entry { seq: 1, run, at, event, previous, hash });
        }

        fn plan(&self) -> Plan {
            let Event::Started { plan, .. } = &self.lines[0].event else { panic!("it starts") };
            plan.clone()
        }

        fn record(&mut self) {
            let step = StepId(1);
            self.write(0, Event::Intended { step, attempt: 1, operation: None, endpoint: String::new() });
            self.write(0, Event::Recorded { step, at_risk: None, links: Vec::new() });
            self.write(0, Event::Ended { step, outcome: Outcome::Confirmed, why: String::new() });
        }

        fn send(&mut self, step: StepId, seconds: i64) {
            let plan = self.plan();
            let operation = plan.step(step).unwrap().operation().cloned();
            self.write(0, Event::Intended { step, attempt: 1, operation, endpoint: String::new() });
            self.write(0, Event::Sent { step, attempt: 1, fence: None });
            let answer = Answer::Accepted { endpoint: WEST.to_owned(), request_id: None, handle: None };
            self.write(0, Event::Answered { step, attempt: 1, answer });
            let rungs = [Rung::ReadBack, plan.step(step).unwrap().rung];
            for (rung, seconds) in rungs.into_iter().zip([0, seconds]) {
                let (state, evidence) = (RungState::Proved, String::new());
                self.write(seconds, Event::Climbed { step, rung, state, evidence });
            }
            self.write(0, Event::Ended { step, outcome: Outcome::Confirmed, why: String::new() });
        }

        fn through(mut self, seconds: i64) -> Self {
            self.record();
            for step in [2, 3, 4] {
                self.send(StepId(step), seconds);
            }
            self
        }

        fn progress(&self) -> Progress {
            Progress::replay(&self.lines).unwrap()
        }
    }

    fn start(drill: bool, simulated: bool) -> Start {
        Start { drill, ..Start::new(("maria", "bastion"), None, String::new(), simulated) }
    }

    fn failover(scene: &Scene, name: u32, seconds: i64) -> Tape {
        Tape::new(scene, name, (east(), west()), start(false, false)).through(seconds)
    }

    fn known(tapes: &[Tape]) -> History {
        let lines: Vec<Entry> = tapes.iter().flat_map(|tape| tape.lines.clone()).collect();
        History::of(Ground::Real, &lines)
    }

    #[test]
    fn three_runs_tell_the_time_and_two_do_not() {
        let scene = Scene::calm();
        let tapes: Vec<Tape> =
            [50, 41, 38].iter().zip(1..).map(|(took, name)| failover(&scene, name, *took)).collect();
        let plan = tapes[0].plan();
        let promote = plan.step(StepId(2)).unwrap();
        assert_eq!(known(&tapes[..2]).usual(&plan.intent, promote), None);
        let usual = Usual { p50: Duration::from_secs(41), p95: Duration::from_secs(50) };
        assert_eq!(known(&tapes).usual(&plan.intent, promote), Some((usual, 3)));
        let timed = known(&tapes).timed(plan);
        assert_eq!(timed.basis(), "of 3 runs");
        assert_eq!((timed.runs(StepId(2)), timed.usual().p50), (Some(3), Duration::from_secs(82)));
        assert_eq!(known(&[]).timed(timed).basis(), "expected");
    }

    #[test]
    fn the_way_back_takes_as_long_as_the_way_there_and_another_playbook_does_not() {
        let mut scene = Scene::calm();
        let mut tapes: Vec<Tape> = (1..=2).map(|name| failover(&scene, name, 30)).collect();
        scene.later(5);
        scene.writer("orders", WEST, WEST);
        scene.writer("catalog", WEST, WEST);
        tapes.push(Tape::new(&scene, 3, (west(), east()), start(false, false)).through(30));
        let history = known(&tapes);
        let plan = tapes[0].plan();
        let traffic = plan.steps.iter().find(|step| step.title.starts_with("routing")).unwrap();
        assert_eq!(history.usual(&plan.intent, traffic).unwrap().1, 3, "{}", tapes[2].plan().steps[3].title);
        let other = Intent { playbook: Playbook::Evacuate, ..plan.intent.clone() };
        assert_eq!(history.usual(&other, traffic), None);
    }

    #[test]
    fn drills_and_simulated_runs_are_kept_apart() {
        let scene = Scene::calm();
        let on = |name, drill, simulated| {
            Tape::new(&scene, name, (east(), west()), start(drill, simulated)).through(30)
        };
        let tapes = [on(1, false, false), on(2, true, false), on(3, false, true), on(4, true, true)];
        let lines: Vec<Entry> = tapes.iter().flat_map(|tape| tape.lines.clone()).collect();
        let flips = |ground| History::of(ground, &lines).flips_since(Timestamp::MIN).len();
        assert_eq!([flips(Ground::Real), flips(Ground::Drill), flips(Ground::Simulated)], [1, 1, 2]);
    }

    #[test]
    fn a_step_that_waited_for_a_person_or_sent_nothing_tells_no_time() {
        let scene = Scene::calm();
        let mut decided = Tape::new(&scene, 1, (east(), west()), start(false, false));
        let why = String::new();
        decided.record();
        let step = StepId(2);
        decided.write(1, Event::Ended { step, outcome: Outcome::Failed, why: why.clone() });
        decided.write(600, Event::Decided { step, decision: Decision::Retry, who: "maria".to_owned() });
        decided.send(step, 30);
        let mut already = Tape::new(&scene, 2, (east(), west()), start(false, false));
        already.record();
        already.write(1, Event::AlreadySo { step, evidence: why.clone() });
        already.write(1, Event::Ended { step, outcome: Outcome::Confirmed, why: why.clone() });
        let mut resumed = Tape::new(&scene, 3, (east(), west()), start(false, false));
        resumed.record();
        resumed.send(step, 30);
        resumed.write(900, Event::Resumed { who: "maria".to_owned() });
        let told = |tape: &Tape| times(&tape.progress()).len();
        assert_eq!([told(&decided), told(&already), told(&resumed)], [1, 1, 0]);
    }

    #[test]
    fn a_move_counts_from_its_first_write_and_one_that_was_refused_is_none() {
        let scene = Scene::calm();
        let tapes = [failover(&scene, 1, 30), failover(&scene, 5, 30)];
        let mut history = known(&tapes);
        let newest = history.last_failover().unwrap();
        assert_eq!((newest.run.0.as_str(), &newest.from, &newest.to), ("00000005", &east(), &west()));
        assert_eq!(newest.at, tapes[1].lines[0].at);
        assert_eq!(history.flips_since(tapes[1].lines[0].at).len(), 1);
        assert_eq!(history.flips_since(tapes[0].lines[0].at).len(), 2);
        let mut refused = Tape::new(&scene, 9, (east(), west()), start(false, false));
        refused.record();
        history.take(&refused.progress());
        assert_eq!(history.flips_since(Timestamp::MIN).len(), 2);
        history.take(&tapes[1].progress());
        assert_eq!(history.flips_since(Timestamp::MIN).len(), 2, "a run counts once");
    }

    #[test]
    fn what_was_measured_survives_the_journal() {
        let scene = Scene::calm();
        let tapes: Vec<Tape> = (1..=3).map(|name| failover(&scene, name, 30)).collect();
        let plan = known(&tapes).timed(tapes[0].plan());
        let event = Event::Started { plan, start: start(false, false) };
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
        assert!(matches!(tapes[0].plan().steps[0].action, Action::Record));
        assert_eq!(EAST, "us-east-1");
    }
}
