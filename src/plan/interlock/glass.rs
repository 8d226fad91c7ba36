//! Break-glass: a plan that overrides safety rules which a person named, each with a reason.
//!
//! It is no part of the ordinary way: nothing here is reached unless a rule was named. Only safety rules of ARC can be
//! overridden, and only those that stand in the way; that a Region stays On (law 6) is no such rule.

use jiff::Timestamp;

use super::{Prepared, Question, conditions};
use crate::model::World;
use crate::plan::operation::{Operation, Override, RoutingSet};
use crate::plan::rules::{self, Blocker};
use crate::plan::{Action, Plan, Step, playbook};

/// The safety rules that stand in the way of a plan and that a person may override, in the order of the config.
#[must_use]
pub fn overridable(world: &World, plan: &Plan, now: Timestamp) -> Vec<Blocker> {
    let Some(routing) = &world.topology().routing else { return Vec::new() };
    let states = playbook::states(world, now);
    let sets = plan.steps.iter().filter_map(|step| set_of(step.operation()?));
    let blockers = sets.flat_map(|set| rules::blockers(routing, &states, set));
    blockers.filter(|blocker| blocker.arn.is_some()).collect()
}

/// The override of a rule that is declared under this very name.
///
/// # Errors
/// When there is no such rule, or no reason.
pub fn override_of(world: &World, name: &str, reason: &str) -> Result<Override, String> {
    let rules = world.topology().routing.iter().flat_map(|routing| &routing.rules);
    let all: Vec<&str> = rules.clone().map(|rule| rule.name.as_str()).collect();
    let named = rules.clone().find(|rule| rule.name == name);
    let rule = named.ok_or_else(|| match all.as_slice() {
        [] => format!("there is no safety rule {name}: the workload declares none"),
        known => format!("there is no safety rule {name}; the workload declares {}", known.join(", ")),
    })?;
    if reason.trim().is_empty() {
        return Err(format!("a reason is needed to override {name}"));
    }
    Ok(Override { rule: rule.name.clone(), arn: rule.arn.clone(), reason: reason.trim().to_owned() })
}

/// The same plan with these rules overridden in its routing change, and its conditions judged anew.
///
/// # Errors
/// When a rule does not stand in the way: what is not in the way is not broken.
pub fn break_glass(
    prepared: Prepared,
    world: &World,
    overrides: &[Override],
    now: Timestamp,
) -> Result<Prepared, String> {
    if overrides.is_empty() {
        return Ok(prepared);
    }
    let Prepared { mut plan, interlocks, at_risk } = prepared;
    let before = conditions(&Question { world, intent: &plan.intent, plan: &plan, now });
    let blocked = overridable(world, &plan, now);
    for broken in overrides {
        if !blocked.iter().any(|blocker| blocker.arn.as_ref() == Some(&broken.arn)) {
            return Err(format!("rule {} is not in the way now, so it is not overridden", broken.rule));
        }
    }
    for step in &mut plan.steps {
        if let Action::Operate(Operation::RoutingSet(set)) = &mut step.action {
            set.overrides = overrides.iter().filter(|broken| concerns(world, broken, set)).cloned().collect();
            step.title = set.to_string();
        }
    }
    let mut all = conditions(&Question { world, intent: &plan.intent, plan: &plan, now });
    // What was asked besides, such as that everything was read afresh, is not about the rules.
    all.extend(interlocks.into_iter().filter(|other| !before.iter().any(|known| known.name == other.name)));
    Ok(Prepared { plan, interlocks: all, at_risk })
}

/// The rules that a plan overrides.
#[must_use]
pub fn overridden(plan: &Plan) -> Vec<&Override> {
    plan.steps.iter().filter_map(Step::operation).flat_map(Operation::overrides).collect()
}

/// The rule is of the panel that an update changes.
fn concerns(world: &World, broken: &Override, set: &RoutingSet) -> bool {
    world.topology().routing.as_ref().is_some_and(|routing| {
        let changed = routing.touched(set.entries.iter().map(|entry| entry.arn.as_str()));
        routing.panel_of(&broken.arn).is_some_and(|panel| changed.contains(&panel))
    })
}

fn set_of(operation: &Operation) -> Option<&RoutingSet> {
    match operation {
        Operation::RoutingSet(set) => Some(set),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, two_regions, west};
    use crate::model::reading::ControlState;
    use crate::model::topology::{Rule, RuleKind, RuleLogic};
    use crate::plan::history::History;
    use crate::plan::interlock::{Verdict, prepare};
    use crate::plan::operation::Danger;
    use crate::plan::{Intent, Playbook};

    const ON: ControlState = ControlState::On;

    /// A shop whose rule wants both Regions On.
    fn sale() -> Scene {
        let mut topology = two_regions();
        topology.routing.as_mut().unwrap().rules.push(Rule {
            name: "both-on".to_owned(),
            arn: "arn:both-on".to_owned(),
            kind: RuleKind::Assertion { asserted: vec![EAST.to_owned(), WEST.to_owned()] },
            logic: RuleLogic::And,
            inverted: false,
            wait: Duration::from_secs(5),
        });
        let mut scene = Scene::new(topology);
        scene.controls_everywhere([ON, ON]);
        scene
    }

    fn evacuation(scene: &Scene) -> Prepared {
        let intent = Intent { playbook: Playbook::Evacuate, from: east(), to: west() };
        prepare(&scene.world, &History::default(), &intent, scene.now).unwrap()
    }

    fn rules_that_hold(prepared: &Prepared) -> Vec<&str> {
        let holds = prepared.interlocks.iter().filter(|i| matches!(i.verdict, Verdict::Hold(_)));
        holds.map(|i| i.name.as_str()).filter(|name| name.starts_with("rule ")).collect()
    }

    #[test]
    fn a_named_rule_is_overridden_and_everything_says_so() {
        let scene = sale();
        let prepared = evacuation(&scene);
        assert_eq!(rules_that_hold(&prepared), ["rule both-on"]);
        let broken = override_of(&scene.world, "both-on", " us-east-1 burns ").unwrap();
        let prepared = break_glass(prepared, &scene.world, &[broken], scene.now).unwrap();
        assert_eq!(rules_that_hold(&prepared), Vec::<&str>::new());
        let step = &prepared.plan.steps[1];
        assert_eq!(step.title, "routing us-east-1 Off + us-west-2 On, overriding both-on");
        assert_eq!(step.operation().unwrap().danger(), Danger::Overrides);
        let cli = step.operation().unwrap().cli(scene.world.topology());
        assert!(cli.ends_with(" --safety-rules-to-override arn:both-on"), "{cli}");
        let said = prepared.interlocks.iter().find(|i| i.name == "rule both-on").unwrap();
        assert_eq!(said.verdict, Verdict::Warn("OVERRIDDEN, because us-east-1 burns".to_owned()));
        let undo = step.operation().unwrap().inverse().unwrap();
        assert!(!undo.to_string().contains("overriding"), "an undo overrides nothing: {undo}");
    }

    #[test]
    fn only_a_rule_that_is_in_the_way_and_with_a_reason() {
        let scene = sale();
        let of = |name: &str, reason: &str| override_of(&scene.world, name, reason);
        assert_eq!(of("both-on", " ").unwrap_err(), "a reason is needed to override both-on");
        let strange = of("never zero Regions on", "hurry").unwrap_err();
        assert!(strange.starts_with("there is no safety rule never zero Regions on; the workload declares"));
        let idle = of("at-least-one-on", "hurry").unwrap();
        let why = break_glass(evacuation(&scene), &scene.world, &[idle], scene.now).unwrap_err();
        assert_eq!(why, "rule at-least-one-on is not in the way now, so it is not overridden");
    }

    /// Law 6 is no rule of ARC: whatever is overridden, a Region stays On.
    #[test]
    fn never_zero_regions_on_is_not_overridden() {
        let scene = sale();
        let mut prepared = evacuation(&scene);
        for step in &mut prepared.plan.steps {
            if let Action::Operate(Operation::RoutingSet(set)) = &mut step.action {
                set.entries.iter_mut().for_each(|entry| entry.state = ControlState::Off);
            }
        }
        let names: Vec<String> =
            overridable(&scene.world, &prepared.plan, scene.now).into_iter().map(|b| b.name).collect();
        assert_eq!(names, ["at-least-one-on", "both-on"]);
        let all: Vec<Override> =
            names.iter().map(|name| override_of(&scene.world, name, "hurry").unwrap()).collect();
        let broken = break_glass(prepared, &scene.world, &all, scene.now).unwrap();
        assert_eq!(rules_that_hold(&broken), ["rule never zero Regions on"]);
    }
}
