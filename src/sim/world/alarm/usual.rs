//! The alarms every world has, a few in each Region.
//! It must never watch a direction that does not exist at the start: like real ones, they do not follow a writer.

use jiff::Timestamp;

use super::{Alarm, AlarmState, Missing};
use crate::sim::world::aurora::Aurora;
use crate::sim::world::health::{Comparison, HealthCheck, Probe};
use crate::sim::world::metric::publish::CANARIES;
use crate::sim::world::metric::{MetricId, Stat};
use crate::sim::world::region::Region;

/// What an alarm watches for.
struct Watch {
    name: String,
    id: MetricId,
    stat: Stat,
    breach: (Comparison, f64),
    missing: Missing,
}

/// The alarms of all Regions.
pub(in crate::sim::world) fn usual(
    account: &str,
    regions: &[Region],
    aurora: &Aurora,
    since: Timestamp,
) -> Vec<Alarm> {
    let mut all = Vec::new();
    for (at, region) in regions.iter().enumerate() {
        for watch in of_service(region).into_iter().chain(of_lag(at, regions, aurora)) {
            all.push(alarm(account, region, watch, since));
        }
    }
    all
}

fn alarm(account: &str, region: &Region, watch: Watch, since: Timestamp) -> Alarm {
    let name = format!("{}-{}", watch.name, region.short);
    Alarm {
        arn: format!("arn:aws:cloudwatch:{}:{account}:alarm:{name}", region.name),
        name,
        region: region.name.clone(),
        id: watch.id,
        stat: watch.stat,
        period: 60,
        periods: 2,
        threshold: watch.breach.1,
        comparison: watch.breach.0,
        missing: watch.missing,
        state: AlarmState::InsufficientData,
        since,
        reason: "Unchecked: Initial alarm creation".to_owned(),
    }
}

/// The alarms that health checks read: such a check follows the metric, and the alarm beside it is for people.
pub(in crate::sim::world) fn of_checks(
    account: &str,
    checks: &[HealthCheck],
    since: Timestamp,
) -> Vec<Alarm> {
    let alarm = |check: &HealthCheck| {
        let Probe::Metric { region, id, stat, period, periods, threshold, comparison, .. } = &check.probe
        else {
            return None;
        };
        Some(Alarm {
            name: check.name.clone(),
            arn: format!("arn:aws:cloudwatch:{region}:{account}:alarm:{}", check.name),
            region: region.clone(),
            id: id.clone(),
            stat: *stat,
            period: *period,
            periods: *periods,
            threshold: *threshold,
            comparison: *comparison,
            missing: Missing::Missing,
            state: AlarmState::InsufficientData,
            since,
            reason: "Unchecked: Initial alarm creation".to_owned(),
        })
    };
    checks.iter().filter_map(alarm).collect()
}

fn of_service(region: &Region) -> Vec<Watch> {
    let alb = [("LoadBalancer", region.alb.as_str())];
    vec![
        Watch {
            name: "canary-success-low".to_owned(),
            id: MetricId::new("CloudWatchSynthetics", "SuccessPercent", &[("CanaryName", CANARIES[0])]),
            stat: Stat::Average,
            breach: (Comparison::LessThanThreshold, 90.0),
            missing: Missing::Breaching,
        },
        Watch {
            name: "alb-5xx-high".to_owned(),
            id: MetricId::new("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", &alb),
            stat: Stat::Sum,
            breach: (Comparison::GreaterThanThreshold, 20.0),
            missing: Missing::NotBreaching,
        },
        Watch {
            name: "orders-created-zero".to_owned(),
            id: MetricId::new("ecommerce", "OrdersCreated", &[]),
            stat: Stat::Sum,
            breach: (Comparison::LessThanOrEqualToThreshold, 0.0),
            missing: Missing::Breaching,
        },
    ]
}

fn of_lag(at: usize, regions: &[Region], aurora: &Aurora) -> Vec<Watch> {
    let mut watches = Vec::new();
    for global in &aurora.globals {
        let (Some(own), Some(writer)) = (global.member_in(at), global.writer()) else { continue };
        if own.writer {
            continue;
        }
        let cluster = own.cluster.rsplit(':').next().unwrap_or_default();
        let dims = [("DBClusterIdentifier", cluster), ("SourceRegion", &regions[writer.region].name)];
        watches.push(Watch {
            name: format!("aurora-lag-{}", global.store),
            id: MetricId::new("AWS/RDS", "AuroraGlobalDBReplicationLag", &dims),
            stat: Stat::Average,
            breach: (Comparison::GreaterThanThreshold, 5000.0),
            missing: Missing::Missing,
        });
    }
    watches
}
