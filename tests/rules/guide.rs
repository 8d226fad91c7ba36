//! Safety rules in the words of the AWS guide, over plain numbers: the independent judge, and every small rule set.

use std::time::Duration;

use pointsman::model::reading::ControlState;
use pointsman::model::topology::{self, Control, Region, Routing, Rule, RuleKind, RuleLogic};
use pointsman::plan::operation::ControlChange;
use pointsman::plan::rules::States;

/// What becomes of each control in a call: On, Off, or it is not named.
pub(crate) type Call = Vec<Option<bool>>;

/// A safety rule over control numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ruling {
    pub(crate) watched: Vec<usize>,
    /// The controls behind the gate; none of an assertion rule.
    pub(crate) targets: Option<Vec<usize>>,
    pub(crate) logic: Logic,
    pub(crate) inverted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Logic {
    All,
    Any,
    AtLeast(usize),
}

/// A panel: its rules, and which of its controls carry a Region.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    pub(crate) carries: Vec<bool>,
    pub(crate) rules: Vec<Ruling>,
}

impl Ruling {
    fn speaks_of(&self, states: &[bool]) -> bool {
        let on = |control: &usize| states[*control];
        let plain = match self.logic {
            Logic::All => self.watched.iter().all(on),
            Logic::Any => self.watched.iter().any(on),
            Logic::AtLeast(wanted) => self.watched.iter().filter(|control| on(control)).count() >= wanted,
        };
        plain != self.inverted
    }

    /// An assertion judges what a whole call leaves behind, a gate what was before it; each only when it is touched.
    fn lets(&self, before: &[bool], call: &Call, after: &[bool]) -> bool {
        let touched = |controls: &[usize]| controls.iter().any(|control| call[*control].is_some());
        match &self.targets {
            None => !touched(&self.watched) || self.speaks_of(after),
            Some(targets) => !touched(targets) || self.speaks_of(before),
        }
    }
}

pub(crate) fn after(before: &[bool], call: &Call) -> Vec<bool> {
    before.iter().zip(call).map(|(was, set)| set.unwrap_or(*was)).collect()
}

impl Panel {
    /// ARC takes it, and a Region stays On where there are any.
    pub(crate) fn takes(&self, before: &[bool], call: &Call) -> bool {
        let then = after(before, call);
        let regions = || self.carries.iter().zip(&then).filter(|(carries, _)| **carries);
        let served = regions().next().is_none() || regions().any(|(_, on)| *on);
        served
            && call.iter().flatten().count() <= 10
            && self.rules.iter().all(|rule| rule.lets(before, call, &then))
    }

    /// The same as the console is told of it.
    pub(crate) fn routing(&self) -> Routing {
        let control = |(number, carries): (usize, &bool)| Control {
            name: name(number),
            arn: format!("arn:{}", name(number)),
            region: carries.then(|| Region::new(&name(number))),
            health_check: None,
        };
        let rule = |(number, rule): (usize, &Ruling)| Rule {
            name: format!("rule-{number}"),
            arn: format!("arn:rule-{number}"),
            kind: match &rule.targets {
                None => RuleKind::Assertion { asserted: names(&rule.watched) },
                Some(targets) => RuleKind::Gating { gating: names(&rule.watched), targets: names(targets) },
            },
            logic: match rule.logic {
                Logic::All => RuleLogic::And,
                Logic::Any => RuleLogic::Or,
                Logic::AtLeast(wanted) => RuleLogic::AtLeast(wanted),
            },
            inverted: rule.inverted,
            wait: Duration::from_secs(5),
        };
        Routing {
            cluster: "arn:cluster".to_owned(),
            panels: vec![topology::Panel { name: None, arn: "arn:panel".to_owned() }],
            endpoints: Vec::new(),
            controls: self.carries.iter().enumerate().map(control).collect(),
            rules: self.rules.iter().enumerate().map(rule).collect(),
        }
    }
}

pub(crate) fn name(number: usize) -> String {
    format!("c{number}")
}

fn names(numbers: &[usize]) -> Vec<String> {
    numbers.iter().map(|number| name(*number)).collect()
}

pub(crate) fn state(on: bool) -> ControlState {
    if on { ControlState::On } else { ControlState::Off }
}

pub(crate) fn states(all: &[bool]) -> States {
    all.iter().enumerate().map(|(number, on)| (name(number), state(*on))).collect()
}

/// What is wanted, as a plan would write it.
pub(crate) fn changes(before: &[bool], wanted: &Call) -> Vec<ControlChange> {
    let set = |(number, wanted): (usize, &Option<bool>)| {
        let (control, arn) = (name(number), format!("arn:{}", name(number)));
        Some(ControlChange {
            control,
            arn,
            state: state((*wanted)?),
            was: state(before[number]),
            guessed: false,
        })
    };
    wanted.iter().enumerate().filter_map(set).collect()
}

/// Every combination of On and Off.
pub(crate) fn every_state(controls: usize) -> Vec<Vec<bool>> {
    (0..1_usize << controls).map(|bits| (0..controls).map(|at| bits >> at & 1 == 1).collect()).collect()
}

/// Every call that names at least one control.
pub(crate) fn every_call(controls: usize) -> Vec<Call> {
    let digit = |code: usize, at: usize| match code / 3_usize.pow(u32::try_from(at).unwrap()) % 3 {
        0 => None,
        1 => Some(false),
        _ => Some(true),
    };
    let all = (1..3_usize.pow(u32::try_from(controls).unwrap()))
        .map(|code| (0..controls).map(|at| digit(code, at)).collect());
    all.collect()
}

/// Every set of controls that is not empty.
pub(crate) fn every_set(controls: usize) -> Vec<Vec<usize>> {
    (1..1_usize << controls).map(|bits| (0..controls).filter(|at| bits >> at & 1 == 1).collect()).collect()
}

/// Every assertion rule: AND and OR are the ends of ATLEAST, so each threshold once, plain and inverted.
pub(crate) fn every_assertion(controls: usize) -> Vec<Ruling> {
    let thresholds = |watched: Vec<usize>| (1..=watched.len()).map(move |wanted| (watched.clone(), wanted));
    let plain = every_set(controls).into_iter().flat_map(thresholds);
    let both = plain.flat_map(|(watched, wanted)| {
        [false, true].map(|inverted| Ruling {
            watched: watched.clone(),
            targets: None,
            logic: match wanted {
                1 => Logic::Any,
                all if all == watched.len() => Logic::All,
                some => Logic::AtLeast(some),
            },
            inverted,
        })
    });
    both.collect()
}

/// Every gating rule: each logic of an assertion before each set of targets.
pub(crate) fn every_gate(controls: usize) -> Vec<Ruling> {
    let behind = |gate: Ruling| {
        every_set(controls).into_iter().map(move |targets| Ruling { targets: Some(targets), ..gate.clone() })
    };
    every_assertion(controls).into_iter().flat_map(behind).collect()
}
