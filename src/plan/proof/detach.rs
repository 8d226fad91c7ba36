//! Proof of a detachment: the cluster's own Region says that it stands alone and is available.
//!
//! It says nothing of the old writer, which may go on: the evidence says that too.

use jiff::{SignedDuration, Timestamp};

use super::{Already, Prove, Shown, Sight};
use crate::model::World;
use crate::model::reading::{AuroraReading, Reading, Source};
use crate::plan::Rung;
use crate::plan::operation::{AuroraTarget, Detach};

/// It is told from a little before its write on, because the service's clock is not ours.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

impl Prove for Detach {
    fn sources(&self, _: &World, _: Option<&str>) -> Vec<Source> {
        let (store, to) = (self.0.store.clone(), self.0.to.clone());
        vec![Source::Aurora(store.clone(), to.clone()), Source::AuroraEvents(store, to)]
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        let AuroraTarget { from, to, .. } = &self.0;
        let Some(reading) = read(&self.0, sight.world, |asked| asked >= sight.since) else {
            return Already::Unread(unread(&self.0, sight.world));
        };
        if reading.is_detached() {
            let status = own_status(reading);
            return if status == "available" {
                Already::So(format!("{to} stands alone, {status}"))
            } else {
                Already::Moving(format!("{to} stands alone, {status}"))
            };
        }
        if let Some(moving) = &reading.moving {
            return Already::Moving(format!("{} is in progress", moving.status));
        }
        match reading.writer() {
            Some(writer) if writer == to => {
                Already::Moving(format!("{to} writes in its global cluster: there is nothing to detach"))
            }
            writer => {
                let writer = writer.unwrap_or(from);
                Already::NotSo(format!("{to} follows {writer}"))
            }
        }
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        let AuroraTarget { from, to, .. } = &self.0;
        let open = |why| Shown::open(Rung::ReadBack, why);
        let Some(reading) = read(&self.0, sight.world, |asked| asked > sight.since) else {
            return open(unread(&self.0, sight.world));
        };
        if !reading.is_detached() {
            return open(format!("{to} is still a member of {}", self.0.global));
        }
        match own_status(reading) {
            "available" => {
                let words = format!("{to} stands alone, available; {from} is not fenced and may still write");
                Shown::proved(Rung::ReadBack, words)
            }
            other => open(format!("{to} stands alone, {other}")),
        }
    }

    fn told(&self, sight: &Sight<'_>) -> Vec<(Timestamp, String)> {
        let from = sight.since.saturating_sub(SKEW).unwrap_or(sight.since);
        let source = Source::AuroraEvents(self.0.store.clone(), self.0.to.clone());
        let Some((Reading::AuroraEvents(events), _)) = sight.world.seen(&source) else { return Vec::new() };
        let told = events.iter().filter(|event| event.at >= from);
        told.map(|event| (event.at, event.message.clone())).collect()
    }
}

/// The receiving Region's own word; nobody else knows of a cluster that stands alone.
fn read<'a>(
    target: &AuroraTarget,
    world: &'a World,
    fresh: impl Fn(Timestamp) -> bool,
) -> Option<&'a AuroraReading> {
    let feed = world.feed(&Source::Aurora(target.store.clone(), target.to.clone()))?;
    feed.asked().filter(|asked| fresh(*asked))?;
    match feed.seen()? {
        (Reading::Aurora(reading), _) => Some(reading),
        _ => None,
    }
}

fn own_status(reading: &AuroraReading) -> &str {
    let own = reading.members.first().and_then(|member| member.status.as_deref());
    own.unwrap_or("status not read")
}

fn unread(target: &AuroraTarget, world: &World) -> String {
    let source = Source::Aurora(target.store.clone(), target.to.clone());
    let trouble = world.feed(&source).and_then(|feed| feed.trouble());
    trouble.map_or_else(|| format!("{source} not read yet"), |(trouble, _)| format!("{source}: {trouble}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, two_regions, west};
    use crate::model::reading::AuroraMember;
    use crate::plan::event::RungState;

    fn detach() -> Detach {
        Detach(AuroraTarget {
            store: "orders".to_owned(),
            global: "orders-global-db-cluster".to_owned(),
            from: east(),
            to: west(),
            cluster: "arn:aws:rds:us-west-2:111122223333:cluster:orders-dbcluster-02-us-west-2".to_owned(),
        })
    }

    fn alone(scene: &mut Scene, status: &str) {
        let member = AuroraMember {
            region: west(),
            arn: detach().0.cluster,
            writer: status == "available",
            status: Some(status.to_owned()),
            sync: None,
            instances: Some(2),
        };
        let status = AuroraReading::DETACHED.to_owned();
        scene.aurora("orders", WEST, AuroraReading { status, members: vec![member], moving: None });
    }

    #[test]
    fn a_cluster_that_stands_alone_and_is_available_is_detached() {
        let mut scene = Scene::new(two_regions());
        let since = scene.now;
        scene.later(1);
        let shown = |scene: &Scene| {
            let sight = Sight { world: &scene.world, since, now: scene.now, handle: None };
            (detach().read_back(&sight).state, detach().already(&sight))
        };
        scene.writer("orders", EAST, EAST);
        assert!(matches!(shown(&scene), (RungState::Open, Already::Unread(_))), "only its own Region knows");
        scene.writer("orders", EAST, WEST);
        let follows = Already::NotSo("us-west-2 follows us-east-1".to_owned());
        assert_eq!(shown(&scene), (RungState::Open, follows));
        scene.later(1);
        alone(&mut scene, "promoting");
        assert!(matches!(shown(&scene), (RungState::Open, Already::Moving(_))));
        scene.later(1);
        alone(&mut scene, "available");
        assert!(matches!(shown(&scene), (RungState::Proved, Already::So(_))));
    }

    #[test]
    fn the_old_writer_is_a_second_one_until_it_is_not_seen() {
        let mut scene = Scene::new(two_regions());
        scene.writer("orders", EAST, EAST);
        alone(&mut scene, "available");
        let writer = |scene: &Scene| crate::model::verdict::writer(&scene.world, "orders", scene.now);
        assert_eq!(writer(&scene), None, "both say that they write");
        scene.later(51);
        alone(&mut scene, "available");
        assert_eq!(writer(&scene).map(|w| w.value), Some(west()));
    }
}
