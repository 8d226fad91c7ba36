//! What blocks a change, held against every state and every way in which the unknown can turn out.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::model::fixture;
use crate::model::topology::{Routing, RuleLogic};

const NAMES: [&str; 4] = ["a", "b", "c", "gate"];

fn rule(kind: RuleKind, logic: RuleLogic, inverted: bool) -> Rule {
    let (name, arn) = ("r".to_owned(), "arn:r".to_owned());
    Rule { name, arn, kind, logic, inverted, wait: Duration::from_secs(5) }
}

fn set(control: &str, state: ControlState) -> ControlChange {
    let arn = format!("arn:{control}");
    ControlChange { control: control.to_owned(), arn, state, was: ControlState::Off, guessed: false }
}

fn blocked(routing: &Routing, now: &States, changes: &[ControlChange]) -> Vec<Blocker> {
    blockers(routing, now, &RoutingSet::of(changes.to_vec()))
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

/// Every state of the four controls, each On, Off or not known.
fn every_state() -> Vec<States> {
    (0..81_u32)
        .map(|code| {
            let digit = |at: usize| code / 3_u32.pow(u32::try_from(at).unwrap()) % 3;
            let known = NAMES.iter().enumerate().filter_map(|(at, name)| match digit(at) {
                0 => Some(((*name).to_owned(), ControlState::Off)),
                1 => Some(((*name).to_owned(), ControlState::On)),
                _ => None,
            });
            known.collect()
        })
        .collect()
}

/// Every way in which the unknown controls of a state can turn out.
fn completions(states: &States) -> Vec<States> {
    let fits = |whole: &States| {
        whole.len() == NAMES.len() && states.iter().all(|(name, state)| whole.get(name) == Some(state))
    };
    every_state().into_iter().filter(fits).collect()
}

/// The rule in the words of the AWS guide, on a fully known state.
fn satisfied(rule: &Rule, watched: &[String], states: &States) -> bool {
    let is_on = |name: &String| states[name] == ControlState::On;
    let plain = match rule.logic {
        RuleLogic::And => watched.iter().all(is_on),
        RuleLogic::Or => watched.iter().any(is_on),
        RuleLogic::AtLeast(n) => watched.iter().filter(|name| is_on(name)).count() >= n,
    };
    if rule.inverted { !plain } else { plain }
}

fn logics() -> impl Strategy<Value = RuleLogic> {
    prop_oneof![Just(RuleLogic::And), Just(RuleLogic::Or), (0_usize..5).prop_map(RuleLogic::AtLeast)]
}

fn subset() -> impl Strategy<Value = Vec<String>> {
    proptest::sample::subsequence(NAMES.to_vec(), 1..=4).prop_map(|names| owned(&names))
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let assertion = subset().prop_map(|asserted| RuleKind::Assertion { asserted });
    let gating = (subset(), subset()).prop_map(|(gating, targets)| RuleKind::Gating { gating, targets });
    (prop_oneof![assertion, gating], logics(), any::<bool>())
        .prop_map(|(kind, logic, inverted)| rule(kind, logic, inverted))
}

fn any_changes() -> impl Strategy<Value = Vec<ControlChange>> {
    let state = prop_oneof![Just(ControlState::On), Just(ControlState::Off)];
    (subset(), proptest::collection::vec(state, 4))
        .prop_map(|(names, states)| names.iter().zip(states).map(|(name, state)| set(name, state)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// What an unknown control decides is not known; everything else is, and as in every completion.
    #[test]
    fn logic_agrees_with_brute_force(watched in subset(), logic in logics(), inverted: bool) {
        let rule = rule(RuleKind::Assertion { asserted: watched.clone() }, logic, inverted);
        for states in every_state() {
            let all: Vec<bool> =
                completions(&states).iter().map(|whole| satisfied(&rule, &watched, whole)).collect();
            let expected = all.iter().all(|v| *v == all[0]).then(|| all[0]);
            prop_assert_eq!(holds(&rule, &watched, &states), expected);
        }
    }

    /// A call passes exactly when it passes however the unknown controls turn out.
    #[test]
    fn blockers_agree_with_brute_force(
        rules in proptest::collection::vec(any_rule(), 0..4),
        changes in any_changes(),
    ) {
        for states in every_state() {
            let passes = |whole: &States| {
                let then = after(whole, &changes);
                rules.iter().all(|rule| {
                    let touches = |names: &[String]| changes.iter().any(|c| names.contains(&c.control));
                    match &rule.kind {
                        RuleKind::Assertion { asserted } => {
                            !touches(asserted) || satisfied(rule, asserted, &then)
                        }
                        RuleKind::Gating { gating, targets } => {
                            !touches(targets) || satisfied(rule, gating, whole)
                        }
                    }
                })
            };
            let expected = completions(&states).iter().all(passes);
            prop_assert_eq!(solve(&rules, &states, &changes).is_empty(), expected);
        }
    }

    /// Each rule is judged on its own: no blocker hides another.
    #[test]
    fn every_blocker_is_listed(
        rules in proptest::collection::vec(any_rule(), 0..5),
        changes in any_changes(),
    ) {
        for states in every_state() {
            let together = solve(&rules, &states, &changes);
            let alone: Vec<Blocker> =
                rules.iter().flat_map(|r| solve(std::slice::from_ref(r), &states, &changes)).collect();
            prop_assert_eq!(together, alone);
        }
    }
}

fn states(known: &[(&str, ControlState)]) -> States {
    known.iter().map(|(name, state)| ((*name).to_owned(), *state)).collect()
}

#[test]
fn an_assertion_says_what_would_lift_it() {
    let kind = RuleKind::Assertion { asserted: owned(&["a", "b", "c"]) };
    let rule = rule(kind, RuleLogic::AtLeast(2), false);
    let now = states(&[("a", ControlState::On), ("b", ControlState::On), ("c", ControlState::Off)]);
    let blockers = solve(&[rule], &now, &[set("a", ControlState::Off)]);
    assert_eq!(
        blockers[0].to_string(),
        "r: after the change 1 of a, b, c would be On, and it wants at least 2; turn 1 of a, c On in the same call"
    );
    assert_eq!(blockers[0].arn.as_deref(), Some("arn:r"));
}

#[test]
fn a_gate_opened_in_the_same_call_stays_closed() {
    let kind = RuleKind::Gating { gating: owned(&["gate"]), targets: owned(&["a"]) };
    let rule = rule(kind, RuleLogic::And, false);
    let now = states(&[("a", ControlState::Off), ("gate", ControlState::Off)]);
    let call = [set("gate", ControlState::On), set("a", ControlState::On)];
    let blockers = solve(&[rule], &now, &call);
    assert_eq!(
        blockers[0].to_string(),
        "r: a may not change while 0 of gate are On, and it wants at least 1; turn gate On first, in a call of its own"
    );
}

#[test]
fn an_inverted_rule_wants_fewer_on() {
    let kind = RuleKind::Assertion { asserted: owned(&["a", "b"]) };
    let rule = rule(kind, RuleLogic::And, true);
    let now = states(&[("a", ControlState::On), ("b", ControlState::Off)]);
    let blockers = solve(&[rule], &now, &[set("b", ControlState::On)]);
    assert_eq!(blockers[0].lift, "turn 1 of a, b Off in the same call");
}

#[test]
fn zero_regions_on_is_blocked_without_any_rule() {
    let mut routing = fixture::two_regions().routing.unwrap();
    routing.rules.clear();
    let now = states(&[(fixture::EAST, ControlState::On), (fixture::WEST, ControlState::Off)]);
    let off = [set(fixture::EAST, ControlState::Off)];
    assert_eq!(blocked(&routing, &now, &off)[0].why, "no Region would be On");
    let swap = [set(fixture::EAST, ControlState::Off), set(fixture::WEST, ControlState::On)];
    assert_eq!(blocked(&routing, &now, &swap), []);
}

#[test]
fn a_gate_that_is_on_is_no_region() {
    let mut routing = fixture::two_regions().routing.unwrap();
    routing.rules.clear();
    routing.controls.push(crate::model::topology::Control {
        name: "gate".to_owned(),
        arn: "arn:gate".to_owned(),
        region: None,
        health_check: None,
    });
    let now = states(&[("gate", ControlState::On), (fixture::EAST, ControlState::On)]);
    let off = [set(fixture::EAST, ControlState::Off)];
    assert_eq!(blocked(&routing, &now, &off).len(), 1);
}

#[test]
fn more_than_ten_entries_and_doubles_are_named() {
    let many: Vec<ControlChange> = (0..11)
        .map(|n| set(&format!("c{n}"), ControlState::On))
        .chain([set("c0", ControlState::On)])
        .collect();
    let names: Vec<String> = solve(&[], &States::new(), &many).into_iter().map(|b| b.name).collect();
    assert_eq!(names, ["ten entries a call", "one entry a control"]);
}

mod ways {
    use super::*;
    use crate::model::topology::{Control, Region};
    use crate::plan::rules::{Left, waits};

    fn panel(regions: &[&str], gates: &[&str], rules: Vec<Rule>) -> Routing {
        let control = |name: &str, region| Control {
            name: name.to_owned(),
            arn: format!("arn:{name}"),
            region,
            health_check: None,
        };
        let mut routing = fixture::two_regions().routing.unwrap();
        routing.controls = regions.iter().map(|name| control(name, Some(Region::new(name)))).collect();
        routing.controls.extend(gates.iter().map(|name| control(name, None)));
        routing.rules = rules;
        routing
    }

    fn gated(gate: &str, targets: &[&str]) -> Rule {
        let kind = RuleKind::Gating { gating: owned(&[gate]), targets: owned(targets) };
        Rule { name: "gated".to_owned(), ..rule(kind, RuleLogic::And, false) }
    }

    fn one_on(regions: &[&str]) -> Rule {
        let kind = RuleKind::Assertion { asserted: owned(regions) };
        Rule { name: "one-on".to_owned(), ..rule(kind, RuleLogic::Or, false) }
    }

    const ON: ControlState = ControlState::On;
    const OFF: ControlState = ControlState::Off;

    #[test]
    fn a_gate_is_opened_in_a_call_of_its_own() {
        let routing = panel(&["a", "b"], &["gate"], vec![one_on(&["a", "b"]), gated("gate", &["a", "b"])]);
        let now = states(&[("a", ON), ("b", OFF), ("gate", OFF)]);
        let wanted = [set("a", OFF), set("b", ON)];
        assert_eq!(blocked(&routing, &now, &wanted).len(), 1);
        assert_eq!(
            way(&routing, &now, &wanted).to_string(),
            "2 calls in this order: 1) gate On; then 2) a Off + b On"
        );
    }

    #[test]
    fn off_and_on_in_one_call_turns_on_what_nobody_asked_for_and_says_so() {
        let routing = panel(&["a", "b"], &[], vec![one_on(&["a", "b"])]);
        let now = states(&[("a", ON), ("b", OFF)]);
        let way = way(&routing, &now, &[set("a", OFF)]);
        assert_eq!(way.to_string(), "this one call: a Off + b On (turns b On beyond what was asked)");
    }

    #[test]
    fn a_rule_that_wants_what_is_not_wanted_leaves_no_way() {
        let kind = RuleKind::Assertion { asserted: owned(&["a", "b"]) };
        let routing = panel(&["a", "b"], &[], vec![rule(kind, RuleLogic::And, false)]);
        let now = states(&[("a", ON), ("b", ON)]);
        assert_eq!(way(&routing, &now, &[set("a", OFF)]), Way::None);
        let all_off = [set("a", OFF), set("b", OFF)];
        let free = panel(&["a", "b"], &[], vec![]);
        assert_eq!(way(&free, &now, &all_off), Way::None, "never zero Regions On");
    }

    #[test]
    fn more_than_ten_entries_are_split_and_the_second_call_waits() {
        let names: Vec<String> = (0..14).map(|n| format!("r{n:02}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let routing = panel(&names, &[], vec![one_on(&names)]);
        let now: States =
            names.iter().map(|name| ((*name).to_owned(), OFF)).chain([(names[0].to_owned(), ON)]).collect();
        let wanted: Vec<ControlChange> =
            names.iter().map(|name| set(name, if *name == names[0] { OFF } else { ON })).collect();
        assert_eq!(blocked(&routing, &now, &wanted)[0].name, "ten entries a call");
        let Way::Calls(calls) = way(&routing, &now, &wanted) else { panic!("there is a way") };
        let sizes: Vec<usize> = calls.iter().map(|call| call.entries.len()).collect();
        assert_eq!((sizes.len(), sizes.iter().sum::<usize>()), (2, 14));
        assert!(sizes.iter().all(|size| *size <= MAX_ENTRIES));
        let pauses: Vec<u64> = calls.iter().map(|call| call.pause.as_secs()).collect();
        assert_eq!(pauses, [0, 5], "the wait period of the rule that both calls touch");
        let mut states = now;
        for call in &calls {
            assert_eq!(blocked(&routing, &states, &call.entries), []);
            states = after(&states, &call.entries);
        }
    }

    #[test]
    fn what_is_not_known_or_too_much_is_said() {
        let routing = panel(&["a", "b"], &[], vec![one_on(&["a", "b"])]);
        let unread = way(&routing, &states(&[("a", ON)]), &[set("a", OFF)]);
        assert_eq!(unread.to_string(), "cannot be told before b is known");
        let names: Vec<String> = (0..12).map(|n| format!("r{n:02}")).collect();
        let each = names.windows(2).map(|pair| one_on(&[&pair[0], &pair[1]])).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let now: States = names.iter().map(|name| ((*name).to_owned(), ON)).collect();
        let tangled = way(&panel(&names, &[], each), &now, &[set("r00", OFF)]);
        assert_eq!(tangled, Way::TooMany(12));
    }

    #[test]
    fn a_wait_period_runs_since_the_change_that_was_seen() {
        let mut scene = fixture::Scene::new(fixture::two_regions());
        let routing = scene.world.topology().routing.clone().unwrap();
        let change = [set(fixture::EAST, OFF), set(fixture::WEST, ON)];
        let left = |scene: &fixture::Scene| {
            let all = waits(&routing, scene.world.turns(), &RoutingSet::of(change.to_vec()), scene.now);
            all.into_iter().map(|wait| wait.left).collect::<Vec<_>>()
        };
        assert_eq!(left(&scene), [Left::Unknown(None)]);
        scene.controls_everywhere([ON, ON]);
        assert_eq!(
            left(&scene),
            [Left::Unknown(Some(Duration::from_secs(5)))],
            "it may have changed just before"
        );
        scene.later(4);
        scene.controls_everywhere([ON, ON]);
        assert_eq!(left(&scene), [Left::Unknown(Some(Duration::from_secs(1)))]);
        scene.later(1);
        assert_eq!(left(&scene), [], "it was watched for as long as it takes");
        scene.later(30);
        scene.controls(fixture::WEST, [ON, OFF]);
        let (changed, control) = (scene.now, fixture::WEST.to_owned());
        scene.later(2);
        assert_eq!(left(&scene), [Left::Runs { most: Duration::from_secs(3), control, changed }]);
        let words =
            waits(&routing, scene.world.turns(), &RoutingSet::of(change.to_vec()), scene.now)[0].to_string();
        assert!(
            words.starts_with("its wait of 5s runs for at most 3.0 s more: us-west-2 changed at "),
            "{words}"
        );
        scene.later(3);
        assert_eq!(left(&scene), []);
    }
}
