//! Holds that every scenario can be read, and that what it expects can be reached.

use std::time::Duration;

use super::*;
use crate::sim::world as sim;
use crate::sim::world::arc::ControlState;
use crate::sim::world::dns;
use crate::sim::world::ecs;
use crate::sim::world::health::HealthCheckUpdate;
use crate::sim::world::ssm::{Signal, Start, Status};

/// The playbooks that need no file.
const BUILT_IN: [&str; 5] = ["switchover", "failover", "evacuate", "failback", "restore"];

fn run(name: &str) -> (Scenario, sim::World) {
    let scenario = find(name).unwrap();
    let world = sim::World::new(&scenario, 7, "2026-03-01T14:00:00Z".parse().unwrap());
    (scenario, world)
}

/// Moves through the scenario without an operator and checks what the simulator can know of itself.
fn unattended(name: &str) {
    let (scenario, mut world) = run(name);
    let length = scenario.scenario.length;
    let mut expectations: Vec<_> =
        scenario.expect.iter().map(|e| (e.by.unwrap_or(length), &e.that)).collect();
    expectations.sort_by_key(|(by, _)| *by);
    let mut checked = 0;
    for (by, that) in expectations {
        world.run_to(world.moment(by));
        if let Some(result) = that.check(&world) {
            assert_eq!(result, Ok(()), "{name} at {by:?}: {that:?}");
            checked += 1;
        }
    }
    assert!(checked > 0, "{name} expects nothing that can be seen");
}

/// The read replicas of a Region.
fn replicas_in(world: &sim::World, to: usize) -> Vec<(sim::replica::Engine, String)> {
    let ends = world.replicas.iter().filter_map(|store| Some((store.engine, store.end_in(to)?)));
    ends.filter(|(_, end)| !end.db.writable).map(|(engine, end)| (engine, end.db.id.clone())).collect()
}

/// An operator who does what the act says as soon as the world lets him, without looking.
fn operate(world: &mut sim::World, act: &Act, sent: &mut bool) -> bool {
    if by_playbook(world, act) {
        return true;
    }
    let (from, to) = (world.region_ix(&act.from).unwrap(), world.region_ix(&act.to).unwrap());
    // Its people build replicas first, and close the shop.
    if act.playbook == "standby-home" && !*sent && world.link_lag("orders", from, to) != Some(0.0) {
        return false;
    }
    let moves_writers = !["evacuate", "restore"].contains(&act.playbook.as_str());
    if !*sent && moves_writers {
        for at in 0..world.aurora.globals.len() {
            let global = &world.aurora.globals[at];
            let (id, target) = (global.id.clone(), global.member_in(to).unwrap().cluster.clone());
            let done = match act.playbook.as_str() {
                "failover" | "game-day" | "runbook" => world.failover_global(&act.to, &id, &target, true),
                _ => world.switchover_global(&act.from, &id, &target),
            };
            done.unwrap();
        }
        for (engine, id) in replicas_in(world, to) {
            world.promote_replica(&act.to, engine, &id).unwrap();
        }
        prepare(world, act);
    }
    *sent = true;
    let moved = world.aurora.globals.iter().all(|g| g.change.is_none() && g.writer().unwrap().region == to);
    if (!moved || !has_room(world, act)) && moves_writers {
        return false;
    }
    if world.arc.controls.is_empty() {
        move_weights(world, act);
        return true;
    }
    let left = if act.playbook == "restore" { ControlState::On } else { ControlState::Off };
    for panel in world.arc.panels.clone() {
        let arn = |name: &str| {
            let mut own = world.arc.controls_of(name).filter(|control| control.panel == panel.arn);
            own.next().unwrap().arn.clone()
        };
        let entries = [(arn(&act.from), left), (arn(&act.to), ControlState::On)];
        world.set_routing_controls("us-west-2", &entries, &[]).unwrap();
    }
    true
}

/// What a playbook of operators' own does that moves no writer by a failover or a switchover; `false` for all others.
fn by_playbook(world: &mut sim::World, act: &Act) -> bool {
    match act.playbook.as_str() {
        "drain" => invert(world, &act.from, true),
        "undrain" => invert(world, &act.to, false),
        "experiment" => {
            let template = world.fis.templates[0].clone();
            world.start_experiment(&template.spec.region, &template.id, "by hand").unwrap();
        }
        "stop-experiments" | "allow-experiments" => {
            for region in [&act.from, &act.to] {
                world.move_safety_lever(region, act.playbook == "stop-experiments", "by hand").unwrap();
            }
        }
        "detach" => detach(world, act),
        "keep-snapshots" => {}
        _ => return false,
    }
    true
}

fn invert(world: &mut sim::World, region: &str, inverted: bool) {
    let of = |r: &dns::Record| r.set_id.as_deref() == Some(region);
    let id = world.dns.zones[0].records.iter().find(|r| of(r)).and_then(|r| r.health_check.clone()).unwrap();
    let update = HealthCheckUpdate { inverted: Some(inverted), ..HealthCheckUpdate::default() };
    world.update_health_check(&id, &update).unwrap();
}

/// The clusters stand alone before users come.
fn detach(world: &mut sim::World, act: &Act) {
    let to = world.region_ix(&act.to).unwrap();
    for at in 0..world.aurora.globals.len() {
        let global = &world.aurora.globals[at];
        let (id, target) = (global.id.clone(), global.member_in(to).unwrap().cluster.clone());
        world.remove_from_global(&act.to, &id, &target).unwrap();
    }
    let arn = |name: &str| world.arc.control_named(name).unwrap().arn.clone();
    let entries = [(arn(&act.from), ControlState::Off), (arn(&act.to), ControlState::On)];
    world.set_routing_controls("eu-west-1", &entries, &[]).unwrap();
}

/// Scales the receiver, by hand or by the runbooks that a failover starts, as the scenario declares it.
fn prepare(world: &mut sim::World, act: &Act) {
    if world.scenario.world.receive.is_some() {
        let tasks: u32 = world.regions.iter().map(|region| region.ecs.desired).sum();
        world.update_service(&act.to, Some(ecs::CLUSTER), ecs::SERVICE, Some(tasks.into())).unwrap();
    }
    for book in world.scenario.world.runbooks.clone() {
        let parameters = book.parameters.keys().map(|name| (name.clone(), vec!["a test".to_owned()]));
        let start = Start { document: book.document, parameters: parameters.collect(), ..Start::default() };
        world.start_automation(&act.to, start).unwrap();
    }
}

/// Says yes to what waits; the tasks that a runbook promises run.
fn has_room(world: &mut sim::World, act: &Act) -> bool {
    let waiting = world.automations.executions.iter().filter(|e| e.status == Status::Waiting);
    for id in waiting.map(|e| e.id.clone()).collect::<Vec<_>>() {
        world.signal_automation(&act.to, &id, &Signal::Approve(None)).unwrap();
    }
    let promised = world.scenario.world.runbooks.iter().filter_map(|book| book.offer.as_ref()?.tasks).max();
    let running = world.region(&act.to).unwrap().now.running;
    promised.is_none_or(|tasks| running >= tasks)
}

/// Everything to the Region that receives, by weights.
fn move_weights(world: &mut sim::World, act: &Act) {
    let zone = world.dns.zones[0].id.clone();
    let ours = world.dns.zones[0].records.iter().filter(|r| r.name == world.dns.name()).cloned();
    let weigh = |record: dns::Record| {
        let weight = if record.set_id.as_ref() == Some(&act.to) { 100 } else { 0 };
        (dns::Action::Upsert, dns::Record { routing: dns::Routing::Weighted(weight), ..record })
    };
    let batch = ours.map(weigh).collect();
    world.change_records(&zone, batch).unwrap();
}

/// Moves through the scenario with that operator; acts that must be refused are left out.
/// Whether this operator can bring it about: he starts no experiments, runs no plans, scales nothing and keeps nothing.
fn by_hand(that: &That) -> bool {
    let beyond =
        |operation: &str| ["StartExperiment", "StopExperiment", "CopyDBClusterSnapshot"].contains(&operation);
    match that {
        That::Experiment { .. } | That::Execution { .. } | That::Tasks { .. } | That::Kept { .. } => false,
        That::Writes { operation, .. } => !operation.as_deref().is_some_and(beyond),
        _ => true,
    }
}

fn attended(name: &str) {
    let (scenario, mut world) = run(name);
    let length = scenario.scenario.length;
    let refused = |run: usize| {
        scenario.expect.iter().any(|e| {
            matches!(&e.that, That::Outcome { run: r, any } if *r == run && any.contains(&"refused".to_owned()))
        })
    };
    let mut acts: Vec<_> = scenario
        .act
        .iter()
        .enumerate()
        .filter(|(n, _)| !refused(n + 1))
        .map(|(_, act)| (act, false))
        .collect();
    for second in 0..=length.as_secs() {
        let elapsed = Duration::from_secs(second);
        world.run_to(world.moment(elapsed));
        acts.retain_mut(|(act, sent)| act.at > elapsed || !operate(&mut world, act, sent));
        let due = scenario.expect.iter().filter(|e| e.by.unwrap_or(length) == elapsed);
        for expect in due.filter(|e| by_hand(&e.that)) {
            if let Some(result) = expect.that.check(&world) {
                assert_eq!(result, Ok(()), "{name} at {elapsed:?}: {:?}", expect.that);
            }
        }
    }
}

#[test]
fn every_scenario_can_come_out_as_it_says() {
    for name in names() {
        attended(name);
    }
}

#[test]
fn every_scenario_reads_and_bears_the_name_of_its_file() {
    for name in names() {
        let (scenario, world) = run(name);
        assert_eq!(scenario.scenario.name, name);
        assert!(!scenario.expect.is_empty(), "{name} expects nothing");
        for moment in &scenario.timeline {
            assert!(moment.at < scenario.scenario.length, "{name}: {moment:?} is after its end");
            assert_eq!(world.understands(&moment.fault.fault), Ok(()), "{name}");
        }
        for act in &scenario.act {
            let known = BUILT_IN.contains(&&*act.playbook) || playbooks::find(&act.playbook).is_some();
            assert!(known, "{name}: there is no playbook {}", act.playbook);
            let regions: Vec<_> = scenario.world.regions.iter().map(|r| r.name.as_str()).collect();
            assert!(
                regions.contains(&act.from.as_str()) && regions.contains(&act.to.as_str()),
                "{name}: {act:?}"
            );
        }
        for expect in &scenario.expect {
            if let That::Outcome { run, .. } | That::Rung { run, .. } | That::Says { run, .. } = &expect.that
            {
                assert!((1..=scenario.act.len()).contains(run), "{name}: {expect:?}");
            }
        }
    }
}

#[test]
fn every_file_in_the_folder_is_in_the_binary() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let mut known: Vec<_> = names().map(str::to_owned).collect();
    known.sort();
    assert_eq!(files, known);
}

#[test]
fn every_playbook_in_the_folder_is_in_the_binary() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/playbooks");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let mut known: Vec<_> = playbooks::names().map(str::to_owned).collect();
    known.sort();
    assert_eq!(known, files);
}

#[test]
fn what_is_not_said_is_as_in_calm() {
    assert_eq!(find("calm").unwrap().world, World::default());
    assert_eq!(find("region-loss").unwrap().world, World::default());
}

#[test]
fn unattended_scenarios_come_out_as_they_say() {
    unattended("calm");
    unattended("partition");
}

#[test]
fn unknown_keys_are_refused_at_every_depth() {
    let head = "[scenario]\nname = \"x\"\nabout = \"x\"\nlength = \"1m\"\n";
    for wrong in [
        "colour = 1\n",
        "[world]\ncolour = 1\n",
        "[world.dns]\nname = \"a.b\"\nzone = \"Z\"\npolicy = \"latency\"\nttl = \"60s\"\ncolour = 1\n",
        "[[timeline]]\nat = \"1s\"\nfault = { kind = \"region-lost\", region = \"a\", colour = 1 }\n",
        "[[timeline]]\nat = \"1s\"\nfault = { kind = \"region-lost\" }\n",
        "[[timeline]]\nat = \"1s\"\nfault = { kind = \"earthquake\" }\n",
        "[[act]]\nat = \"1s\"\nplaybook = \"failover\"\nfrom = \"a\"\nto = \"b\"\ncolour = 1\n",
        "[[expect]]\nkind = \"writes\"\ncolour = 1\n",
        "[[expect]]\nkind = \"luck\"\n",
    ] {
        assert!(parse(&format!("{head}{wrong}")).is_err(), "{wrong}");
    }
    assert!(parse(head).is_ok());
}

#[test]
fn a_fault_reads_the_same_from_json_and_toml() {
    let json = r#"{"kind": "region-impaired", "region": "us-east-1", "severity": 0.4, "for": "10m"}"#;
    let toml = "kind = \"region-impaired\"\nregion = \"us-east-1\"\nseverity = 0.4\nfor = \"10m\"\n";
    let read: Injection = serde_json::from_str(json).unwrap();
    assert_eq!(read, toml::from_str::<Injection>(toml).unwrap());
    assert_eq!(read.lasts, Some(Duration::from_mins(10)));
    let again: Injection = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
    assert_eq!(read, again);
}

#[test]
fn an_expectation_that_is_not_met_says_what_is_so() {
    let (_, world) = run("calm");
    let that = That::Writer { store: "orders".into(), region: "us-west-2".into() };
    assert_eq!(that.check(&world), Some(Err("the writer of orders is us-east-1".into())));
    let that = That::Orders { region: None, least: Some(2.0), most: None };
    assert!(that.check(&world).unwrap().unwrap_err().contains("less than"));
    let that = That::Writes { operation: None, least: 1, most: None };
    assert!(that.check(&world).unwrap().is_err());
    assert_eq!(That::Lamp { region: "us-east-1".into(), any: vec!["ok".into()] }.check(&world), None);
}

#[test]
fn an_unknown_name_is_told_the_known_ones() {
    let error = find("clam").unwrap_err();
    assert!(error.contains("clam") && error.contains("calm") && error.contains("region-loss"), "{error}");
}
