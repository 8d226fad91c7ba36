//! What follows from the readings: lamps with reasons, lag against RPO, roles, traffic share, orders at risk.
//!
//! Everything here is a pure function of the world and a time; nothing is stored and nothing is guessed:
//! what cannot be known is `None` or [`Lamp::Unknown`], never zero and never `ok`.

mod credentials;
mod decision;
mod discord;
mod link;
mod member;
mod metrics;
mod missed;
mod names;
mod orders;
mod points;
mod region;
mod replica;
mod role;
mod routing;
mod service;
mod signal;
mod situation;
mod text;
mod traffic;

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::World;
use super::reading::{Freshness, Identity, Reading, Source};

pub use credentials::{Credentials, credentials};
pub use decision::{Decision, decision};
pub use discord::{Discord, discords};
pub use link::{LinkVerdict, lag_samples, links};
pub use member::MemberRole;
pub(super) use metrics::Index;
pub use metrics::{
    ALB, ROUTE53_HOME, aurora_lag_metric, aurora_replication_lag_metric, health_check_metric,
    replica_lag_metric, table_lag_metric, wanted_alarms, wanted_metrics,
};
pub use missed::{Missed, behind, missed};
pub use names::{
    Answered, NameAnswer, NamedRecord, answers, is_record, named_records, record_region, records,
};
pub use orders::{AtRisk, OrdersVerdict, at_risk, headroom, orders, total_rate};
pub use points::metric_freshness;
pub use region::{CANARY, RegionVerdict, Standing, region, regions};
pub use replica::{EndVerdict, ends, left_behind, promoting, promoting_in};
pub use role::{Role, claims, moving, role, writer};
pub use routing::{
    ControlCell, ControlVerdict, HealthCheckVerdict, PanelSplit, RuleVerdict, controls, drained,
    health_checks, panel_splits, rules,
};
pub use service::{ServiceVerdict, services};
pub use signal::{SignalVerdict, judged, signal, signal_samples};
pub use situation::{Situation, situation, standing};
pub use text::{NOTHING, age, age_text, aged, change_text, dated_text, limit_text, span, value_text};
pub use traffic::shares;

/// The verdict drawn for a Region, a link or a signal, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lamp {
    /// As it should be.
    Ok,
    /// Not known: nothing was seen, or what was seen is too old.
    Unknown,
    /// Worth a look.
    Look,
    /// Bad.
    Bad,
}

/// Who the credentials are: the newest answer of any Region's STS, however old it is.
#[must_use]
pub fn identity(world: &World) -> Option<&Identity> {
    let seen = world.feeds().filter_map(|(source, feed)| match (source, feed.seen()) {
        (Source::Identity(_), Some((Reading::Identity(identity), at))) => Some((identity, at)),
        _ => None,
    });
    seen.max_by_key(|(_, at)| *at).map(|(identity, _)| identity)
}

/// A mistake here reaches customers: by what is declared, or by the account that we really are in.
#[must_use]
pub fn is_production(world: &World) -> bool {
    let topology = world.topology();
    let here = identity(world).is_some_and(|identity| topology.production.has_account(&identity.account));
    here || topology.is_production()
}

impl fmt::Display for Lamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Look => "look",
            Self::Bad => "bad",
        })
    }
}

/// A value with what must be said beside it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dated<T> {
    /// The value.
    pub value: T,
    /// When it was true: the end of its period for a metric, the answer's arrival otherwise.
    pub at: Timestamp,
    /// How far it can be trusted to be of now.
    pub freshness: Freshness,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, trouble, two_regions};
    use crate::model::reading::{ControlState, Source, TroubleKind};

    /// One thing that may be seen, or time that passes.
    #[derive(Clone, Debug)]
    enum Act {
        Points(usize, Vec<Option<f64>>),
        Forbidden(usize),
        Controls(bool, bool, bool),
        Writers(bool, bool),
        Fails(bool),
        Later(i64),
    }

    fn act() -> impl Strategy<Value = Act> {
        let value = prop_oneof![Just(0.0), -1.0..200.0, Just(f64::NAN), Just(f64::MAX), 0.0..1e6];
        let points = prop::collection::vec(prop::option::of(value), 0..70);
        prop_oneof![
            4 => (0..40_usize, points).prop_map(|(metric, values)| Act::Points(metric, values)),
            1 => (0..40_usize).prop_map(Act::Forbidden),
            1 => any::<(bool, bool, bool)>().prop_map(|(all, east, west)| Act::Controls(all, east, west)),
            1 => any::<(bool, bool)>().prop_map(|(east, west)| Act::Writers(east, west)),
            1 => any::<bool>().prop_map(Act::Fails),
            2 => (0..900_i64).prop_map(Act::Later),
        ]
    }

    fn play(acts: Vec<Act>) -> Scene {
        let mut scene = Scene::new(two_regions());
        let metrics = wanted_metrics(scene.world.topology());
        let of = |at: usize| &metrics[at % metrics.len()];
        let state = |on| if on { ControlState::On } else { ControlState::Off };
        for act in acts {
            match act {
                Act::Points(metric, values) => scene.minutes(of(metric), &values),
                Act::Forbidden(metric) => scene.forbidden(of(metric)),
                Act::Controls(true, east, west) => scene.controls_everywhere([state(east), state(west)]),
                Act::Controls(false, east, west) => scene.controls(EAST, [state(east), state(west)]),
                Act::Writers(east, west) => {
                    let writers: Vec<&str> = [(EAST, east), (WEST, west)]
                        .into_iter()
                        .filter(|(_, on)| *on)
                        .map(|(name, _)| name)
                        .collect();
                    scene.moving("orders", &writers);
                }
                Act::Fails(east) => {
                    let region = if east { EAST } else { WEST };
                    scene.see(Source::Metrics(region.into()), Err(trouble(TroubleKind::TimedOut)));
                }
                Act::Later(seconds) => scene.later(seconds),
            }
        }
        scene
    }

    proptest! {
        #[test]
        fn what_is_not_known_is_never_ok(acts in prop::collection::vec(act(), 0..40)) {
            let scene = play(acts);
            let (world, now) = (&scene.world, scene.now);
            for spec in &world.topology().regions {
                for of in &spec.signals {
                    let verdict = signal(world, of, now);
                    let known = verdict.value.as_ref().is_some_and(|value| value.freshness != Freshness::Gone);
                    prop_assert_eq!(verdict.lamp == Lamp::Unknown, !known);
                }
            }
            for link in links(world, now) {
                let known = link.lag.as_ref().is_some_and(|lag| lag.freshness != Freshness::Gone);
                prop_assert_eq!(link.lamp == Lamp::Unknown, !known && link.stopped.is_none());
                prop_assert!(link.live || link.lag.is_none());
            }
            for region in regions(world, now) {
                prop_assert_eq!(region.lamp == Lamp::Ok, region.reason.is_empty());
                prop_assert!(region.since.is_none_or(|since| since <= now));
            }
            for control in controls(world, now) {
                let fresh = control.cells.iter().filter_map(|cell| cell.state.as_ref());
                let agreeing = fresh.filter(|s| s.freshness == Freshness::Fresh && Some(s.value) == control.state).count();
                prop_assert_eq!(control.state.is_some(), agreeing >= 3);
            }
            let total: f64 = shares(world, now).iter().map(|(_, share)| share.value).sum();
            prop_assert!(total == 0.0 || total.is_nan() || (total - 1.0).abs() < 1e-6);
            let situation = situation(world, now);
            prop_assert!(!situation.text.is_empty());
            let all_ok = situation.text.starts_with("all Regions ok");
            prop_assert!(!all_ok || situation.lamp == Lamp::Ok, "{:?}", situation);
        }
    }
}
