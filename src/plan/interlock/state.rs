//! Conditions on the Regions themselves: the receiving one is well, the leaving one is as the playbook takes it to
//! be, and there is room.

use super::{Interlock, Question};
use crate::model::verdict::{self, Lamp, RegionVerdict};
use crate::plan::Playbook;

pub(super) fn regions(question: &Question<'_>) -> Vec<Interlock> {
    let of = |region| verdict::region(question.world, region, question.now);
    let (to, from) = (of(&question.intent.to), of(&question.intent.from));
    let mut all = vec![receives(question, &to, &from)];
    all.extend(leaves(question.intent.playbook, &from));
    all
}

fn receives(question: &Question<'_>, to: &RegionVerdict, from: &RegionVerdict) -> Interlock {
    let name = format!("{} healthy", to.region);
    let why = words(to);
    match to.lamp {
        Lamp::Ok => Interlock::pass(name),
        Lamp::Bad if may_suffer(question, from) => {
            let cause = format!("its canaries are ok, so it may suffer from {}, which is bad", from.region);
            Interlock::warn(name, format!("it is bad: {why}; {cause}"))
        }
        Lamp::Bad => Interlock::hold(name, format!("it is bad: {why}")),
        Lamp::Look => Interlock::warn(name, format!("worth a look: {why}")),
        Lamp::Unknown => Interlock::warn(name, format!("not known: {why}")),
    }
}

/// A reader's Region writes across to the writer's and fails with it. Holding it back then would keep everything down,
/// so a failover may go on where all that tests the receiving Region from outside says that it is well.
fn may_suffer(question: &Question<'_>, from: &RegionVerdict) -> bool {
    if question.intent.playbook != Playbook::Failover || from.lamp != Lamp::Bad {
        return false;
    }
    let spec = question.world.topology().region(&question.intent.to);
    let signals = spec.into_iter().flat_map(|spec| &spec.signals);
    let lamp = |signal| verdict::signal(question.world, signal, question.now).lamp;
    let canaries: Vec<Lamp> = signals.filter(|signal| signal.family == "canary").map(lamp).collect();
    !canaries.is_empty() && canaries.iter().all(|lamp| *lamp == Lamp::Ok)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, canary, created, east, errors, west};
    use crate::model::topology::Formula;
    use crate::plan::Intent;
    use crate::plan::interlock::check;

    /// Errors and orders of us-west-2 are bad, which is what a Region shows whose writer is elsewhere and bad.
    fn writes_fail(mut scene: Scene) -> Scene {
        scene.tail(&errors(WEST), &[400.0; 5]);
        scene.tail(&created(WEST), &[50.0; 5]);
        scene
    }

    /// How `us-west-2 healthy` stands.
    fn receiver(scene: &Scene, playbook: Playbook) -> Interlock {
        let intent = Intent { playbook, from: east(), to: west() };
        check(&scene.world, &intent, scene.now).swap_remove(0)
    }

    #[test]
    fn a_receiver_that_fails_with_the_writer_does_not_hold_a_failover() {
        let scene = writes_fail(Scene::region_loss());
        let stands = receiver(&scene, Playbook::Failover);
        assert_eq!(stands.verdict.word(), "warn", "{stands:?}");
        assert!(stands.verdict.reason().unwrap().contains("may suffer from us-east-1"), "{stands:?}");
        assert_eq!(receiver(&scene, Playbook::Switchover).verdict.word(), "hold");
        assert_eq!(receiver(&scene, Playbook::Evacuate).verdict.word(), "hold");
    }

    #[test]
    fn a_receiver_that_fails_by_itself_holds() {
        let calm = writes_fail(Scene::calm());
        assert_eq!(receiver(&calm, Playbook::Failover).verdict.word(), "hold", "the leaving Region is fine");

        let mut both = writes_fail(Scene::region_loss());
        for (from, name) in [(WEST, "lcl-rgnl-home"), (EAST, "rmt-rgnl-home")] {
            let Formula::Value(metric) = canary(from, name, "").formula else { unreachable!() };
            both.tail(&metric, &[40.0, 40.0, 40.0]);
        }
        assert_eq!(receiver(&both, Playbook::Failover).verdict.word(), "hold", "its own canaries fail");
    }
}
