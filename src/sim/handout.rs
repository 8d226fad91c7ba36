//! Writes the `pointsman.toml` that points at a simulated world.
//! It must never write what the world does not publish.

mod sign_in;

use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Duration;

use super::door::dns::usual_address;
use super::scenario::playbooks::Playbook;
use super::scenario::world::{Form, Policy, Receive};
use super::world::World;
use super::world::arc::{Guard, SafetyRule};
use super::world::bucket::BucketLink;
use super::world::ecs;
use super::world::health::{HealthCheck, Probe};
use super::world::metric::publish::{CANARIES, ECS};
use super::world::region::Region;
use super::world::replica::{Engine, Replicated};
use super::world::table::Consistency;

pub use sign_in::{FOLDER, files};

/// The configuration of a world served at `base_url` (no final slash), its resolvers at their usual addresses.
#[must_use]
pub fn config(world: &World, base_url: &str) -> String {
    let resolvers: Vec<_> = (0..world.dns.resolvers.len()).map(usual_address).collect();
    config_at(world, base_url, &resolvers)
}

/// The same with the resolvers at these addresses.
#[must_use]
pub fn config_at(world: &World, base_url: &str, resolvers: &[SocketAddr]) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = head(world, base_url, &mut out);
    for at in 0..world.regions.len() {
        let _ = region(world, at, &mut out);
    }
    let _ = routing(world, base_url, &mut out);
    let _ = stores(world, &mut out);
    let _ = services(world, &mut out);
    let _ = runbooks(world, &mut out);
    let _ = drills(world, &mut out);
    let _ = shared(world, &mut out);
    let _ = dns(world, &mut out);
    let _ = self::resolvers(world, resolvers, &mut out);
    let _ = tail(&mut out);
    out
}

/// Playbooks of the operators' own, by name and text, that the world is played with.
#[must_use]
pub fn playbooks(world: &World) -> Vec<Playbook> {
    world.scenario.playbooks()
}

/// The store of the bastions' own table.
const LOCK: &str = "lock";

type Written = Result<(), std::fmt::Error>;

fn head(world: &World, base_url: &str, out: &mut String) -> Written {
    let about = &world.scenario.scenario;
    writeln!(out, "# Points at the simulated world \"{}\" (seed {}).", about.name, world.seed)?;
    writeln!(out, "# {}\n", about.about)?;
    writeln!(out, "[workload]")?;
    writeln!(out, "name = \"retail-store\"")?;
    writeln!(out, "environment = \"simulated\"      # the environment word on the screen")?;
    writeln!(out, "account = \"{}\"", world.account)?;
    writeln!(out, "endpoint_url = \"{base_url}\"   # every service but the ARC data plane")?;
    if world.scenario.world.sign_in.is_some() {
        writeln!(out, "profile = \"{}\"", sign_in::PROFILE)?;
        writeln!(out, "aws_folder = \"{FOLDER}\"       # beside this file, in place of ~/.aws")?;
    }
    writeln!(out)?;
    writeln!(out, "[objectives]")?;
    writeln!(out, "rto = \"10m\"")?;
    writeln!(out, "rpo = \"30s\"\n")?;
    let Some(guard) = world.scenario.world.failback else { return Ok(()) };
    writeln!(out, "[failback]")?;
    writeln!(out, "locked = \"{}s\"", guard.locked.as_secs())?;
    writeln!(out, "settled = \"{}s\"\n", guard.settled.as_secs())
}

fn region(world: &World, at: usize, out: &mut String) -> Written {
    let region = &world.regions[at];
    let count = world.regions.len();
    // Each Region's remote canary looks at the next one, so a Region is testified of by the one before it.
    let witness = &world.regions[(at + count - 1) % count];
    writeln!(out, "[[regions]]")?;
    writeln!(out, "name = \"{}\"", region.name)?;
    writeln!(out, "short = \"{}\"", region.short)?;
    writeln!(out, "capacity = {}                 # orders a minute it can carry", region.capacity)?;
    canary(out, "canary local", None, CANARIES[0])?;
    if witness.name != region.name {
        writeln!(out, "# The healthy Region testifies: this one is read from {}.", witness.name)?;
        canary(out, "canary remote", Some(witness), CANARIES[1])?;
    }
    canary(out, "canary global", None, CANARIES[2])?;
    signal(out, "alb", &[("LoadBalancer", &region.alb)])?;
    signal(out, "ecs-container-insights", &ECS)?;
    for check in &world.health_checks {
        let decides = world
            .dns
            .zones
            .iter()
            .flat_map(|z| &z.records)
            .any(|r| r.health_check.as_ref() == Some(&check.id));
        if !decides && matches!(check.probe, Probe::Endpoint { region, .. } if region == at) {
            writeln!(out, "# No record follows this one: it alarms.")?;
            writeln!(out, "[[regions.signals]]")?;
            writeln!(out, "preset = \"route53-health-check\"")?;
            writeln!(out, "name = \"{}\"", check.name)?;
            writeln!(out, "dimensions = {{ HealthCheckId = \"{}\" }}", check.id)?;
        }
    }
    writeln!(out)
}

fn canary(out: &mut String, name: &str, from: Option<&Region>, canary: &str) -> Written {
    writeln!(out, "[[regions.signals]]")?;
    writeln!(out, "preset = \"canary\"")?;
    writeln!(out, "name = \"{name}\"")?;
    if let Some(from) = from {
        writeln!(out, "from = \"{}\"", from.name)?;
    }
    writeln!(out, "dimensions = {{ CanaryName = \"{canary}\" }}")
}

fn signal(out: &mut String, preset: &str, dimensions: &[(&str, &str)]) -> Written {
    writeln!(out, "[[regions.signals]]")?;
    writeln!(out, "preset = \"{preset}\"")?;
    let dimensions: Vec<_> = dimensions.iter().map(|(k, v)| format!("{k} = \"{v}\"")).collect();
    writeln!(out, "dimensions = {{ {} }}", dimensions.join(", "))
}

fn routing(world: &World, base_url: &str, out: &mut String) -> Written {
    let arc = &world.arc;
    if arc.controls.is_empty() {
        return Ok(());
    }
    writeln!(out, "# The five endpoints and every ARN are literals: nothing is looked up during an event.")?;
    writeln!(out, "[routing]")?;
    writeln!(out, "cluster = \"{}\"", arc.arn)?;
    match arc.panels.as_slice() {
        [only] => writeln!(out, "panel = \"{}\"", only.arn)?,
        several => several.iter().try_for_each(|panel| {
            writeln!(out, "[[routing.panels]]\nname = \"{}\"\narn = \"{}\"", panel.name, panel.arn)
        })?,
    }
    for endpoint in &arc.endpoints {
        writeln!(out, "[[routing.endpoints]]")?;
        writeln!(out, "region = \"{}\"", endpoint.region)?;
        writeln!(out, "url = \"{base_url}/cluster/{}\"", endpoint.region)?;
    }
    for control in &arc.controls {
        writeln!(out, "[[routing.controls]]")?;
        writeln!(out, "name = \"{}\"", control.name)?;
        let follows = |check: &&HealthCheck| matches!(&check.probe, Probe::RecoveryControl { control: arn } if *arn == control.arn);
        if let Some(check) = world.health_checks.iter().find(follows) {
            writeln!(out, "region = \"{}\"", control.name)?;
            writeln!(out, "arn = \"{}\"", control.arn)?;
            writeln!(out, "health_check = \"{}\"", check.id)?;
        } else {
            writeln!(out, "arn = \"{}\"", control.arn)?;
        }
    }
    for rule in &arc.rules {
        safety_rule(world, rule, out)?;
    }
    writeln!(out)
}

fn safety_rule(world: &World, rule: &SafetyRule, out: &mut String) -> Written {
    let name =
        |arn: &String| format!("\"{}\"", world.arc.control(arn).map_or(arn.as_str(), |c| c.name.as_str()));
    let names = |arns: &[String]| arns.iter().map(name).collect::<Vec<_>>().join(", ");
    writeln!(out, "[[routing.rules]]")?;
    writeln!(out, "name = \"{}\"", rule.name)?;
    writeln!(out, "arn = \"{}\"", rule.arn)?;
    match &rule.guard {
        Guard::Assertion { asserted } => writeln!(out, "assert = [{}]", names(asserted))?,
        Guard::Gating { gates, targets } => {
            writeln!(out, "gating = [{}]", names(gates))?;
            writeln!(out, "target = [{}]", names(targets))?;
        }
    }
    writeln!(out, "type = \"{}\"", rule.rule.as_str())?;
    writeln!(out, "threshold = {}", rule.threshold)?;
    writeln!(out, "inverted = {}", rule.inverted)?;
    writeln!(out, "wait = \"{}s\"", rule.wait.as_secs())
}

fn stores(world: &World, out: &mut String) -> Written {
    for global in &world.aurora.globals {
        writeln!(out, "[[aurora]]")?;
        writeln!(out, "store = \"{}\"", global.store)?;
        writeln!(out, "global = \"{}\"", global.id)?;
        writeln!(out, "[aurora.clusters]")?;
        for member in &global.members {
            writeln!(out, "{} = \"{}\"", world.regions[member.region].name, member.cluster)?;
        }
        writeln!(out)?;
    }
    for store in &world.replicas {
        replica(world, store, out)?;
    }
    for link in &world.buckets {
        bucket(world, link, out)?;
    }
    // A strongly consistent table has no lag to watch, and the bastions' own is no store of the workload.
    for table in world.tables.iter().filter(|t| t.witness.is_none() && t.store != LOCK) {
        let regions: Vec<_> =
            table.regions.iter().map(|r| format!("\"{}\"", world.regions[*r].name)).collect();
        writeln!(out, "[[tables]]")?;
        writeln!(out, "store = \"{}\"", table.store)?;
        writeln!(out, "table = \"{}\"", table.name)?;
        writeln!(out, "regions = [{}]\n", regions.join(", "))?;
    }
    Ok(())
}

/// The service is declared where the scenario has something to say of it.
fn services(world: &World, out: &mut String) -> Written {
    let spec = &world.scenario.world;
    if spec.receive.is_none() && spec.runbooks.iter().all(|book| book.offer.is_none()) {
        return Ok(());
    }
    writeln!(out, "[[services]]")?;
    writeln!(out, "name = \"{}\"", ecs::SERVICE)?;
    writeln!(out, "cluster = \"{}\"", ecs::CLUSTER)?;
    match &spec.receive {
        Some(Receive::Tasks(tasks)) => writeln!(out, "receive = \"{tasks}\"")?,
        Some(Receive::Word(word)) => writeln!(out, "receive = \"{word}\"")?,
        None => {}
    }
    writeln!(out)
}

fn replica(world: &World, store: &Replicated, out: &mut String) -> Written {
    writeln!(out, "# Which of them is the source is read: it changes for good with a promotion.")?;
    writeln!(out, "[[replicas]]")?;
    writeln!(out, "store = \"{}\"", store.store)?;
    let engine = match store.engine {
        Engine::AuroraBinlog => "aurora-binlog",
        Engine::Rds => "rds",
    };
    writeln!(out, "engine = \"{engine}\"")?;
    let specs = &world.scenario.world.replicas;
    rpo(specs.iter().find(|spec| spec.store == store.store).and_then(|spec| spec.rpo), out)?;
    writeln!(out, "[replicas.databases]")?;
    for end in &store.ends {
        writeln!(out, "{} = \"{}\"", world.regions[end.db.region].name, end.db.arn)?;
    }
    writeln!(out)
}

fn runbooks(world: &World, out: &mut String) -> Written {
    for book in &world.scenario.world.runbooks {
        let Some(offer) = &book.offer else { continue };
        writeln!(out, "[[runbooks]]")?;
        writeln!(out, "name = \"{}\"", offer.name)?;
        writeln!(out, "document = \"{}\"", book.document)?;
        writeln!(out, "region = \"{}\"", offer.region)?;
        // One without a default must be given.
        let given: Vec<String> = book
            .parameters
            .iter()
            .map(|(name, default)| {
                let value = if default.is_empty() { "simulated" } else { default };
                format!("{name} = \"{value}\"")
            })
            .collect();
        if !given.is_empty() {
            writeln!(out, "parameters = {{ {} }}", given.join(", "))?;
        }
        writeln!(out, "failover = {}", offer.failover)?;
        if let Some(tasks) = offer.tasks {
            writeln!(out, "service = \"{}\"", ecs::SERVICE)?;
            writeln!(out, "tasks = {tasks}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn bucket(world: &World, link: &BucketLink, out: &mut String) -> Written {
    writeln!(out, "[[replication]]")?;
    writeln!(out, "store = \"{}\"", link.store)?;
    writeln!(out, "preset = \"s3-replication\"")?;
    writeln!(out, "from = \"{}\"", world.regions[link.from].name)?;
    writeln!(out, "to = \"{}\"", world.regions[link.to].name)?;
    let specs = &world.scenario.world.buckets;
    rpo(specs.iter().find(|spec| spec.store == link.store).and_then(|spec| spec.rpo), out)?;
    let dimensions: Vec<_> = link.dimensions().iter().map(|(k, v)| format!("{k} = \"{v}\"")).collect();
    writeln!(out, "dimensions = {{ {} }}\n", dimensions.join(", "))
}

fn rpo(rpo: Option<Duration>, out: &mut String) -> Written {
    match rpo {
        Some(rpo) => writeln!(out, "rpo = \"{}s\"", rpo.as_secs()),
        None => Ok(()),
    }
}

fn drills(world: &World, out: &mut String) -> Written {
    for template in &world.fis.templates {
        writeln!(out, "[[experiments]]")?;
        writeln!(out, "name = \"{}\"", template.spec.name)?;
        writeln!(out, "region = \"{}\"", template.spec.region)?;
        writeln!(out, "template = \"{}\"", template.id)?;
        if !template.spec.about.is_empty() {
            writeln!(out, "about = \"{}\"", template.spec.about)?;
        }
        writeln!(out)?;
    }
    for plan in &world.switch.plans {
        let regions: Vec<_> = plan.regions.iter().map(|r| format!("\"{r}\"")).collect();
        writeln!(out, "[[plans]]")?;
        writeln!(out, "name = \"{}\"", plan.spec.name)?;
        writeln!(out, "arn = \"{}\"", plan.arn)?;
        writeln!(out, "regions = [{}]\n", regions.join(", "))?;
    }
    Ok(())
}

/// The bastions' table: a condition on an item of it must hold in every Region that is named.
fn shared(world: &World, out: &mut String) -> Written {
    let Some(table) = world.tables.iter().find(|table| table.store == LOCK) else { return Ok(()) };
    let names: Vec<_> = table.regions.iter().map(|at| format!("\"{}\"", world.regions[*at].name)).collect();
    writeln!(out, "# Who may act, and a copy of the journal, for every bastion that has this section.")?;
    writeln!(out, "[shared]")?;
    writeln!(out, "table = \"{}\"", table.name)?;
    match (table.consistency, names.first()) {
        (Consistency::Strong, _) => writeln!(out, "regions = [{}]\n", names.join(", ")),
        (Consistency::Eventual, Some(first)) => writeln!(out, "region = {first}\n"),
        (Consistency::Eventual, None) => Ok(()),
    }
}

fn dns(world: &World, out: &mut String) -> Written {
    let spec = &world.scenario.world.dns;
    let policy = match spec.policy {
        Policy::Latency => "latency",
        Policy::Weighted => "weighted",
        Policy::Failover => "failover",
        Policy::Geolocation => "geolocation",
        Policy::Simple => "simple",
    };
    for name in &world.dns.names {
        writeln!(out, "[[dns]]")?;
        writeln!(out, "name = \"{}\"", name.trim_end_matches('.'))?;
        writeln!(out, "zone = \"{}\"", spec.zone)?;
        let kind = if spec.form == Form::Cname { "CNAME" } else { "A" };
        writeln!(out, "type = \"{kind}\"")?;
        writeln!(out, "policy = \"{policy}\"")?;
        writeln!(out, "ttl = \"{}s\"", spec.ttl.as_secs())?;
        records(world, name, out)?;
    }
    writeln!(out)
}

fn records(world: &World, name: &str, out: &mut String) -> Written {
    for record in world.dns.zones.iter().flat_map(|z| &z.records).filter(|r| r.name == name) {
        let Some(region) = world.region_of(record) else { continue };
        let region = &world.regions[region];
        writeln!(out, "[[dns.records]]")?;
        writeln!(out, "id = \"{}\"", record.set_id.as_ref().unwrap_or(&region.name))?;
        writeln!(out, "region = \"{}\"", region.name)?;
        if let Some(check) = &record.health_check {
            writeln!(out, "health_check = \"{check}\"")?;
        }
        writeln!(out, "target = \"{}\"", region.alb_dns)?;
        writeln!(out, "target_zone = \"{}\"", region.alb_zone)?;
    }
    Ok(())
}

fn resolvers(world: &World, addresses: &[SocketAddr], out: &mut String) -> Written {
    for (resolver, address) in world.dns.resolvers.iter().zip(addresses) {
        writeln!(out, "[[resolvers]]")?;
        writeln!(out, "name = \"{}\"", resolver.name)?;
        writeln!(out, "address = \"{address}\"")?;
    }
    Ok(())
}

fn tail(out: &mut String) -> Written {
    writeln!(out, "\n[orders]")?;
    writeln!(out, "namespace = \"ecommerce\"")?;
    writeln!(out, "metric = \"OrdersCreated\"")?;
    writeln!(out, "statistic = \"Sum\"")?;
    writeln!(out, "period = \"60s\"\n")?;
    writeln!(out, "[screen]\ntheme = \"dark\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario;
    use crate::sim::world::metric::MetricId;

    fn of(name: &str) -> (World, toml::Table) {
        let world = World::new(&scenario::find(name).unwrap(), 7, "2026-03-01T14:00:00Z".parse().unwrap());
        let config = config(&world, "http://127.0.0.1:4566").parse().unwrap();
        (world, config)
    }

    #[test]
    fn every_scenario_has_a_config_with_all_its_resources() {
        for name in scenario::names() {
            let (world, config) = of(name);
            let count = |path: [&str; 2]| match path {
                ["", key] => config[key].as_array().unwrap().len(),
                [table, key] => config[table][key].as_array().unwrap().len(),
            };
            assert_eq!(count(["", "regions"]), world.regions.len(), "{name}");
            if world.scenario.world.arc {
                assert_eq!(count(["routing", "endpoints"]), 5);
                assert_eq!(count(["routing", "controls"]), world.arc.controls.len());
                assert_eq!(count(["routing", "rules"]), world.arc.rules.len());
            } else {
                assert_eq!(config.get("routing"), None, "{name}");
            }
            let of_all = |key: &str| config.get(key).map_or(0, |list| list.as_array().unwrap().len());
            assert_eq!(of_all("aurora"), world.aurora.globals.len());
            assert_eq!(of_all("replicas"), world.replicas.len());
            assert_eq!(of_all("replication"), world.buckets.len());
            for (key, databases) in [("aurora", "clusters"), ("replicas", "databases")] {
                for store in config.get(key).into_iter().flat_map(|list| list.as_array().unwrap()) {
                    assert_eq!(store[databases].as_table().unwrap().len(), world.regions.len());
                }
            }
            assert_eq!(count(["", "resolvers"]), world.dns.resolvers.len(), "{name}");
        }
    }

    #[test]
    fn the_console_takes_it_without_a_word() {
        for name in scenario::names() {
            let world =
                World::new(&scenario::find(name).unwrap(), 7, "2026-03-01T14:00:00Z".parse().unwrap());
            let config =
                crate::config::parse(&config(&world, "http://127.0.0.1:4566"), "pointsman.toml").unwrap();
            assert!(config.simulated, "{name}");
            assert_eq!(config.warnings, [], "{name}");
        }
    }

    #[test]
    fn a_world_without_arc_has_no_routing() {
        let scenario = "[scenario]\nname = \"x\"\nabout = \"x\"\nlength = \"1m\"\n[world]\narc = false\n";
        let scenario = scenario::parse(scenario).unwrap();
        let world = World::new(&scenario, 7, "2026-03-01T14:00:00Z".parse().unwrap());
        let config =
            crate::config::parse(&config(&world, "http://127.0.0.1:4566"), "pointsman.toml").unwrap();
        assert_eq!((config.topology.routing.clone(), config.warnings), (None, Vec::new()));
        assert!(config.topology.dns[0].records.iter().all(|record| record.health_check.is_none()));
    }

    #[test]
    fn every_metric_of_its_signals_is_published() {
        for name in ["calm", "three-regions"] {
            let world =
                World::new(&scenario::find(name).unwrap(), 7, "2026-03-01T14:00:00Z".parse().unwrap());
            let config =
                crate::config::parse(&config(&world, "http://127.0.0.1:4566"), "pointsman.toml").unwrap();
            let signals = config.topology.regions.iter().flat_map(|r| &r.signals);
            for metric in signals.flat_map(|s| s.formula.metrics()) {
                let dimensions: Vec<_> =
                    metric.dimensions.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
                let id = MetricId::new(&metric.namespace, &metric.name, &dimensions);
                // A good day has no 5xx, so it has no such count either.
                let absent = &*metric.name == "HTTPCode_Target_5XX_Count";
                let published = world.metrics.list(metric.region.as_str(), world.now).any(|m| *m == id);
                assert_eq!(published, !absent, "{name}: {metric:?}");
            }
        }
    }

    #[test]
    fn every_canary_it_names_is_published_where_it_says() {
        for name in ["calm", "three-regions"] {
            let (world, config) = of(name);
            for region in config["regions"].as_array().unwrap() {
                let own = region["name"].as_str().unwrap();
                for signal in region["signals"].as_array().unwrap() {
                    let Some(canary) = signal["dimensions"].get("CanaryName") else { continue };
                    let from = signal.get("from").map_or(own, |f| f.as_str().unwrap());
                    let dimensions = [("CanaryName", canary.as_str().unwrap())];
                    let id = MetricId::new("CloudWatchSynthetics", "SuccessPercent", &dimensions);
                    assert!(world.metrics.list(from, world.now).any(|m| *m == id), "{name}: {signal:?}");
                }
            }
        }
    }
}
