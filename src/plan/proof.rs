//! What the world shows of a step: which rungs are proved, by which evidence, from readings asked after the write.
//!
//! A 200 is not proof; a reading older than the write proves nothing, and what cannot be seen is blind, not proved.

mod aurora;
mod effect;
mod routing;

use aurora::Voucher;
use jiff::Timestamp;

use super::event::RungState;
use super::operation::Operation;
use super::{Rung, Step};
use crate::model::World;
use crate::model::reading::Source;

/// One rung as the world shows it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which rung.
    pub rung: Rung,
    /// What the world shows.
    pub state: RungState,
    /// By what: `4 of 5 endpoints`, `writer us-west-2, available`, `99% of requests in us-west-2`.
    pub evidence: String,
}

impl Shown {
    fn proved(rung: Rung, evidence: String) -> Self {
        Self { rung, state: RungState::Proved, evidence }
    }

    fn open(rung: Rung, evidence: String) -> Self {
        Self { rung, state: RungState::Open, evidence }
    }

    fn blind(rung: Rung, evidence: String) -> Self {
        Self { rung, state: RungState::Blind, evidence }
    }
}

/// Whether the world is already as a write would make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Already {
    /// It is; with what shows it.
    So(String),
    /// It is not, and nothing stands in the way of the write; with what shows it.
    NotSo(String),
    /// It is on its way there or elsewhere, so the write would be refused; with what shows it.
    Moving(String),
    /// It could not be read since then; with why.
    Unread(String),
}

/// The rungs that this step climbs, from the weakest to the one that confirms it; none for a step without a write.
///
/// DNS is left out: nothing here resolves names yet.
#[must_use]
pub fn ladder(step: &Step, world: &World) -> Vec<Rung> {
    let Some(operation) = step.operation() else { return Vec::new() };
    climbable(operation, world).into_iter().filter(|rung| *rung <= step.rung).collect()
}

/// The strongest rung that the workload's declared sources can prove of a step.
#[must_use]
pub fn highest(step: &Step, world: &World) -> Rung {
    let rungs = step.operation().map(|operation| climbable(operation, world)).unwrap_or_default();
    rungs.into_iter().max().unwrap_or(Rung::ReadBack)
}

/// What the world shows of each rung above [`Rung::Accepted`], by readings asked after `since`.
#[must_use]
pub fn shown(step: &Step, world: &World, since: Timestamp, now: Timestamp) -> Vec<Shown> {
    let Some(operation) = step.operation() else { return Vec::new() };
    let above = ladder(step, world).into_iter().filter(|rung| *rung > Rung::Accepted);
    above.map(|rung| rung_of(operation, rung, world, since, now)).collect()
}

/// What the world shows of a write's own service state, by readings asked after `since`.
#[must_use]
pub fn read_back(operation: &Operation, world: &World, since: Timestamp) -> Shown {
    match operation {
        Operation::RoutingSet { entries } => routing::read_back(entries, world, since),
        Operation::AuroraSwitchover(target) | Operation::AuroraFailover(target) => {
            aurora::read_back(target, world, since)
        }
    }
}

/// Whether a write is needed at all, by readings asked at `since` or later.
#[must_use]
pub fn already(operation: &Operation, world: &World, since: Timestamp) -> Already {
    match operation {
        Operation::RoutingSet { entries } => routing::already(entries, world, since),
        Operation::AuroraSwitchover(target) => aurora::already(target, world, since, Voucher::Any),
        Operation::AuroraFailover(target) => aurora::already(target, world, since, Voucher::Receiver),
    }
}

/// The sources to read afresh before and after a write; its metrics are read at their own pace.
#[must_use]
pub fn sources(operation: &Operation, world: &World) -> Vec<Source> {
    match operation {
        Operation::RoutingSet { .. } => {
            let endpoints = world.topology().routing.iter().flat_map(|r| &r.endpoints);
            endpoints.map(|e| Source::Endpoint(e.region.clone())).collect()
        }
        Operation::AuroraSwitchover(target) | Operation::AuroraFailover(target) => {
            let regions = [&target.to, &target.from];
            let states = regions.map(|r| Source::Aurora(target.store.clone(), r.clone()));
            let events = regions.map(|r| Source::AuroraEvents(target.store.clone(), r.clone()));
            states.into_iter().chain(events).collect()
        }
    }
}

/// What RDS told of a move since its write left, oldest first.
#[must_use]
pub fn told(operation: &Operation, world: &World, since: Timestamp) -> Vec<(Timestamp, String)> {
    match operation {
        Operation::RoutingSet { .. } => Vec::new(),
        Operation::AuroraSwitchover(target) | Operation::AuroraFailover(target) => {
            aurora::told(target, world, since)
        }
    }
}

/// A move to or from the operation's target is under way.
#[must_use]
pub(super) fn is_moving(operation: &Operation, world: &World, since: Timestamp) -> bool {
    matches!(already(operation, world, since), Already::Moving(_))
}

fn climbable(operation: &Operation, world: &World) -> Vec<Rung> {
    let mut rungs = vec![Rung::Sent, Rung::Accepted, Rung::ReadBack];
    if let Operation::RoutingSet { entries } = operation {
        let above = [Rung::HealthCheck, Rung::Traffic, Rung::Canary, Rung::Orders];
        rungs.extend(above.into_iter().filter(|rung| effect::declared(*rung, entries, world)));
    }
    rungs
}

fn rung_of(operation: &Operation, rung: Rung, world: &World, since: Timestamp, now: Timestamp) -> Shown {
    match (operation, rung) {
        (Operation::RoutingSet { entries }, Rung::HealthCheck) => {
            effect::health_check(entries, world, since, now)
        }
        (Operation::RoutingSet { entries }, Rung::Traffic) => effect::traffic(entries, world, since, now),
        (Operation::RoutingSet { entries }, Rung::Canary) => effect::canary(entries, world, since, now),
        (Operation::RoutingSet { entries }, Rung::Orders) => effect::orders(entries, world, since, now),
        _ => read_back(operation, world, since),
    }
}
