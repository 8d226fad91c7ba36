//! Routing: what the endpoints say of each control, whether the rules hold, what the health checks say.
//!
//! A control's state is what a quorum of fresh answers agrees on; one endpoint alone is never believed.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::Dated;
use super::points::Periods;
use crate::model::World;
use crate::model::reading::{ControlState, Feed, Freshness, Reading, Source, Trouble};
use crate::model::topology::{Endpoint, Region, RegionSpec, Routing, Rule, RuleKind};

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
    /// Since when it does not answer, or not any more: since its newest answer, or since it was first asked in vain.
    pub silent: Option<Timestamp>,
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
    let state = |name: &str| state(world, routing, name, now);
    let verdict = |rule| RuleVerdict { rule, holds: holds(rule, state) };
    routing.rules.iter().map(verdict).collect()
}

/// What the health checks of the DNS records say, in the order of the Regions.
#[must_use]
pub fn health_checks(world: &World, now: Timestamp) -> Vec<HealthCheckVerdict> {
    let checks = world.index.checks.iter();
    checks
        .map(|check| {
            let status = Periods::of(world, &check.metric).dated(now);
            let healthy = status.map(|s| Dated { value: s.value >= 1.0, at: s.at, freshness: s.freshness });
            HealthCheckVerdict { region: check.region.clone(), id: check.id.clone(), healthy }
        })
        .collect()
}

/// A Region that is kept out of the traffic on purpose: a quorum says that its control is Off, in every panel that
/// has one.
#[must_use]
pub fn drained(world: &World, region: &Region, now: Timestamp) -> bool {
    let Some(routing) = &world.topology().routing else { return false };
    let mut states = routing.controls_of(region).map(|c| state(world, routing, &c.name, now)).peekable();
    states.peek().is_some() && states.all(|state| state == Some(ControlState::Off))
}

/// Panels that disagree on a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelSplit {
    /// The Region.
    pub region: Region,
    /// The panels that let users in.
    pub on: Vec<String>,
    /// The panels that keep them out.
    pub off: Vec<String>,
}

impl fmt::Display for PanelSplit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} On in {}, Off in {}", self.region, self.on.join(", "), self.off.join(", "))
    }
}

/// The Regions that one panel lets users into while another keeps them out, by what quorums say.
#[must_use]
pub fn panel_splits(world: &World, now: Timestamp) -> Vec<PanelSplit> {
    let Some(routing) = world.topology().routing.as_ref().filter(|r| r.has_several_panels()) else {
        return Vec::new();
    };
    let regions = world.topology().regions.iter();
    let split = |spec: &RegionSpec| {
        let mut split = PanelSplit { region: spec.name.clone(), on: Vec::new(), off: Vec::new() };
        for control in routing.controls_of(&spec.name) {
            let panel = routing.panel_of(&control.arn).and_then(|panel| panel.name.clone());
            match state(world, routing, &control.name, now) {
                Some(ControlState::On) => split.on.extend(panel),
                Some(ControlState::Off) => split.off.extend(panel),
                None => {}
            }
        }
        (!split.on.is_empty() && !split.off.is_empty()).then_some(split)
    };
    regions.filter_map(split).collect()
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
    let failing = feed.and_then(Feed::trouble).map(|(_, since)| since);
    let silent = failing.map(|since| feed.and_then(Feed::seen).map_or(since, |(_, at)| at));
    ControlCell {
        endpoint: endpoint.region.clone(),
        round_trip: feed.and_then(Feed::round_trip),
        trouble: feed.and_then(Feed::trouble).map(|(trouble, _)| trouble.clone()),
        silent: silent.or(state.as_ref().filter(|state| state.freshness != Freshness::Fresh).map(|s| s.at)),
        state,
    }
}

/// One endpoint's newest word on a control.
fn word(feed: &Feed, name: &str, now: Timestamp) -> Option<Dated<ControlState>> {
    let (Reading::Controls(states), at) = feed.seen()? else { return None };
    Some(Dated { value: *states.get(name)?, at, freshness: feed.freshness(now) })
}

/// What a quorum of fresh answers agrees on.
pub(super) fn state(world: &World, routing: &Routing, name: &str, now: Timestamp) -> Option<ControlState> {
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

fn holds(rule: &Rule, state: impl Fn(&str) -> Option<ControlState>) -> Option<bool> {
    let watched = match &rule.kind {
        RuleKind::Assertion { asserted } => asserted,
        RuleKind::Gating { gating, .. } => gating,
    };
    rule.holds(watched, |control| state(control).map(|state| state == ControlState::On))
}

#[cfg(test)]
mod tests {
    use ControlState::{Off, On};

    use crate::model::fixture::{EAST, Scene, WEST, east, two_regions, west};
    use crate::model::reading::TroubleKind;
    use crate::model::topology::RuleLogic;
    use crate::model::verdict::health_check_metric;

    use super::*;

    fn of_east(scene: &Scene) -> (Option<ControlState>, bool) {
        let control = controls(&scene.world, scene.now).swap_remove(0);
        (control.state, control.split)
    }

    #[test]
    fn three_of_five_make_a_state() {
        let mut scene = Scene::new(two_regions());
        assert_eq!(of_east(&scene), (None, false));
        scene.controls(EAST, [On, On]);
        scene.controls(WEST, [On, On]);
        assert_eq!(of_east(&scene), (None, false), "two are no quorum");
        scene.controls("eu-west-1", [On, On]);
        assert_eq!(of_east(&scene), (Some(On), false));
        scene.controls("ap-northeast-1", [Off, On]);
        assert_eq!(of_east(&scene), (Some(On), true));
        scene.controls("ap-southeast-2", [Off, On]);
        scene.later(1);
        scene.controls(EAST, [Off, On]);
        assert_eq!(of_east(&scene), (Some(Off), true));
    }

    #[test]
    fn an_old_answer_has_no_vote() {
        let mut scene = Scene::new(two_regions());
        scene.controls_everywhere([On, On]);
        scene.later(21);
        assert_eq!(of_east(&scene), (None, false));
        for endpoint in [EAST, WEST, "eu-west-1"] {
            scene.controls(endpoint, [Off, On]);
        }
        assert_eq!(of_east(&scene), (Some(Off), false));
        assert!(drained(&scene.world, &east(), scene.now));
        assert!(!drained(&scene.world, &west(), scene.now));
    }

    #[test]
    fn each_endpoint_has_its_own_word_and_trouble() {
        let mut scene = Scene::new(two_regions());
        scene.controls(EAST, [On, Off]);
        scene.later(5);
        scene.fail(Source::Endpoint(east()), TroubleKind::EndpointAway);
        scene.fail(Source::Endpoint(west()), TroubleKind::TimedOut);
        let control = controls(&scene.world, scene.now).swap_remove(1);
        let endpoints: Vec<&str> = control.cells.iter().map(|cell| cell.endpoint.as_str()).collect();
        assert_eq!(endpoints, [EAST, WEST, "eu-west-1", "ap-northeast-1", "ap-southeast-2"]);
        let [first, second, third, ..] = control.cells.as_slice() else { unreachable!() };
        assert_eq!(first.state.as_ref().map(|state| state.value), Some(Off));
        assert_eq!(first.round_trip, Some(Duration::from_millis(80)));
        assert_eq!(first.trouble.as_ref().map(|trouble| trouble.kind), Some(TroubleKind::EndpointAway));
        assert_eq!(first.silent, first.state.as_ref().map(|state| state.at), "since it last answered");
        assert_eq!(
            (second.silent, third.silent),
            (Some(scene.now), None),
            "since it was first asked in vain"
        );
        assert_eq!((&second.state, second.trouble.is_some()), (&None, true));
        assert_eq!((&third.state, third.trouble.is_some()), (&None, false));
    }

    fn rule(kind: RuleKind, logic: RuleLogic, inverted: bool) -> Rule {
        Rule { name: "r".to_owned(), arn: String::new(), kind, logic, inverted, wait: Duration::ZERO }
    }

    #[test]
    fn the_logic_of_rules() {
        let on = |names: &'static [&'static str]| {
            move |name: &str| Some(if names.contains(&name) { On } else { Off })
        };
        let asserted = || RuleKind::Assertion { asserted: vec!["a".to_owned(), "b".to_owned()] };
        let cases: [(RuleLogic, &'static [&'static str], bool); 8] = [
            (RuleLogic::AtLeast(1), &["b"], true),
            (RuleLogic::AtLeast(1), &[], false),
            (RuleLogic::AtLeast(2), &["a"], false),
            (RuleLogic::And, &["a", "b"], true),
            (RuleLogic::And, &["a"], false),
            (RuleLogic::Or, &["a"], true),
            (RuleLogic::Or, &[], false),
            (RuleLogic::Or, &["c"], false),
        ];
        for (logic, names, met) in cases {
            assert_eq!(holds(&rule(asserted(), logic, false), on(names)), Some(met), "{logic:?} {names:?}");
            assert_eq!(
                holds(&rule(asserted(), logic, true), on(names)),
                Some(!met),
                "inverted {logic:?} {names:?}"
            );
        }
        let some = |name: &str| (name == "a").then_some(On);
        assert_eq!(holds(&rule(asserted(), RuleLogic::Or, false), some), Some(true), "one is enough");
        assert_eq!(holds(&rule(asserted(), RuleLogic::And, false), some), None, "the unknown one decides");
        let gating = RuleKind::Gating { gating: vec!["a".to_owned()], targets: vec!["b".to_owned()] };
        assert_eq!(holds(&rule(gating, RuleLogic::And, false), some), Some(true), "only the gate is watched");
    }

    #[test]
    fn rules_are_held_against_the_quorum() {
        let mut scene = Scene::new(two_regions());
        let holds = |scene: &Scene| rules(&scene.world, scene.now)[0].holds;
        assert_eq!(holds(&scene), None);
        scene.controls_everywhere([On, Off]);
        assert_eq!(holds(&scene), Some(true));
        scene.later(1);
        scene.controls_everywhere([Off, Off]);
        assert_eq!(holds(&scene), Some(false));
    }

    #[test]
    fn health_checks_are_in_the_order_of_the_regions_and_once() {
        let mut scene = Scene::new(two_regions());
        scene.tail(&health_check_metric("check-us-east-1"), &[1.0, 0.0]);
        let checks = health_checks(&scene.world, scene.now);
        let told: Vec<_> =
            checks.iter().map(|c| (c.id.as_str(), c.healthy.as_ref().map(|h| h.value))).collect();
        assert_eq!(told, [("check-us-east-1", Some(false)), ("check-us-west-2", None)]);
    }

    #[test]
    fn a_workload_without_routing_has_none() {
        let mut topology = two_regions();
        topology.routing = None;
        let scene = Scene::new(topology);
        assert!(controls(&scene.world, scene.now).is_empty() && rules(&scene.world, scene.now).is_empty());
        assert!(!drained(&scene.world, &east(), scene.now));
    }
}
