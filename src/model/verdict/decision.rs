//! The decision clock: since when a Region has been bad, what that has cost so far, and what each minute costs.
//!
//! It stops once the Region is kept out of the traffic, and says nothing of orders that nobody could count.

use std::time::Duration;

use jiff::Timestamp;

use super::orders::total_rate;
use super::text::age;
use super::{Lamp, Missed, RegionVerdict, missed};
use crate::model::World;
use crate::model::reading::Freshness;
use crate::model::topology::Region;

/// What waiting costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The Region that has been bad the longest.
    pub region: Region,
    /// Its first bad signal.
    pub since: Timestamp,
    /// Orders that did not come since then; `None` where too little is known to compare with.
    pub missed: Option<Missed>,
    /// How many fewer than usual come in a minute now, over all Regions; `None` where that is not known.
    pub a_minute: Option<f64>,
    /// The recovery time that was promised.
    pub rto: Duration,
}

impl Decision {
    /// What is left of the recovery time, or how long it has been over.
    ///
    /// # Errors
    /// The span since it was over.
    pub fn left(&self, now: Timestamp) -> Result<Duration, Duration> {
        let elapsed = age(self.since, now);
        self.rto.checked_sub(elapsed).ok_or_else(|| elapsed.saturating_sub(self.rto))
    }

    /// How long one may wait before as much is lost by waiting as `orders`, which a failover would lose.
    #[must_use]
    pub fn worth(&self, orders: f64) -> Option<Duration> {
        let a_minute = self.a_minute.filter(|fewer| *fewer >= 1.0)?;
        Duration::try_from_secs_f64(orders / a_minute * 60.0).ok()
    }
}

/// The decision that is to be made, by the verdicts on the Regions at `now`; `None` while none that takes traffic is bad.
#[must_use]
pub fn decision<'a>(
    world: &World,
    regions: impl Iterator<Item = &'a RegionVerdict>,
    now: Timestamp,
) -> Option<Decision> {
    let bad = regions.filter(|verdict| verdict.lamp == Lamp::Bad && !verdict.drained);
    let (region, since) =
        bad.filter_map(|verdict| Some((&verdict.region, verdict.since?))).min_by_key(|(_, since)| *since)?;
    let missed = missed(world, since, now);
    let rate = || total_rate(world, now).filter(|rate| rate.freshness != Freshness::Gone);
    let fewer = missed.as_ref().and_then(|missed| Some((missed.usual - rate()?.value).max(0.0)));
    let rto = world.topology().objectives.rto;
    Some(Decision { region: region.clone(), since, missed, a_minute: fewer, rto })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{Scene, east};
    use crate::model::reading::ControlState;
    use crate::model::verdict::regions;

    fn of(scene: &Scene) -> Option<Decision> {
        decision(&scene.world, regions(&scene.world, scene.now).iter(), scene.now)
    }

    #[test]
    fn nothing_is_to_be_decided_in_calm() {
        assert_eq!(of(&Scene::calm()), None);
    }

    #[test]
    fn a_bad_region_costs_what_does_not_come() {
        let scene = Scene::region_loss();
        let decision = of(&scene).unwrap();
        assert_eq!(decision.region, east());
        let fewer = decision.a_minute.unwrap();
        assert!(fewer > 100.0, "{decision:?}");
        assert!(decision.missed.as_ref().unwrap().orders >= fewer, "{decision:?}");
        let elapsed = age(decision.since, scene.now);
        assert_eq!(decision.left(scene.now), Ok(decision.rto.saturating_sub(elapsed)));
        let late = Decision { rto: elapsed / 2, ..decision.clone() };
        assert_eq!(late.left(scene.now), Err(elapsed.saturating_sub(elapsed / 2)));
        let waits = decision.worth(fewer).unwrap();
        assert_eq!(waits, Duration::from_mins(1));
    }

    #[test]
    fn it_stops_when_the_region_is_kept_out() {
        let mut scene = Scene::region_loss();
        scene.later(1);
        scene.controls_everywhere([ControlState::Off, ControlState::On]);
        assert_eq!(of(&scene), None);
    }
}
