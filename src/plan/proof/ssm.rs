//! Proof of a runbook: its own end, read by the id that it was started under.
//!
//! That it ended well is its own word; a step that names what it should have changed is not proved without that.

use jiff::{SignedDuration, Timestamp};

use super::{Already, Prove, Shown, Sight};
use crate::model::World;
use crate::model::reading::{AutomationReading, AutomationStep, Feed, Reading, Source};
use crate::plan::Rung;
use crate::plan::condition::Standing;
use crate::plan::event::Awaited;
use crate::plan::operation::{SsmRun, SsmSignal};

/// What it set in motion is given so long to show after its end, since tasks that were asked for take time to run.
const SETTLES: SignedDuration = SignedDuration::from_mins(3);

/// The service's clock is not ours.
const SKEW: SignedDuration = SignedDuration::from_secs(2);

impl Prove for SsmRun {
    fn sources(&self, world: &World, handle: Option<&str>) -> Vec<Source> {
        let own = handle.map(|id| Source::Automation(self.region.clone(), id.to_owned()));
        own.into_iter().chain(self.check.iter().flat_map(|check| check.sources(world))).collect()
    }

    /// A start is needed until there is one: what it would change is for the step's interlocks.
    fn already(&self, sight: &Sight<'_>) -> Already {
        match sight.handle {
            Some(_) if self.again == 0 => Already::Moving("it was started already".to_owned()),
            _ => Already::NotSo("not started".to_owned()),
        }
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        let Some(id) = sight.handle else {
            return Shown::open(Rung::ReadBack, "its execution id is not known".to_owned());
        };
        let Some(reading) = seen(self, sight.world, id, |asked| asked > sight.since) else {
            return Shown::open(Rung::ReadBack, unread(self, sight.world, id));
        };
        let words = words(reading);
        if !reading.ended_well() {
            return Shown::open(Rung::ReadBack, words);
        }
        match self.checked(sight, reading) {
            None => Shown::proved(Rung::ReadBack, words),
            Some(Standing::Met(evidence)) => Shown::proved(Rung::ReadBack, format!("{words}; {evidence}")),
            Some(other) => Shown::open(Rung::ReadBack, format!("{words}, and yet: {}", other.evidence())),
        }
    }

    fn told(&self, sight: &Sight<'_>) -> Vec<(Timestamp, String)> {
        let Some(id) = sight.handle else { return Vec::new() };
        let Some(reading) = seen(self, sight.world, id, |_| true) else { return Vec::new() };
        let from = sight.since.saturating_sub(SKEW).unwrap_or(sight.since);
        let mut told: Vec<(Timestamp, String)> = reading.steps.iter().flat_map(timeline).collect();
        told.retain(|(at, _)| *at >= from);
        told.sort();
        told
    }

    fn awaits(&self, sight: &Sight<'_>) -> Option<Awaited> {
        let reading = seen(self, sight.world, sight.handle?, |asked| asked > sight.since)?;
        let step = reading.waits_at()?;
        let pause = step.action == "aws:pause";
        Some(Awaited { step: step.name.clone(), pause, failed: false, handle: None })
    }

    fn dead(&self, sight: &Sight<'_>) -> Option<String> {
        let reading = seen(self, sight.world, sight.handle?, |asked| asked > sight.since)?;
        if reading.ended_badly() {
            return Some(words(reading));
        }
        let over = reading.ended_well() && sight.now.duration_since(ended(reading)?) >= SETTLES;
        match self.checked(sight, reading)? {
            Standing::Unmet(evidence) if over => Some(format!(
                "{} ended well without its effect, {}: {evidence}",
                self.document,
                self.check.as_ref().map(ToString::to_string).unwrap_or_default()
            )),
            _ => None,
        }
    }
}

impl SsmRun {
    /// How what it must have brought about stands, by readings from after its end; `None` where nothing is named.
    fn checked(&self, sight: &Sight<'_>, reading: &AutomationReading) -> Option<Standing> {
        let check = self.check.as_ref()?;
        let since = ended(reading).unwrap_or(sight.since).max(sight.since);
        let asked = |source: &Source| sight.world.feed(source).and_then(Feed::asked);
        let fresh = |source: &Source| asked(source).is_some_and(|asked| asked > since);
        let sources = check.sources(sight.world);
        if sources.is_empty() || sources.iter().any(fresh) {
            Some(check.judge(sight.world, sight.now))
        } else {
            Some(Standing::Unseen(format!("not read since its end: {check}")))
        }
    }
}

/// When its last step ended.
fn ended(reading: &AutomationReading) -> Option<Timestamp> {
    reading.steps.iter().filter_map(|step| step.ended).max()
}

/// A signal is proved by nothing of its own: what it did shows in the execution that it was sent to.
impl Prove for SsmSignal {
    fn sources(&self, _: &World, _: Option<&str>) -> Vec<Source> {
        vec![Source::Automation(self.region.clone(), self.execution.clone())]
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        let source = Source::Automation(self.region.clone(), self.execution.clone());
        let asked = sight.world.feed(&source).and_then(Feed::asked);
        let reading = asked.filter(|asked| *asked >= sight.since).and_then(|_| sight.world.seen(&source));
        let Some((Reading::Automation(reading), _)) = reading else {
            return Already::Unread(format!("no answer from {source} yet"));
        };
        let waits = reading.waits_at().map(|step| step.name.as_str());
        match self.say.step() {
            _ if reading.ended_well() || reading.ended_badly() => Already::So(words(reading)),
            Some(step) if waits != Some(step) => Already::So(words(reading)),
            _ => Already::NotSo(words(reading)),
        }
    }

    fn read_back(&self, _: &Sight<'_>) -> Shown {
        Shown::open(Rung::ReadBack, "it shows in the execution".to_owned())
    }
}

fn seen<'w>(
    run: &SsmRun,
    world: &'w World,
    id: &str,
    counts: impl Fn(Timestamp) -> bool,
) -> Option<&'w AutomationReading> {
    let feed = world.feed(&Source::Automation(run.region.clone(), id.to_owned()))?;
    feed.asked().filter(|asked| counts(*asked))?;
    match feed.seen()? {
        (Reading::Automation(reading), _) => Some(reading),
        _ => None,
    }
}

fn unread(run: &SsmRun, world: &World, id: &str) -> String {
    let source = Source::Automation(run.region.clone(), id.to_owned());
    let trouble = world.feed(&source).and_then(|feed| feed.trouble());
    trouble
        .map_or_else(|| format!("no answer from {source} yet"), |(trouble, _)| format!("{source}: {trouble}"))
}

/// Where it stands: `InProgress at scale, 1 of 3 steps`.
fn words(reading: &AutomationReading) -> String {
    let done = reading.steps.iter().filter(|step| step.status == "Success").count();
    let at = reading.current().map_or_else(String::new, |step| format!(" at {}", step.name));
    let steps = format!("{}{at}, {done} of {} steps", reading.status, reading.steps.len());
    match &reading.failure {
        Some(why) if reading.ended_badly() => format!("{steps}: {why}"),
        _ => steps,
    }
}

/// The beginning and the end of a step, as far as it came.
fn timeline(step: &AutomationStep) -> Vec<(Timestamp, String)> {
    let AutomationStep { name, action, status, started, ended, failure } = step;
    let began = started.map(|at| (at, format!("step {name} ({action}) began")));
    let why = failure.as_ref().map_or_else(String::new, |why| format!(": {why}"));
    let over = ended.map(|at| (at, format!("step {name} ended {status}{why}")));
    began.into_iter().chain(over).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{Scene, west};
    use crate::model::reading::ServiceReading;
    use crate::plan::condition::Condition;
    use crate::plan::event::RungState;

    const ID: &str = "0b1c2d3e-4f50-4617-a829-3a4b5c6d7e8f";

    fn run(check: Option<Condition>) -> SsmRun {
        SsmRun {
            runbook: "scale out".to_owned(),
            document: "retail-ScaleOut".to_owned(),
            region: west(),
            parameters: std::collections::BTreeMap::new(),
            check,
            again: 0,
        }
    }

    fn tasks() -> Condition {
        Condition::Tasks { service: "ui".to_owned(), region: west(), least: 8 }
    }

    /// Two steps; the first ended, and the second stands as told.
    fn see(scene: &mut Scene, status: &str, second: &str) {
        let over = |status: &str| (status != "Waiting" && status != "InProgress").then_some(scene.now);
        let step = |name: &str, action: &str, status: &str| AutomationStep {
            name: name.to_owned(),
            action: action.to_owned(),
            status: status.to_owned(),
            started: Some(scene.now),
            ended: over(status),
            failure: (status == "Failed").then(|| "no".to_owned()),
        };
        let reading = AutomationReading {
            document: "retail-ScaleOut".to_owned(),
            status: status.to_owned(),
            failure: (status == "Failed").then(|| "step two: no".to_owned()),
            steps: vec![step("one", "aws:sleep", "Success"), step("two", "aws:approve", second)],
        };
        scene.see(Source::Automation(west(), ID.to_owned()), Ok(Reading::Automation(reading)));
    }

    fn running(scene: &mut Scene, tasks: u32) {
        let reading = ServiceReading {
            status: "ACTIVE".to_owned(),
            desired: tasks,
            running: tasks,
            pending: 0,
            deployments: 1,
            events: Vec::new(),
        };
        scene.see(Source::Service("ui".to_owned(), west()), Ok(Reading::Service(reading)));
    }

    fn sight(scene: &Scene, since: Timestamp) -> Sight<'_> {
        Sight { world: &scene.world, since, now: scene.now, handle: Some(ID) }
    }

    #[test]
    fn its_own_end_proves_it_and_a_bad_one_is_not_waited_out() {
        let mut scene = Scene::calm();
        let since = scene.now;
        scene.later(1);
        see(&mut scene, "Waiting", "Waiting");
        let shown = run(None).read_back(&sight(&scene, since));
        assert_eq!((shown.state, shown.evidence.as_str()), (RungState::Open, "Waiting at two, 1 of 2 steps"));
        let awaited = Awaited { step: "two".to_owned(), pause: false, failed: false, handle: None };
        assert_eq!(run(None).awaits(&sight(&scene, since)), Some(awaited));
        see(&mut scene, "Failed", "Failed");
        assert_eq!(
            run(None).dead(&sight(&scene, since)).as_deref(),
            Some("Failed, 1 of 2 steps: step two: no")
        );
        let told = run(None).told(&sight(&scene, since));
        assert_eq!(told.last().unwrap().1, "step two ended Failed: no");
        see(&mut scene, "Success", "Success");
        let shown = run(None).read_back(&sight(&scene, since));
        assert_eq!((shown.state, shown.evidence.as_str()), (RungState::Proved, "Success, 2 of 2 steps"));
        assert_eq!(run(None).dead(&sight(&scene, since)), None);
        let unknown = Sight { handle: None, ..sight(&scene, since) };
        assert_eq!(run(None).read_back(&unknown).state, RungState::Open);
    }

    #[test]
    fn one_that_ends_well_without_its_effect_is_not_believed() {
        let mut scene = Scene::calm();
        let since = scene.now;
        running(&mut scene, 8);
        scene.later(1);
        see(&mut scene, "Success", "Success");
        let run = run(Some(tasks()));
        let state = |scene: &Scene| run.read_back(&sight(scene, since)).state;
        assert_eq!(state(&scene), RungState::Open, "the tasks were read before it ended");
        scene.later(1);
        running(&mut scene, 2);
        assert_eq!(state(&scene), RungState::Open);
        assert_eq!(run.dead(&sight(&scene, since)), None, "tasks take time to run");
        scene.later(200);
        running(&mut scene, 2);
        assert_eq!(
            run.dead(&sight(&scene, since)).as_deref(),
            Some(
                "retail-ScaleOut ended well without its effect, at least 8 tasks of ui run in us-west-2: \
                 2 of 2 tasks of ui run in us-west-2"
            )
        );
        running(&mut scene, 8);
        assert_eq!(state(&scene), RungState::Proved);
    }

    #[test]
    fn a_word_is_only_for_the_step_that_waits() {
        let mut scene = Scene::calm();
        let since = scene.now;
        let say = |step: &str| SsmSignal {
            runbook: "scale out".to_owned(),
            region: west(),
            execution: ID.to_owned(),
            say: crate::plan::operation::Signal::Approve { step: step.to_owned() },
        };
        assert!(matches!(say("two").already(&sight(&scene, since)), Already::Unread(_)));
        scene.later(1);
        see(&mut scene, "Waiting", "Waiting");
        assert!(matches!(say("two").already(&sight(&scene, since)), Already::NotSo(_)));
        assert!(matches!(say("three").already(&sight(&scene, since)), Already::So(_)));
        see(&mut scene, "Success", "Success");
        assert!(matches!(say("two").already(&sight(&scene, since)), Already::So(_)));
    }
}
