//! Measuring: at the end of each minute every Region publishes what it saw.
//! It must never publish what was not measured.

use jiff::Timestamp;

use super::{MetricId, Sample, StatSet};
use crate::sim::world::region::{Minute, Region};
use crate::sim::world::{World, ecs, noise};

/// Seconds after the minute until CloudWatch shows it: at least, and at most.
const LATE: (f64, f64) = (60.0, 75.0);
/// Seconds more that a wholly impaired control plane takes, if it still publishes at all.
const IMPAIRED_LATE: f64 = 300.0;
/// Share of broken API endpoints from which on nothing is published.
const SILENT: f64 = 0.9;
/// Where Route 53 publishes.
pub(in crate::sim) const ROUTE53: &str = "us-east-1";
/// ECS names of the guidance.
pub(in crate::sim) const ECS: [(&str, &str); 2] =
    [("ClusterName", ecs::CLUSTER), ("ServiceName", ecs::SERVICE)];
/// Canary names of the guidance: own load balancer, the other Region's, by DNS name.
pub(in crate::sim) const CANARIES: [&str; 3] = ["lcl-rgnl-home", "rmt-rgnl-home", "global-home"];

/// What is published, in the Region that publishes it.
type Measured = (String, MetricId, StatSet);

impl World {
    /// `PutMetricData`: values at a moment; CloudWatch shows them a little later.
    pub fn put_metric(&mut self, region: &str, id: &MetricId, at: Timestamp, stats: StatSet) {
        let minute = at.as_second().div_euclid(60) * 60;
        let visible = self.now.as_second() + 5;
        self.metrics.add(region, id, Sample { minute, visible, stats });
    }

    /// Closes the minute that ends now.
    pub(in crate::sim::world) fn publish(&mut self) {
        let minute = self.ticked - 60;
        let mut measured = Vec::new();
        for at in 0..self.regions.len() {
            self.measure_region(at, &mut measured);
            self.regions[at].minute = Minute::default();
        }
        self.measure_databases(&mut measured);
        self.measure_tables(&mut measured);
        self.measure_replicas(&mut measured);
        self.measure_buckets(&mut measured);
        self.measure_health_checks(&mut measured);
        for (region, id, stats) in measured {
            if let Some(visible) = self.shown(&region, &id) {
                self.metrics.add(&region, &id, Sample { minute, visible, stats });
            }
        }
    }

    /// When CloudWatch in a Region shows the minute that ends now; `None` when it never will.
    fn shown(&self, region: &str, id: &MetricId) -> Option<i64> {
        let impaired = self.region(region).map_or(0.0, |r| r.now.control_plane);
        if impaired >= SILENT {
            return None;
        }
        let key = noise::key(region) ^ noise::key(&id.namespace);
        let late = noise::between(self.seed, self.ticked, key, LATE.0, LATE.1) + impaired * IMPAIRED_LATE;
        #[expect(clippy::cast_possible_truncation, reason = "some minutes")]
        let late = late as i64;
        Some(self.ticked + late)
    }

    fn measure_region(&self, at: usize, out: &mut Vec<Measured>) {
        let region = &self.regions[at];
        let minute = region.minute;
        if minute.seconds <= 0.0 || region.now.lost {
            return;
        }
        let key = noise::key(&region.name);
        let orders = self.whole(minute.orders, key ^ 1);
        let mut put = |id: MetricId, stats| out.push((region.name.clone(), id, stats));
        if orders > 0.0 {
            put(MetricId::new("ecommerce", "OrdersCreated", &[]), StatSet::evenly(orders, 1.0));
        }
        let seen = [minute.local, minute.remote, minute.global];
        for (name, sum) in CANARIES.iter().zip(seen) {
            let percent = self.canary_percent(sum / minute.seconds, key ^ noise::key(name));
            let dims = [("CanaryName", *name)];
            put(MetricId::new("CloudWatchSynthetics", "SuccessPercent", &dims), StatSet::one(percent));
            let took = 420.0 + 9000.0 * (1.0 - percent / 100.0);
            put(MetricId::new("CloudWatchSynthetics", "Duration", &dims), StatSet::one(took));
        }
        let running = StatSet::one(f64::from(region.now.running));
        put(MetricId::new("ECS/ContainerInsights", "RunningTaskCount", &ECS), running);
        let desired = StatSet::one(f64::from(region.now.desired));
        put(MetricId::new("ECS/ContainerInsights", "DesiredTaskCount", &ECS), desired);
        self.measure_alb(region, &mut put);
    }

    fn measure_alb(&self, region: &Region, put: &mut impl FnMut(MetricId, StatSet)) {
        const SPACE: &str = "AWS/ApplicationELB";
        let (minute, key) = (region.minute, noise::key(&region.alb));
        let alb = [("LoadBalancer", region.alb.as_str())];
        let targets = [alb[0], ("TargetGroup", region.target_group.as_str())];
        let requests = self.whole(minute.requests, key ^ 2);
        let failed = self.whole(minute.failed, key ^ 3).min(requests);
        let response = minute.response / minute.requests.max(f64::EPSILON);
        let spread = StatSet { count: requests, sum: response * requests, min: 0.02, max: response * 3.0 };
        // The load balancer has one target group: what is measured of the one is so of the other.
        for dims in [&alb[..], &targets[..]] {
            // It does not report a count of zero.
            if requests > 0.0 {
                put(MetricId::new(SPACE, "RequestCount", dims), StatSet::evenly(requests, 1.0));
                put(MetricId::new(SPACE, "TargetResponseTime", dims), spread);
            }
            if failed > 0.0 {
                put(MetricId::new(SPACE, "HTTPCode_Target_5XX_Count", dims), StatSet::evenly(failed, 1.0));
            }
            if requests > failed {
                let good = StatSet::evenly(requests - failed, 1.0);
                put(MetricId::new(SPACE, "HTTPCode_Target_2XX_Count", dims), good);
            }
        }
        let healthy = f64::from(region.now.running);
        let missing = (f64::from(region.ecs.up) - healthy).max(0.0);
        put(MetricId::new(SPACE, "HealthyHostCount", &targets), StatSet::one(healthy));
        put(MetricId::new(SPACE, "UnHealthyHostCount", &targets), StatSet::one(missing));
    }

    /// A canary counts whole checks: a sound Region is 100, not 99.7.
    fn canary_percent(&self, works: f64, key: u64) -> f64 {
        if works >= 0.995 {
            return 100.0;
        }
        let luck = noise::between(self.seed, self.ticked, key, -4.0, 4.0) * (1.0 - works).min(works) * 2.0;
        (works * 100.0 + luck).round().clamp(0.0, 100.0)
    }

    fn measure_databases(&mut self, out: &mut Vec<Measured>) {
        for global in &mut self.aurora.globals {
            let Some(writer) = global.members.iter().find(|m| m.writer).map(|m| m.region) else { continue };
            let source = self.regions[writer].name.clone();
            for member in &mut global.members {
                let Some(ms) = member.minute.take() else { continue };
                let region = &self.regions[member.region];
                let id = member.cluster.rsplit(':').next().unwrap_or_default();
                let dims = [("DBClusterIdentifier", id), ("SourceRegion", source.as_str())];
                for name in ["AuroraGlobalDBReplicationLag", "AuroraGlobalDBRPOLag"] {
                    out.push((region.name.clone(), MetricId::new("AWS/RDS", name, &dims), ms));
                }
            }
        }
    }

    fn measure_tables(&mut self, out: &mut Vec<Measured>) {
        for table in &mut self.tables {
            for link in &mut table.links {
                let Some(ms) = link.minute.take() else { continue };
                let source = self.regions[link.from].name.clone();
                let dims =
                    [("TableName", table.name.as_str()), ("ReceivingRegion", &self.regions[link.to].name)];
                out.push((source, MetricId::new("AWS/DynamoDB", "ReplicationLatency", &dims), ms));
            }
        }
    }

    fn measure_health_checks(&mut self, out: &mut Vec<Measured>) {
        for check in &mut self.health_checks {
            let Some(status) = check.minute.take() else { continue };
            let id = MetricId::new("AWS/Route53", "HealthCheckStatus", &[("HealthCheckId", &check.id)]);
            out.push((ROUTE53.to_owned(), id, status));
        }
    }
}
