//! Controls that no rule tells apart, as one class with a count: what the search moves instead of single controls.
//!
//! Two controls are of one class when the same rules count and hold them, they stand alike and the same is wanted.

use std::collections::{BTreeMap, BTreeSet};

use super::Way;
use crate::model::reading::ControlState;
use crate::model::topology::{Routing, Rule, RuleKind};
use crate::plan::operation::ControlChange;
use crate::plan::rules::{States, counted, held, needed};

/// More states than this are not searched: the time grows with their square.
const MOST_STATES: usize = 1024;

/// How many controls of each class are On.
pub(super) type Counts = Vec<usize>;

/// Everything that the search must know.
#[derive(Debug)]
pub(super) struct Classes {
    pub(super) all: Vec<Class>,
    pub(super) rules: Vec<Logic>,
}

/// Controls that are treated alike.
#[derive(Debug)]
pub(super) struct Class {
    members: Vec<String>,
    on: usize,
    movable: bool,
    pub(super) wanted: Option<ControlState>,
    /// The panel in which it carries a Region's traffic, by its place in the config.
    pub(super) carries: Option<usize>,
}

/// A safety rule over classes.
#[derive(Debug)]
pub(super) struct Logic {
    pub(super) counted: Vec<usize>,
    pub(super) held: Vec<usize>,
    pub(super) needed: usize,
    pub(super) inverted: bool,
    /// It judges the state before the call, not after it.
    pub(super) gates: bool,
}

/// What makes two controls alike.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Sign {
    state: ControlState,
    wanted: Option<ControlState>,
    carries: Option<usize>,
    movable: bool,
    rules: Vec<(bool, bool)>,
}

impl Class {
    pub(super) fn size(&self) -> usize {
        self.members.len()
    }

    /// How many of it could be On.
    pub(super) fn counts(&self) -> std::ops::RangeInclusive<usize> {
        if self.movable { 0..=self.size() } else { self.on..=self.on }
    }
}

impl Classes {
    /// The classes that a change touches, directly or through rules; the error says why there can be no search.
    pub(super) fn of(routing: &Routing, now: &States, wanted: &[ControlChange]) -> Result<Self, Way> {
        let goals: BTreeMap<&str, ControlState> =
            wanted.iter().map(|change| (change.control.as_str(), change.state)).collect();
        if wanted.iter().any(|change| goals.get(change.control.as_str()) != Some(&change.state)) {
            return Err(Way::None);
        }
        let near = relevant(routing, &goals, wanted);
        let unread: Vec<String> =
            near.iter().filter(|name| !now.contains_key(**name)).map(|name| (*name).to_owned()).collect();
        if !unread.is_empty() {
            return Err(Way::Unread(unread));
        }
        let mut signs: BTreeMap<Sign, Vec<String>> = BTreeMap::new();
        for name in &near {
            signs.entry(sign(routing, now, &goals, name)).or_default().push((*name).to_owned());
        }
        let classes = Self::from(routing, signs);
        let states = classes.all.iter().try_fold(1_usize, |all, class| {
            all.checked_mul(class.counts().count()).filter(|states| *states <= MOST_STATES)
        });
        if states.is_some() { Ok(classes) } else { Err(Way::TooMany(near.len())) }
    }

    fn from(routing: &Routing, signs: BTreeMap<Sign, Vec<String>>) -> Self {
        let mut all = Vec::new();
        let mut of: BTreeMap<String, usize> = BTreeMap::new();
        for (Sign { state, wanted, carries, movable, .. }, members) in signs {
            of.extend(members.iter().map(|name| (name.clone(), all.len())));
            let on = if state == ControlState::On { members.len() } else { 0 };
            all.push(Class { members, on, movable, wanted, carries });
        }
        let classes = |names: &[String]| {
            let classes: BTreeSet<usize> = names.iter().filter_map(|name| of.get(name).copied()).collect();
            classes.into_iter().collect::<Vec<_>>()
        };
        let logic = |rule: &Rule| Logic {
            counted: classes(counted(rule)),
            held: classes(held(rule)),
            needed: needed(rule),
            inverted: rule.inverted,
            gates: matches!(rule.kind, RuleKind::Gating { .. }),
        };
        let rules = routing.rules.iter().map(logic).filter(|logic| !logic.held.is_empty()).collect();
        Self { all, rules }
    }

    /// How many are On before the first call.
    pub(super) fn start(&self) -> Counts {
        self.all.iter().map(|class| class.on).collect()
    }

    /// Every class that is wanted is as it is wanted.
    pub(super) fn is_there(&self, counts: &[usize]) -> bool {
        self.all.iter().zip(counts).all(|(class, on)| match class.wanted {
            Some(ControlState::On) => *on == class.size(),
            Some(ControlState::Off) => *on == 0,
            None => true,
        })
    }

    /// The entries of the call that makes these counts of those states.
    pub(super) fn entries(&self, routing: &Routing, states: &States, counts: &[usize]) -> Vec<ControlChange> {
        let mut entries = Vec::new();
        for (class, wanted) in self.all.iter().zip(counts) {
            let is = |name: &&String, state| states.get(*name) == Some(&state);
            let on = class.members.iter().filter(|name| is(name, ControlState::On)).count();
            let (was, state) = if on > *wanted {
                (ControlState::On, ControlState::Off)
            } else {
                (ControlState::Off, ControlState::On)
            };
            let changed = class.members.iter().filter(|name| is(name, was)).take(on.abs_diff(*wanted));
            entries.extend(changed.filter_map(|name| {
                let arn = routing.control(name)?.arn.clone();
                Some(ControlChange { control: name.clone(), arn, state, was, guessed: false })
            }));
        }
        entries
    }
}

/// The wanted controls, those of every Region in their panels, and whatever is counted by a rule that holds one of these.
fn relevant<'a>(
    routing: &'a Routing,
    goals: &BTreeMap<&'a str, ControlState>,
    wanted: &[ControlChange],
) -> BTreeSet<&'a str> {
    let mut near: BTreeSet<&str> = goals.keys().copied().collect();
    for panel in routing.touched(wanted.iter().map(|change| change.arn.as_str())) {
        near.extend(routing.controls_in(panel).filter(|c| c.region.is_some()).map(|c| c.name.as_str()));
    }
    loop {
        let before = near.len();
        for rule in &routing.rules {
            if held(rule).iter().any(|name| near.contains(name.as_str())) {
                near.extend(counted(rule).iter().map(String::as_str));
            }
        }
        if near.len() == before {
            return near;
        }
    }
}

fn sign(routing: &Routing, now: &States, goals: &BTreeMap<&str, ControlState>, name: &str) -> Sign {
    let control = routing.control(name);
    let among = |names: &[String]| names.iter().any(|other| other == name);
    Sign {
        state: now.get(name).copied().unwrap_or(ControlState::Off),
        wanted: goals.get(name).copied(),
        carries: control.filter(|control| control.region.is_some()).and_then(|control| {
            let panel = routing.panel_of(&control.arn);
            routing.panels.iter().position(|other| Some(other) == panel)
        }),
        movable: control.is_some(),
        rules: routing.rules.iter().map(|rule| (among(counted(rule)), among(held(rule)))).collect(),
    }
}
