//! Conditions on the stores: where each writer is, how far its reader is behind, and whether that reader can write.

use super::{Interlock, Question, replica};
use crate::model::reading::{AuroraReading, Freshness, Reading, Source};
use crate::model::topology::Aurora;
use crate::model::verdict::{self, LinkVerdict};
use crate::plan::Playbook;
use crate::plan::operation::Operation;

pub(super) fn stores(question: &Question<'_>) -> Vec<Interlock> {
    match question.intent.playbook {
        Playbook::Evacuate => return stays(question).into_iter().collect(),
        Playbook::Restore => return Vec::new(),
        Playbook::Own(_) => return promoted(question),
        Playbook::Switchover | Playbook::Failover | Playbook::Failback => {}
    }
    let links = verdict::links(question.world, question.now);
    let auroras = &question.world.topology().auroras;
    let mut all: Vec<Interlock> = auroras.iter().flat_map(|aurora| store(question, aurora, &links)).collect();
    all.extend(replica::databases(question, &links));
    all.extend(others(question, &links));
    all
}

/// The same of the stores that the plan promotes, and of no others.
pub(super) fn promoted(question: &Question<'_>) -> Vec<Interlock> {
    let links = verdict::links(question.world, question.now);
    let steps = question.plan.steps.iter().filter_map(|step| step.operation());
    let targets: Vec<_> = steps.filter_map(Operation::target).collect();
    let auroras = question.world.topology().auroras.iter();
    let moved = auroras.filter(|aurora| targets.iter().any(|target| target.store == aurora.store));
    let mut all: Vec<Interlock> = moved.flat_map(|aurora| store(question, aurora, &links)).collect();
    all.extend(replica::databases(question, &links));
    all
}

/// An evacuation leaves the writers where they are, and says so.
fn stays(question: &Question<'_>) -> Option<Interlock> {
    let from = &question.intent.from;
    let topology = question.world.topology();
    let auroras = topology.auroras.iter().map(|aurora| aurora.store.as_str());
    let stores = auroras.chain(topology.replicas.iter().map(|replica| replica.store.as_str()));
    let writes =
        |store: &&str| verdict::writer(question.world, store, question.now).is_some_and(|w| &w.value == from);
    let left: Vec<&str> = stores.filter(writes).collect();
    let why = format!(
        "{} still write in {from}, so {} writes across Regions",
        left.join(" and "),
        question.intent.to
    );
    (!left.is_empty()).then(|| Interlock::warn(format!("no writer in {from}"), why))
}

fn store(question: &Question<'_>, aurora: &Aurora, links: &[LinkVerdict]) -> Vec<Interlock> {
    let (from, to) = (&question.intent.from, &question.intent.to);
    let name = format!("writer of {} in {from}", aurora.store);
    let writer = verdict::writer(question.world, &aurora.store, question.now)
        .filter(|writer| writer.freshness != Freshness::Gone);
    let mut all = match &writer {
        None => vec![Interlock::hold(name, "no reading shows which Region writes")],
        Some(writer) if &writer.value == to => return vec![moving(question, aurora)],
        Some(writer) if &writer.value != from => {
            let why = format!("it is in {} and stays there", writer.value);
            return vec![Interlock::warn(name, why), moving(question, aurora)];
        }
        Some(_) => vec![Interlock::pass(name)],
    };
    all.push(moving(question, aurora));
    all.push(reader(question, aurora));
    all.push(lag(question, aurora, links));
    all
}

/// Two moves of one store at a time are refused by Aurora and mean two people act.
fn moving(question: &Question<'_>, aurora: &Aurora) -> Interlock {
    let name = format!("no move of {} in progress", aurora.store);
    match verdict::moving(question.world, &aurora.store, question.now) {
        None => Interlock::pass(name),
        Some(moving) => {
            let to = moving.to.rsplit(':').next().unwrap_or(&moving.to);
            Interlock::hold(name, format!("{} to {to}", moving.status))
        }
    }
}

/// A headless member can be promoted and still cannot serve; one that resyncs cannot be promoted.
fn reader(question: &Question<'_>, aurora: &Aurora) -> Interlock {
    let to = &question.intent.to;
    let name = format!("{} can write in {to}", aurora.store);
    let Some(reading) = newest(question, aurora) else {
        return Interlock::hold(name, "its members were not read");
    };
    let Some(member) = reading.members.iter().find(|m| &m.region == to) else {
        return Interlock::hold(name, format!("the global cluster has no member in {to}"));
    };
    if member.instances == Some(0) {
        return Interlock::hold(name, "its cluster has no instances");
    }
    match (member.sync.as_deref(), member.status.as_deref(), member.instances) {
        (Some(sync), _, _) if sync != "connected" => Interlock::hold(name, format!("its cluster is {sync}")),
        (_, Some(status), _) if status != "available" => {
            Interlock::hold(name, format!("its cluster is {status}"))
        }
        (_, _, None) => Interlock::warn(name, "its instances could not be read"),
        _ => Interlock::pass(name),
    }
}

/// The receiving Region's own word on the members, else any other's that is not gone.
fn newest<'a>(question: &Question<'a>, aurora: &Aurora) -> Option<&'a AuroraReading> {
    let of = |region| {
        let feed = question.world.feed(&Source::Aurora(aurora.store.clone(), region))?;
        match feed.seen()? {
            (Reading::Aurora(reading), _) if feed.freshness(question.now) != Freshness::Gone => {
                Some((reading, feed.asked()))
            }
            _ => None,
        }
    };
    let own = of(question.intent.to.clone());
    let any = || aurora.clusters.keys().cloned().filter_map(of).max_by_key(|(_, asked)| *asked);
    own.or_else(any).map(|(reading, _)| reading)
}

/// A switchover waits for the last write, so the lag must be small; a failover loses it, so it must be known.
fn lag(question: &Question<'_>, aurora: &Aurora, links: &[LinkVerdict]) -> Interlock {
    let intent = question.intent;
    let name = format!("lag of {} within RPO", aurora.store);
    let link = links.iter().find(|l| l.store == aurora.store && l.from == intent.from && l.to == intent.to);
    let lag = link.and_then(|link| link.lag.as_ref());
    let rpo = verdict::limit_text(aurora.rpo);
    let over = |seconds: f64| seconds > aurora.rpo.as_secs_f64();
    let fresh = lag.filter(|lag| lag.freshness == Freshness::Fresh);
    match (intent.playbook.is_planned(), fresh, lag) {
        (true, Some(lag), _) if over(lag.value) => {
            Interlock::hold(name, format!("{:.1}s behind, over the RPO of {rpo}", lag.value))
        }
        (planned, Some(lag), _) if lag.value < 1.0 || planned => Interlock::pass(name),
        (_, Some(lag), _) => {
            let over = if over(lag.value) { format!(", over the RPO of {rpo}") } else { String::new() };
            Interlock::warn(name, format!("may lose {:.1}s{}{over}", lag.value, orders(question, aurora)))
        }
        (true, None, Some(lag)) => {
            Interlock::hold(name, format!("{:.1}s behind when last seen, which is too long ago", lag.value))
        }
        (true, None, None) => Interlock::hold(name, "the lag is not known"),
        (_, None, Some(lag)) => Interlock::warn(
            name,
            format!("{:.1}s behind when last seen; take the loss as unknown", lag.value),
        ),
        (_, None, None) => Interlock::warn(name, "the lag is not known; take the loss as unknown"),
    }
}

fn orders(question: &Question<'_>, aurora: &Aurora) -> String {
    let risk = verdict::at_risk(question.world, question.now).filter(|risk| risk.store == aurora.store);
    risk.map_or_else(String::new, |risk| format!(", about {:.0} orders", risk.orders))
}

/// Stores that need no promotion still are behind; over their RPO it is worth reading.
fn others(question: &Question<'_>, links: &[LinkVerdict]) -> Vec<Interlock> {
    let intent = question.intent;
    let promoted = |store: &str| {
        let steps = question.plan.steps.iter().filter_map(|step| step.operation());
        steps.filter_map(Operation::writer).any(|moved| moved.store == store)
    };
    let late = links.iter().filter(|link| link.from == intent.from && link.to == intent.to && link.live);
    late.filter(|link| !promoted(&link.store))
        .filter_map(|link| {
            let lag = link.lag.as_ref().filter(|lag| lag.value > link.rpo.as_secs_f64())?;
            let why = format!("{:.1}s behind, over the RPO of {}", lag.value, verdict::limit_text(link.rpo));
            Some(Interlock::warn(format!("lag of {} within RPO", link.store), why))
        })
        .collect()
}
