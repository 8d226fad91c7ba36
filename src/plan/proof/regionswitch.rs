//! Proof of a Region switch execution: its own end, and what users see of the Region that it activated.
//!
//! An execution that completes may have shifted nothing (aws-facts section 3), so its end alone is the read-back
//! and not more.

use jiff::{SignedDuration, Timestamp};

use super::fis::seen;
use super::shift::Shift;
use super::{Already, Prove, Shown, Sight, effect};
use crate::model::World;
use crate::model::reading::{ExecutionReading, Reading, Source};
use crate::model::verdict;
use crate::plan::Rung;
use crate::plan::event::Awaited;
use crate::plan::operation::{Signal, SwitchRun, SwitchSignal};

/// An execution is told from a little before its write on, because the service's clock is not ours.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

impl Prove for SwitchRun {
    fn sources(&self, world: &World, _: Option<&str>) -> Vec<Source> {
        let seen = effect::sources(&Shift::of_switch(self, world), world);
        seen.into_iter().chain([self.source()]).collect()
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        match self.told_by(sight.world, |asked| asked >= sight.since) {
            Err(why) => Already::Unread(why),
            Ok(Some(newest)) if !newest.is_completed() && !newest.is_given_up() => {
                Already::Moving(words(newest))
            }
            // That it was run before says nothing of now.
            Ok(_) => Already::NotSo(format!("no execution of {} is in progress", self.plan)),
        }
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        match self.told_by(sight.world, |asked| asked > sight.since) {
            Err(why) => Shown::open(Rung::ReadBack, why),
            Ok(told) => match told.filter(|e| self.is_ours(e, sight)) {
                None => Shown::open(Rung::ReadBack, "no execution since the write".to_owned()),
                Some(own) if own.is_completed() => Shown::proved(Rung::ReadBack, words(own)),
                Some(own) => Shown::open(Rung::ReadBack, words(own)),
            },
        }
    }

    fn told(&self, sight: &Sight<'_>) -> Vec<(Timestamp, String)> {
        let told = self.told_by(sight.world, |_| true).ok().flatten();
        let own = told.filter(|e| self.is_ours(e, sight));
        let line = |e: &crate::model::reading::ExecutionEvent| {
            let step = e.step.as_ref().map_or_else(String::new, |step| format!("{step}: "));
            (e.at, format!("{step}{}", if e.words.is_empty() { &e.kind } else { &e.words }))
        };
        own.map(|own| own.events.iter().map(line).collect()).unwrap_or_default()
    }

    fn above(&self, world: &World) -> Vec<Rung> {
        effect::declared(&Shift::of_switch(self, world), world)
    }

    /// What users saw before its end is not its effect.
    fn effect(&self, rung: Rung, sight: &Sight<'_>) -> Shown {
        let told = self.told_by(sight.world, |asked| asked > sight.since).ok().flatten();
        match told.filter(|e| e.is_completed() && self.is_ours(e, sight)).and_then(|e| e.ended) {
            None => Shown::open(rung, "the execution has not completed".to_owned()),
            Some(ended) => {
                let since = ended.max(sight.since);
                effect::shown(rung, &Shift::of_switch(self, sight.world), &Sight { since, ..*sight })
            }
        }
    }

    fn awaits(&self, sight: &Sight<'_>) -> Option<Awaited> {
        let told = self.told_by(sight.world, |asked| asked > sight.since).ok()??;
        let awaited = awaits(told).filter(|_| self.is_ours(told, sight))?;
        let handle = sight.handle.is_none().then(|| told.id.clone());
        Some(Awaited { handle, ..awaited })
    }

    fn dead(&self, sight: &Sight<'_>) -> Option<String> {
        let told = self.told_by(sight.world, |asked| asked > sight.since).ok()??;
        (told.is_given_up() && self.is_ours(told, sight)).then(|| words(told))
    }
}

impl SwitchRun {
    fn source(&self) -> Source {
        Source::Executions(self.plan.clone(), self.to.clone())
    }

    /// The newest execution, by a reading that is fresh enough; else why there is none.
    fn told_by<'a>(
        &self,
        world: &'a World,
        fresh: impl Fn(Timestamp) -> bool,
    ) -> Result<Option<&'a ExecutionReading>, String> {
        match seen(&self.source(), world, fresh)? {
            Reading::Executions(told) => Ok(told.newest.as_deref()),
            _ => Err(format!("{} told something else", self.source())),
        }
    }

    /// It is what the write started: by its id, or, when the answer was lost, by what it is and when it began.
    fn is_ours(&self, execution: &ExecutionReading, sight: &Sight<'_>) -> bool {
        if let Some(id) = sight.handle {
            return execution.id == id;
        }
        let from = sight.since.saturating_sub(SKEW).unwrap_or(sight.since);
        execution.started >= from
            && execution.action == self.action.word()
            && execution.region == self.target().as_str()
    }
}

/// The step at which an execution waits for a person.
fn awaits(execution: &ExecutionReading) -> Option<Awaited> {
    let first = |status| execution.steps.iter().find(|s| s.status == status).map(|s| s.name.clone());
    let (step, pause, failed) = match execution.state.as_str() {
        "pausedByFailedStep" => (first("failed")?, false, true),
        "pendingManualApproval" => (first("pendingApproval")?, false, false),
        // It waits before the step that is next.
        "pausedByOperator" => (first("notStarted")?, true, false),
        _ => return None,
    };
    Some(Awaited { step, pause, failed, handle: None })
}

/// A signal is proved by nothing of its own: what it did shows in the execution that it was sent to.
impl Prove for SwitchSignal {
    fn sources(&self, _: &World, _: Option<&str>) -> Vec<Source> {
        vec![Source::Executions(self.plan.clone(), self.region.clone())]
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        let source = Source::Executions(self.plan.clone(), self.region.clone());
        let execution = match seen(&source, sight.world, |asked| asked >= sight.since) {
            Err(why) => return Already::Unread(why),
            Ok(Reading::Executions(told)) => told.newest.as_deref().filter(|e| e.id == self.execution),
            Ok(_) => None,
        };
        let Some(execution) = execution else {
            return Already::Unread(format!("{source} does not show {}", self.execution));
        };
        let waits = awaits(execution);
        let listens = match (&self.say, &waits) {
            _ if execution.is_completed() || execution.is_given_up() => false,
            (Signal::Pause, Some(awaited)) => !awaited.pause,
            (Signal::Pause | Signal::Stop | Signal::Ungraceful { step: None }, _) => true,
            (say, Some(awaited)) => {
                say.step() == Some(&awaited.step) && awaited.answers().iter().any(|a| a.word() == say.word())
            }
            (_, None) => false,
        };
        if listens { Already::NotSo(words(execution)) } else { Already::So(words(execution)) }
    }

    fn read_back(&self, _: &Sight<'_>) -> Shown {
        Shown::open(Rung::ReadBack, "it shows in the execution".to_owned())
    }
}

/// Where an execution is, in a line: the state, and the steps that somebody must do something about.
fn words(execution: &ExecutionReading) -> String {
    let ExecutionReading { id, state, mode, started, ended, .. } = execution;
    let took = ended.map(|at| format!(" in {}", verdict::span(verdict::age(*started, at))));
    let mut line = format!("{id} {state}{}, {mode}", took.unwrap_or_default());
    for status in ["failed", "pendingApproval", "running", "skipped"] {
        let names: Vec<&str> = execution.steps_in(status).collect();
        if !names.is_empty() {
            line = format!("{line}; {status} {}", names.join(", "));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{Scene, east, two_regions, west};
    use crate::model::reading::{ExecutionStep, ExecutionsReading};
    use crate::plan::event::RungState;
    use crate::plan::operation::SwitchAction;

    fn run() -> SwitchRun {
        SwitchRun {
            plan: "retail".to_owned(),
            arn: "arn:aws:arc-region-switch::111122223333:plan/retail:abc123".to_owned(),
            from: east(),
            to: west(),
            action: SwitchAction::Activate,
            ungraceful: false,
        }
    }

    fn tell(scene: &mut Scene, id: &str, state: &str) {
        let step = |name: &str, status: &str| ExecutionStep { name: name.into(), status: status.into() };
        let newest = ExecutionReading {
            id: id.to_owned(),
            state: state.to_owned(),
            mode: "graceful".to_owned(),
            action: "activate".to_owned(),
            region: "us-west-2".to_owned(),
            started: scene.now,
            ended: None,
            steps: vec![step("orders", "completed"), step("verify", "failed")],
            events: Vec::new(),
        };
        let told = ExecutionsReading { newest: Some(Box::new(newest)) };
        scene.see(run().source(), Ok(Reading::Executions(told)));
    }

    #[test]
    fn only_the_end_of_the_own_execution_is_the_read_back() {
        let mut scene = Scene::new(two_regions());
        let since = scene.now;
        scene.later(5);
        let shown = |scene: &Scene, handle| {
            run().read_back(&Sight { world: &scene.world, since, now: scene.now, handle })
        };
        for (state, expected) in [
            ("inProgress", RungState::Open),
            ("pausedByFailedStep", RungState::Open),
            ("completedMonitoringApplicationHealth", RungState::Open),
            ("completed", RungState::Proved),
            ("completedWithExceptions", RungState::Proved),
            ("canceled", RungState::Open),
        ] {
            tell(&mut scene, "us-west-2/1", state);
            assert_eq!(shown(&scene, Some("us-west-2/1")).state, expected, "{state}");
            scene.later(1);
        }
        let words = "us-west-2/1 canceled, graceful; failed verify".to_owned();
        assert_eq!(shown(&scene, None).evidence, words, "without an answer it is known by when it began");
        let sight = Sight { world: &scene.world, since, now: scene.now, handle: None };
        assert_eq!(run().dead(&sight), Some(words));
        tell(&mut scene, "us-west-2/0", "completed");
        assert_eq!(shown(&scene, Some("us-west-2/1")).state, RungState::Open);
    }

    #[test]
    fn what_waits_says_its_name_where_no_answer_did() {
        let mut scene = Scene::new(two_regions());
        let since = scene.now;
        scene.later(5);
        tell(&mut scene, "us-west-2/1", "pausedByFailedStep");
        let named = |handle| {
            let sight = Sight { world: &scene.world, since, now: scene.now, handle };
            run().awaits(&sight).map(|awaited| (awaited.step, awaited.handle))
        };
        assert_eq!(named(Some("us-west-2/1")), Some(("verify".to_owned(), None)));
        assert_eq!(named(None), Some(("verify".to_owned(), Some("us-west-2/1".to_owned()))));
    }

    #[test]
    fn an_execution_in_progress_stands_in_the_way() {
        let mut scene = Scene::new(two_regions());
        let since = scene.now;
        scene.later(1);
        let already = |scene: &Scene| {
            run().already(&Sight { world: &scene.world, since, now: scene.now, handle: None })
        };
        tell(&mut scene, "us-west-2/1", "pausedByOperator");
        assert!(matches!(already(&scene), Already::Moving(_)));
        tell(&mut scene, "us-west-2/1", "completed");
        assert!(matches!(already(&scene), Already::NotSo(_)));
    }
}
