//! Proof of FIS writes: an experiment runs and its targets came to something; it is over; the lever is where it
//! should be.
//!
//! A start that was accepted broke nothing yet: an experiment whose targets resolve to nothing runs all the same.

use jiff::{SignedDuration, Timestamp};

use super::{Already, Prove, Shown, Sight};
use crate::model::World;
use crate::model::reading::{
    ActionReading, ExperimentReading, ExperimentsReading, LeverReading, Reading, Source,
};
use crate::model::topology::Region;
use crate::plan::Rung;
use crate::plan::operation::{ExperimentRef, FisLever, FisStart, FisStop};

/// An experiment is told from a little before its write on, because the service's clock is not ours.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

impl Prove for FisStart {
    fn sources(&self, _: &World, _: Option<&str>) -> Vec<Source> {
        vec![self.0.source()]
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        let told = match self.0.told_by(sight.world, |asked| asked >= sight.since) {
            Ok(told) => told,
            Err(why) => return Already::Unread(why),
        };
        if let Some(own) = told.experiments.iter().find(|e| !e.is_over()) {
            return match works(own) {
                Some(words) => Already::So(words),
                None => Already::Moving(words(own)),
            };
        }
        // One fault at a time: of two nobody can say which did what.
        if let Some(other) = told.others.first() {
            return Already::Moving(format!("another experiment is active in {}: {other}", self.0.region));
        }
        match &told.lever {
            Some(lever) if lever.status != "disengaged" => Already::Moving(format!(
                "the safety lever of {} is {}: {}",
                self.0.region, lever.status, lever.reason
            )),
            _ => Already::NotSo(format!("no experiment {} is active", self.0.experiment)),
        }
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        let told = match self.0.told_by(sight.world, |asked| asked > sight.since) {
            Ok(told) => told,
            Err(why) => return Shown::open(Rung::ReadBack, why),
        };
        let Some(own) = started(told, sight) else {
            return Shown::open(Rung::ReadBack, "no experiment since the write".to_owned());
        };
        match works(own) {
            Some(words) => Shown::proved(Rung::ReadBack, words),
            None => Shown::open(Rung::ReadBack, words(own)),
        }
    }

    fn told(&self, sight: &Sight<'_>) -> Vec<(Timestamp, String)> {
        let told = self.0.told_by(sight.world, |_| true).ok();
        told.and_then(|told| started(told, sight)).map(timeline).unwrap_or_default()
    }

    fn dead(&self, sight: &Sight<'_>) -> Option<String> {
        let told = self.0.told_by(sight.world, |asked| asked > sight.since).ok()?;
        let own = started(told, sight)?;
        (own.is_over() && works(own).is_none()).then(|| words(own))
    }
}

impl Prove for FisStop {
    fn sources(&self, _: &World, _: Option<&str>) -> Vec<Source> {
        vec![self.0.source()]
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        match self.0.told_by(sight.world, |asked| asked >= sight.since) {
            Err(why) => Already::Unread(why),
            Ok(told) => match told.experiments.iter().find(|e| !e.is_over()) {
                None => Already::So(over(told, &self.0)),
                Some(own) => Already::NotSo(words(own)),
            },
        }
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        match self.0.told_by(sight.world, |asked| asked > sight.since) {
            Err(why) => Shown::open(Rung::ReadBack, why),
            Ok(told) => match told.experiments.iter().find(|e| !e.is_over()) {
                None => Shown::proved(Rung::ReadBack, over(told, &self.0)),
                Some(own) => Shown::open(Rung::ReadBack, words(own)),
            },
        }
    }
}

impl Prove for FisLever {
    fn sources(&self, _: &World, _: Option<&str>) -> Vec<Source> {
        vec![Source::Lever(self.region.clone())]
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        match lever(&self.region, sight.world, |asked| asked >= sight.since) {
            Err(why) => Already::Unread(why),
            Ok(lever) if lever.status == self.wanted() => Already::So(lever_words(lever)),
            Ok(lever) if lever.status == "engaging" => Already::Moving(lever_words(lever)),
            Ok(lever) => Already::NotSo(lever_words(lever)),
        }
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        match lever(&self.region, sight.world, |asked| asked > sight.since) {
            Err(why) => Shown::open(Rung::ReadBack, why),
            Ok(lever) if lever.status == self.wanted() => Shown::proved(Rung::ReadBack, lever_words(lever)),
            Ok(lever) => Shown::open(Rung::ReadBack, lever_words(lever)),
        }
    }
}

impl FisLever {
    fn wanted(&self) -> &'static str {
        if self.engage { "engaged" } else { "disengaged" }
    }
}

impl ExperimentRef {
    fn source(&self) -> Source {
        Source::Experiments(self.experiment.clone(), self.region.clone())
    }

    /// What FIS told, by a reading that is fresh enough; else why there is none.
    fn told_by<'a>(
        &self,
        world: &'a World,
        fresh: impl Fn(Timestamp) -> bool,
    ) -> Result<&'a ExperimentsReading, String> {
        match seen(&self.source(), world, fresh)? {
            Reading::Experiments(told) => Ok(told),
            _ => Err(format!("{} told something else", self.source())),
        }
    }
}

fn lever<'a>(
    region: &Region,
    world: &'a World,
    fresh: impl Fn(Timestamp) -> bool,
) -> Result<&'a LeverReading, String> {
    let source = Source::Lever(region.clone());
    match seen(&source, world, fresh)? {
        Reading::Lever(lever) => Ok(lever),
        _ => Err(format!("{source} told something else")),
    }
}

/// The newest reading of a source that is fresh enough; else why there is none.
pub(super) fn seen<'a>(
    source: &Source,
    world: &'a World,
    fresh: impl Fn(Timestamp) -> bool,
) -> Result<&'a Reading, String> {
    let feed = world.feed(source);
    let answered = feed.filter(|feed| feed.asked().is_some_and(fresh)).and_then(|feed| feed.seen());
    answered.map(|(reading, _)| reading).ok_or_else(|| {
        let trouble = feed.and_then(|feed| feed.trouble());
        trouble.map_or_else(|| format!("{source} not read yet"), |(why, _)| format!("{source}: {why}"))
    })
}

/// The experiment that the write started: by its id, or, when the answer was lost, the first since the write.
fn started<'a>(told: &'a ExperimentsReading, sight: &Sight<'_>) -> Option<&'a ExperimentReading> {
    if let Some(id) = sight.handle {
        return told.experiments.iter().find(|e| e.id == id);
    }
    let from = sight.since.saturating_sub(SKEW).unwrap_or(sight.since);
    told.experiments.iter().filter(|e| e.created >= from).min_by_key(|e| e.created)
}

/// It has hit something: it runs, or has run to its end, and its targets came to resources.
fn works(experiment: &ExperimentReading) -> Option<String> {
    let hit = matches!(experiment.status.as_str(), "running" | "completed");
    let acts = |a: &&ActionReading| matches!(a.status.as_str(), "running" | "completed");
    let targets = experiment.targets.filter(|targets| *targets > 0 && hit)?;
    let acting = experiment.actions.iter().filter(acts).map(|a| a.name.as_str()).collect::<Vec<_>>();
    let skipped = experiment.actions.iter().filter(|a| a.status == "skipped").map(|a| a.name.as_str());
    let skipped = skipped.collect::<Vec<_>>();
    if acting.is_empty() {
        return None;
    }
    let without =
        if skipped.is_empty() { String::new() } else { format!("; skipped {}", skipped.join(", ")) };
    Some(format!(
        "{} {}, {targets} targets, {}{without}",
        experiment.id,
        experiment.status,
        acting.join(" + ")
    ))
}

/// Where an experiment is, in a line.
fn words(experiment: &ExperimentReading) -> String {
    let ExperimentReading { id, status, reason, targets, .. } = experiment;
    let targets = match targets {
        Some(0) if status == "running" => ", its targets resolved to nothing",
        None if status == "running" => ", its targets could not be read",
        _ => "",
    };
    format!("{id} {status}{targets}: {reason}")
}

fn over(told: &ExperimentsReading, of: &ExperimentRef) -> String {
    told.experiments.first().map_or_else(|| format!("no experiment {} is active", of.experiment), words)
}

fn lever_words(lever: &LeverReading) -> String {
    format!("{}: {}", lever.status, lever.reason)
}

/// What an experiment's actions did, and how it ended, oldest first.
fn timeline(experiment: &ExperimentReading) -> Vec<(Timestamp, String)> {
    let mut lines = Vec::new();
    for action in &experiment.actions {
        let ActionReading { name, status, reason, started, ended } = action;
        // An action that was left out has no beginning.
        if let Some(at) = started.filter(|_| status != "skipped") {
            lines.push((at, format!("{name} started")));
        }
        if let Some(at) = ended {
            lines.push((*at, format!("{name} {status}: {reason}")));
        }
    }
    if let Some(at) = experiment.ended {
        lines.push((at, words(experiment)));
    }
    lines.sort();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{Scene, east, two_regions};
    use crate::plan::event::RungState;

    fn start() -> FisStart {
        FisStart(ExperimentRef {
            experiment: "errors".to_owned(),
            region: east(),
            template: "EXT1".to_owned(),
        })
    }

    fn action(status: &str) -> ActionReading {
        ActionReading {
            name: "blackhole".to_owned(),
            status: status.to_owned(),
            reason: "because".to_owned(),
            started: None,
            ended: None,
        }
    }

    fn experiment(scene: &Scene, id: &str, status: &str, targets: Option<usize>) -> ExperimentReading {
        ExperimentReading {
            id: id.to_owned(),
            status: status.to_owned(),
            reason: "because".to_owned(),
            created: scene.now,
            ended: None,
            targets,
            actions: vec![action(status)],
        }
    }

    fn tell(scene: &mut Scene, told: ExperimentsReading) {
        scene.see(start().0.source(), Ok(Reading::Experiments(told)));
    }

    fn own(experiments: Vec<ExperimentReading>) -> ExperimentsReading {
        ExperimentsReading { experiments, ..ExperimentsReading::default() }
    }

    fn sight<'a>(scene: &'a Scene, since: Timestamp, handle: Option<&'a str>) -> Sight<'a> {
        Sight { world: &scene.world, since, now: scene.now, handle }
    }

    #[test]
    fn a_start_is_proved_only_by_targets_that_came_to_something() {
        let mut scene = Scene::new(two_regions());
        let since = scene.now;
        scene.later(5);
        for (status, targets, state) in [
            ("initiating", Some(0), RungState::Open),
            ("running", Some(0), RungState::Open),
            ("running", None, RungState::Open),
            ("running", Some(6), RungState::Proved),
            ("completed", Some(6), RungState::Proved),
            ("stopped", Some(6), RungState::Open),
        ] {
            let told = own(vec![experiment(&scene, "EXP1", status, targets)]);
            tell(&mut scene, told);
            let shown = start().read_back(&sight(&scene, since, Some("EXP1")));
            assert_eq!(shown.state, state, "{status} {targets:?}: {}", shown.evidence);
            scene.later(1);
        }
        let told = own(vec![experiment(&scene, "EXP2", "running", Some(6))]);
        tell(&mut scene, told);
        assert_eq!(start().read_back(&sight(&scene, since, Some("EXP1"))).state, RungState::Open);
        // A lost answer has no id: the experiment since the write is the one.
        assert_eq!(start().read_back(&sight(&scene, since, None)).state, RungState::Proved);
    }

    #[test]
    fn an_experiment_that_ended_without_a_hit_is_given_up_with_its_reason() {
        let mut scene = Scene::new(two_regions());
        let since = scene.now;
        scene.later(5);
        let told = own(vec![experiment(&scene, "EXP1", "failed", Some(0))]);
        tell(&mut scene, told);
        let sight = sight(&scene, since, Some("EXP1"));
        assert_eq!(start().dead(&sight).as_deref(), Some("EXP1 failed: because"));
    }

    #[test]
    fn one_fault_at_a_time_and_none_against_the_lever() {
        let mut scene = Scene::new(two_regions());
        let since = scene.now;
        scene.later(1);
        let already = |scene: &Scene| start().already(&sight(scene, since, None));
        assert!(matches!(already(&scene), Already::Unread(_)));
        let told = ExperimentsReading { others: vec!["EXP9".to_owned()], ..ExperimentsReading::default() };
        tell(&mut scene, told);
        let other = "another experiment is active in us-east-1: EXP9".to_owned();
        assert_eq!(already(&scene), Already::Moving(other));
        let lever = |status: &str| {
            Some(LeverReading { status: status.to_owned(), reason: "a real incident".to_owned() })
        };
        tell(&mut scene, ExperimentsReading { lever: lever("engaged"), ..ExperimentsReading::default() });
        let engaged = "the safety lever of us-east-1 is engaged: a real incident".to_owned();
        assert_eq!(already(&scene), Already::Moving(engaged));
        tell(&mut scene, ExperimentsReading { lever: lever("disengaged"), ..ExperimentsReading::default() });
        assert!(matches!(already(&scene), Already::NotSo(_)));
    }
}
