//! Proof of a change of traffic by what it does: health checks, DNS, traffic, canaries, orders.
//!
//! Only periods that began after the write count; what cannot be seen is blind, and a stronger rung may cover it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::shift::Shift;
use super::{Shown, Sight, Stance, Witness, resolvers};
use crate::model::World;
use crate::model::reading::Source;
use crate::model::topology::{Formula, Metric, Region, Signal};
use crate::model::verdict::{self, Dated, Lamp};
use crate::plan::Rung;

/// The part of the traffic that must arrive where it should.
const ARRIVED: f64 = 0.95;

/// The part of the usual orders at which they count as back.
const BACK: f64 = 0.8;

/// Metrics come late (aws-facts section 7), so a source that does not answer is called blind only after this.
const LATE: SignedDuration = SignedDuration::from_secs(120);

/// A Region that answers and still publishes nothing since the write is blind this long after it, once another
/// Region has published,
const BEHIND: SignedDuration = SignedDuration::from_secs(150);

/// and after this also when none has: the wait for the next period, that period, its lateness and the next read.
const SILENT: SignedDuration = SignedDuration::from_secs(300);

/// Of a source whose metric has no whole period since the write.
const NO_PERIOD: &str = "no period since the write";

/// Requests of one round are made within this of each other; rounds are a period apart.
const ROUND: SignedDuration = SignedDuration::from_secs(30);

/// The rungs for which the workload declares what they are proved by.
pub(super) fn declared(shift: &Shift, world: &World) -> Vec<Rung> {
    let topology = world.topology();
    let orders = || topology.orders.as_ref().is_some_and(|orders| !orders.series.is_empty());
    let all = [
        (Rung::HealthCheck, !shift.checks.is_empty()),
        (Rung::Dns, resolvers::declared(shift, world)),
        (Rung::Traffic, traffic_period(world).is_some()),
        (Rung::Canary, !canaries(shift, world).is_empty()),
        (Rung::Orders, orders()),
    ];
    all.into_iter().filter(|(_, declared)| *declared).map(|(rung, _)| rung).collect()
}

/// The sources besides metrics that these rungs are proved by.
pub(super) fn sources(shift: &Shift, world: &World) -> Vec<Source> {
    resolvers::sources(shift, world)
}

/// What the world shows of a rung above the read-back.
pub(super) fn shown(rung: Rung, shift: &Shift, sight: &Sight<'_>) -> Shown {
    let Sight { world, since, now, .. } = *sight;
    match rung {
        Rung::HealthCheck => health_check(shift, world, since, now),
        Rung::Dns => resolvers::dns(shift, sight),
        Rung::Traffic => traffic(shift, world, since, now),
        Rung::Canary => canary(shift, world, since, now),
        Rung::Orders => orders(shift, world, since, now),
        Rung::Sent | Rung::Accepted | Rung::ReadBack => {
            Shown::open(rung, "this is no effect on traffic".to_owned())
        }
    }
}

/// Each health check says what it must: of a Region that is let users into healthy, of one that is left not.
fn health_check(shift: &Shift, world: &World, since: Timestamp, now: Timestamp) -> Shown {
    let known = verdict::health_checks(world, now);
    let mut witnesses = Vec::new();
    for (id, well) in &shift.checks {
        let Some(check) = known.iter().find(|check| check.id == *id) else { continue };
        let name = check.region.as_str();
        let healthy = check.healthy.as_ref().filter(|h| began_after(h, 60, since));
        witnesses.push(healthy.map_or_else(
            || Witness::new(name, Stance::Unheard, NO_PERIOD),
            |healthy| {
                let says = if healthy.value { "healthy" } else { "unhealthy" };
                Witness::new(name, Stance::agrees(healthy.value == *well), says).at(healthy.at)
            },
        ));
    }
    let evidence = said(&witnesses);
    let shown = if has(&witnesses, Stance::Differs) {
        Shown::open(Rung::HealthCheck, evidence)
    } else if has(&witnesses, Stance::Unheard) || witnesses.is_empty() {
        pending_at(Rung::HealthCheck, &[Region::new(verdict::ROUTE53_HOME)], world, since, now)
    } else {
        Shown::proved(Rung::HealthCheck, evidence)
    };
    shown.by(witnesses)
}

/// Next to nothing arrives in the Regions that are left.
fn traffic(shift: &Shift, world: &World, since: Timestamp, now: Timestamp) -> Shown {
    let period = traffic_period(world).unwrap_or(60);
    let shares = verdict::shares(world, now);
    let leaving = &shift.off;
    let fresh = shares.iter().any(|(_, share)| began_after(share, period, since));
    if !fresh {
        let all: Vec<Region> = world.topology().regions.iter().map(|r| r.name.clone()).collect();
        return pending_at(Rung::Traffic, &all, world, since, now);
    }
    let arrives: f64 =
        shares.iter().filter(|(region, _)| !leaving.contains(region)).map(|(_, share)| share.value).sum();
    let witness = |(region, share): &(Region, Dated<f64>)| {
        let stance = Stance::agrees(!leaving.contains(region) || share.value <= 1.0 - ARRIVED);
        Witness::new(region.as_str(), stance, format!("{:.0}%", share.value * 100.0)).at(share.at)
    };
    let witnesses: Vec<Witness> = shares.iter().map(witness).collect();
    let evidence = said(&witnesses);
    let shown = if arrives >= ARRIVED {
        Shown::proved(Rung::Traffic, evidence)
    } else {
        Shown::open(Rung::Traffic, evidence)
    };
    shown.by(witnesses)
}

/// The canaries of the receiving Regions succeed; those that run in a Region that is left are no witness.
fn canary(shift: &Shift, world: &World, since: Timestamp, now: Timestamp) -> Shown {
    let (mut witnesses, mut pending) = (Vec::new(), BTreeSet::new());
    let all = canaries(shift, world);
    let several = all.windows(2).any(|pair| pair[0].0 != pair[1].0);
    for (region, signal) in all {
        // Signals of two Regions are called the same.
        let who = if several { format!("{region} {}", signal.name) } else { signal.name.clone() };
        let (home, period) = home(signal);
        let seen = verdict::signal(world, signal, now);
        let Some(value) = seen.value.as_ref().filter(|value| began_after(value, period, since)) else {
            pending.extend(home);
            witnesses.push(Witness::new(who, Stance::Unheard, NO_PERIOD));
            continue;
        };
        let stance = Stance::agrees(seen.lamp == Lamp::Ok);
        witnesses.push(Witness::new(who, stance, seen.text()).at(value.at));
    }
    let evidence = said(&witnesses);
    if has(&witnesses, Stance::Differs) {
        return Shown::open(Rung::Canary, evidence).by(witnesses);
    }
    let unseen: Vec<Region> = pending.into_iter().collect();
    let waiting = pending_at(Rung::Canary, &unseen, world, since, now);
    let covered = unseen.is_empty() || waiting.state == super::RungState::Blind;
    let shown = if evidence.is_empty() || !covered { waiting } else { Shown::proved(Rung::Canary, evidence) };
    shown.by(witnesses)
}

fn has(witnesses: &[Witness], stance: Stance) -> bool {
    witnesses.iter().any(|witness| witness.stance == stance)
}

/// What those say that were heard: `us-east-1 0%, us-west-2 100%`.
fn said(witnesses: &[Witness]) -> String {
    let heard = witnesses.iter().filter(|witness| witness.stance != Stance::Unheard);
    heard.map(|witness| format!("{} {}", witness.who, witness.says)).collect::<Vec<_>>().join(", ")
}

/// Orders over all Regions are back at their usual rate.
fn orders(shift: &Shift, world: &World, since: Timestamp, now: Timestamp) -> Shown {
    let Some(spec) = &world.topology().orders else {
        return Shown::blind(Rung::Orders, "no orders metric is declared".to_owned());
    };
    let receiving = receiving(shift, world, now);
    let minute = spec
        .series
        .iter()
        .filter(|(region, _)| receiving.contains(region))
        .filter_map(|(_, metric)| world.series(metric)?.newest())
        .map(|point| point.at)
        .filter(|at| *at >= since)
        .max();
    let Some(minute) = minute else {
        return pending_at(Rung::Orders, &receiving, world, since, now);
    };
    let usual: f64 = spec.series.keys().filter_map(|r| verdict::orders(world, r, since)?.baseline).sum();
    if usual <= 0.0 {
        return Shown::blind(Rung::Orders, "the usual rate is not known".to_owned());
    }
    let rate: f64 = spec.series.values().filter_map(|metric| rate_at(world, metric, minute)).sum();
    let words = format!("{rate:.0} a minute of {usual:.0} usual, {:.0}%", rate / usual * 100.0);
    if rate >= usual * BACK { Shown::proved(Rung::Orders, words) } else { Shown::open(Rung::Orders, words) }
}

fn rate_at(world: &World, metric: &Metric, minute: Timestamp) -> Option<f64> {
    let points = world.series(metric)?.points();
    let at = points.partition_point(|p| p.at < minute);
    let point = points.get(at).filter(|p| p.at == minute)?;
    Some(point.value * 60.0 / f64::from(metric.period.max(1)))
}

/// Nothing was seen since the write: not yet, or, when a Region that must tell does not answer or has published
/// nothing for longer than metrics are ever late, blind.
fn pending_at(rung: Rung, regions: &[Region], world: &World, since: Timestamp, now: Timestamp) -> Shown {
    let waited = now.duration_since(since);
    let trouble = regions.iter().find_map(|region| {
        let source = Source::Metrics(region.clone());
        let (trouble, _) = world.feed(&source)?.trouble()?;
        Some(format!("{source}: {trouble}"))
    });
    let mute = || regions.iter().find(|region| world.reached(region).is_none_or(|at| at < since));
    let silent = || {
        let mute =
            mute().filter(|mute| waited > SILENT || (waited > BEHIND && fell_behind(mute, world, since)))?;
        Some(format!("CloudWatch {mute} has published nothing since the write"))
    };
    let blind = trouble.filter(|_| waited > LATE).or_else(silent);
    match blind {
        Some(words) => Shown::blind(rung, words),
        None => Shown::open(rung, "no period since the write is seen yet".to_owned()),
    }
}

/// Another Region has published since the write, and this one was asked in the same round and had nothing: two
/// Regions asked together never answer together, and the later one is not silent for that.
fn fell_behind(mute: &Region, world: &World, since: Timestamp) -> bool {
    let asked = |region: &Region| world.feed(&Source::Metrics(region.clone()))?.asked();
    let published =
        world.topology().regions.iter().filter(|r| world.reached(&r.name).is_some_and(|at| at >= since));
    let Some(seen) = published.filter_map(|r| asked(&r.name)).max() else { return false };
    asked(mute).is_some_and(|own| seen.duration_since(own) <= ROUND)
}

/// The value is of a period that began at or after the write.
fn began_after<T>(value: &Dated<T>, period: u32, since: Timestamp) -> bool {
    value.at.duration_since(since) >= SignedDuration::from_secs(i64::from(period))
}

/// The Regions that users are let into; when the change lets them into none, those that they stay in.
fn receiving(shift: &Shift, world: &World, now: Timestamp) -> Vec<Region> {
    if !shift.on.is_empty() {
        return shift.on.clone();
    }
    let declared = world.topology().regions.iter().map(|r| r.name.clone());
    declared.filter(|r| !shift.off.contains(r) && !verdict::drained(world, r, now)).collect()
}

/// The canary signals of the receiving Regions, without those measured in a Region that is left, unless there are
/// no others.
fn canaries<'a>(shift: &Shift, world: &'a World) -> Vec<(&'a Region, &'a Signal)> {
    let Shift { off, on, .. } = shift;
    let receives = |region: &Region| if on.is_empty() { !off.contains(region) } else { on.contains(region) };
    let specs = world.topology().regions.iter().filter(|spec| receives(&spec.name));
    let all = specs.flat_map(|spec| spec.signals.iter().map(|signal| (&spec.name, signal)));
    let all: Vec<(&Region, &Signal)> = all.filter(|(_, s)| s.family == verdict::CANARY).collect();
    let away = |(_, signal): &(&Region, &Signal)| home(signal).0.is_none_or(|region| !off.contains(&region));
    let witnesses: Vec<(&Region, &Signal)> = all.iter().copied().filter(away).collect();
    if witnesses.is_empty() { all } else { witnesses }
}

/// The Region whose CloudWatch holds a signal, and its period.
fn home(signal: &Signal) -> (Option<Region>, u32) {
    match &signal.formula {
        Formula::Alarm { region, .. } => (Some(region.clone()), 60),
        formula => {
            let metric = formula.metrics().into_iter().next();
            metric.map_or((None, 60), |metric| (Some(metric.region.clone()), metric.period))
        }
    }
}

/// The period of what counts the traffic; `None` when nothing does in every Region.
fn traffic_period(world: &World) -> Option<u32> {
    let topology = world.topology();
    let requests = topology.regions.iter().map(|spec| {
        let mut alb = spec.signals.iter().filter(|s| s.family == verdict::ALB);
        alb.find_map(|s| match &s.formula {
            Formula::Share { whole, .. } => Some(whole.period),
            _ => None,
        })
    });
    let orders = || {
        let series = &topology.orders.as_ref()?.series;
        let every = topology.regions.iter().all(|spec| series.contains_key(&spec.name));
        series.values().next().filter(|_| every).map(|metric| metric.period)
    };
    requests.collect::<Option<Vec<u32>>>().and_then(|periods| periods.into_iter().max()).or_else(orders)
}
