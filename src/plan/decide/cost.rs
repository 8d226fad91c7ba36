//! What an incident cost, counted once, when its run is about to be closed.
//!
//! It never decides whether a run may close: what cannot be counted is written down as not known.

use jiff::Timestamp;

use crate::model::World;
use crate::model::verdict;
use crate::plan::Step;
use crate::plan::event::Event;
use crate::plan::operation::Danger;
use crate::plan::progress::{Progress, StepProgress};

/// The line that counts, unless it was written already or nothing was ever sent.
pub(super) fn counted(progress: &Progress, world: &World, now: Timestamp) -> Option<Event> {
    let is_sent = progress.steps.values().any(|step| step.sent.is_some());
    if progress.cost.is_some() || !is_sent {
        return None;
    }
    let missed = verdict::missed(world, progress.started, now);
    let intent = &progress.plan.intent;
    let switched = switched(progress);
    let behind = switched.and_then(|(store, at)| {
        let frozen = progress.at_risk.as_ref().filter(|risk| risk.store == store);
        verdict::behind(world, store, (&intent.from, &intent.to), at).or_else(|| frozen.cloned())
    });
    let is_known = missed.is_some() || behind.is_some();
    (is_known || switched.is_some()).then_some(Event::Counted { missed, behind })
}

/// The store whose orders are at risk and when its writer was told to move with loss.
fn switched(progress: &Progress) -> Option<(&str, Timestamp)> {
    let moved = progress.plan.steps.iter().filter_map(|step| {
        let at: &StepProgress = progress.steps.get(&step.id)?;
        Some((loses(step)?, at.maybe.and(at.sent)?))
    });
    let of_orders = progress.at_risk.as_ref().map(|risk| risk.store.as_str());
    let moved: Vec<(&str, Timestamp)> = moved.collect();
    let of_orders = moved.iter().find(|(store, _)| Some(*store) == of_orders);
    of_orders.or(moved.first()).copied()
}

/// The store whose writer a step moves with loss.
fn loses(step: &Step) -> Option<&str> {
    let operation = step.operation().filter(|operation| operation.danger() == Danger::Loses)?;
    operation.writer().map(|moved| moved.store)
}
