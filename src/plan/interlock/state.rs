//! Conditions on the Regions themselves: the receiving one is well, the leaving one is as the playbook takes it to
//! be, and there is room.

use super::{Interlock, Question};
use crate::model::verdict::{self, Lamp, RegionVerdict};
use crate::plan::operation::Operation;
use crate::plan::{Playbook, Step};

pub(super) fn regions(question: &Question<'_>) -> Vec<Interlock> {
    let of = |region| verdict::region(question.world, region, question.now);
    let (from, to) = (of(&question.intent.from), of(&question.intent.to));
    let mut all = vec![receives(question, &from, &to)];
    all.extend(leaves(question.intent.playbook, &from));
    all
}

fn receives(question: &Question<'_>, from: &RegionVerdict, to: &RegionVerdict) -> Interlock {
    let name = format!("{} healthy", to.region);
    let why = words(to);
    match to.lamp {
        Lamp::Ok => Interlock::pass(name),
        Lamp::Bad if drags(question, from) => Interlock::warn(
            name,
            format!("it is bad, as a Region may be whose writer is in a bad one: {why}"),
        ),
        Lamp::Bad => Interlock::hold(name, format!("it is bad: {why}")),
        Lamp::Look => Interlock::warn(name, format!("worth a look: {why}")),
        Lamp::Unknown => Interlock::warn(name, format!("not known: {why}")),
    }
}

/// A Region that goes bad with the writer in it takes the orders of the others with it. Then what is wrong in the
/// receiving Region is no reason to stay: it may be what the failover mends.
fn drags(question: &Question<'_>, from: &RegionVerdict) -> bool {
    let moves = |step: &Step| matches!(step.operation(), Some(Operation::AuroraFailover(_)));
    matches!(from.lamp, Lamp::Bad | Lamp::Unknown) && question.plan.steps.iter().any(moves)
}

/// A failover is for a Region that is bad; a switchover needs one that still works.
fn leaves(playbook: Playbook, from: &RegionVerdict) -> Option<Interlock> {
    let region = &from.region;
    let why = words(from);
    match (playbook, from.lamp) {
        (Playbook::Failover, Lamp::Ok) => Some(Interlock::warn(
            format!("{region} is bad"),
            format!("{region} looks ok: a switchover loses nothing"),
        )),
        (Playbook::Failover, Lamp::Look | Lamp::Unknown) => Some(Interlock::warn(
            format!("{region} is bad"),
            format!("{region} is not plainly bad ({why}): a switchover may do and loses nothing"),
        )),
        (Playbook::Failover, Lamp::Bad) => Some(Interlock::pass(format!("{region} is bad"))),
        (Playbook::Switchover, Lamp::Ok) => Some(Interlock::pass(format!("{region} serves"))),
        (Playbook::Switchover, _) => Some(Interlock::warn(
            format!("{region} serves"),
            format!("{}: {why}; a switchover needs both Regions and may not finish", from.lamp),
        )),
        (Playbook::Evacuate, _) => None,
    }
}

fn words(region: &RegionVerdict) -> String {
    let reason = if region.reason.is_empty() { "no signal is known" } else { &region.reason };
    match &region.disagreement {
        Some(disagreement) => format!("{reason}; sources disagree: {disagreement}"),
        None => reason.to_owned(),
    }
}

/// Room in the receiving Region for all the load; nothing to say when its capacity was never measured.
pub(super) fn headroom(question: &Question<'_>) -> Option<Interlock> {
    let to = &question.intent.to;
    let name = format!("headroom of {to}");
    question.world.topology().region(to)?.capacity?;
    let Some((needed, capacity)) = verdict::headroom(question.world, to, question.now) else {
        return Some(Interlock::warn(name, "its load is not known now"));
    };
    if capacity >= needed {
        return Some(Interlock::pass(name));
    }
    let why = format!("it can carry {capacity:.0} orders/min and would get {needed:.0}");
    Some(Interlock::warn(name, why))
}
