//! The safety-rule solver: whether a routing change is allowed, and everything that blocks it.
//!
//! ARC names one blocking rule at a time (aws-facts section 2); this lists all of them before anything is sent.
//! It never sees wait periods: those run in the cluster, and only its answer tells of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::operation::ControlChange;
use crate::model::reading::ControlState;
use crate::model::topology::{Routing, Rule, RuleKind, RuleLogic};

/// ARC takes at most so many entries in one update (aws-facts section 2).
pub const MAX_ENTRIES: usize = 10;

/// One thing that stands in the way of a routing change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    /// The safety rule's name, or what else forbids it.
    pub name: String,
    /// The rule's ARN, when a safety rule forbids it.
    pub arn: Option<String>,
    /// Why it forbids the change, in a few words.
    pub why: String,
    /// What would lift it.
    pub lift: String,
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.name, self.why, self.lift)
    }
}

/// Known states of controls, by name; a control that is not in it is not known.
pub type States = BTreeMap<String, ControlState>;

/// Everything that forbids these changes: laws of the program first, then each safety rule.
#[must_use]
pub fn blockers(routing: &Routing, now: &States, changes: &[ControlChange]) -> Vec<Blocker> {
    let mut all: Vec<Blocker> = zero_regions(routing, now, changes).into_iter().collect();
    all.extend(solve(&routing.rules, now, changes));
    all
}

/// Every safety rule and limit of a call that these changes run into.
///
/// Assertion rules judge the state after the whole update; gating rules judge the state before it, and hold back
/// every entry that names a target, also one that would change nothing.
#[must_use]
pub fn solve(rules: &[Rule], now: &States, changes: &[ControlChange]) -> Vec<Blocker> {
    let mut all = malformed(changes);
    let then = after(now, changes);
    all.extend(rules.iter().filter_map(|rule| match &rule.kind {
        RuleKind::Assertion { asserted } => assertion(rule, asserted, &then, changes),
        RuleKind::Gating { gating, targets } => gate(rule, gating, targets, now, changes),
    }));
    all
}

/// The states after all changes.
#[must_use]
pub fn after(now: &States, changes: &[ControlChange]) -> States {
    let mut then = now.clone();
    then.extend(changes.iter().map(|c| (c.control.clone(), c.state)));
    then
}

/// Whether a rule's logic holds for the controls it watches; `None` when an unknown control decides.
#[must_use]
pub fn holds(rule: &Rule, watched: &[String], states: &States) -> Option<bool> {
    rule.holds(watched, |control| states.get(control).map(|state| *state == ControlState::On))
}

/// How many controls must be On for the logic before any inversion: AND is N of N, OR is one of N.
fn needed(rule: &Rule, watched: usize) -> usize {
    match rule.logic {
        RuleLogic::AtLeast(threshold) => threshold,
        RuleLogic::And => watched,
        RuleLogic::Or => 1,
    }
}

fn malformed(changes: &[ControlChange]) -> Vec<Blocker> {
    let mut all = Vec::new();
    if changes.len() > MAX_ENTRIES {
        all.push(Blocker {
            name: "ten entries a call".to_owned(),
            arn: None,
            why: format!(
                "the change has {} entries and ARC takes {MAX_ENTRIES} in one update",
                changes.len()
            ),
            lift: "leave controls out that need not change".to_owned(),
        });
    }
    let mut seen = BTreeSet::new();
    for change in changes.iter().filter(|c| !seen.insert(&c.control)) {
        all.push(Blocker {
            name: "one entry a control".to_owned(),
            arn: None,
            why: format!("the change names {} more than once", change.control),
            lift: "name each control once".to_owned(),
        });
    }
    all
}

/// Law 6: with no Region On, Route 53 takes every record as healthy and traffic goes everywhere (aws-facts 6).
fn zero_regions(routing: &Routing, now: &States, changes: &[ControlChange]) -> Option<Blocker> {
    let then = after(now, changes);
    let carriers = || routing.controls.iter().filter(|c| c.region.is_some());
    if carriers().next().is_none() || carriers().any(|c| then.get(&c.name) == Some(&ControlState::On)) {
        return None;
    }
    let unknown: Vec<&str> =
        carriers().filter(|c| !then.contains_key(&c.name)).map(|c| c.name.as_str()).collect();
    let why = if unknown.is_empty() {
        "no Region would be On".to_owned()
    } else {
        format!("no Region is known to be On: {} not known", list(&unknown))
    };
    let lift = "turn a Region On in the same call".to_owned();
    Some(Blocker { name: "never zero Regions on".to_owned(), arn: None, why, lift })
}

fn assertion(rule: &Rule, asserted: &[String], then: &States, changes: &[ControlChange]) -> Option<Blocker> {
    if !changes.iter().any(|c| asserted.contains(&c.control)) {
        return None;
    }
    let why = match holds(rule, asserted, then) {
        Some(true) => return None,
        Some(false) => format!(
            "after the change {} of {} would be On, {}",
            count_on(asserted, then),
            names(asserted),
            wants(rule, asserted.len())
        ),
        None => format!("cannot be told: {} not known", list(&unknown(asserted, then))),
    };
    let lift = format!("{} in the same call", lift(rule, asserted, then));
    Some(Blocker { name: rule.name.clone(), arn: Some(rule.arn.clone()), why, lift })
}

fn gate(
    rule: &Rule,
    gating: &[String],
    targets: &[String],
    now: &States,
    changes: &[ControlChange],
) -> Option<Blocker> {
    let behind: Vec<&str> =
        changes.iter().filter(|c| targets.contains(&c.control)).map(|c| c.control.as_str()).collect();
    if behind.is_empty() {
        return None;
    }
    let held = list(&behind);
    let why = match holds(rule, gating, now) {
        Some(true) => return None,
        Some(false) => format!(
            "{held} may not change while {} of {} are On, {}",
            count_on(gating, now),
            names(gating),
            wants(rule, gating.len())
        ),
        None => format!("{held} may not change before {} is known", list(&unknown(gating, now))),
    };
    let lift = format!("{} first, in a call of its own", lift(rule, gating, now));
    Some(Blocker { name: rule.name.clone(), arn: Some(rule.arn.clone()), why, lift })
}

fn wants(rule: &Rule, watched: usize) -> String {
    let needed = needed(rule, watched);
    if rule.inverted {
        format!("and it wants fewer than {needed}")
    } else {
        format!("and it wants at least {needed}")
    }
}

/// The smallest change of the watched controls after which the rule holds.
fn lift(rule: &Rule, watched: &[String], states: &States) -> String {
    let known = |state: ControlState| -> Vec<&str> {
        watched.iter().filter(|c| states.get(*c) == Some(&state)).map(String::as_str).collect()
    };
    let unknown = unknown(watched, states);
    if !unknown.is_empty() && holds(rule, watched, states).is_none() {
        return format!("read {}", list(&unknown));
    }
    let (needed, on) = (needed(rule, watched.len()), known(ControlState::On).len());
    if rule.inverted && needed == 0 || !rule.inverted && needed > watched.len() {
        return "no state of its controls satisfies this rule: mend the rule".to_owned();
    }
    if rule.inverted {
        return turn((on + 1).saturating_sub(needed), &known(ControlState::On), ControlState::Off);
    }
    let mut off = known(ControlState::Off);
    off.extend(unknown);
    turn(needed.saturating_sub(on), &off, ControlState::On)
}

fn turn(count: usize, among: &[&str], state: ControlState) -> String {
    if count >= among.len() {
        format!("turn {} {state}", list(among))
    } else {
        format!("turn {count} of {} {state}", list(among))
    }
}

fn count_on(watched: &[String], states: &States) -> usize {
    watched.iter().filter(|c| states.get(*c) == Some(&ControlState::On)).count()
}

fn unknown<'a>(watched: &'a [String], states: &States) -> Vec<&'a str> {
    watched.iter().filter(|c| !states.contains_key(*c)).map(String::as_str).collect()
}

fn names(watched: &[String]) -> String {
    watched.join(", ")
}

fn list(names: &[&str]) -> String {
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::model::fixture;

    const NAMES: [&str; 4] = ["a", "b", "c", "gate"];

    fn rule(kind: RuleKind, logic: RuleLogic, inverted: bool) -> Rule {
        let (name, arn) = ("r".to_owned(), "arn:r".to_owned());
        Rule { name, arn, kind, logic, inverted, wait: Duration::from_secs(5) }
    }

    fn set(control: &str, state: ControlState) -> ControlChange {
        let arn = format!("arn:{control}");
        ControlChange { control: control.to_owned(), arn, state, was: ControlState::Off, guessed: false }
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
        (subset(), proptest::collection::vec(state, 4)).prop_map(|(names, states)| {
            names.iter().zip(states).map(|(name, state)| set(name, state)).collect()
        })
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
        assert_eq!(blockers(&routing, &now, &off)[0].why, "no Region would be On");
        let swap = [set(fixture::EAST, ControlState::Off), set(fixture::WEST, ControlState::On)];
        assert_eq!(blockers(&routing, &now, &swap), []);
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
        assert_eq!(blockers(&routing, &now, &off).len(), 1);
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
}
