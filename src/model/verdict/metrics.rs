//! Which metrics the verdicts are made from, so that the sampler asks for exactly these.
//!
//! They follow from the topology alone; nothing here may depend on what was read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::model::topology::{
    Aurora, Formula, Metric, Region, Replica, ReplicaEngine, Table, Topology, Unit,
};

/// The Region in which Route 53 publishes its metrics, whatever the workload's Regions are (aws-facts section 6).
pub const ROUTE53_HOME: &str = "us-east-1";

/// The family of signals that count requests at a load balancer.
pub const ALB: &str = "alb";

/// The lag by which an Aurora link is judged against its RPO: `AuroraGlobalDBRPOLag`, milliseconds.
///
/// It is published in the reader's Region with the writer's as `SourceRegion` (aws-facts section 4).
/// `None` when one of the Regions has no cluster of the store, or both are the same.
#[must_use]
pub fn aurora_lag_metric(aurora: &Aurora, from: &Region, to: &Region) -> Option<Metric> {
    aurora_metric("AuroraGlobalDBRPOLag", aurora, from, to)
}

/// The lag of engines that have no RPO lag: `AuroraGlobalDBReplicationLag`, milliseconds.
#[must_use]
pub fn aurora_replication_lag_metric(aurora: &Aurora, from: &Region, to: &Region) -> Option<Metric> {
    aurora_metric("AuroraGlobalDBReplicationLag", aurora, from, to)
}

fn aurora_metric(name: &str, aurora: &Aurora, from: &Region, to: &Region) -> Option<Metric> {
    if from == to || !aurora.clusters.contains_key(from) {
        return None;
    }
    let cluster = aurora.clusters.get(to)?.rsplit(':').next()?;
    Some(Metric {
        region: to.clone(),
        namespace: "AWS/RDS".into(),
        name: name.into(),
        dimensions: dimensions(&[("DBClusterIdentifier", cluster), ("SourceRegion", from.as_str())]),
        // What could be lost is the most it was behind; a mean hides a lag that grows.
        statistic: "Maximum".into(),
        period: 60,
    })
}

/// The lag of one direction of a table: `ReplicationLatency`, milliseconds, published in the source Region
/// and only for items that were replicated (aws-facts section 5).
#[must_use]
pub fn table_lag_metric(table: &Table, from: &Region, to: &Region) -> Metric {
    Metric {
        region: from.clone(),
        namespace: "AWS/DynamoDB".into(),
        name: "ReplicationLatency".into(),
        dimensions: dimensions(&[("TableName", &table.table), ("ReceivingRegion", to.as_str())]),
        statistic: "Average".into(),
        period: 60,
    }
}

/// The lag of a read replica in a Region: `AuroraBinlogReplicaLag` of its cluster or `ReplicaLag` of its instance, in
/// seconds; −1 when replication is stopped (aws-facts section 4). `None` when the store has no database there.
#[must_use]
pub fn replica_lag_metric(replica: &Replica, to: &Region) -> Option<Metric> {
    let (name, dimension) = match replica.engine {
        ReplicaEngine::AuroraBinlog => ("AuroraBinlogReplicaLag", "DBClusterIdentifier"),
        ReplicaEngine::Rds => ("ReplicaLag", "DBInstanceIdentifier"),
    };
    Some(Metric {
        region: to.clone(),
        namespace: "AWS/RDS".into(),
        name: name.into(),
        dimensions: dimensions(&[(dimension, replica.id(to)?)]),
        statistic: "Maximum".into(),
        period: 60,
    })
}

/// What Route 53 thinks of a health check: 1 healthy, 0 not; the Minimum, in us-east-1 only.
#[must_use]
pub fn health_check_metric(id: &str) -> Metric {
    Metric {
        region: Region::new(ROUTE53_HOME),
        namespace: "AWS/Route53".into(),
        name: "HealthCheckStatus".into(),
        dimensions: dimensions(&[("HealthCheckId", id)]),
        statistic: "Minimum".into(),
        period: 60,
    }
}

fn dimensions(pairs: &[(&str, &str)]) -> Arc<BTreeMap<String, String>> {
    Arc::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

/// Every metric that a verdict needs, each once: signals, both directions of every link, orders, health checks.
#[must_use]
pub fn wanted_metrics(topology: &Topology) -> Vec<Metric> {
    let index = Index::of(topology);
    let signals = topology.regions.iter().flat_map(|region| &region.signals);
    let signals = signals.flat_map(|signal| signal.formula.metrics()).cloned();
    let orders = topology.orders.iter().flat_map(|orders| orders.series.values()).cloned();
    let links = index.links.into_iter().flat_map(|link| link.metrics);
    let checks = index.checks.into_iter().map(|check| check.metric);
    let mut known = BTreeSet::new();
    signals.chain(links).chain(orders).chain(checks).filter(|metric| known.insert(metric.clone())).collect()
}

/// The alarms that signals name, by the Region whose CloudWatch holds them.
#[must_use]
pub fn wanted_alarms(topology: &Topology) -> BTreeMap<Region, BTreeSet<String>> {
    let mut wanted: BTreeMap<Region, BTreeSet<String>> = BTreeMap::new();
    for signal in topology.regions.iter().flat_map(|region| &region.signals) {
        if let Formula::Alarm { region, name } = &signal.formula {
            wanted.entry(region.clone()).or_default().insert(name.clone());
        }
    }
    wanted
}

/// What can be worked out once from the topology, so that a frame need not build it again.
#[derive(Debug, Default)]
pub(in crate::model) struct Index {
    pub(super) links: Vec<LinkSpec>,
    pub(super) checks: Vec<CheckSpec>,
    /// What counts the traffic of each Region, in the order of the Regions; empty when nothing does.
    pub(super) traffic: Vec<(Region, Vec<Metric>)>,
}

/// One direction of replication and where its lag is published.
#[derive(Debug)]
pub(super) struct LinkSpec {
    pub(super) store: String,
    /// It runs from the store's writer only, so its direction turns with the writer.
    pub(super) one_way: bool,
    /// A lag below zero says that replication is stopped, not that it could not be measured.
    pub(super) negative_is_stopped: bool,
    pub(super) from: Region,
    pub(super) to: Region,
    /// The lag metrics, the best first.
    pub(super) metrics: Vec<Metric>,
    /// How many of the metric's unit are a second; `None` when it does not count time.
    pub(super) a_second: Option<f64>,
    pub(super) rpo: Duration,
}

/// A health check and the Region it decides on.
#[derive(Debug)]
pub(super) struct CheckSpec {
    pub(super) region: Region,
    pub(super) id: String,
    pub(super) metric: Metric,
}

impl Index {
    pub(in crate::model) fn of(topology: &Topology) -> Self {
        Self { links: links(topology), checks: checks(topology), traffic: traffic(topology) }
    }
}

fn links(topology: &Topology) -> Vec<LinkSpec> {
    let auroras = topology.auroras.iter().flat_map(|aurora| {
        let regions = in_order(topology, aurora.clusters.keys());
        pairs(&regions).into_iter().map(move |(from, to)| LinkSpec {
            store: aurora.store.clone(),
            one_way: true,
            negative_is_stopped: false,
            metrics: [
                aurora_lag_metric(aurora, &from, &to),
                aurora_replication_lag_metric(aurora, &from, &to),
            ]
            .into_iter()
            .flatten()
            .collect(),
            a_second: Some(1000.0),
            rpo: aurora.rpo,
            from,
            to,
        })
    });
    let replicas = topology.replicas.iter().flat_map(|replica| {
        let regions = in_order(topology, replica.databases.keys());
        pairs(&regions).into_iter().map(move |(from, to)| LinkSpec {
            store: replica.store.clone(),
            one_way: true,
            negative_is_stopped: true,
            metrics: replica_lag_metric(replica, &to).into_iter().collect(),
            a_second: Some(1.0),
            rpo: replica.rpo,
            from,
            to,
        })
    });
    let tables = topology.tables.iter().flat_map(|table| {
        let regions = in_order(topology, table.regions.iter());
        pairs(&regions).into_iter().map(move |(from, to)| LinkSpec {
            store: table.store.clone(),
            one_way: false,
            negative_is_stopped: false,
            metrics: vec![table_lag_metric(table, &from, &to)],
            a_second: Some(1000.0),
            rpo: table.rpo,
            from,
            to,
        })
    });
    let others = topology.lag_links.iter().map(|link| LinkSpec {
        store: link.store.clone(),
        one_way: false,
        negative_is_stopped: false,
        from: link.from.clone(),
        to: link.to.clone(),
        metrics: vec![link.metric.clone()],
        a_second: match link.unit {
            Unit::Seconds => Some(1.0),
            Unit::Milliseconds => Some(1000.0),
            Unit::Percent | Unit::Count | Unit::Bytes | Unit::State => None,
        },
        rpo: link.rpo,
    });
    auroras.chain(replicas).chain(tables).chain(others).collect()
}

/// Some Regions in the order in which the workload declares them; others after, as they come.
fn in_order<'a>(topology: &Topology, regions: impl Iterator<Item = &'a Region>) -> Vec<Region> {
    let mut regions: Vec<Region> = regions.cloned().collect();
    let place =
        |region: &Region| topology.regions.iter().position(|r| &r.name == region).unwrap_or(usize::MAX);
    regions.sort_by_key(place);
    regions
}

/// Every ordered pair, the two directions of a pair side by side.
fn pairs(regions: &[Region]) -> Vec<(Region, Region)> {
    let mut out = Vec::new();
    for (at, one) in regions.iter().enumerate() {
        for other in regions.iter().skip(at + 1) {
            out.push((one.clone(), other.clone()));
            out.push((other.clone(), one.clone()));
        }
    }
    out
}

fn checks(topology: &Topology) -> Vec<CheckSpec> {
    let controls = topology.routing.iter().flat_map(|routing| &routing.controls);
    let controls = controls.filter_map(|c| Some((c.region.as_ref()?, c.health_check.as_ref()?)));
    let records = topology.dns.iter().flat_map(|name| &name.records);
    let records = records.filter_map(|r| Some((&r.region, r.health_check.as_ref()?)));
    let all: Vec<_> = controls.chain(records).collect();
    let mut known = BTreeSet::new();
    let ordered =
        topology.regions.iter().flat_map(|r| all.iter().filter(move |(region, _)| **region == r.name));
    ordered
        .filter(|(_, id)| known.insert(id.as_str()))
        .map(|(region, id)| CheckSpec {
            region: (*region).clone(),
            id: (*id).clone(),
            metric: health_check_metric(id),
        })
        .collect()
}

/// Requests at the load balancers if every Region counts them, else orders if every Region counts those.
fn traffic(topology: &Topology) -> Vec<(Region, Vec<Metric>)> {
    let requests: Option<Vec<_>> = topology
        .regions
        .iter()
        .map(|region| {
            let shares = region.signals.iter().filter(|signal| signal.family == ALB);
            let mut wholes: Vec<Metric> = Vec::new();
            for signal in shares {
                match &signal.formula {
                    Formula::Share { whole, .. } if !wholes.contains(whole) => wholes.push(whole.clone()),
                    _ => {}
                }
            }
            (!wholes.is_empty()).then(|| (region.name.clone(), wholes))
        })
        .collect();
    let orders = || {
        let series = &topology.orders.as_ref()?.series;
        let of = |name: &Region| Some((name.clone(), vec![series.get(name)?.clone()]));
        topology.regions.iter().map(|region| of(&region.name)).collect::<Option<Vec<_>>>()
    };
    requests.or_else(orders).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::{EAST, WEST, east, two_regions, west};

    use super::*;

    fn told(metric: &Metric) -> String {
        let dims: Vec<String> =
            metric.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let Metric { region, namespace, name, statistic, period, .. } = metric;
        format!("{region} {namespace} {name} {statistic}/{period} {}", dims.join(","))
    }

    #[test]
    fn aurora_lag_is_published_where_it_is_read() {
        let topology = two_regions();
        let metric = aurora_lag_metric(&topology.auroras[0], &east(), &west()).unwrap();
        assert_eq!(
            told(&metric),
            "us-west-2 AWS/RDS AuroraGlobalDBRPOLag Maximum/60 \
             DBClusterIdentifier=orders-dbcluster-02-us-west-2,SourceRegion=us-east-1"
        );
        let back = aurora_replication_lag_metric(&topology.auroras[0], &west(), &east()).unwrap();
        assert_eq!(
            told(&back),
            "us-east-1 AWS/RDS AuroraGlobalDBReplicationLag Maximum/60 \
             DBClusterIdentifier=orders-dbcluster-01-us-east-1,SourceRegion=us-west-2"
        );
        assert_eq!(aurora_lag_metric(&topology.auroras[0], &east(), &east()), None);
        assert_eq!(aurora_lag_metric(&topology.auroras[0], &east(), &"eu-west-1".into()), None);
        assert_eq!(aurora_lag_metric(&topology.auroras[0], &"eu-west-1".into(), &west()), None);
    }

    #[test]
    fn table_lag_is_published_where_it_is_written() {
        let metric = table_lag_metric(&two_regions().tables[0], &east(), &west());
        assert_eq!(
            told(&metric),
            "us-east-1 AWS/DynamoDB ReplicationLatency Average/60 ReceivingRegion=us-west-2,TableName=cartsTable"
        );
    }

    #[test]
    fn everything_is_wanted_once() {
        let topology = two_regions();
        let wanted = wanted_metrics(&topology);
        let distinct: BTreeSet<&Metric> = wanted.iter().collect();
        assert_eq!(distinct.len(), wanted.len());
        // Six a Region, two lags both ways of two Auroras, one table both ways, one link, orders, two checks.
        assert_eq!(wanted.len(), 2 * 6 + 2 * 2 * 2 + 2 + 1 + 2 + 2);
        for aurora in &topology.auroras {
            for (from, to) in [(east(), west()), (west(), east())] {
                assert!(wanted.contains(&aurora_lag_metric(aurora, &from, &to).unwrap()));
                assert!(wanted.contains(&aurora_replication_lag_metric(aurora, &from, &to).unwrap()));
            }
        }
        let checks: Vec<String> =
            wanted.iter().filter(|m| &*m.namespace == "AWS/Route53").map(told).collect();
        assert_eq!(
            checks,
            [
                "us-east-1 AWS/Route53 HealthCheckStatus Minimum/60 HealthCheckId=check-us-east-1",
                "us-east-1 AWS/Route53 HealthCheckStatus Minimum/60 HealthCheckId=check-us-west-2",
            ]
        );
    }

    #[test]
    fn alarms_are_wanted_where_they_are() {
        let mut topology = two_regions();
        assert!(wanted_alarms(&topology).is_empty());
        topology.regions[0].signals[0].formula = Formula::Alarm { region: west(), name: "lag".to_owned() };
        assert_eq!(wanted_alarms(&topology), BTreeMap::from([(west(), BTreeSet::from(["lag".to_owned()]))]));
    }

    #[test]
    fn traffic_is_counted_the_same_way_everywhere() {
        let mut topology = two_regions();
        let counted = |topology: &Topology| {
            let names = traffic(topology).into_iter().flat_map(|(_, metrics)| metrics);
            names.map(|metric| metric.name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(counted(&topology), ["RequestCount", "RequestCount"]);
        topology.regions[1].signals.retain(|signal| signal.family != ALB);
        assert_eq!(counted(&topology), ["OrdersCreated", "OrdersCreated"]);
        topology.orders.as_mut().unwrap().series.remove(&east());
        assert!(counted(&topology).is_empty());
    }

    #[test]
    fn regions_keep_the_order_of_the_config() {
        let mut topology = two_regions();
        topology.regions.reverse();
        let ways: Vec<(String, String)> = links(&topology)
            .iter()
            .map(|link| (link.from.to_string(), link.to.to_string()))
            .take(2)
            .collect();
        assert_eq!(ways, [(WEST, EAST), (EAST, WEST)].map(|(a, b)| (a.to_owned(), b.to_owned())));
    }
}
