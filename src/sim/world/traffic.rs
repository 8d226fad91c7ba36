//! The clients: where they are, which answer their resolvers hold, and so which Region they go to.
//! It must never move a client at once: an answer is held for its TTL, and a few hold it longer.

use serde::Serialize;

use super::dns::choice::{self, Vantage};
use super::dns::{Dns, Record};
use super::region::Region;
use super::{World, noise};

/// Share of the clients whose resolver or runtime keeps an answer past its TTL.
const TAIL: f64 = 0.03;
/// Seconds in which two thirds of those have let go.
const TAIL_SECONDS: f64 = 900.0;
/// Seconds a load balancer is without healthy targets until `EvaluateTargetHealth` shows it.
const TARGET_SECONDS: i64 = 30;

/// The clients nearest to one Region.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    /// Index of the nearest Region.
    pub near: usize,
    /// Index of the name that they use.
    pub asks: usize,
    /// Latency to each Region, milliseconds.
    pub latency: Vec<(String, f64)>,
    /// Order attempts a minute on a calm day.
    pub demand: f64,
    /// Share of the clients that go to each Region, by index.
    pub held: Vec<f64>,
    #[serde(skip)]
    in_ttl: Vec<f64>,
    #[serde(skip)]
    tail: Vec<f64>,
    /// What was answered in each of the last TTL seconds.
    #[serde(skip)]
    ring: Vec<Vec<f64>>,
}

impl Group {
    /// For each name the clients near each Region; they use every name as much.
    pub(super) fn all(regions: &[Region], dns: &Dns) -> Vec<Self> {
        let each = (0..dns.names.len()).flat_map(|asks| (0..regions.len()).map(move |near| (asks, near)));
        #[expect(clippy::cast_precision_loss, reason = "at most as many names as panels")]
        let part = 1.0 / dns.names.len().max(1) as f64;
        each.map(|(asks, near)| {
            let group = Self::new(near, regions, dns.ttl);
            Self { asks, demand: group.demand * part, ..group }
        })
        .collect()
    }

    fn new(near: usize, regions: &[Region], ttl: u32) -> Self {
        let own = &regions[near];
        let latency = regions.iter().map(|r| (r.name.clone(), latency(own, r))).collect();
        let none = vec![0.0; regions.len()];
        let slots = usize::try_from(ttl).unwrap_or(usize::MAX);
        Self {
            near,
            asks: 0,
            latency,
            demand: own.baseline,
            held: none.clone(),
            in_ttl: none.clone(),
            tail: none.clone(),
            ring: vec![none; slots],
        }
    }

    /// All resolvers hold this answer.
    fn settle(&mut self, answer: &[f64]) {
        for slot in &mut self.ring {
            slot.copy_from_slice(answer);
        }
        self.in_ttl.copy_from_slice(answer);
        self.tail.copy_from_slice(answer);
        self.held.copy_from_slice(answer);
    }

    /// One second: the resolvers whose answer has just run out get this one.
    fn renew(&mut self, second: i64, answer: &[f64]) {
        let ttl = self.ring.len().max(1);
        let at = usize::try_from(second.rem_euclid(i64::try_from(ttl).unwrap_or(1))).unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "a TTL in seconds")]
        let part = 1.0 / ttl as f64;
        for (region, share) in answer.iter().enumerate() {
            self.in_ttl[region] += (share - self.ring[at][region]) * part;
            self.ring[at][region] = *share;
            self.tail[region] += (share - self.tail[region]) / TAIL_SECONDS;
            self.held[region] =
                ((1.0 - TAIL) * self.in_ttl[region] + TAIL * self.tail[region]).clamp(0.0, 1.0);
        }
    }
}

fn latency(from: &Region, to: &Region) -> f64 {
    let spread = noise::unit(noise::key(&from.name), 0, noise::key(&to.name)) * 30.0;
    if from.name == to.name {
        8.0
    } else if from.continent == to.continent {
        60.0 + spread
    } else {
        140.0 + spread
    }
}

impl World {
    /// The shares of DNS answers a group of clients gets now, by Region; all zero is no answer.
    #[must_use]
    pub fn answers(&self, group: usize) -> Vec<f64> {
        let group = &self.groups[group];
        let near = &self.regions[group.near];
        let name = &self.dns.names[group.asks];
        let records: Vec<&Record> = self
            .dns
            .zones
            .iter()
            .flat_map(|z| &z.live)
            .filter(|r| (r.kind == "A" || r.kind == "CNAME") && r.name == *name)
            .collect();
        let from = Vantage { country: &near.country, continent: &near.continent, latency: &group.latency };
        let mut shares = vec![0.0; self.regions.len()];
        for (record, share) in choice::choose(&records, &from, |r| self.record_healthy(r)) {
            if let Some(region) = self.region_of(record) {
                shares[region] += share;
            }
        }
        shares
    }

    /// Whether Route 53 takes a record as healthy: its health check and, if it evaluates it, its target.
    #[must_use]
    pub fn record_healthy(&self, record: &Record) -> bool {
        let check =
            record.health_check.as_ref().and_then(|id| self.health_checks.iter().find(|c| c.id == *id));
        let evaluates = record.alias.as_ref().is_some_and(|a| a.evaluate);
        let target = self.region_of(record).map(|r| self.regions[r].no_targets);
        let target_down = target.flatten().is_some_and(|since| self.ticked - since >= TARGET_SECONDS);
        check.is_none_or(|c| c.healthy) && !(evaluates && target_down)
    }

    /// The Region whose load balancer a record points at.
    #[must_use]
    pub fn region_of(&self, record: &Record) -> Option<usize> {
        let name = record
            .alias
            .as_ref()
            .map(|a| a.dns_name.as_str())
            .or(record.values.first().map(String::as_str))?;
        let name = name.strip_suffix('.').unwrap_or(name);
        self.regions.iter().position(|r| r.alb_dns == name)
    }

    /// Every resolver has the answer it would get now.
    pub(super) fn settle_clients(&mut self) {
        for group in 0..self.groups.len() {
            let answer = self.answers(group);
            self.groups[group].settle(&answer);
        }
    }

    /// One second of clients: resolvers renew, attempts arrive.
    pub(super) fn move_clients(&mut self) {
        let second = self.ticked;
        let mut arriving = vec![0.0; self.regions.len()];
        for at in 0..self.groups.len() {
            let answer = self.answers(at);
            let demand = self.groups[at].demand * self.mood(at);
            self.groups[at].renew(second, &answer);
            for (region, share) in self.groups[at].held.iter().enumerate() {
                arriving[region] += demand * share;
            }
        }
        let total: f64 = arriving.iter().sum();
        for (region, traffic) in self.regions.iter_mut().zip(arriving) {
            region.now.traffic = traffic;
            region.now.share = if total > 0.0 { traffic / total } else { 0.0 };
        }
    }

    /// How eager the clients of a group are now, about 1: a slow wave, a restless minute, a restless second.
    fn mood(&self, group: usize) -> f64 {
        let second = self.ticked;
        let key = u64::try_from(group).unwrap_or(0) + 11;
        let wave =
            f64::from(i32::try_from(second.rem_euclid(2400)).unwrap_or(0)) / 2400.0 * std::f64::consts::TAU;
        let minute = noise::between(self.seed, second.div_euclid(60), key, -0.02, 0.02);
        let moment = noise::between(self.seed, second, key, -0.06, 0.06);
        1.0 + 0.02 * wave.sin() + minute + moment
    }
}
