//! Traffic of a workload without routing controls: weights, where records lead, or a health check turned round.
//!
//! All of it needs Route 53's control plane in us-east-1, so it is planned only where no routing controls are
//! declared. A record is planned on as it was read, and kept so, because that is what an undo sets.

use std::time::Duration;

use super::next_id;
use crate::model::World;
use crate::model::reading::{HealthCheckReading, Lead, Reading, RecordReading, RecordRouting, Source};
use crate::model::topology::{DnsName, DnsRecord, Policy, Region};
use crate::model::verdict;
use crate::plan::operation::{DnsSet, HealthCheckInvert, Operation, RecordChange};
use crate::plan::{Action, Intent, Playbook, Step, StepId, Usual, proof};

/// A change is in sync within a minute, and answers run out after it.
const DEADLINE: Duration = Duration::from_mins(15);

/// The weight of a record that takes traffic when no other tells.
const WEIGHT: u8 = 100;

/// A check that follows a routing control is no means of its own.
const FOLLOWS_CONTROL: &str = "RECOVERY_CONTROL";

/// What is said beside such a step.
const ADVICE: &str = "traffic moves by records because no routing controls are declared; if Route 53's control plane \
                      in us-east-1 does not answer, only the health checks of the records can still move it";

/// The steps that move traffic by names, each after every step so far.
pub(super) fn traffic(world: &World, intent: &Intent, steps: &mut Vec<Step>) -> Result<(), String> {
    let needs: Vec<StepId> = steps.iter().map(|step| step.id).collect();
    for name in &world.topology().dns {
        let Some(operation) = operation(world, name, intent)? else { continue };
        let step = step(world, operation, next_id(steps), needs.clone());
        steps.push(step);
    }
    Ok(())
}

/// Some name can be moved from the Region that leaves.
pub(super) fn any(world: &World, intent: &Intent) -> bool {
    world.topology().dns.iter().any(|name| means(name, intent).is_some())
}

fn step(world: &World, operation: Operation, id: StepId, needs: Vec<StepId>) -> Step {
    Step {
        id,
        title: operation.to_string(),
        rung: proof::highest(&operation, world),
        action: Action::Operate(operation),
        needs,
        usual: Usual { p50: Duration::from_mins(4), p95: Duration::from_mins(6) },
        deadline: DEADLINE,
        interlocks: Vec::new(),
        advice: Some(ADVICE.to_owned()),
    }
}

/// How a name's traffic can be moved.
enum Means<'a> {
    Weights,
    Rewrite,
    Invert { check: &'a str },
}

fn means<'a>(name: &'a DnsName, intent: &Intent) -> Option<Means<'a>> {
    let of = |region: &Region| name.records.iter().find(|record| record.region == *region);
    let leaving = of(&intent.from);
    match name.policy {
        Policy::Weighted => leaving.map(|_| Means::Weights),
        Policy::Failover | Policy::Simple => targeted(name).then_some(Means::Rewrite),
        Policy::Latency | Policy::Geolocation => {
            let drained = if intent.playbook == Playbook::Restore { of(&intent.to) } else { leaving };
            let check = drained.and_then(|record| record.health_check.as_deref());
            check.map(|check| Means::Invert { check }).or_else(|| targeted(name).then_some(Means::Rewrite))
        }
    }
}

/// What stands behind the records is declared.
fn targeted(name: &DnsName) -> bool {
    !name.records.is_empty() && name.records.iter().all(|record| record.target.is_some())
}

/// The write that moves a name, if any has to.
pub(super) fn operation(world: &World, name: &DnsName, intent: &Intent) -> Result<Option<Operation>, String> {
    match means(name, intent) {
        None => Ok(None),
        Some(Means::Invert { check }) => match settings(world, check) {
            None => Err(format!("the health check {check} of {} was not read yet", name.name)),
            Some(settings) if settings.kind == FOLLOWS_CONTROL => {
                if targeted(name) {
                    rewrite(world, name, intent)
                } else {
                    Ok(None)
                }
            }
            Some(settings) => Ok(invert(check, settings, intent)),
        },
        Some(Means::Weights) => weights(world, name, intent),
        Some(Means::Rewrite) => rewrite(world, name, intent),
    }
}

fn settings<'a>(world: &'a World, check: &str) -> Option<&'a HealthCheckReading> {
    match world.seen(&Source::HealthCheck(check.to_owned()))? {
        (Reading::HealthCheck(settings), _) => Some(settings),
        _ => None,
    }
}

fn invert(check: &str, settings: &HealthCheckReading, intent: &Intent) -> Option<Operation> {
    let inverted = intent.playbook != Playbook::Restore;
    let region = if inverted { &intent.from } else { &intent.to };
    (settings.inverted != inverted).then(|| {
        Operation::HealthCheckInvert(HealthCheckInvert {
            check: check.to_owned(),
            region: region.clone(),
            inverted,
            version: settings.version,
        })
    })
}

fn read<'a>(world: &'a World, name: &DnsName) -> Result<&'a [RecordReading], String> {
    let records = verdict::records(world, &name.name).map(|(records, _)| records);
    records.ok_or_else(|| format!("the records of {} were not read yet", name.name))
}

/// Nothing for the Region that leaves; for the one that receives what it has, or what the other had.
fn weights(world: &World, name: &DnsName, intent: &Intent) -> Result<Option<Operation>, String> {
    let records = read(world, name)?;
    let of = |region: &Region| -> Vec<(&RecordReading, u8)> {
        let ours = records.iter().filter(|record| verdict::record_region(name, record) == Some(region));
        let weight = |record: &RecordReading| match record.routing {
            RecordRouting::Weight(weight) => Some(weight),
            _ => None,
        };
        ours.filter_map(|record| Some((record, weight(record)?))).collect()
    };
    let (leaving, receiving) = (of(&intent.from), of(&intent.to));
    if receiving.is_empty() {
        return Err(format!("{} has no weighted record that leads to {}", name.name, intent.to));
    }
    let usual =
        leaving.iter().map(|(_, weight)| *weight).max().filter(|weight| *weight > 0).unwrap_or(WEIGHT);
    let mut changes = Vec::new();
    if intent.playbook != Playbook::Restore {
        let emptied = leaving.iter().filter(|(_, weight)| *weight > 0);
        changes.extend(emptied.map(|(record, _)| weigh(record, &intent.from, 0)));
    }
    let raised = receiving.iter().filter(|(_, weight)| *weight == 0);
    changes.extend(raised.map(|(record, _)| weigh(record, &intent.to, usual)));
    // A batch that only takes out says also what stays, so that nobody else's change can leave nothing.
    if changes.iter().any(|change| change.from.as_ref() == Some(&intent.from)) {
        let stays = receiving.iter().filter(|(_, weight)| *weight > 0);
        changes.extend(stays.map(|(record, weight)| weigh(record, &intent.to, *weight)));
    }
    Ok(set(name, changes))
}

fn weigh(record: &RecordReading, region: &Region, weight: u8) -> RecordChange {
    RecordChange {
        to: Some(region.clone()),
        from: Some(region.clone()),
        wanted: RecordReading { routing: RecordRouting::Weight(weight), ..record.clone() },
        was: record.clone(),
    }
}

/// Every record that leads to the Region that is left is made to lead to the one that receives. Of failover records a
/// planned move changes the first alone: the second goes on to name the standby.
fn rewrite(world: &World, name: &DnsName, intent: &Intent) -> Result<Option<Operation>, String> {
    let records = read(world, name)?;
    let mut changes = Vec::new();
    for record in records {
        let region = verdict::record_region(name, record);
        if !changes_lead(record, region, name, intent) {
            continue;
        }
        let declared = |declared: &&DnsRecord| declared.region == intent.to;
        let to = name.records.iter().find(declared);
        let to = to.ok_or_else(|| format!("{} has no record for {}", name.name, intent.to))?;
        let lead = lead(name, record, records, to)?;
        changes.push(RecordChange {
            to: Some(intent.to.clone()),
            from: region.cloned(),
            wanted: RecordReading { lead, ..record.clone() },
            was: record.clone(),
        });
    }
    Ok(set(name, changes))
}

fn changes_lead(record: &RecordReading, region: Option<&Region>, name: &DnsName, intent: &Intent) -> bool {
    let leaves = region == Some(&intent.from);
    match (&record.routing, &intent.playbook) {
        // A first record that leads home again takes all traffic with it: that is a failback.
        (RecordRouting::Other(_), _) | (RecordRouting::First | RecordRouting::Second, Playbook::Restore) => {
            false
        }
        // What was made to lead elsewhere is made to lead home again.
        (_, Playbook::Restore) => {
            let own = name.records.iter().find(|declared| verdict::is_record(name, declared, record));
            own.is_some_and(|own| own.region == intent.to) && region != Some(&intent.to)
        }
        (RecordRouting::First, _) => region != Some(&intent.to),
        (RecordRouting::Second, playbook) => leaves && !playbook.is_planned(),
        _ => leaves,
    }
}

/// Where a record shall lead: as another record leads there now, else by what the config says.
fn lead(
    name: &DnsName,
    record: &RecordReading,
    records: &[RecordReading],
    to: &DnsRecord,
) -> Result<Lead, String> {
    let there = records.iter().find(|other| verdict::record_region(name, other) == Some(&to.region));
    let target = to.target.as_deref().map(|target| format!("{target}."));
    let missing = |key: &str| format!("{key} of the record {} of {} is not declared", to.id, name.name);
    match (&record.lead, there.map(|other| &other.lead)) {
        (Lead::Alias { evaluate, .. }, Some(Lead::Alias { name, zone, .. })) => {
            Ok(Lead::Alias { name: name.clone(), zone: zone.clone(), evaluate: *evaluate })
        }
        (Lead::Alias { evaluate, .. }, _) => Ok(Lead::Alias {
            name: target.ok_or_else(|| missing("target"))?,
            zone: to.target_zone.clone().ok_or_else(|| missing("target_zone"))?,
            evaluate: *evaluate,
        }),
        (Lead::Values { ttl, .. }, Some(Lead::Values { values, .. })) => {
            Ok(Lead::Values { ttl: *ttl, values: values.clone() })
        }
        (Lead::Values { ttl, .. }, _) if name.kind == "CNAME" => {
            Ok(Lead::Values { ttl: *ttl, values: vec![target.ok_or_else(|| missing("target"))?] })
        }
        _ => Err(format!("no record of {} tells the addresses of {}", name.name, to.region)),
    }
}

fn set(name: &DnsName, changes: Vec<RecordChange>) -> Option<Operation> {
    if changes.iter().all(|change| change.wanted == change.was) {
        return None;
    }
    Some(Operation::DnsSet(DnsSet {
        name: name.name.clone(),
        zone: name.zone.clone(),
        record_type: name.kind.clone(),
        changes,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, resolved_names, west};
    use crate::plan::interlock::{self, Verdict};
    use crate::plan::operation::Write;

    fn record(id: &str, routing: RecordRouting, to: &str) -> RecordReading {
        RecordReading {
            id: Some(id.to_owned()),
            routing,
            lead: Lead::Alias { name: format!("alb.{to}.example."), zone: format!("Z{to}"), evaluate: true },
            health_check: None,
        }
    }

    fn scene(policy: Policy, records: Vec<RecordReading>) -> Scene {
        let mut topology = resolved_names();
        topology.routing = None;
        topology.dns[0].policy = policy;
        topology.dns[0].records.iter_mut().for_each(|record| record.health_check = None);
        let mut scene = Scene::new(topology);
        scene.see(Source::Records("store.example.com".to_owned()), Ok(Reading::Records(records)));
        scene
    }

    fn intent(playbook: Playbook) -> Intent {
        Intent { playbook, from: east(), to: west() }
    }

    fn back(playbook: Playbook) -> Intent {
        Intent { playbook, from: west(), to: east() }
    }

    /// The titles of the steps that move traffic.
    fn planned(scene: &Scene, intent: &Intent) -> Vec<String> {
        let mut steps = Vec::new();
        traffic(&scene.world, intent, &mut steps).unwrap();
        steps.into_iter().map(|step| step.title).collect()
    }

    #[test]
    fn weights_go_to_nothing_and_the_receiver_keeps_or_takes_over() {
        let weight = RecordRouting::Weight;
        let both =
            scene(Policy::Weighted, vec![record(EAST, weight(130), EAST), record(WEST, weight(70), WEST)]);
        let moved = ["store.example.com us-east-1 0 + us-west-2 70"];
        assert_eq!(planned(&both, &intent(Playbook::Failover)), moved);
        let one =
            scene(Policy::Weighted, vec![record(EAST, weight(130), EAST), record(WEST, weight(0), WEST)]);
        assert_eq!(
            planned(&one, &intent(Playbook::Evacuate)),
            ["store.example.com us-east-1 0 + us-west-2 130"]
        );
        assert_eq!(planned(&one, &back(Playbook::Evacuate)), Vec::<String>::new(), "nothing leads there");
        assert_eq!(planned(&one, &intent(Playbook::Restore)), ["store.example.com us-west-2 130"]);
        let unread = Scene::new(both.world.topology().clone());
        let why = traffic(&unread.world, &intent(Playbook::Failover), &mut Vec::new()).unwrap_err();
        assert_eq!(why, "the records of store.example.com were not read yet");
    }

    #[test]
    fn a_first_record_is_made_to_lead_to_the_standby_and_home_again() {
        let (first, second) = (RecordRouting::First, RecordRouting::Second);
        let home = scene(
            Policy::Failover,
            vec![record(EAST, first.clone(), EAST), record(WEST, second.clone(), WEST)],
        );
        assert_eq!(planned(&home, &intent(Playbook::Failover)), ["store.example.com us-east-1 → us-west-2"]);
        let locked = scene(Policy::Failover, vec![record(EAST, first, WEST), record(WEST, second, WEST)]);
        assert_eq!(planned(&locked, &intent(Playbook::Failover)), Vec::<String>::new());
        let Ok(Some(Operation::DnsSet(set))) =
            operation(&locked.world, &locked.world.topology().dns[0], &back(Playbook::Failback))
        else {
            panic!()
        };
        assert_eq!(set.to_string(), "store.example.com us-east-1 leads home", "the second stays as it is");
        let lead = &set.changes[0].wanted.lead;
        let declared =
            Lead::Alias { name: "alb.us-east-1.example.".into(), zone: "ZALB".into(), evaluate: true };
        assert_eq!(*lead, declared, "nothing leads there any more, so the config tells");
        assert_eq!(set.leaving(), [&west()]);
        assert_eq!(set.inverse().unwrap().to_string(), "store.example.com us-east-1 → us-west-2");
    }

    #[test]
    fn a_sound_check_is_turned_round_and_a_failing_one_is_not() {
        let mut topology = resolved_names();
        topology.routing = None;
        let mut scene = Scene::new(topology);
        let settings = HealthCheckReading {
            version: 4,
            kind: "HTTPS_STR_MATCH".to_owned(),
            inverted: false,
            disabled: false,
        };
        scene.see(Source::HealthCheck(format!("check-{EAST}")), Ok(Reading::HealthCheck(settings.clone())));
        let titles = planned(&scene, &intent(Playbook::Evacuate));
        assert_eq!(titles, ["health check of us-east-1 inverted"]);
        for region in [EAST, WEST] {
            let healthy = f64::from(u8::from(region == WEST));
            scene.tail(&verdict::health_check_metric(&format!("check-{region}")), &[healthy]);
        }
        let all = interlock::check(&scene.world, &intent(Playbook::Evacuate), scene.now);
        let drains = all.iter().find(|one| one.name == "us-east-1 is drained by it").unwrap();
        assert!(
            matches!(&drains.verdict, Verdict::Hold(why) if why.contains("unhealthy already")),
            "{drains:?}"
        );
        let follows = HealthCheckReading { kind: FOLLOWS_CONTROL.to_owned(), ..settings };
        scene.later(1);
        scene.see(Source::HealthCheck(format!("check-{EAST}")), Ok(Reading::HealthCheck(follows)));
        let records = vec![
            record(EAST, RecordRouting::Latency(east()), EAST),
            record(WEST, RecordRouting::Latency(west()), WEST),
        ];
        scene.see(Source::Records("store.example.com".to_owned()), Ok(Reading::Records(records)));
        let titles = planned(&scene, &intent(Playbook::Evacuate));
        assert_eq!(titles, ["store.example.com us-east-1 → us-west-2"], "its control is not declared");
    }

    #[test]
    fn where_routing_controls_are_declared_names_are_left_alone() {
        let scene = Scene::calm();
        let plan = crate::plan::playbook::plan(&scene.world, &intent(Playbook::Failover), scene.now).unwrap();
        let kinds: Vec<&str> =
            plan.steps.iter().filter_map(|step| step.operation()).map(Operation::kind).collect();
        assert_eq!(kinds, ["aurora.failover", "aurora.failover", "routing.set"]);
    }
}
