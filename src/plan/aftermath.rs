//! What a closed run leaves to people: what it did not do, what may be lost, and what stands in the way back.
//!
//! Read from the run and from the world as it is now; it proposes and never acts.

use jiff::Timestamp;

use super::event::{self, End, Outcome};
use super::history;
use super::operation::{Danger, Detach, Operation};
use super::progress::{Progress, StepState};
use super::{Intent, Playbook, Step};
use crate::model::World;
use crate::model::reading::{AuroraReading, Freshness, Reading, Source};
use crate::model::topology::Region;
use crate::model::verdict::{self, Lamp};

/// What is left to do after a run, the weightiest first; empty while it is open, and when nothing was sent.
#[must_use]
pub fn aftermath(run: &Progress, world: &World, now: Timestamp) -> Vec<String> {
    if run.is_open() || run.steps.values().all(|step| step.sent.is_none()) {
        return Vec::new();
    }
    let intent = &run.plan.intent;
    let mut left: Vec<String> = not_done(run).into_iter().collect();
    left.extend(lost(run));
    left.extend(region_left(intent, world, now));
    left.extend(readers(run, world, now));
    left.extend(unfenced(run));
    left.extend(snapshots(world, now));
    left.extend(way_back(run, world, now));
    left
}

/// Steps that a person skipped, or that the run never came to.
fn not_done(run: &Progress) -> Option<String> {
    let is_done = |state: &StepState| matches!(state, StepState::Done(Outcome::Confirmed));
    let open = run.steps.iter().filter(|(_, step)| !is_done(&step.state));
    let words: Vec<String> = open
        .filter_map(|(id, step)| {
            let title = &run.plan.step(*id)?.title;
            let how = match &step.state {
                StepState::Done(outcome) => outcome.word(),
                StepState::Waiting => "not begun",
                _ => "left on its way",
            };
            Some(format!("{id} {title} ({how})"))
        })
        .collect();
    (!words.is_empty()).then(|| format!("not proved: {}", words.join(", ")))
}

/// What a failover took no time to wait for, and what did not come meanwhile: two different numbers of orders.
fn lost(run: &Progress) -> Vec<String> {
    let mut lines: Vec<String> = taken(run).into_iter().collect();
    if let Some(missed) = run.cost.as_ref().and_then(|cost| cost.missed.as_ref())
        && missed.orders >= 0.5
    {
        lines.push(format!("{}: not placed", event::missed_text(Some(missed))));
    }
    lines
}

/// Orders that customers placed and that may be gone.
fn taken(run: &Progress) -> Option<String> {
    let failed_over = run.plan.steps.iter().any(|step| {
        let sent = run.steps.get(&step.id).is_some_and(|progress| progress.sent.is_some());
        sent && step.operation().is_some_and(|o| o.writer().is_some() && o.danger() == Danger::Loses)
    });
    if !failed_over {
        return None;
    }
    let counted = run.cost.as_ref().and_then(|cost| cost.behind.as_ref());
    match counted.or(run.at_risk.as_ref()) {
        Some(risk) if risk.orders >= 0.5 => Some(format!(
            "~{:.0} orders may be lost ({} was {:.1}s behind): reconcile them",
            risk.orders, risk.store, risk.lag
        )),
        Some(_) => None,
        None => Some("how many orders were lost is not known: reconcile them".to_owned()),
    }
}

/// The Region that left: kept out of the traffic, how it is, and what takes it in again where it stays a reader.
fn region_left(intent: &Intent, world: &World, now: Timestamp) -> Option<String> {
    let Intent { playbook, from, to } = intent;
    let seen = verdict::region(world, from, now);
    let control = seen.drained.then(|| match playbook {
        Playbook::Switchover | Playbook::Failback => {
            format!("control Off; restore {to} → {from} sends users there again")
        }
        _ => "control Off".to_owned(),
    });
    let lamp = match seen.lamp {
        Lamp::Ok => None,
        Lamp::Unknown => Some("not known how it is".to_owned()),
        lamp if seen.reason.is_empty() => Some(lamp.to_string()),
        lamp => Some(format!("{lamp}: {}", seen.reason)),
    };
    let words: Vec<String> = control.into_iter().chain(lamp).collect();
    (!words.is_empty()).then(|| format!("{from}: {}", words.join(", ")))
}

/// Stores whose reader in the Region that left is not yet in sync: until then there is no way back.
fn readers(run: &Progress, world: &World, now: Timestamp) -> Option<String> {
    let Intent { from, to, .. } = &run.plan.intent;
    let mut waiting: Vec<(String, String)> = Vec::new();
    for aurora in &world.topology().auroras {
        let reading = [to, from].into_iter().find_map(|region| aurora_of(world, &aurora.store, region, now));
        let member = reading.and_then(|reading| reading.members.iter().find(|m| &m.region == from));
        let Some(member) = member.filter(|member| !member.writer) else { continue };
        if let Some(sync) = member.sync.as_ref().filter(|sync| *sync != "connected") {
            waiting.push((aurora.store.clone(), sync.clone()));
        }
    }
    let (_, sync) = waiting.first()?;
    let stores: Vec<&str> = waiting.iter().map(|(store, _)| store.as_str()).collect();
    Some(format!("{} in {from}: {sync}; no way back until connected", stores.join(", ")))
}

fn aurora_of<'a>(
    world: &'a World,
    store: &str,
    region: &Region,
    now: Timestamp,
) -> Option<&'a AuroraReading> {
    let feed = world.feed(&Source::Aurora(store.to_owned(), region.clone()))?;
    match feed.seen()? {
        (Reading::Aurora(reading), _) if feed.freshness(now) != Freshness::Gone => Some(reading),
        _ => None,
    }
}

/// It promotes a read replica, which leaves nothing that copies it.
fn promotes(step: &Step) -> bool {
    matches!(step.operation(), Some(Operation::ReplicaPromote(_)))
}

/// Databases that a promotion or a detachment left behind, and that nothing stops.
fn unfenced(run: &Progress) -> Option<String> {
    let sent = |step: &&Step| run.steps.get(&step.id).is_some_and(|at| at.sent.is_some());
    let left = run.plan.steps.iter().filter(sent).filter_map(|step| match step.operation()? {
        Operation::AuroraDetach(Detach(target)) => Some((&target.store, &target.from)),
        Operation::ReplicaPromote(promote) => Some((&promote.store, &promote.from)),
        _ => None,
    });
    let words: Vec<String> = left.map(|(store, from)| format!("{store} in {from}")).collect();
    (!words.is_empty()).then(|| {
        format!("{}: not fenced and copied by nobody; stop it, then build a replica", words.join(", "))
    })
}

/// Snapshots that a failover left behind and that nobody has copied yet: they expire.
fn snapshots(world: &World, now: Timestamp) -> Option<String> {
    let left = verdict::left_behind(world, now);
    let words: Vec<String> = left.iter().map(|(store, region, _)| format!("{store} in {region}")).collect();
    (!words.is_empty()).then(|| {
        format!("the snapshot of the lost writes expires ({}): copy it, then reconcile", words.join(", "))
    })
}

/// How long a failback is locked still, in words; nothing where nothing was lost or the time is over.
fn locked(run: &Progress, world: &World, now: Timestamp) -> Option<String> {
    let flip = history::flip(run).filter(|flip| flip.loses)?;
    let left = world.topology().failback.locked.checked_sub(verdict::age(flip.at, now))?;
    (!left.is_zero()).then(|| format!("locked for {} more, then ", verdict::span(left)))
}

fn way_back(run: &Progress, world: &World, now: Timestamp) -> Option<String> {
    let Intent { playbook, from, to } = &run.plan.intent;
    run.closed.as_ref().filter(|(_, end, _)| *end != End::Aborted)?;
    Some(match playbook {
        Playbook::Switchover | Playbook::Failback => format!("the way back: switchover {to} → {from}"),
        Playbook::Failover if run.plan.steps.iter().any(promotes) => {
            format!("to fail back: build replicas of {to} in {from}, then failback {to} → {from}")
        }
        Playbook::Failover => {
            let locked = locked(run, world, now).unwrap_or_default();
            format!("to fail back: failback {to} → {from}, {locked}when {from} is healthy and connected")
        }
        Playbook::Evacuate => {
            format!("writers did not move; traffic comes back with restore {to} → {from}")
        }
        Playbook::Restore => format!("to take {to} out again: evacuate {to} → {from}"),
        Playbook::Own(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST};
    use crate::model::reading::{AuroraMember, ControlState};
    use crate::model::verdict::AtRisk;
    use crate::plan::fixture::begun;

    /// A run of this playbook that was closed so, every step confirmed after it was sent.
    fn run(scene: &Scene, playbook: Playbook, end: End) -> Progress {
        let mut run = begun(scene, playbook, None);
        for step in run.steps.values_mut() {
            step.state = StepState::Done(Outcome::Confirmed);
            (step.sent, step.maybe) = (Some(scene.now), Some(scene.now));
        }
        run.at_risk = verdict::at_risk(&scene.world, scene.now);
        run.closed = Some((scene.now, end, String::new()));
        run
    }

    /// us-west-2 writes this store, and the reader in us-east-1 stands so.
    fn moved(scene: &mut Scene, store: &str, sync: &str) {
        let member = |region: &str, writer: bool| AuroraMember {
            region: Region::new(region),
            arn: String::new(),
            writer,
            status: Some("available".to_owned()),
            sync: (!writer).then(|| sync.to_owned()),
            instances: Some(1),
        };
        let members = vec![member(EAST, false), member(WEST, true)];
        scene.aurora(store, WEST, AuroraReading { status: "available".to_owned(), members, moving: None });
    }

    #[test]
    fn a_failover_leaves_a_loss_a_bad_region_and_readers_that_resync() {
        let mut scene = Scene::region_loss();
        let run = run(&scene, Playbook::Failover, End::Confirmed);
        scene.later(1);
        moved(&mut scene, "orders", "pending-resync");
        moved(&mut scene, "catalog", "pending-resync");
        scene.controls_everywhere([ControlState::Off, ControlState::On]);
        let left = aftermath(&run, &scene.world, scene.now);
        assert_eq!(left[0], "~51 orders may be lost (orders was 8.9s behind): reconcile them");
        assert!(left[1].starts_with("us-east-1: control Off, bad: canary"), "{left:?}");
        assert_eq!(
            left[2..],
            [
                "orders, catalog in us-east-1: pending-resync; no way back until connected",
                "to fail back: failback us-west-2 → us-east-1, locked for 59m59s more, then when us-east-1 is healthy and \
                 connected",
            ]
        );
    }

    #[test]
    fn a_lock_that_is_over_is_not_told() {
        let mut scene = Scene::region_loss();
        let run = run(&scene, Playbook::Failover, End::Confirmed);
        let told = |scene: &Scene| aftermath(&run, &scene.world, scene.now).pop().unwrap();
        scene.later(3_599);
        assert!(told(&scene).contains(", locked for 1s more, then when "), "{}", told(&scene));
        scene.later(1);
        assert_eq!(
            told(&scene),
            "to fail back: failback us-west-2 → us-east-1, when us-east-1 is healthy and connected"
        );
    }

    #[test]
    fn a_switchover_in_calm_leaves_only_the_way_back() {
        let mut scene = Scene::calm();
        let run = run(&scene, Playbook::Switchover, End::Confirmed);
        scene.later(1);
        moved(&mut scene, "orders", "connected");
        scene.controls_everywhere([ControlState::Off, ControlState::On]);
        assert_eq!(
            aftermath(&run, &scene.world, scene.now),
            [
                "us-east-1: control Off; restore us-west-2 → us-east-1 sends users there again",
                "the way back: switchover us-west-2 → us-east-1"
            ]
        );
    }

    #[test]
    fn what_was_skipped_or_never_begun_comes_first() {
        let scene = Scene::calm();
        let mut run = run(&scene, Playbook::Switchover, End::Aborted);
        let mut steps = run.steps.values_mut().rev();
        steps.next().unwrap().state = StepState::Waiting;
        steps.next().unwrap().state = StepState::Done(Outcome::Unknown);
        drop(steps);
        let left = aftermath(&run, &scene.world, scene.now);
        assert!(left[0].starts_with("not proved: 3 promote catalog (unknown), 4 "), "{left:?}");
        assert!(left[0].ends_with("(not begun)"), "{left:?}");
        assert!(!left.iter().any(|line| line.contains("fail back")), "{left:?}");
    }

    #[test]
    fn an_open_run_and_one_that_sent_nothing_leave_nothing() {
        let scene = Scene::calm();
        let mut run = run(&scene, Playbook::Switchover, End::Aborted);
        let closed = run.closed.take();
        assert_eq!(aftermath(&run, &scene.world, scene.now), Vec::<String>::new());
        run.closed = closed;
        run.steps.values_mut().for_each(|step| step.sent = None);
        assert_eq!(aftermath(&run, &scene.world, scene.now), Vec::<String>::new());
    }

    #[test]
    fn a_loss_that_was_not_recorded_is_not_none() {
        let scene = Scene::region_loss();
        let mut run = run(&scene, Playbook::Failover, End::Confirmed);
        run.at_risk = None;
        let left = aftermath(&run, &scene.world, scene.now);
        assert_eq!(left[0], "how many orders were lost is not known: reconcile them");
        run.at_risk = verdict::at_risk(&scene.world, scene.now).map(|risk| AtRisk { orders: 0.2, ..risk });
        let left = aftermath(&run, &scene.world, scene.now);
        assert!(!left[0].contains("lost"), "{left:?}");
    }
}
