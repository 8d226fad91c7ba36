//! Holds ARC's safety rules against brute force, its wait periods and its limits.

use proptest::prelude::*;

use super::*;
use crate::sim::world::arc::ControlState::{Off, On};
use crate::sim::world::arc::safety::RuleType;
use crate::sim::world::arc::{ControlState, Guard, SafetyRule};

const PANEL: &str = "us-west-2";

fn set(world: &mut World, entries: &[(usize, ControlState)]) -> Result<(), String> {
    let arns = controls(world);
    let entries: Vec<_> = entries.iter().map(|(n, s)| (arns[*n].clone(), *s)).collect();
    world.set_routing_controls(PANEL, &entries, &[]).map_err(|e| e.code)
}

fn states(world: &World) -> Vec<ControlState> {
    world.arc.controls.iter().map(|c| c.state).collect()
}

#[test]
fn both_off_is_blocked_and_off_and_on_in_one_call_is_not() {
    let mut world = calm();
    assert_eq!(set(&mut world, &[(0, Off), (1, Off)]), Err("ConflictException".into()));
    assert_eq!(states(&world), [On, On], "nothing of a refused call takes effect");
    assert_eq!(set(&mut world, &[(0, Off), (1, On)]), Ok(()));
    assert_eq!(states(&world), [Off, On]);
    assert_eq!(world.log.len(), 1);
}

#[test]
fn the_conflict_names_the_rule() {
    let mut world = calm();
    let entries: Vec<_> = controls(&world).into_iter().map(|arn| (arn, Off)).collect();
    let error = world.set_routing_controls(PANEL, &entries, &[]).unwrap_err();
    let rule = world.arc.rules[0].arn.clone();
    assert!(error.message.contains(&rule));
    assert_eq!(world.set_routing_controls(PANEL, &entries, &[rule]), Ok(()), "an override lets it through");
    assert_eq!(states(&world), [Off, Off]);
}

#[test]
fn the_wait_period_holds_the_next_change_off() {
    let mut world = calm();
    at(&mut world, 10);
    set(&mut world, &[(0, Off), (1, On)]).unwrap();
    at(&mut world, 14);
    assert_eq!(set(&mut world, &[(0, On)]), Err("ConflictException".into()));
    at(&mut world, 15);
    assert_eq!(set(&mut world, &[(0, On)]), Ok(()));
}

#[test]
fn three_changes_a_second_and_an_endpoint() {
    let mut world = calm();
    at(&mut world, 10);
    let results: Vec<_> = (0..4).map(|_| set(&mut world, &[(0, On)])).collect();
    assert_eq!(results[..3], [Ok(()), Ok(()), Ok(())]);
    assert_eq!(results[3], Err("ThrottlingException".into()));
    let entry = [(controls(&world)[0].clone(), On)];
    assert_eq!(
        world.set_routing_controls("eu-west-1", &entry, &[]),
        Ok(()),
        "another endpoint counts for itself"
    );
    at(&mut world, 11);
    assert_eq!(set(&mut world, &[(0, On)]), Ok(()));
}

#[test]
fn what_a_call_may_not_be() {
    let mut world = calm();
    let arn = controls(&world)[0].clone();
    let mut code = |entries: &[(String, ControlState)], overrides: &[String]| {
        let second = world.now.as_second() + 1;
        world.run_to(Timestamp::from_second(second).unwrap());
        world.set_routing_controls(PANEL, entries, overrides).unwrap_err().code
    };
    assert_eq!(code(&[], &[]), "ValidationException");
    assert_eq!(code(&vec![(arn.clone(), On); 2], &[]), "ValidationException");
    assert_eq!(code(&vec![(arn.clone(), On); 11], &[]), "ServiceLimitExceededException");
    assert_eq!(code(&[("arn:aws:none".into(), On)], &[]), "ResourceNotFoundException");
    assert_eq!(code(&[(arn, On)], &["arn:aws:none".into()]), "ResourceNotFoundException");
}

#[test]
fn each_panel_is_changed_by_a_call_of_its_own() {
    let mut world = of("[[world.panels]]\nname = \"store\"\n[[world.panels]]\nname = \"api\"\n");
    at(&mut world, 10);
    let arn = |world: &World, name: &str| world.arc.control_named(name).unwrap().arn.clone();
    let [store, api, west] = ["us-east-1", "api/us-east-1", "api/us-west-2"].map(|name| arn(&world, name));
    let set = |world: &mut World, entries: &[(&String, ControlState)]| {
        let entries: Vec<_> = entries.iter().map(|(arn, state)| ((*arn).clone(), *state)).collect();
        world.set_routing_controls(PANEL, &entries, &[]).map_err(|e| e.code)
    };
    assert_eq!(set(&mut world, &[(&store, Off), (&api, Off)]), Err("ValidationException".into()));
    assert_eq!(set(&mut world, &[(&api, Off)]), Ok(()), "one Region of this panel stays On");
    assert_eq!(set(&mut world, &[(&store, Off)]), Ok(()), "the wait period of one panel holds no other");
    at(&mut world, 20);
    assert_eq!(set(&mut world, &[(&west, Off)]), Err("ConflictException".into()), "its own rule holds it");
    assert_eq!(world.truth()["controls"]["api/us-east-1"], "Off");
}

#[test]
fn a_gate_holds_its_targets_until_it_is_open() {
    let mut world = of(r#"
        [world.controls]
        db-promoted = "Off"
        us-west-2 = "Off"
        [[world.rules]]
        name = "promoted-first"
        gating = ["db-promoted"]
        target = ["us-west-2"]
        type = "OR"
    "#);
    at(&mut world, 10);
    assert_eq!(set(&mut world, &[(1, On)]), Err("ConflictException".into()));
    assert_eq!(
        set(&mut world, &[(2, On), (1, On)]),
        Err("ConflictException".into()),
        "the gate must be open before"
    );
    assert_eq!(set(&mut world, &[(2, On)]), Ok(()));
    at(&mut world, 11);
    assert_eq!(set(&mut world, &[(1, On)]), Ok(()));
}

#[test]
fn other_endpoints_follow_within_a_second() {
    let mut world = calm();
    at(&mut world, 10);
    set(&mut world, &[(0, Off), (1, On)]).unwrap();
    let arn = controls(&world)[0].clone();
    assert_eq!(world.control_state_at(PANEL, &arn), Some(Off));
    let others = ["us-east-1", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];
    assert!(others.iter().all(|e| world.control_state_at(e, &arn) == Some(On)));
    at(&mut world, 11);
    assert!(others.iter().all(|e| world.control_state_at(e, &arn) == Some(Off)));
    assert_eq!(world.control_state_at(PANEL, "arn:aws:none"), None);
}

/// Counts by hand what a rule must say of some states.
fn by_hand(kind: RuleType, threshold: u32, inverted: bool, states: &[bool]) -> bool {
    let mut on = 0;
    for state in states {
        on += u32::from(*state);
    }
    let enough = match kind {
        RuleType::AtLeast => on >= threshold,
        RuleType::And => !states.contains(&false),
        RuleType::Or => states.contains(&true),
    };
    if inverted { !enough } else { enough }
}

proptest! {
    #[test]
    fn rules_agree_with_counting(
        kind in prop_oneof![Just(RuleType::AtLeast), Just(RuleType::And), Just(RuleType::Or)],
        threshold in 0_u32..5,
        inverted: bool,
        states in prop::collection::vec(any::<bool>(), 1..5),
    ) {
        let names: Vec<String> = (0..states.len()).map(|n| n.to_string()).collect();
        let rule = SafetyRule {
            name: "rule".into(),
            arn: "arn".into(),
            panel: "panel".into(),
            guard: Guard::Assertion { asserted: names },
            rule: kind,
            threshold,
            inverted,
            wait: Duration::ZERO,
        };
        let says = rule.satisfied(|name| if states[name.parse::<usize>().unwrap()] { On } else { Off });
        prop_assert_eq!(says, by_hand(kind, threshold, inverted, &states));
    }
}
