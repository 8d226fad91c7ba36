//! Playbooks: pure functions from the world and an intent to a plan.
//!
//! A playbook never sends, waits or reads a clock; what it cannot plan it says in words.
//! It never plans traffic before a writer: the routing step needs every writer step before it.

pub mod capacity;
mod home;
mod names;
mod own;
#[cfg(test)]
mod panels;
mod replica;

use std::time::Duration;

use jiff::Timestamp;

use super::operation::{AuroraTarget, ControlChange, Failover, Operation, RoutingSet, Switchover};
use super::rules::{self, States};
use super::{Action, Intent, Plan, Playbook, Rung, Step, StepId, Usual, proof};
use crate::model::World;
use crate::model::reading::{ControlState, Freshness, Source};
use crate::model::recipe::Recipe;
use crate::model::topology::{Aurora, Control, Panel, Region, Routing, Topology};
use crate::model::verdict::{self, ControlVerdict};

/// After this long a step holds; generous, because `late` is said long before.
const DEADLINE: Duration = Duration::from_mins(10);

/// Makes the plan of an intent; the error says in one sentence why there is none.
///
/// # Errors
/// When the intent names a Region that is not declared, the same Region twice, a store or control that is not in
/// the receiving Region, or nothing would change.
pub fn plan(world: &World, intent: &Intent, now: Timestamp) -> Result<Plan, String> {
    let topology = world.topology();
    regions(topology, intent)?;
    let mut steps = vec![record()];
    match &intent.playbook {
        Playbook::Switchover | Playbook::Failover => {
            writers(world, intent, now, &mut steps)?;
            capacity::receiver(world, intent, &mut steps);
            capacity::runbooks(world, intent, &mut steps);
            traffic(world, intent, now, &mut steps)?;
        }
        Playbook::Evacuate => {
            capacity::receiver(world, intent, &mut steps);
            traffic(world, intent, now, &mut steps)?;
        }
        Playbook::Failback => home::failback(world, intent, now, &mut steps)?,
        Playbook::Restore => home::restore(world, intent, now, &mut steps)?,
        Playbook::Own(name) => {
            let recipe = topology.playbooks.iter().find(|recipe| recipe.name == *name);
            let recipe = recipe.ok_or_else(|| no_such(topology, name))?;
            steps = own::steps(world, recipe, intent, now)?;
        }
    }
    if !steps.iter().any(|step| step.operation().is_some()) {
        return Err(unchanged(intent));
    }
    let workload = topology.which();
    Ok(Plan { intent: intent.clone(), workload, made: now, steps, measured: Vec::new() })
}

fn no_such(topology: &Topology, name: &str) -> String {
    let built_in = Playbook::ALL.iter().map(Playbook::word);
    let all: Vec<&str> = built_in.chain(topology.playbooks.iter().map(|own| own.name.as_str())).collect();
    format!("there is no playbook {name}; there are {}", all.join(", "))
}

fn unchanged(intent: &Intent) -> String {
    let Intent { playbook, from, to } = intent;
    match playbook {
        Playbook::Restore => format!("nothing would change: traffic may enter {to} already"),
        Playbook::Evacuate => {
            format!("nothing would change: traffic is already out of {from} and in {to}")
        }
        _ => format!("nothing would change: writers and traffic are already out of {from} and in {to}"),
    }
}

/// What a plan reads besides the cluster endpoints and RDS: names, where it moves traffic by them.
#[must_use]
pub fn sources(topology: &Topology, playbook: &Playbook) -> Vec<Source> {
    let own = topology.playbooks.iter().find(|own| own.name == playbook.word());
    if topology.routing.is_some() && !own.is_some_and(Recipe::moves_names) {
        return Vec::new();
    }
    let records = topology.dns.iter().map(|name| Source::Records(name.name.clone()));
    let checks = topology.dns.iter().flat_map(|name| &name.records);
    let checks = checks.filter_map(|record| record.health_check.clone().map(Source::HealthCheck));
    records.chain(checks).collect()
}

/// The states of the controls by what the endpoints say: what a quorum agrees on, else what every fresh answer says.
///
/// To plan on fewer is no proof: the interlocks warn of it, and only a read-back after the write confirms.
#[must_use]
pub fn states(world: &World, now: Timestamp) -> States {
    let known = verdict::controls(world, now).into_iter();
    known
        .filter_map(|control| Some((control.name.clone(), control.state.or_else(|| said_by_all(&control))?)))
        .collect()
}

fn said_by_all(control: &ControlVerdict) -> Option<ControlState> {
    let fresh = control.cells.iter().filter_map(|cell| cell.state.as_ref());
    let mut said = fresh.filter(|state| state.freshness == Freshness::Fresh).map(|state| state.value);
    let first = said.next()?;
    said.all(|other| other == first).then_some(first)
}

fn regions(topology: &Topology, intent: &Intent) -> Result<(), String> {
    let declared = || topology.regions.iter().map(|r| r.name.as_str()).collect::<Vec<_>>().join(", ");
    for region in [&intent.from, &intent.to] {
        if topology.region(region).is_none() {
            return Err(format!("{region} is not a Region of {}; it has {}", topology.workload, declared()));
        }
    }
    if intent.from == intent.to {
        return Err(format!("{} cannot leave and receive at once", intent.from));
    }
    Ok(())
}

fn record() -> Step {
    Step {
        id: StepId(1),
        title: "record lag and orders at risk".to_owned(),
        action: Action::Record,
        needs: Vec::new(),
        rung: Rung::ReadBack,
        usual: Usual { p50: Duration::from_secs(1), p95: Duration::from_secs(5) },
        deadline: Duration::from_mins(1),
        interlocks: Vec::new(),
        advice: None,
    }
}

/// One step for each store whose writer leaves, all at once.
fn writers(world: &World, intent: &Intent, now: Timestamp, steps: &mut Vec<Step>) -> Result<(), String> {
    for aurora in &world.topology().auroras {
        if leaves(world, aurora, &intent.from, now) {
            let target = target(aurora, intent)?;
            let step = promote(&intent.playbook, target, next_id(steps));
            steps.push(step);
        }
    }
    replica::promotions(world, intent, now, steps)
}

/// The store's writer is in the Region that leaves, or must be taken to be there because it is not known.
fn leaves(world: &World, aurora: &Aurora, from: &Region, now: Timestamp) -> bool {
    let declared = aurora.clusters.contains_key(from);
    verdict::writer(world, &aurora.store, now).map_or(declared, |writer| &writer.value == from)
}

fn target(aurora: &Aurora, intent: &Intent) -> Result<AuroraTarget, String> {
    let cluster = aurora.clusters.get(&intent.to).ok_or_else(|| {
        format!("{} has its writer in {} and no cluster in {}", aurora.store, intent.from, intent.to)
    })?;
    Ok(AuroraTarget {
        store: aurora.store.clone(),
        global: aurora.global.clone(),
        from: intent.from.clone(),
        to: intent.to.clone(),
        cluster: cluster.clone(),
    })
}

fn promote(playbook: &Playbook, target: AuroraTarget, id: StepId) -> Step {
    let title = format!("promote {}", target.store);
    let (operation, p50, p95) = match playbook {
        Playbook::Failover => (Operation::AuroraFailover(Failover(target)), 75, 180),
        _ => (Operation::AuroraSwitchover(Switchover(target)), 40, 90),
    };
    Step {
        id,
        title,
        action: Action::Operate(operation),
        needs: vec![StepId(1)],
        rung: Rung::ReadBack,
        usual: Usual { p50: Duration::from_secs(p50), p95: Duration::from_secs(p95) },
        deadline: DEADLINE,
        interlocks: Vec::new(),
        advice: None,
    }
}

/// One atomic update for each panel, off and on in one call, after every writer.
fn traffic(world: &World, intent: &Intent, now: Timestamp, steps: &mut Vec<Step>) -> Result<(), String> {
    let Some(routing) = &world.topology().routing else {
        return if names::any(world, intent) {
            names::traffic(world, intent, steps)
        } else if intent.playbook.leaves_writers() {
            Err("no routing controls are declared, so no traffic can be moved".to_owned())
        } else {
            Ok(())
        };
    };
    let known = states(world, now);
    let mut sets = Vec::new();
    for panel in moved(routing, intent)? {
        sets.push((panel, entries(routing, panel, &known, intent)?));
    }
    route(world, sets, &known, steps);
    Ok(())
}

/// One step for each panel whose controls are not so already, all at once and after everything before.
fn route(world: &World, sets: Vec<(&Panel, Vec<ControlChange>)>, known: &States, steps: &mut Vec<Step>) {
    let needs: Vec<StepId> = steps.iter().map(|step| step.id).collect();
    let several = world.topology().routing.as_ref().is_some_and(Routing::has_several_panels);
    for (panel, entries) in sets {
        if entries.iter().all(|c| known.get(&c.control) == Some(&c.state)) {
            continue;
        }
        let name = panel.name.as_deref().filter(|_| several);
        let operation = Operation::RoutingSet(RoutingSet::of(entries).in_panel(name));
        let rung = proof::highest(&operation, world);
        steps.push(Step {
            id: next_id(steps),
            title: operation.to_string(),
            action: Action::Operate(operation),
            needs: needs.clone(),
            rung,
            usual: Usual { p50: Duration::from_secs(200), p95: Duration::from_mins(5) },
            deadline: DEADLINE,
            interlocks: Vec::new(),
            advice: None,
        });
    }
}

/// The panels that a move between two Regions is made in: those that know either of them.
fn moved<'a>(routing: &'a Routing, intent: &Intent) -> Result<Vec<&'a Panel>, String> {
    let knows = |panel: &Panel, region: &Region| {
        routing.controls_in(panel).any(|control| control.region.as_ref() == Some(region))
    };
    let either = |panel: &&Panel| knows(panel, &intent.from) || knows(panel, &intent.to);
    let panels: Vec<&Panel> = routing.panels.iter().filter(either).collect();
    if panels.is_empty() {
        return Err(format!("no routing control is declared for {}", intent.from));
    }
    Ok(panels)
}

/// Off for the Region that leaves and On for the one that receives, also where it is On already: one call then
/// states the whole end, and nobody else's change in between can leave zero Regions on (law 6).
///
/// An entry that would change nothing is left out when a safety rule would refuse the call for it.
fn entries(
    routing: &Routing,
    panel: &Panel,
    known: &States,
    intent: &Intent,
) -> Result<Vec<ControlChange>, String> {
    let all = vec![
        change(control(routing, panel, &intent.from)?, known, ControlState::Off),
        change(control(routing, panel, &intent.to)?, known, ControlState::On),
    ];
    let needed: Vec<ControlChange> =
        all.iter().filter(|c| known.get(&c.control) != Some(&c.state)).cloned().collect();
    let passes = |entries: &[ControlChange]| {
        rules::blockers(routing, known, &RoutingSet::of(entries.to_vec())).is_empty()
    };
    let freer = !passes(&all) && passes(&needed);
    Ok(if freer { needed } else { all })
}

/// The control of a Region in a panel.
fn control<'a>(routing: &'a Routing, panel: &Panel, region: &Region) -> Result<&'a Control, String> {
    let found = routing.controls_of(region).find(|control| routing.panel_of(&control.arn) == Some(panel));
    found.ok_or_else(|| {
        let within = panel.name.as_ref().filter(|_| routing.has_several_panels());
        let within = within.map_or_else(String::new, |name| format!(" in panel {name}"));
        format!("no routing control is declared for {region}{within}")
    })
}

/// A state that is not known is undone to On: an undo then takes no Region out.
fn change(control: &Control, known: &States, state: ControlState) -> ControlChange {
    let was = known.get(&control.name).copied();
    ControlChange {
        control: control.name.clone(),
        arn: control.arn.clone(),
        state,
        was: was.unwrap_or(ControlState::On),
        guessed: was.is_none(),
    }
}

fn next_id(steps: &[Step]) -> StepId {
    StepId(u16::try_from(steps.len() + 1).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, two_regions, west};
    use crate::model::reading::TroubleKind;
    use crate::model::topology::{Control, Rule, RuleKind, RuleLogic};

    fn intent(playbook: Playbook) -> Intent {
        Intent { playbook, from: east(), to: west() }
    }

    fn planned(scene: &Scene, playbook: Playbook) -> Plan {
        plan(&scene.world, &intent(playbook), scene.now).unwrap()
    }

    fn drawn(plan: &Plan) -> Vec<String> {
        let step = |s: &Step| {
            let needs: Vec<String> = s.needs.iter().map(ToString::to_string).collect();
            let kind = s.operation().map_or("record", Operation::kind);
            format!("{} {kind} {} after [{}] to {}", s.id, s.title, needs.join(" "), s.rung)
        };
        plan.steps.iter().map(step).collect()
    }

    #[test]
    fn a_failover_records_promotes_side_by_side_and_then_moves_traffic() {
        let plan = planned(&Scene::calm(), Playbook::Failover);
        assert_eq!(
            drawn(&plan),
            [
                "1 record record lag and orders at risk after [] to read back",
                "2 aurora.failover promote orders after [1] to read back",
                "3 aurora.failover promote catalog after [1] to read back",
                "4 routing.set routing us-east-1 Off + us-west-2 On after [1 2 3] to orders",
            ]
        );
        assert_eq!(plan.waves(), [vec![StepId(1)], vec![StepId(2), StepId(3)], vec![StepId(4)]]);
        assert_eq!(plan.usual().p95, Duration::from_secs(5 + 180 + 300));
        assert_eq!(plan.point_of_no_return(), Some(StepId(2)));
    }

    #[test]
    fn a_switchover_asks_the_old_writer_and_an_evacuation_moves_no_writer() {
        let scene = Scene::calm();
        let kinds = |playbook| -> Vec<&'static str> {
            let plan = planned(&scene, playbook);
            plan.steps.iter().filter_map(|s| Some(s.operation()?.kind())).collect()
        };
        assert_eq!(kinds(Playbook::Switchover), ["aurora.switchover", "aurora.switchover", "routing.set"]);
        assert_eq!(kinds(Playbook::Evacuate), ["routing.set"]);
    }

    #[test]
    fn a_store_whose_writer_is_there_already_is_left_alone() {
        let mut scene = Scene::calm();
        scene.later(1);
        scene.writer("orders", WEST, WEST);
        let plan = planned(&scene, Playbook::Failover);
        assert_eq!(plan.steps[1].title, "promote catalog");
        assert_eq!(plan.steps.len(), 3);
    }

    #[test]
    fn a_writer_that_is_not_known_is_taken_to_be_where_it_must_leave() {
        let scene = Scene::new(two_regions());
        assert_eq!(planned(&scene, Playbook::Failover).steps.len(), 4);
    }

    #[test]
    fn the_update_states_the_whole_end_and_undoes_to_what_was() {
        let plan = planned(&Scene::calm(), Playbook::Evacuate);
        let undo = plan.steps[1].operation().unwrap().inverse().unwrap();
        assert_eq!(plan.steps[1].title, "routing us-east-1 Off + us-west-2 On");
        assert_eq!(undo.to_string(), "routing us-east-1 On + us-west-2 On");
    }

    #[test]
    fn too_few_endpoints_for_a_quorum_are_believed_while_they_agree() {
        let mut scene = Scene::new(two_regions());
        scene.controls(EAST, [ControlState::On, ControlState::Off]);
        scene.controls(WEST, [ControlState::On, ControlState::On]);
        let known = states(&scene.world, scene.now);
        assert_eq!(known, States::from([(EAST.to_owned(), ControlState::On)]));
        let undo = planned(&scene, Playbook::Evacuate).steps[1].operation().unwrap().inverse().unwrap();
        assert_eq!(undo.to_string(), "routing us-east-1 On + us-west-2 On", "an undo takes no Region out");
        let guess = planned(&scene, Playbook::Evacuate).steps[1].operation().unwrap().guess();
        let said = "an undo would set us-west-2 On, which is a guess: it was not read";
        assert_eq!(guess.as_deref(), Some(said));
        assert_eq!(planned(&Scene::calm(), Playbook::Evacuate).steps[1].operation().unwrap().guess(), None);
    }

    #[test]
    fn an_entry_that_only_a_rule_would_object_to_is_left_out() {
        let mut topology = two_regions();
        let routing = topology.routing.as_mut().unwrap();
        let gate = Control { name: "gate".to_owned(), arn: "g".to_owned(), region: None, health_check: None };
        routing.controls.push(gate);
        routing.rules.push(Rule {
            name: "gated".to_owned(),
            arn: "arn:gated".to_owned(),
            kind: RuleKind::Gating { gating: vec!["gate".to_owned()], targets: vec![WEST.to_owned()] },
            logic: RuleLogic::And,
            inverted: false,
            wait: Duration::ZERO,
        });
        let mut scene = Scene::new(topology);
        scene.controls_everywhere([ControlState::On, ControlState::On]);
        assert_eq!(planned(&scene, Playbook::Evacuate).steps[1].title, "routing us-east-1 Off");
    }

    #[test]
    fn what_cannot_be_planned_is_said_in_words() {
        let why = |scene: &Scene, from: &str, to: &str, playbook| {
            let intent = Intent { playbook, from: Region::new(from), to: Region::new(to) };
            plan(&scene.world, &intent, scene.now).unwrap_err()
        };
        let mut scene = Scene::calm();
        assert_eq!(
            why(&scene, EAST, "eu-west-1", Playbook::Failover),
            "eu-west-1 is not a Region of retail-store; it has us-east-1, us-west-2"
        );
        assert_eq!(why(&scene, EAST, EAST, Playbook::Failover), "us-east-1 cannot leave and receive at once");
        scene.later(1);
        scene.controls_everywhere([ControlState::Off, ControlState::On]);
        assert_eq!(
            why(&scene, EAST, WEST, Playbook::Evacuate),
            "nothing would change: traffic is already out of us-east-1 and in us-west-2"
        );
        let mut topology = two_regions();
        topology.routing = None;
        assert_eq!(
            why(&Scene::new(topology.clone()), EAST, WEST, Playbook::Evacuate),
            "the health check check-us-east-1 of store.example.com was not read yet"
        );
        topology.dns.clear();
        assert_eq!(
            why(&Scene::new(topology.clone()), EAST, WEST, Playbook::Evacuate),
            "no routing controls are declared, so no traffic can be moved"
        );
        topology.auroras[0].clusters.remove(&west());
        assert_eq!(
            why(&Scene::new(topology), EAST, WEST, Playbook::Failover),
            "orders has its writer in us-east-1 and no cluster in us-west-2"
        );
    }

    #[test]
    fn the_proof_is_the_strongest_that_is_declared() {
        let mut topology = two_regions();
        let rung = |topology: &Topology| {
            let scene = Scene::new(topology.clone());
            planned(&scene, Playbook::Evacuate).steps[1].rung
        };
        assert_eq!(rung(&topology), Rung::Orders);
        topology.orders = None;
        assert_eq!(rung(&topology), Rung::Canary);
        topology.regions.iter_mut().for_each(|r| r.signals.retain(|s| s.family != verdict::CANARY));
        assert_eq!(rung(&topology), Rung::Traffic);
        topology.regions.iter_mut().for_each(|r| r.signals.clear());
        assert_eq!(rung(&topology), Rung::HealthCheck);
    }

    #[test]
    fn a_plan_needs_no_answer_from_anyone() {
        let mut scene = Scene::new(two_regions());
        scene.fail(crate::model::reading::Source::Endpoint(east()), TroubleKind::Unreachable);
        assert_eq!(planned(&scene, Playbook::Failover).steps.len(), 4);
    }
}
