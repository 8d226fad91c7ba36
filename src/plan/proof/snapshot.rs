//! Proof of a snapshot's copy: it is listed under its name, as manual, and available.
//!
//! `copying` is on the way and not there.

use jiff::{SignedDuration, Timestamp};

use super::{Already, Prove, Shown, Sight};
use crate::model::World;
use crate::model::reading::{Reading, SnapshotReading, SnapshotsReading, Source};
use crate::plan::Rung;
use crate::plan::operation::SnapshotCopy;

/// A copy is told from a little before its write on, because the service's clock is not ours.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

impl Prove for SnapshotCopy {
    fn sources(&self, _: &World, _: Option<&str>) -> Vec<Source> {
        vec![source(self)]
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        let Some(reading) = read(self, sight.world, |asked| asked >= sight.since) else {
            return Already::Unread(unread(self, sight.world));
        };
        let named = |id: &str| reading.snapshots.iter().find(|s| s.id == id);
        match (named(&self.target), named(&self.source)) {
            (Some(copy), _) if copy.status == "available" => Already::So(words(copy)),
            (Some(copy), _) => Already::Moving(words(copy)),
            (None, Some(from)) if from.status == "available" => {
                Already::NotSo(format!("{} is there and not copied", from.id))
            }
            (None, Some(from)) => Already::Moving(words(from)),
            (None, None) => Already::Moving(format!("{} is not there, or not any more", self.source)),
        }
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        let open = |why| Shown::open(Rung::ReadBack, why);
        let Some(reading) = read(self, sight.world, |asked| asked > sight.since) else {
            return open(unread(self, sight.world));
        };
        match reading.snapshots.iter().find(|s| s.id == self.target) {
            Some(copy) if copy.status == "available" => Shown::proved(Rung::ReadBack, words(copy)),
            Some(copy) => open(words(copy)),
            None => open(format!("{} is not listed yet", self.target)),
        }
    }

    fn told(&self, sight: &Sight<'_>) -> Vec<(Timestamp, String)> {
        let from = sight.since.saturating_sub(SKEW).unwrap_or(sight.since);
        let Some(reading) = read(self, sight.world, |_| true) else { return Vec::new() };
        let of_copy = reading.told.iter().filter(|(at, of, _)| *at >= from && *of == self.target);
        of_copy.map(|(at, _, text)| (*at, text.clone())).collect()
    }
}

fn source(copy: &SnapshotCopy) -> Source {
    Source::Snapshots(copy.store.clone(), copy.region.clone())
}

fn words(snapshot: &SnapshotReading) -> String {
    match snapshot.percent.filter(|_| snapshot.status != "available") {
        Some(percent) => format!("{} {}, {percent}%", snapshot.id, snapshot.status),
        None => format!("{} {}", snapshot.id, snapshot.status),
    }
}

fn read<'a>(
    copy: &SnapshotCopy,
    world: &'a World,
    fresh: impl Fn(Timestamp) -> bool,
) -> Option<&'a SnapshotsReading> {
    let feed = world.feed(&source(copy))?;
    feed.asked().filter(|asked| fresh(*asked))?;
    match feed.seen()? {
        (Reading::Snapshots(reading), _) => Some(reading),
        _ => None,
    }
}

fn unread(copy: &SnapshotCopy, world: &World) -> String {
    let source = source(copy);
    let trouble = world.feed(&source).and_then(|feed| feed.trouble());
    trouble.map_or_else(|| format!("{source} not read yet"), |(trouble, _)| format!("{source}: {trouble}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{Scene, east, two_regions};
    use crate::plan::event::RungState;

    const LEFT: &str = "rds:unplanned-global-failover-orders-dbcluster-01-us-east-1-2026-11-20-13-40";

    fn see(scene: &mut Scene, snapshots: &[(&str, &str, bool)]) {
        let one = |(id, status, manual): &(&str, &str, bool)| SnapshotReading {
            id: (*id).to_owned(),
            arn: String::new(),
            manual: *manual,
            status: (*status).to_owned(),
            percent: Some(40),
            created: None,
            source: None,
        };
        let snapshots = snapshots.iter().map(one).collect();
        let told =
            vec![(scene.now, "kept-orders".to_owned(), "Creating manual cluster snapshot.".to_owned())];
        let source = Source::Snapshots("orders".to_owned(), east());
        scene.see(source, Ok(Reading::Snapshots(SnapshotsReading { snapshots, told })));
    }

    fn copy() -> SnapshotCopy {
        SnapshotCopy { target: "kept-orders".to_owned(), ..SnapshotCopy::of("orders", &east(), LEFT) }
    }

    #[test]
    fn it_is_named_after_what_it_keeps() {
        let kept = "kept-unplanned-global-failover-orders-dbcluster-01-us-east-1-2026-11-20-13-40";
        assert_eq!(SnapshotCopy::of("orders", &east(), LEFT).target, kept);
    }

    type Snapshots = &'static [(&'static str, &'static str, bool)];

    #[test]
    fn a_copy_is_there_when_it_is_available() {
        let mut scene = Scene::new(two_regions());
        let since = scene.now;
        let cases: [(Snapshots, RungState, &str); 3] = [
            (&[(LEFT, "available", false)], RungState::Open, "kept-orders is not listed yet"),
            (
                &[(LEFT, "available", false), ("kept-orders", "copying", true)],
                RungState::Open,
                "kept-orders copying, 40%",
            ),
            (&[("kept-orders", "available", true)], RungState::Proved, "kept-orders available"),
        ];
        for (snapshots, state, evidence) in cases {
            scene.later(10);
            see(&mut scene, snapshots);
            let sight = Sight { world: &scene.world, since, now: scene.now, handle: None };
            let shown = copy().read_back(&sight);
            assert_eq!((shown.state, shown.evidence.as_str()), (state, evidence));
            assert_eq!(copy().told(&sight)[0].1, "Creating manual cluster snapshot.");
        }
    }

    #[test]
    fn it_is_needed_while_the_one_that_expires_is_there_alone() {
        let mut scene = Scene::new(two_regions());
        let since = scene.now;
        let already = |scene: &Scene| {
            copy().already(&Sight { world: &scene.world, since, now: scene.now, handle: None })
        };
        assert!(matches!(already(&scene), Already::Unread(_)));
        scene.later(1);
        see(&mut scene, &[(LEFT, "available", false)]);
        assert!(matches!(already(&scene), Already::NotSo(_)));
        scene.later(1);
        see(&mut scene, &[(LEFT, "creating", false)]);
        assert!(matches!(already(&scene), Already::Moving(_)));
        scene.later(1);
        see(&mut scene, &[("kept-orders", "available", true)]);
        assert!(matches!(already(&scene), Already::So(_)), "also when the other is over");
        scene.later(1);
        see(&mut scene, &[]);
        assert!(matches!(already(&scene), Already::Moving(_)), "there is nothing to copy");
    }
}
