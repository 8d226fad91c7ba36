//! What the world shows of a step: which rungs are proved, by which evidence, from readings asked after the write.
//!
//! A 200 is not proof; a reading older than the write proves nothing, and what cannot be seen is blind, not proved.

mod aurora;
mod check;
mod detach;
mod ecs;
mod effect;
mod fis;
mod names;
mod regionswitch;
mod replica;
mod resolvers;
mod routing;
mod shift;
mod snapshot;
mod ssm;
mod witness;

use jiff::Timestamp;

use super::event::{Awaited, RungState};
use super::operation::Operation;
use super::progress::Progress;
use super::{Rung, Step};
use crate::model::World;
use crate::model::reading::Source;

pub use witness::{Stance, Witness};

/// One rung as the world shows it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which rung.
    pub rung: Rung,
    /// What the world shows.
    pub state: RungState,
    /// By what: `4 of 5 endpoints`, `writer us-west-2, available`, `99% of requests in us-west-2`.
    pub evidence: String,
    /// Who says what of it, where several are asked.
    pub witnesses: Vec<Witness>,
}

impl Shown {
    fn proved(rung: Rung, evidence: String) -> Self {
        Self::new(rung, RungState::Proved, evidence)
    }

    fn open(rung: Rung, evidence: String) -> Self {
        Self::new(rung, RungState::Open, evidence)
    }

    fn blind(rung: Rung, evidence: String) -> Self {
        Self::new(rung, RungState::Blind, evidence)
    }

    fn new(rung: Rung, state: RungState, evidence: String) -> Self {
        Self { rung, state, evidence, witnesses: Vec::new() }
    }

    fn by(self, witnesses: Vec<Witness>) -> Self {
        Self { witnesses, ..self }
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

/// What proof is judged by: the world, and since when its readings count.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// What was seen.
    pub world: &'a World,
    /// What was asked before proves nothing.
    pub since: Timestamp,
    /// The time of judging.
    pub now: Timestamp,
    /// What the service named the thing that the write started, once it did: a change, an execution, an experiment.
    pub handle: Option<&'a str>,
}

/// How the world shows that a write took effect.
trait Prove {
    /// The sources to read afresh before and after the write; its metrics are read at their own pace.
    fn sources(&self, world: &World, handle: Option<&str>) -> Vec<Source>;

    /// Whether the write is needed at all, by readings asked at `since` or later.
    fn already(&self, sight: &Sight<'_>) -> Already;

    /// What the service's own state shows, by readings asked after `since`.
    fn read_back(&self, sight: &Sight<'_>) -> Shown;

    /// What the service told on the way since `since`, oldest first.
    fn told(&self, _: &Sight<'_>) -> Vec<(Timestamp, String)> {
        Vec::new()
    }

    /// What it waits for a person at, by the newest reading: the name of its step, and what is done there.
    fn awaits(&self, _: &Sight<'_>) -> Option<Awaited> {
        None
    }

    /// Why nothing more will come of it, where the service says so itself: whoever waits on learns nothing.
    fn dead(&self, _: &Sight<'_>) -> Option<String> {
        None
    }

    /// The rungs above the read-back that the workload's declared sources can prove.
    fn above(&self, _: &World) -> Vec<Rung> {
        Vec::new()
    }

    /// What the world shows of one of those rungs.
    fn effect(&self, _: Rung, sight: &Sight<'_>) -> Shown {
        self.read_back(sight)
    }
}

fn prover(operation: &Operation) -> &dyn Prove {
    match operation {
        Operation::RoutingSet(set) => set,
        Operation::FisStart(start) => start,
        Operation::FisStop(stop) => stop,
        Operation::FisLever(lever) => lever,
        Operation::SwitchRun(run) => run,
        Operation::SwitchSignal(signal) => signal,
        Operation::AuroraSwitchover(switchover) => switchover,
        Operation::AuroraFailover(failover) => failover,
        Operation::EcsScale(scale) => scale,
        Operation::SsmRun(run) => run,
        Operation::SsmSignal(signal) => signal,
        Operation::AuroraDetach(detach) => detach,
        Operation::ReplicaPromote(promote) => promote,
        Operation::SnapshotCopy(copy) => copy,
        Operation::DnsSet(set) => set,
        Operation::HealthCheckInvert(invert) => invert,
    }
}

/// The rungs that this step climbs, from the weakest to the one that confirms it; none for a step without a write.
#[must_use]
pub fn ladder(step: &Step, world: &World) -> Vec<Rung> {
    let Some(operation) = step.operation() else { return Vec::new() };
    climbable(operation, world).into_iter().filter(|rung| *rung <= step.rung).collect()
}

/// The strongest rung that the workload's declared sources can prove of a write.
#[must_use]
pub fn highest(operation: &Operation, world: &World) -> Rung {
    climbable(operation, world).into_iter().max().unwrap_or(Rung::ReadBack)
}

/// What the world shows of each rung above [`Rung::Accepted`], by readings asked after `since`.
#[must_use]
pub fn shown(step: &Step, sight: &Sight<'_>) -> Vec<Shown> {
    let Some(operation) = step.operation() else { return Vec::new() };
    let above = ladder(step, sight.world).into_iter().filter(|rung| *rung > Rung::Accepted);
    above
        .map(|rung| match rung {
            Rung::ReadBack => read_back(operation, sight),
            rung => prover(operation).effect(rung, sight),
        })
        .collect()
}

/// What the world shows of a step of a run since its newest write: of each rung, or, while that write is being undone,
/// of the undoing alone. Nothing before there was a write or a reading that made one needless.
#[must_use]
pub fn seen(run: &Progress, step: &Step, world: &World, now: Timestamp) -> Vec<Shown> {
    let Some(at) = run.steps.get(&step.id) else { return Vec::new() };
    let Some((operation, since)) = at.operation.as_ref().or(step.operation()).zip(at.since) else {
        return Vec::new();
    };
    let sight = Sight { world, since, now, handle: at.handle.as_deref() };
    if run.is_undoing(step) { vec![read_back(operation, &sight)] } else { shown(step, &sight) }
}

/// What the world shows of a write's own service state, by readings asked after `since`.
#[must_use]
pub fn read_back(operation: &Operation, sight: &Sight<'_>) -> Shown {
    prover(operation).read_back(sight)
}

/// Whether a write is needed at all, by readings asked at `since` or later.
#[must_use]
pub fn already(operation: &Operation, sight: &Sight<'_>) -> Already {
    prover(operation).already(sight)
}

/// The sources to read afresh before and after a write; its metrics are read at their own pace.
#[must_use]
pub fn sources(operation: &Operation, world: &World, handle: Option<&str>) -> Vec<Source> {
    prover(operation).sources(world, handle)
}

/// What the service told of a write since it left, oldest first.
#[must_use]
pub fn told(operation: &Operation, sight: &Sight<'_>) -> Vec<(Timestamp, String)> {
    prover(operation).told(sight)
}

/// What a write's execution waits for a person at, by a reading from after the write.
#[must_use]
pub fn awaits(operation: &Operation, sight: &Sight<'_>) -> Option<Awaited> {
    prover(operation).awaits(sight)
}

/// Why nothing more will come of a write, where its service says so.
#[must_use]
pub fn dead(operation: &Operation, sight: &Sight<'_>) -> Option<String> {
    prover(operation).dead(sight)
}

/// A move to or from the operation's target is under way.
#[must_use]
pub(super) fn is_moving(operation: &Operation, sight: &Sight<'_>) -> bool {
    matches!(already(operation, sight), Already::Moving(_))
}

fn climbable(operation: &Operation, world: &World) -> Vec<Rung> {
    let mut rungs = vec![Rung::Sent, Rung::Accepted, Rung::ReadBack];
    rungs.extend(prover(operation).above(world));
    rungs
}

#[cfg(test)]
mod tests;
