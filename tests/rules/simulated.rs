//! The solver against the simulator's own rules, call for call through the real SDK: what it says is blocked is
//! refused, and the way it finds is taken, wait periods and all.

use std::time::Duration;

use aws_sdk_route53recoverycluster::Client;
use aws_sdk_route53recoverycluster::config::retry::RetryConfig;
use aws_sdk_route53recoverycluster::types::{RoutingControlState, UpdateRoutingControlStateEntry};
use pointsman::clock::Clock;
use pointsman::model::reading::ControlState;
use pointsman::plan::operation::ControlChange;
use pointsman::plan::rules::{self, Way};
use pointsman::sim::Sim;
use pointsman::sim::scenario::{self, Scenario, world::Rule};
use pointsman::sim::world::arc::{self, safety::RuleType};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::guide::{self, Call, Logic, Panel, Ruling};
use crate::support::cluster_config;

/// How many panels are drawn.
const PANELS: usize = 120;

/// The simulator's names of the four controls: two Regions and two gates.
const NAMES: [&str; 4] = ["us-east-1", "us-west-2", "gate-a", "gate-b"];

fn scenario(panel: &Panel, before: &[bool]) -> Scenario {
    let mut scenario = scenario::find("calm").unwrap();
    let names = |numbers: &[usize]| numbers.iter().map(|at| NAMES[*at].to_owned()).collect::<Vec<_>>();
    let rule = |(number, rule): (usize, &Ruling)| {
        let (kind, threshold) = match rule.logic {
            Logic::All => (RuleType::And, 0),
            Logic::Any => (RuleType::Or, 0),
            Logic::AtLeast(wanted) => (RuleType::AtLeast, u32::try_from(wanted).unwrap()),
        };
        let (assert, gating, target) = match &rule.targets {
            None => (names(&rule.watched), Vec::new(), Vec::new()),
            Some(targets) => (Vec::new(), names(&rule.watched), names(targets)),
        };
        let (name, wait) = (format!("rule-{number}"), Duration::from_secs(5));
        Rule { name, assert, gating, target, kind, threshold, inverted: rule.inverted, wait }
    };
    scenario.world.rules = panel.rules.iter().enumerate().map(rule).collect();
    let state = |on: &bool| if *on { arc::ControlState::On } else { arc::ControlState::Off };
    scenario.world.controls =
        NAMES.iter().zip(before).map(|(name, on)| ((*name).to_owned(), state(on))).collect();
    scenario
}

async fn send(sim: &Sim, client: &Client, entries: &[ControlChange]) -> Result<(), String> {
    let entries = entries.iter().map(|entry| {
        let at = (0..NAMES.len()).find(|at| guide::name(*at) == entry.control).unwrap();
        let arn = sim.look(|world| world.arc.control_named(NAMES[at]).unwrap().arn.clone());
        let state =
            if entry.state == ControlState::On { RoutingControlState::On } else { RoutingControlState::Off };
        let entry =
            UpdateRoutingControlStateEntry::builder().routing_control_arn(arn).routing_control_state(state);
        entry.build().unwrap()
    });
    let request = client.update_routing_control_states();
    let request = request.set_update_routing_control_state_entries(Some(entries.collect()));
    request.send().await.map(|_| ()).map_err(|refused| refused.into_service_error().to_string())
}

/// Draws panels that are the same in every run.
fn drawn() -> Vec<(Panel, Vec<bool>, Call)> {
    use proptest::prelude::*;
    let mut runner = TestRunner::deterministic();
    let set = || proptest::sample::subsequence((0..4_usize).collect::<Vec<_>>(), 1..=3);
    let logic = prop_oneof![Just(Logic::All), Just(Logic::Any), (1_usize..3).prop_map(Logic::AtLeast)];
    let ruling = (set(), proptest::option::of(set()), logic, proptest::bool::weighted(0.2));
    let ruling =
        ruling.prop_map(|(watched, targets, logic, inverted)| Ruling { watched, targets, logic, inverted });
    let bools = || proptest::collection::vec(any::<bool>(), 4);
    let wanted = proptest::collection::vec(proptest::option::of(any::<bool>()), 4);
    let all = (proptest::collection::vec(ruling, 1..4), bools(), wanted);
    let draw = |_| {
        let (rules, state, wanted) = all.new_tree(&mut runner).unwrap().current();
        (Panel { carries: vec![true, true, false, false], rules }, state, wanted)
    };
    (0..PANELS).map(draw).collect()
}

#[tokio::test(start_paused = true)]
async fn the_simulator_takes_the_way_and_refuses_what_is_blocked() {
    let (mut ways, mut blocked) = (0, 0);
    for (panel, before, wanted) in drawn() {
        let clock = Clock::starting_at("2026-03-02T09:00:00Z".parse().unwrap(), 1);
        let sim = Sim::new(&scenario(&panel, &before), 7, clock);
        let config =
            aws_sdk_route53recoverycluster::config::Builder::from(&cluster_config(&sim, "us-west-2"));
        let client = Client::from_conf(config.retry_config(RetryConfig::disabled()).build());
        let (routing, states) = (panel.routing(), guide::states(&before));
        let changes = guide::changes(&before, &wanted);
        let story = format!("{panel:?} from {before:?} wanting {wanted:?}");
        // Law 6 is the console's own: the simulator, like ARC, knows only its rules.
        if !rules::solve(&routing.rules, &states, &changes).is_empty() {
            blocked += 1;
            assert!(send(&sim, &client, &changes).await.is_err(), "it was taken: {story}");
        }
        let Way::Calls(calls) = rules::way(&routing, &states, &changes) else { continue };
        ways += usize::from(calls.len() > 1);
        for call in calls {
            sim.clock().sleep(call.pause).await;
            let taken = send(&sim, &client, &call.entries).await;
            assert_eq!(taken, Ok(()), "{call:?}: {story}");
        }
    }
    assert!(
        ways >= 3 && blocked >= 10,
        "{ways} ways of several calls and {blocked} blocked: too few to tell"
    );
}
