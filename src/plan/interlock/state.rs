//! Conditions on the Regions themselves: the receiving one is well, the leaving one is as the playbook takes it to
//! be, and there is room.

use super::{Interlock, Question};
use crate::model::topology::Region;
use crate::model::verdict::{self, Lamp, RegionVerdict, Role};
use crate::plan::operation::{Danger, Operation};
use crate::plan::{Playbook, Step};

pub(super) fn regions(question: &Question<'_>) -> Vec<Interlock> {
    let of = |region| verdict::region(question.world, region, question.now);
    let (to, from) = (of(&question.intent.to), of(&question.intent.from));
    let mut all = vec![receives(question, &to, &from)];
    all.extend(leaves(&question.intent.playbook, &from));
    all
}

fn receives(question: &Question<'_>, to: &RegionVerdict, from: &RegionVerdict) -> Interlock {
    let name = format!("{} healthy", to.region);
    let why = words(to);
    match to.lamp {
        Lamp::Ok => Interlock::pass(name),
        Lamp::Bad if drags(question, from) => {
            let away = &from.region;
            Interlock::warn(name, format!("it is bad too, and writes in {away}, which may be why: {why}"))
        }
        Lamp::Bad => Interlock::hold(name, format!("it is bad: {why}")),
        Lamp::Look => Interlock::warn(name, format!("worth a look: {why}")),
        Lamp::Unknown => Interlock::warn(name, format!("not known: {why}")),
    }
}

/// A Region whose writer is away is dragged down by it, and to give it the writer is the way out.
fn drags(question: &Question<'_>, from: &RegionVerdict) -> bool {
    fails_over(question) && is_lost(from) && writes(from)
}

/// It moves a writer and allows loss, whatever the playbook is called.
fn fails_over(question: &Question<'_>) -> bool {
    let mut writes = question.plan.steps.iter().filter_map(Step::operation);
    let loses = |write: &Operation| write.writer().is_some() && write.danger() == Danger::Loses;
    question.intent.playbook == Playbook::Failover || writes.any(loses)
}

/// What is bad in the receiving Region may be the lost writer's doing and says nothing of its control plane.
pub(super) fn may_be_dragged(question: &Question<'_>, region: &Region) -> bool {
    let from = verdict::region(question.world, &question.intent.from, question.now);
    *region == question.intent.to && drags(question, &from)
}

/// It is bad, or cannot be seen any more.
fn is_lost(region: &RegionVerdict) -> bool {
    matches!(region.lamp, Lamp::Bad | Lamp::Unknown)
}

/// It holds the writer of a store.
fn writes(region: &RegionVerdict) -> bool {
    matches!(region.role, Role::Writer | Role::Split)
}

/// A failover is for a Region that is bad; a switchover needs one that still works.
fn leaves(playbook: &Playbook, from: &RegionVerdict) -> Option<Interlock> {
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
        (Playbook::Switchover | Playbook::Failback, Lamp::Ok) => {
            Some(Interlock::pass(format!("{region} serves")))
        }
        (Playbook::Switchover | Playbook::Failback, _) => Some(Interlock::warn(
            format!("{region} serves"),
            format!("{}: {why}; a switchover needs both Regions and may not finish", from.lamp),
        )),
        (Playbook::Evacuate | Playbook::Restore | Playbook::Own(_), _) => None,
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
