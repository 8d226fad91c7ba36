//! What is due when, as a pure value: times go in, due work comes out.
//!
//! It must never make a source due while it is being asked, nor a metric within its period of the last answer.

mod backoff;
mod cadence;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Pace;
use super::budget::Budget;
use crate::aws::{QUERIES_A_CALL, Window};
use crate::model::World;
use crate::model::reading::{Source, TroubleKind};
use crate::model::recipe::Recipe;
use crate::model::topology::{Metric, Region, Resolver, Topology};
use crate::model::verdict;

/// What one entry of the schedule asks.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A source that is read whole.
    Whole(Source),
    /// Metrics of one Region and one period, at most as many as one call takes.
    Metrics {
        /// The Region whose CloudWatch is asked.
        region: Region,
        /// Seconds between points.
        period: u32,
        /// The metrics.
        metrics: Arc<[Metric]>,
    },
}

/// Something that is to be asked now.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// The entry's number, to be given back with the answer.
    pub id: usize,
    /// What to ask.
    pub what: What,
    /// For metrics: the span to ask for.
    pub window: Window,
    /// How often its source is asked now.
    pub every: Duration,
    /// Troubles in a row before.
    pub failures: u32,
}

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// When the request was made.
    pub asked: Timestamp,
    /// When the answer came or was given up.
    pub at: Timestamp,
    /// The trouble, if it was no answer.
    pub trouble: Option<TroubleKind>,
}

/// Every source of a workload with the time it is next due.
#[derive(Clone, Debug)]
pub struct Schedule {
    entries: Vec<Entry>,
    pace: Pace,
    seed: u64,
    /// How many control panels each cluster endpoint is asked for.
    panels: usize,
}

#[derive(Clone, Debug)]
struct Entry {
    what: What,
    /// When it is next due; `None` while it is being asked.
    due: Option<Timestamp>,
    /// When it was last asked.
    asked: Option<Timestamp>,
    /// The end of the newest window that was answered.
    answered: Option<Timestamp>,
    /// The window that is being asked.
    window: Option<Window>,
    /// Troubles in a row, with the newest kind and the time it showed.
    failing: Option<(u32, TroubleKind, Timestamp)>,
}

impl Schedule {
    /// Everything the workload declares, all due at `now`; `seed` spreads retries so that consoles do not march.
    #[must_use]
    pub fn new(topology: &Topology, wanted: &[Metric], now: Timestamp, seed: u64) -> Self {
        let whats = packs(wanted).into_iter().chain(sources(topology).into_iter().map(What::Whole));
        let entry =
            |what| Entry { what, due: Some(now), asked: None, answered: None, window: None, failing: None };
        let panels = topology.routing.as_ref().map_or(0, |routing| routing.panels.len());
        Self { entries: whats.map(entry).collect(), pace: Pace::Calm, seed, panels }
    }

    /// What is to be asked at `now`; it counts as being asked until [`Schedule::done`].
    pub fn due(&mut self, now: Timestamp) -> Vec<Due> {
        let fastest = self.fastest_periods();
        let pace = self.pace;
        let mut due = Vec::new();
        for (id, entry) in self.entries.iter_mut().enumerate() {
            if entry.due.is_none_or(|at| at > now) {
                continue;
            }
            let window = entry.window_at(now);
            (entry.due, entry.asked, entry.window) = (None, Some(now), Some(window));
            let every = match &entry.what {
                What::Whole(source) => cadence::of(source, pace),
                What::Metrics { region, period, .. } => {
                    cadence::of_metrics(fastest.get(region).copied().unwrap_or(*period), pace)
                }
            };
            let failures = entry.failing.map_or(0, |(times, ..)| times);
            due.push(Due { id, what: entry.what.clone(), window, every, failures });
        }
        due
    }

    /// The next time anything is due; `None` while everything is being asked.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.entries.iter().filter_map(|entry| entry.due).min()
    }

    /// Takes in what came of asking.
    pub fn done(&mut self, id: usize, asked: Asked) {
        let (pace, seed) = (self.pace, self.seed ^ id as u64);
        let Some(entry) = self.entries.get_mut(id) else { return };
        entry.asked = Some(asked.asked);
        match asked.trouble {
            None => {
                entry.failing = None;
                entry.answered = entry.window.map(|window| window.until);
            }
            Some(kind) => {
                let times = entry.failing.map_or(0, |(times, ..)| times) + 1;
                entry.failing = Some((times, kind, asked.at));
            }
        }
        entry.due = Some(entry.next(pace, seed));
    }

    /// Puts off what somebody else asked at `asked`, as if it had been asked here.
    pub fn defer(&mut self, id: usize, asked: Timestamp) {
        let (pace, seed) = (self.pace, self.seed ^ id as u64);
        if let Some(entry) = self.entries.get_mut(id) {
            entry.asked = Some(asked);
            entry.due = Some(entry.next(pace, seed));
        }
    }

    /// Changes how eagerly the world is read; what waits is moved, what is being asked is left alone.
    pub fn set_pace(&mut self, pace: Pace, now: Timestamp) {
        self.pace = pace;
        for (id, entry) in self.entries.iter_mut().enumerate() {
            if entry.due.is_some() && entry.asked.is_some() {
                entry.due = Some(entry.next(pace, self.seed ^ id as u64).max(now));
            }
        }
    }

    /// There are credentials again: what could not be asked for want of them is due now.
    pub fn hurry(&mut self, now: Timestamp) {
        let lacks = |entry: &&mut Entry| {
            entry.due.is_some() && entry.failing.is_some_and(|(_, kind, _)| kind.is_for_credentials())
        };
        self.entries.iter_mut().filter(lacks).for_each(|entry| entry.due = Some(now));
    }

    /// What reading costs at the current pace.
    #[must_use]
    pub fn budget(&self) -> Budget {
        let mut budget = Budget::default();
        for entry in &self.entries {
            budget += match &entry.what {
                What::Whole(source) => {
                    Budget::of(cadence::calls(source, self.panels), 0, cadence::of(source, self.pace))
                }
                What::Metrics { period, metrics, .. } => {
                    Budget::of(1, metrics.len(), cadence::of_metrics(*period, self.pace))
                }
            };
        }
        budget
    }

    /// The shortest period of each Region: a Region's metrics are as old as its fastest pack.
    fn fastest_periods(&self) -> BTreeMap<Region, u32> {
        let mut fastest = BTreeMap::new();
        for entry in &self.entries {
            if let What::Metrics { region, period, .. } = &entry.what {
                let known = fastest.entry(region.clone()).or_insert(*period);
                *known = (*known).min(*period);
            }
        }
        fastest
    }
}

impl Entry {
    /// When it is next due, from when it was last asked and what came of it.
    fn next(&self, pace: Pace, seed: u64) -> Timestamp {
        let Some(asked) = self.asked else { return Timestamp::MIN };
        let regular = match &self.what {
            What::Whole(source) => after(asked, cadence::of(source, pace)),
            What::Metrics { period, .. } => cadence::next_slot(asked, *period, pace),
        };
        let Some((times, kind, at)) = self.failing else { return regular };
        let every = match &self.what {
            What::Whole(source) => cadence::of(source, pace),
            What::Metrics { period, .. } => cadence::of_metrics(*period, pace),
        };
        after(at, backoff::delay(kind, times, every, seed))
    }

    /// The span to ask: the ordinary one, more after a gap, an hour the first time.
    fn window_at(&self, now: Timestamp) -> Window {
        let What::Metrics { period, .. } = &self.what else { return Window::newest(now, 60) };
        let ordinary = Window::newest(now, *period);
        let gap = match self.answered {
            Some(answered) if answered >= ordinary.from => return ordinary,
            Some(answered) => Duration::try_from(now.duration_since(answered)).unwrap_or_default(),
            None => World::KEEP,
        };
        Window::reaching(now, *period, gap.min(World::KEEP))
    }
}

fn after(at: Timestamp, span: Duration) -> Timestamp {
    at.saturating_add(span).unwrap_or(Timestamp::MAX)
}

/// Metrics by Region and period, in packs of one call each.
fn packs(wanted: &[Metric]) -> Vec<What> {
    let mut groups: BTreeMap<(&Region, u32), Vec<Metric>> = BTreeMap::new();
    for metric in wanted {
        groups.entry((&metric.region, metric.period)).or_default().push(metric.clone());
    }
    let mut packs = Vec::new();
    for ((region, period), metrics) in groups {
        for pack in metrics.chunks(QUERIES_A_CALL) {
            packs.push(What::Metrics { region: region.clone(), period, metrics: pack.into() });
        }
    }
    packs
}

/// Every source that a workload is read from.
#[must_use]
pub fn declared(topology: &Topology, wanted: &[Metric]) -> Vec<Source> {
    let metrics: BTreeSet<&Region> = wanted.iter().map(|metric| &metric.region).collect();
    let metrics = metrics.into_iter().cloned().map(Source::Metrics);
    metrics.chain(sources(topology)).collect()
}

/// Every source that is read whole.
fn sources(topology: &Topology) -> Vec<Source> {
    let mut sources = Vec::new();
    for endpoint in topology.routing.iter().flat_map(|routing| &routing.endpoints) {
        sources.push(Source::Endpoint(endpoint.region.clone()));
    }
    for aurora in &topology.auroras {
        for region in aurora.clusters.keys() {
            sources.push(Source::Aurora(aurora.store.clone(), region.clone()));
            sources.push(Source::AuroraEvents(aurora.store.clone(), region.clone()));
            sources.push(Source::Snapshots(aurora.store.clone(), region.clone()));
        }
    }
    for replica in &topology.replicas {
        for region in replica.databases.keys() {
            sources.push(Source::Replica(replica.store.clone(), region.clone()));
            sources.push(Source::AuroraEvents(replica.store.clone(), region.clone()));
        }
    }
    for table in &topology.tables {
        sources.extend(table.regions.iter().map(|region| Source::Table(table.store.clone(), region.clone())));
    }
    for service in &topology.services {
        let here = |region: &Region| Source::Service(service.name.clone(), region.clone());
        sources.extend(service.regions.keys().map(here));
    }
    sources.extend(topology.dns.iter().map(|dns| Source::Records(dns.name.clone())));
    if topology.routing.is_none() || topology.playbooks.iter().any(Recipe::moves_names) {
        let records = topology.dns.iter().flat_map(|dns| &dns.records);
        let checks: BTreeSet<&String> = records.filter_map(|record| record.health_check.as_ref()).collect();
        sources.extend(checks.into_iter().cloned().map(Source::HealthCheck));
    }
    for dns in &topology.dns {
        let of = |resolver: &Resolver| Source::Resolver(dns.name.clone(), resolver.name.clone());
        sources.extend(topology.resolvers.iter().map(of));
    }
    sources.extend(topology.regions.iter().map(|region| Source::Identity(region.name.clone())));
    sources.extend(verdict::wanted_alarms(topology).into_keys().map(Source::Alarms));
    sources
}
