//! Which record Route 53 answers with: its selection rules, as shares of the answers a group of clients gets.
//! It must never look at anything but records, verdicts and where the client is.

use super::{Geo, Record, Routing};

/// Where a client asks from.
#[derive(Clone, Debug, PartialEq)]
pub struct Vantage<'a> {
    /// Country code.
    pub country: &'a str,
    /// Continent code.
    pub continent: &'a str,
    /// Latency to a Region, milliseconds.
    pub latency: &'a [(String, f64)],
}

/// The records that answer with the share of answers each has; empty is NODATA.
///
/// `healthy` tells the verdict on a record. Records without one to fail are healthy; if none is healthy, all
/// are taken as healthy (Route 53, "How Amazon Route 53 chooses records when health checking is configured").
#[must_use]
pub fn choose<'r>(
    records: &[&'r Record],
    from: &Vantage<'_>,
    healthy: impl Fn(&Record) -> bool,
) -> Vec<(&'r Record, f64)> {
    let Some(first) = records.first() else { return Vec::new() };
    match first.routing {
        Routing::Simple => records.iter().take(1).map(|r| (*r, 1.0)).collect(),
        Routing::Failover(_) => failover(records, healthy),
        Routing::Weighted(_) => weighted(records, healthy),
        Routing::Latency(_) => latency(records, from, healthy),
        Routing::Geolocation(_) => geolocation(records, from, healthy),
    }
}

fn failover<'r>(records: &[&'r Record], healthy: impl Fn(&Record) -> bool) -> Vec<(&'r Record, f64)> {
    let find = |first: bool| records.iter().copied().find(|r| r.routing == Routing::Failover(first));
    let chosen = match (find(true), find(false)) {
        (Some(first), Some(second)) if !healthy(first) && healthy(second) => Some(second),
        (first, second) => first.or(second),
    };
    chosen.map(|r| (r, 1.0)).into_iter().collect()
}

fn weighted<'r>(records: &[&'r Record], healthy: impl Fn(&Record) -> bool) -> Vec<(&'r Record, f64)> {
    let weight = |r: &Record| match r.routing {
        Routing::Weighted(w) => f64::from(w),
        _ => 0.0,
    };
    let carrying = |r: &&&Record| weight(r) > 0.0;
    let mut pool: Vec<&Record> = records.iter().filter(carrying).filter(|r| healthy(r)).copied().collect();
    if pool.is_empty() {
        // Zero weights answer only when no other is healthy.
        pool = records.iter().filter(|r| weight(r) == 0.0 && healthy(r)).copied().collect();
    }
    if pool.is_empty() {
        pool = records.iter().filter(carrying).copied().collect();
    }
    if pool.is_empty() {
        pool = records.to_vec();
    }
    let total: f64 = pool.iter().map(|r| weight(r)).sum();
    #[expect(clippy::cast_precision_loss, reason = "a handful of records")]
    let even = 1.0 / pool.len() as f64;
    pool.into_iter().map(|r| (r, if total > 0.0 { weight(r) / total } else { even })).collect()
}

fn latency<'r>(
    records: &[&'r Record],
    from: &Vantage<'_>,
    healthy: impl Fn(&Record) -> bool,
) -> Vec<(&'r Record, f64)> {
    let far = |r: &Record| match &r.routing {
        Routing::Latency(region) => {
            from.latency.iter().find(|(name, _)| name == region).map_or(f64::MAX, |(_, ms)| *ms)
        }
        _ => f64::MAX,
    };
    let nearest = |pool: Vec<&'r Record>| pool.into_iter().min_by(|a, b| far(a).total_cmp(&far(b)));
    let well = nearest(records.iter().filter(|r| healthy(r)).copied().collect());
    well.or_else(|| nearest(records.to_vec())).map(|r| (r, 1.0)).into_iter().collect()
}

fn geolocation<'r>(
    records: &[&'r Record],
    from: &Vantage<'_>,
    healthy: impl Fn(&Record) -> bool,
) -> Vec<(&'r Record, f64)> {
    let rank = |r: &Record| match &r.routing {
        Routing::Geolocation(Geo::Country(c)) if c == from.country => Some(0),
        Routing::Geolocation(Geo::Continent(c)) if c == from.continent => Some(1),
        Routing::Geolocation(Geo::Default) => Some(2),
        _ => None,
    };
    let mut matching: Vec<_> = records.iter().copied().filter_map(|r| Some((rank(r)?, r))).collect();
    matching.sort_by_key(|(rank, _)| *rank);
    // A more general location stands in for an unhealthy one; if none is healthy all are, so the nearest answers.
    let well = matching.iter().find(|(_, r)| healthy(r));
    well.or_else(|| matching.first()).map(|(_, r)| (*r, 1.0)).into_iter().collect()
}
