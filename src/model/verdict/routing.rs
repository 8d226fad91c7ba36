//! Routing: what the endpoints say of each control, whether the rules hold, what the health checks say.
//!
//! A control's state is what a quorum of fresh answers agrees on; one endpoint alone is never believed.

use std::time::Duration;

use jiff::Timestamp;

use super::Dated;
use super::points::View;
use crate::model::World;
use crate::model::reading::{ControlState, Feed, Freshness, Reading, Source, Trouble};
use crate::model::topology::{Endpoint, Region, Routing, Rule, RuleKind, RuleLogic};

/// What the endpoints say of one control.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlVerdict {
    /// The control's name.
    pub name: String,
    /// The state that a quorum of fresh answers agrees on.
    pub state: Option<ControlState>,
    /// What each endpoint said, in the order of the config.
    pub cells: Vec<ControlCell>,
    /// Fresh answers contradict each other.
    pub split: bool,
}

/// One endpoint's word on one control.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlCell {
    /// The endpoint's Region.
    pub endpoint: Region,
    /// Its newest answer.
    pub state: Option<Dated<ControlState>>,
    /// How long that answer took.
    pub round_trip: Option<Duration>,
    /// Its trouble since.
    pub trouble: Option<Trouble>,
}

/// Whether a rule holds with the controls as they are.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleVerdict<'a> {
    /// Which rule.
    pub rule: &'a Rule,
    /// Of an assertion rule, that it is satisfied; of a gating rule, that its gate is open.
    /// `None` when a control it watches is not known.
    pub holds: Option<bool>,
}

/// What users resolve and what comes of it, for one Region of one name.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthCheckVerdict {
    /// The Region whose record it decides on.
    pub region: Region,
    /// The health check's id.
    pub id: String,
    /// Healthy, as the `HealthCheckStatus` metric of us-east-1 tells it.
    pub healthy: Option<Dated<bool>>,
}

/// What the endpoints say of each control, in the order of the config.
#[must_use]
pub fn controls(world: &World, now: Timestamp) -> Vec<ControlVerdict> {
    let Some(routing) = &world.topology().routing else { return Vec::new() };
    routing.controls.iter().map(|control| verdict(world, routing, &control.name, now)).collect()
}

/// Whether each safety rule holds.
#[must_use]
pub fn rules(world: &World, now: Timestamp) -> Vec<RuleVerdict<'_>> {
    let Some(routing) = &world.topology().routing else { return Vec::new() };
    let state = |name: &String| state(world, routing, name, now);
    let verdict = |rule| RuleVerdict { rule, holds: holds(rule, state) };
    routing.rules.iter().map(verdict).collect()
}

/// What the health checks of the DNS records say, in the order of the Regions.
#[must_use]
pub fn health_checks(world: &World, now: Timestamp) -> Vec<HealthCheckVerdict> {
    let checks = world.index.checks.iter();
    checks
        .map(|check| {
            let status = View::of(world, &check.metric).dated(now);
            let healthy = status.map(|s| Dated { value: s.value >= 1.0, at: s.at, freshness: s.freshness });
            HealthCheckVerdict { region: check.region.clone(), id: check.id.clone(), healthy }
        })
        .collect()
}

/// A Region that is kept out of the traffic on purpose: a quorum says that its control is Off.
#[must_use]
pub fn drained(world: &World, region: &Region, now: Timestamp) -> bool {
    let Some(routing) = &world.topology().routing else { return false };
    let control = routing.control_of(region);
    control.is_some_and(|control| state(world, routing, &control.name, now) == Some(ControlState::Off))
}

fn verdict(world: &World, routing: &Routing, name: &str, now: Timestamp) -> ControlVerdict {
    let cells: Vec<_> = routing.endpoints.iter().map(|endpoint| cell(world, endpoint, name, now)).collect();
    let tally = Tally::of(cells.iter().filter_map(|cell| cell.state.as_ref()));
    ControlVerdict {
        name: name.to_owned(),
        state: tally.agreed(routing.quorum()),
        split: tally.split(),
        cells,
    }
}

fn cell(world: &World, endpoint: &Endpoint, name: &str, now: Timestamp) -> ControlCell {
    let feed = world.feed(&Source::Endpoint(endpoint.region.clone()));
    let state = feed.and_then(|feed| word(feed, name, now));
    ControlCell {
        endpoint: endpoint.region.clone(),
        round_trip: feed.and_then(Feed::round_trip),
        trouble: feed.and_then(Feed::trouble).map(|(trouble, _)| trouble.clone()),
        state,
    }
}

/// One endpoint's newest word on a control.
fn word(feed: &Feed, name: &str, now: Timestamp) -> Option<Dated<ControlState>> {
    let (Reading::Controls(states), at) = feed.seen()? else { return None };
    Some(Dated { value: *states.get(name)?, at, freshness: feed.freshness(now) })
}

fn state(world: &World, routing: &Routing, name: &str, now: Timestamp) -> Option<ControlState> {
    let feeds = routing.endpoints.iter().filter_map(|e| world.feed(&Source::Endpoint(e.region.clone())));
    let words: Vec<_> = feeds.filter_map(|feed| word(feed, name, now)).collect();
    Tally::of(words.iter()).agreed(routing.quorum())
}

/// How many fresh answers say what.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    on: usize,
    off: usize,
}

impl Tally {
    fn of<'a>(words: impl Iterator<Item = &'a Dated<ControlState>>) -> Self {
        let mut tally = Self::default();
        for word in words.filter(|word| word.freshness == Freshness::Fresh) {
            match word.value {
                ControlState::On => tally.on += 1,
                ControlState::Off => tally.off += 1,
            }
        }
        tally
    }

    fn agreed(self, quorum: usize) -> Option<ControlState> {
        if self.on >= quorum {
            return Some(ControlState::On);
        }
        (self.off >= quorum).then_some(ControlState::Off)
    }

    fn split(self) -> bool {
        self.on > 0 && self.off > 0
    }
}

fn holds(rule: &Rule, state: impl Fn(&String) -> Option<ControlState>) -> Option<bool> {
    let watched = match &rule.kind {
        RuleKind::Assertion { asserted } => asserted,
        RuleKind::Gating { gating, .. } => gating,
    };
    let states: Vec<ControlState> = watched.iter().map(state).collect::<Option<_>>()?;
    let on = states.iter().filter(|state| **state == ControlState::On).count();
    let met = match rule.logic {
        RuleLogic::AtLeast(least) => on >= least,
        RuleLogic::And => on == states.len(),
        RuleLogic::Or => on > 0,
    };
    Some(met != rule.inverted)
}
