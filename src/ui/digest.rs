//! Everything a frame says, computed once: the verdicts on the world at the frame's time.
//!
//! Panes read from here and never call a verdict themselves, so that a frame costs each verdict once.

mod problems;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::view::{Facts, Pane};
use super::{Mode, dialog};
use crate::model::World;
use crate::model::reading::Freshness;
use crate::model::topology::RegionSpec;
use crate::model::verdict::{
    self, Answered, AtRisk, ControlVerdict, Decision, Discord, HealthCheckVerdict, LinkVerdict, NamedRecord,
    OrdersVerdict, PanelSplit, RegionVerdict, RuleVerdict, SignalVerdict, Situation, Standing,
};
use crate::plan::progress::{Progress, StepProgress, StepState};
use crate::plan::proof::{self, Shown};
use crate::plan::{Intent, StepId, Usual};

/// The verdicts of one frame.
#[derive(Clone, Debug)]
pub struct Digest<'a> {
    /// Each Region, in the order of the config.
    pub regions: Vec<RegionDigest<'a>>,
    /// The label of each signal row: the union over the Regions, in the order of the config.
    pub labels: Vec<&'a str>,
    /// Every link.
    pub links: Vec<LinkVerdict>,
    /// Every routing control.
    pub controls: Vec<ControlVerdict>,
    /// Regions on which control panels disagree.
    pub splits: Vec<PanelSplit>,
    /// Every safety rule.
    pub rules: Vec<RuleVerdict<'a>>,
    /// Every health check of the DNS records.
    pub checks: Vec<HealthCheckVerdict>,
    /// What each resolver says of each name.
    pub answers: Vec<Answered<'a>>,
    /// Names about which resolvers disagree.
    pub discords: Vec<Discord<'a>>,
    /// Every record of the names, as last read.
    pub records: Vec<NamedRecord<'a>>,
    /// Orders at risk.
    pub at_risk: Option<AtRisk>,
    /// The line under the header.
    pub situation: Situation,
    /// What waiting costs, while a Region that takes traffic is bad.
    pub decision: Option<Decision>,
    /// What could be done about it.
    pub advice: Option<Advice>,
    /// The pane and row of each thing that is not ok, in the order of the panes.
    pub problems: Vec<(Pane, usize)>,
    /// What the world shows of each step of an open run that is under way or held.
    pub seen: BTreeMap<StepId, Vec<Shown>>,
}

/// What the list of acts would open at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What would be done.
    pub intent: Intent,
    /// How long it takes.
    pub usual: Usual,
}

/// One Region in a frame.
#[derive(Clone, Debug)]
pub struct RegionDigest<'a> {
    /// How it is declared.
    pub spec: &'a RegionSpec,
    /// Its lamp, role and share.
    pub verdict: RegionVerdict,
    /// Its signals, in the order of the config.
    pub signals: Vec<SignalVerdict<'a>>,
    /// Its orders, where they are declared.
    pub orders: Option<OrdersVerdict>,
    /// What it would have to carry if it received everything, and what it can, in orders a minute.
    pub headroom: Option<(f64, f64)>,
    /// It is kept out of the traffic on purpose.
    pub drained: bool,
    /// Its CloudWatch, from which most of this comes.
    pub feed: Option<FeedDigest>,
}

/// How a source stands.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedDigest {
    /// How long ago it last answered; `None` when it never did.
    pub age: Option<Duration>,
    /// How far that can be trusted.
    pub freshness: Freshness,
    /// What is wrong with it since then, in one word.
    pub trouble: Option<String>,
}

impl<'a> Digest<'a> {
    /// Computes everything at `now`.
    #[must_use]
    pub fn of(world: &'a World, now: Timestamp) -> Self {
        let (standing, situation) = verdict::standing(world, now);
        let decision = verdict::decision(world, standing.iter().map(|region| &region.verdict), now);
        let needed = needed(world, &standing, now);
        let regions: Vec<_> =
            standing.into_iter().map(|standing| region(world, standing, needed, now)).collect();
        let digest = Self {
            labels: labels(&regions),
            regions,
            links: verdict::links(world, now),
            controls: verdict::controls(world, now),
            splits: verdict::panel_splits(world, now),
            rules: verdict::rules(world, now),
            checks: verdict::health_checks(world, now),
            answers: verdict::answers(world, now),
            discords: verdict::discords(world, now),
            records: verdict::named_records(world),
            at_risk: verdict::at_risk(world, now),
            situation,
            decision,
            advice: None,
            problems: Vec::new(),
            seen: BTreeMap::new(),
        };
        Self { problems: problems::of_world(world.topology(), &digest), ..digest }
    }

    /// The same with what is seen of the steps of a run.
    #[must_use]
    pub fn with(mut self, run: Option<&Progress>, world: &World, now: Timestamp) -> Self {
        self.problems.extend(problems::of_run(run));
        let Some(run) = run.filter(|run| run.is_open()) else { return self };
        let wanted = |at: &StepProgress| match at.state {
            StepState::Done(outcome) => outcome.needs_a_person(),
            ref state => state.is_under_way(),
        };
        let steps = run.plan.steps.iter().filter(|step| run.steps.get(&step.id).is_some_and(wanted));
        let seen = steps.map(|step| (step.id, proof::seen(run, step, world, now))).collect();
        Self { seen, ..self }
    }

    /// The same with what could be done, where there is something to decide and nothing is done yet.
    #[must_use]
    pub fn advised(self, facts: &Facts<'_>) -> Self {
        let busy = facts.console.mode == Mode::Running || facts.run.is_some_and(Progress::is_open);
        if busy || self.decision.is_none() {
            return self;
        }
        let verdicts: Vec<&RegionVerdict> = self.regions.iter().map(|region| &region.verdict).collect();
        let advice = dialog::advised(facts, &verdicts);
        Self { advice, ..self }
    }
}

impl RegionDigest<'_> {
    /// The verdict on the signal of that name, where the Region has it.
    #[must_use]
    pub fn signal(&self, label: &str) -> Option<&SignalVerdict<'_>> {
        self.signals.iter().find(|s| s.signal.name == label)
    }
}

fn region<'a>(
    world: &'a World,
    standing: Standing<'a>,
    needed: Option<f64>,
    now: Timestamp,
) -> RegionDigest<'a> {
    let Standing { spec, verdict, signals, orders } = standing;
    let headroom = needed.zip(spec.capacity);
    RegionDigest {
        headroom,
        drained: verdict.drained,
        feed: feed(world, spec, now),
        spec,
        verdict,
        signals,
        orders,
    }
}

/// What whoever receives everything would have to carry, as in [`verdict::headroom`], worked out once for all.
fn needed(world: &World, regions: &[Standing<'_>], now: Timestamp) -> Option<f64> {
    let usual: f64 = regions.iter().filter_map(|region| region.orders.as_ref()?.baseline).sum();
    verdict::total_rate(world, now).map(|total| total.value.max(usual))
}

fn feed(world: &World, spec: &RegionSpec, now: Timestamp) -> Option<FeedDigest> {
    let feed = world.feed(&crate::model::reading::Source::Metrics(spec.name.clone()))?;
    Some(FeedDigest {
        age: feed.seen().map(|(_, at)| verdict::age(at, now)),
        freshness: feed.freshness(now),
        trouble: feed.trouble().map(|(trouble, _)| trouble.kind.to_string()),
    })
}

fn labels<'a>(regions: &[RegionDigest<'a>]) -> Vec<&'a str> {
    let mut labels: Vec<&str> = Vec::new();
    for signal in regions.iter().flat_map(|region| &region.spec.signals) {
        if !labels.contains(&signal.name.as_str()) {
            labels.push(&signal.name);
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::topology::{Objectives, Topology};

    #[test]
    fn a_world_without_anything_has_a_digest() {
        let topology = Topology {
            workload: String::new(),
            environment: String::new(),
            account: None,
            home: None,
            objectives: Objectives { rto: Duration::ZERO, rpo: Duration::ZERO },
            regions: Vec::new(),
            routing: None,
            auroras: Vec::new(),
            tables: Vec::new(),
            experiments: Vec::new(),
            plans: Vec::new(),
            lag_links: Vec::new(),
            dns: Vec::new(),
            ..Topology::default()
        };
        let world = World::new(topology.into());
        let digest = Digest::of(&world, Timestamp::UNIX_EPOCH);
        assert!(digest.regions.is_empty() && digest.links.is_empty() && digest.at_risk.is_none());
    }
}
