//! Several control panels: a step for each, every blocker of every panel, and the glass of one that leaves the other whole.

use std::time::Duration;

use super::{plan, states};
use crate::model::fixture::panels::two_panels;
use crate::model::fixture::{EAST, Scene, east, west};
use crate::model::reading::ControlState::{self, Off, On};
use crate::model::recipe::{Param, Params, Recipe, RecipeStep};
use crate::model::topology::{RuleLogic, Topology};
use crate::model::verdict;
use crate::plan::history::History;
use crate::plan::interlock::{Prepared, Verdict, break_glass, overridable, override_of, prepare};
use crate::plan::operation::{ControlChange, Operation, RoutingSet};
use crate::plan::{Intent, Plan, Playbook, Rung, StepId, rules};

const SERVED: [[ControlState; 2]; 2] = [[On, On], [On, On]];

fn scene(topology: Topology, states: [[ControlState; 2]; 2]) -> Scene {
    let mut scene = Scene::new(topology);
    scene.panels_everywhere(states);
    scene
}

fn intent(playbook: Playbook) -> Intent {
    Intent { playbook, from: east(), to: west() }
}

fn planned(scene: &Scene, playbook: Playbook) -> Plan {
    plan(&scene.world, &intent(playbook), scene.now).unwrap()
}

fn prepared(scene: &Scene) -> Prepared {
    prepare(&scene.world, &History::default(), &intent(Playbook::Evacuate), scene.now).unwrap()
}

fn titles(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().map(|step| step.title.as_str()).collect()
}

fn holding(prepared: &Prepared) -> Vec<&str> {
    let holds = prepared.interlocks.iter().filter(|i| matches!(i.verdict, Verdict::Hold(_)));
    holds.map(|i| i.name.as_str()).filter(|name| name.starts_with("rule ")).collect()
}

#[test]
fn each_panel_has_a_step_of_its_own_beside_the_other_and_after_every_writer() {
    let scene = scene(two_panels(), SERVED);
    let plan = planned(&scene, Playbook::Failover);
    assert_eq!(
        titles(&plan)[3..],
        ["routing store us-east-1 Off + us-west-2 On", "routing api us-east-1 Off + us-west-2 On"]
    );
    let waves = plan.waves();
    assert_eq!(waves.last(), Some(&vec![StepId(4), StepId(5)]));
    let writers = [StepId(1), StepId(2), StepId(3)];
    assert!(plan.steps[3..].iter().all(|step| step.needs == writers), "{:?}", plan.steps);
    let undo = plan.steps[4].operation().unwrap().inverse().unwrap();
    assert_eq!(undo.to_string(), "routing api us-east-1 On + us-west-2 On");
    assert_eq!(plan.steps[4].operation().unwrap().subject(), "traffic of api");
}

#[test]
fn a_panel_that_is_so_already_has_no_step() {
    let halfway = scene(two_panels(), [[Off, On], [On, On]]);
    let plan = planned(&halfway, Playbook::Evacuate);
    assert_eq!(titles(&plan)[1..], ["routing api us-east-1 Off + us-west-2 On"]);
    let splits: Vec<String> =
        verdict::panel_splits(&halfway.world, halfway.now).iter().map(ToString::to_string).collect();
    assert_eq!(splits, ["us-east-1 On in api, Off in store"]);
    let said = verdict::situation(&halfway.world, halfway.now).text;
    assert!(said.contains("us-east-1 On in api, Off in store"), "{said}");
    assert!(!verdict::drained(&halfway.world, &east(), halfway.now), "users still come by one panel");
    let done = scene(two_panels(), [[Off, On], [Off, On]]);
    assert!(verdict::drained(&done.world, &east(), done.now));
    assert_eq!(verdict::panel_splits(&done.world, done.now), []);
    assert!(plan_error(&done).starts_with("nothing would change"));
}

fn plan_error(scene: &Scene) -> String {
    plan(&scene.world, &intent(Playbook::Evacuate), scene.now).unwrap_err()
}

#[test]
fn a_restore_lets_users_in_by_every_panel() {
    let scene = scene(two_panels(), [[On, Off], [On, Off]]);
    let plan = planned(&scene, Playbook::Restore);
    let routed: Vec<&str> = titles(&plan).into_iter().filter(|title| title.starts_with("routing")).collect();
    assert_eq!(
        routed,
        ["routing store us-west-2 On + us-east-1 On", "routing api us-west-2 On + us-east-1 On"]
    );
}

#[test]
fn a_panel_that_knows_only_the_region_to_leave_is_said() {
    let mut topology = two_panels();
    topology.routing.as_mut().unwrap().controls.pop();
    let scene = scene(topology, SERVED);
    assert_eq!(plan_error(&scene), "no routing control is declared for us-west-2 in panel api");
}

/// Both panels, and a rule in each that wants both Regions On.
fn sale() -> Topology {
    let mut topology = two_panels();
    for rule in &mut topology.routing.as_mut().unwrap().rules {
        rule.logic = RuleLogic::And;
    }
    topology
}

#[test]
fn the_blockers_of_all_panels_are_told_and_the_glass_of_one_is_broken_alone() {
    let scene = scene(sale(), SERVED);
    let ready = prepared(&scene);
    assert_eq!(holding(&ready), ["rule store/at-least-one-on", "rule api/at-least-one-on"]);
    let ways: Vec<&str> =
        ready.interlocks.iter().map(|i| i.name.as_str()).filter(|name| name.starts_with("what ")).collect();
    assert_eq!(ways, ["what the rules let through in store", "what the rules let through in api"]);
    let names: Vec<String> =
        overridable(&scene.world, &ready.plan, scene.now).into_iter().map(|b| b.name).collect();
    assert_eq!(names, ["store/at-least-one-on", "api/at-least-one-on"]);
    let broken = override_of(&scene.world, "api/at-least-one-on", "us-east-1 burns").unwrap();
    let ready = break_glass(ready, &scene.world, &[broken], scene.now).unwrap();
    assert_eq!(holding(&ready), ["rule store/at-least-one-on"]);
    assert_eq!(
        titles(&ready.plan)[1..],
        [
            "routing store us-east-1 Off + us-west-2 On",
            "routing api us-east-1 Off + us-west-2 On, overriding api/at-least-one-on"
        ]
    );
}

fn change(control: &str, state: ControlState, scene: &Scene) -> ControlChange {
    let routing = scene.world.topology().routing.as_ref().unwrap();
    let arn = routing.control(control).unwrap().arn.clone();
    ControlChange { control: control.to_owned(), arn, state, was: On, guessed: false }
}

#[test]
fn never_zero_regions_on_holds_in_each_panel_and_no_call_spans_two() {
    let scene = scene(two_panels(), [[On, On], [On, Off]]);
    let routing = scene.world.topology().routing.as_ref().unwrap();
    let known = states(&scene.world, scene.now);
    let told = |entries: Vec<ControlChange>| -> Vec<String> {
        let blockers = rules::blockers(routing, &known, &RoutingSet::of(entries));
        blockers.into_iter().map(|b| format!("{}: {}", b.name, b.why)).collect()
    };
    let off = |control| change(control, Off, &scene);
    assert_eq!(told(vec![off("store/us-east-1")]), Vec::<String>::new());
    let zero = told(vec![off("api/us-east-1")]);
    assert_eq!(zero[0], "never zero Regions on: no Region would be On, in panel api", "though store has two");
    let both = told(vec![off("store/us-east-1"), change("api/us-west-2", On, &scene)]);
    assert_eq!(both, ["one panel a call: the change names controls of store, api"]);
    let way = rules::way(routing, &known, &[off("api/us-east-1")]);
    assert_eq!(
        way.to_string(),
        "this one call: api/us-east-1 Off + api/us-west-2 On (turns api/us-west-2 On beyond what was asked)"
    );
}

/// A playbook that leaves us-east-1 by these panels.
fn own(panels: &[&str]) -> Topology {
    let step = |panel: &&str| {
        let mut with = Params::default();
        with.set("panel", Param::Text((*panel).to_owned()));
        with.set("off", Param::Texts(vec![EAST.to_owned()]));
        RecipeStep {
            id: (*panel).to_owned(),
            title: None,
            kind: "routing.set".to_owned(),
            with,
            needs: Vec::new(),
            interlocks: Vec::new(),
            proof: None,
            deadline: Some(Duration::from_mins(5)),
            usual: None,
            on_trouble: None,
        }
    };
    let steps = panels.iter().map(step).collect();
    let mut topology = two_panels();
    topology.playbooks.push(Recipe { name: "leave".to_owned(), about: "leaves".to_owned(), steps });
    topology
}

#[test]
fn a_playbook_that_leaves_by_one_panel_is_not_proved_by_what_still_arrives() {
    let proved = |panels: &[&str]| -> Vec<Rung> {
        let scene = scene(own(panels), SERVED);
        let plan = planned(&scene, Playbook::Own("leave".to_owned()));
        plan.steps.iter().map(|step| step.rung).collect()
    };
    assert_eq!(proved(&["store", "api"]), [Rung::Orders, Rung::Orders]);
    let alone = proved(&["api"]);
    assert!(alone[0] <= Rung::Dns && alone[0] > Rung::ReadBack, "{alone:?}");
    let scene = scene(own(&["api"]), SERVED);
    let plan = planned(&scene, Playbook::Own("leave".to_owned()));
    assert!(
        matches!(plan.steps[0].operation(), Some(Operation::RoutingSet(set)) if set.panel.as_deref() == Some("api"))
    );
}
