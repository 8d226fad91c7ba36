//! The solver against brute force: a way it finds is taken by the judge call for call and ends where it should, and
//! where it finds none no sequence of calls at all leads there.
//!
//! Exhaustive: every set of at most two rules over two controls, and every single rule over three controls, from every
//! state and for everything that can be wanted. Of every single rule over four controls a share of the states and wants
//! is taken; sets of up to four rules over three and four controls, and panels of many, are drawn.

use std::collections::BTreeSet;
use std::time::Duration;

use pointsman::plan::operation::RoutingSet;
use pointsman::plan::rules::{self, Way};
use proptest::prelude::*;

use super::guide::{self, Call, Logic, Panel, Ruling};

/// Holds every wanted change from a state against the judge.
fn hold(panel: &Panel, before: &[bool], wanted: &[Call]) {
    let routing = panel.routing();
    let states = guide::states(before);
    let reached = reach(panel, before);
    for want in wanted {
        let changes = guide::changes(before, want);
        let way = rules::way(&routing, &states, &changes);
        let there =
            |state: &Vec<bool>| state.iter().zip(want).all(|(on, wanted)| wanted.is_none_or(|w| w == *on));
        let story = || format!("{panel:?}\nfrom {before:?} wanting {want:?}: {way:?}");
        match &way {
            Way::Calls(calls) => {
                let end = calls.iter().fold(before.to_vec(), |state, call| {
                    let call = as_call(state.len(), call);
                    assert!(
                        panel.takes(&state, &call),
                        "the judge refuses {call:?} in {state:?}\n{}",
                        story()
                    );
                    guide::after(&state, &call)
                });
                assert!(there(&end), "it ends in {end:?}\n{}", story());
                let direct = rules::blockers(&routing, &states, &RoutingSet::of(changes.clone())).is_empty();
                assert!(!direct || calls.len() <= 1, "one call would do\n{}", story());
            }
            Way::None => assert!(!reached.iter().any(there), "there is a way\n{}", story()),
            other => panic!("{other:?}\n{}", story()),
        }
    }
}

fn as_call(controls: usize, call: &rules::Call) -> Call {
    let mut named = vec![None; controls];
    for entry in &call.entries {
        let at = (0..controls).find(|at| guide::name(*at) == entry.control).unwrap();
        assert!(named[at].is_none(), "a control is named twice: {call:?}");
        named[at] = Some(entry.state == guide::state(true));
    }
    named
}

/// Every state that any sequence of calls leads to.
fn reach(panel: &Panel, from: &[bool]) -> BTreeSet<Vec<bool>> {
    let calls = guide::every_call(from.len());
    let mut reached = BTreeSet::from([from.to_vec()]);
    let mut open = vec![from.to_vec()];
    while let Some(state) = open.pop() {
        for call in calls.iter().filter(|call| panel.takes(&state, call)) {
            let next = guide::after(&state, call);
            if reached.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    reached
}

/// All controls carry a Region, or the last one is a gate.
fn carrying(controls: usize) -> [Vec<bool>; 2] {
    let gated = (0..controls).map(|at| at + 1 < controls).collect();
    [vec![true; controls], gated]
}

#[test]
fn every_pair_of_rules_over_two_controls() {
    let rules: Vec<Ruling> = guide::every_assertion(2).into_iter().chain(guide::every_gate(2)).collect();
    let calls = guide::every_call(2);
    for (at, one) in rules.iter().enumerate() {
        for other in &rules[at..] {
            for carries in carrying(2) {
                let panel = Panel { carries, rules: vec![one.clone(), other.clone()] };
                guide::every_state(2).iter().for_each(|state| hold(&panel, state, &calls));
            }
        }
    }
}

#[test]
fn every_rule_over_three_controls() {
    let calls = guide::every_call(3);
    for rule in guide::every_assertion(3).into_iter().chain(guide::every_gate(3)) {
        for carries in carrying(3) {
            let panel = Panel { carries, rules: vec![rule.clone()] };
            guide::every_state(3).iter().for_each(|state| hold(&panel, state, &calls));
        }
    }
}

/// Each rule from two of the sixteen states, wanting a seventh of what can be wanted, others for each.
#[test]
fn every_rule_over_four_controls() {
    let (calls, states) = (guide::every_call(4), guide::every_state(4));
    for (number, rule) in guide::every_assertion(4).into_iter().chain(guide::every_gate(4)).enumerate() {
        let panel = Panel { carries: carrying(4)[number % 2].clone(), rules: vec![rule] };
        let wanted: Vec<Call> = calls.iter().skip(number % 7).step_by(7).cloned().collect();
        for turn in [number, number * 5 + 3] {
            hold(&panel, &states[turn % states.len()], &wanted);
        }
    }
}

fn set(controls: usize) -> impl Strategy<Value = Vec<usize>> {
    proptest::sample::subsequence((0..controls).collect::<Vec<_>>(), 1..=controls)
}

fn ruling(controls: usize) -> impl Strategy<Value = Ruling> {
    let logic = prop_oneof![Just(Logic::All), Just(Logic::Any), (0..=controls + 1).prop_map(Logic::AtLeast)];
    (set(controls), proptest::option::of(set(controls)), logic, any::<bool>())
        .prop_map(|(watched, targets, logic, inverted)| Ruling { watched, targets, logic, inverted })
}

fn panel(controls: usize, most: usize) -> impl Strategy<Value = (Panel, Vec<bool>)> {
    let carries = proptest::collection::vec(any::<bool>(), controls);
    let rules = proptest::collection::vec(ruling(controls), 1..=most);
    let states = proptest::collection::vec(any::<bool>(), controls);
    (carries, rules, states).prop_map(|(carries, rules, state)| (Panel { carries, rules }, state))
}

/// A panel of many Regions, behind rules that treat most of them alike.
fn wide() -> impl Strategy<Value = (Panel, Vec<bool>)> {
    (11_usize..25, 1_usize..4, 0_usize..3).prop_flat_map(|(regions, least, gates)| {
        let controls = regions + gates;
        let mut rules = vec![Ruling {
            watched: (0..regions).collect(),
            targets: None,
            logic: Logic::AtLeast(least),
            inverted: false,
        }];
        rules.extend((0..gates).map(|gate| Ruling {
            watched: vec![regions + gate],
            targets: Some((gate..regions).step_by(2).collect()),
            logic: Logic::All,
            inverted: false,
        }));
        let panel = Panel { carries: (0..controls).map(|at| at < regions).collect(), rules };
        (Just(panel), proptest::collection::vec(any::<bool>(), controls))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn sets_of_rules_over_three_and_four_controls(
        (three, at_three) in panel(3, 4),
        (four, at_four) in panel(4, 3),
    ) {
        hold(&three, &at_three, &guide::every_call(3));
        hold(&four, &at_four, &guide::every_call(4));
    }

    /// More than ten entries: every call is one that ARC takes, and together they end where they should.
    #[test]
    fn a_panel_of_many_is_split_into_calls_that_are_taken((panel, before) in wide(), on in 0_usize..24) {
        let regions = panel.carries.iter().filter(|carries| **carries).count();
        let mut wanted: Call = vec![None; before.len()];
        (0..regions).for_each(|at| wanted[at] = Some(at == on % regions || at % 3 == 0));
        let least = match panel.rules[0].logic { Logic::AtLeast(least) => least, _ => 1 };
        let changes = guide::changes(&before, &wanted);
        match rules::way(&panel.routing(), &guide::states(&before), &changes) {
            Way::Calls(calls) => {
                let end = calls.iter().fold(before.clone(), |state, call| {
                    let call = as_call(state.len(), call);
                    assert!(panel.takes(&state, &call), "{call:?} in {state:?}\n{panel:?}");
                    guide::after(&state, &call)
                });
                prop_assert!(end.iter().zip(&wanted).all(|(on, wanted)| wanted.is_none_or(|w| w == *on)));
                for pair in calls.windows(2) {
                    prop_assert!(pair[1].pause <= Duration::from_secs(5));
                }
            }
            // Wanted is always at least a third of them On, so only the size of the search may stop it.
            Way::TooMany(_) => {}
            other => prop_assert!(wanted.iter().filter(|w| **w == Some(true)).count() < least, "{:?}", other),
        }
    }
}
