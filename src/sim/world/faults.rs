//! The faults that hold: when they begin and end, and what each question about them comes to.
//! It must never change a resource.

use jiff::{SignedDuration, Timestamp};

use super::World;
use crate::sim::fault::{Active, Fault, Injection};

impl World {
    /// Starts (or, with `clear`, ends) a fault now; gives the id by which it can be cleared.
    pub fn inject(&mut self, injection: &Injection) -> u32 {
        if let Fault::Clear { id, of } = &injection.fault {
            self.faults.retain(|f| match (id, of) {
                (None, None) => false,
                (id, of) => *id != Some(f.id) && of.as_deref() != Some(f.fault.kind()),
            });
            return 0;
        }
        if let Fault::ReplicaRebuilt { store, region } = &injection.fault {
            self.rebuild_replica(store, region);
            return 0;
        }
        self.next_fault += 1;
        let until = injection.lasts.map(|d| {
            let lasts = SignedDuration::try_from(d).unwrap_or(SignedDuration::MAX);
            self.now.saturating_add(lasts).unwrap_or(Timestamp::MAX)
        });
        self.faults.push(Active {
            id: self.next_fault,
            since: self.now,
            until,
            left: injection.fault.times(),
            fault: injection.fault.clone(),
        });
        self.next_fault
    }

    /// Whether a fault names what there is, and stays within its bounds.
    ///
    /// # Errors
    /// Says what there is not.
    pub fn understands(&self, fault: &Fault) -> Result<(), String> {
        let region = |name: &str| known("Region", name, self.regions.iter().map(|r| &r.name));
        let endpoint = |name: &str| known("endpoint", name, self.arc.endpoints.iter().map(|e| &e.region));
        let stores = self.aurora.globals.iter().map(|g| &g.store).chain(self.tables.iter().map(|t| &t.store));
        let stores = stores.chain(self.replicas.iter().map(|r| &r.store));
        let stores = stores.chain(self.buckets.iter().map(|b| &b.store));
        match fault {
            Fault::RegionImpaired { region: r, severity, .. } => region(r).and(share(*severity)),
            Fault::RegionLost { region: r } | Fault::NoCapacity { region: r } => region(r),
            Fault::Partition { a, b } => region(a).and(region(b)),
            Fault::EndpointDown { endpoint: e } | Fault::EndpointHang { endpoint: e } => endpoint(e),
            Fault::CanaryFailure { region: r, rate } | Fault::ErrorRate { region: r, rate } => {
                region(r).and(share(*rate))
            }
            Fault::Throttle { rate, .. } => share(*rate),
            Fault::Lag { store, from, to, .. } => {
                region(from).and(region(to)).and(known("store", store, stores))
            }
            Fault::ReplicaRebuilt { store, region: r } => region(r).and(known(
                "store with read replicas",
                store,
                self.replicas.iter().map(|r| &r.store),
            )),
            _ => Ok(()),
        }
    }

    /// Begins what is due and ends what is over.
    pub(super) fn turn_faults(&mut self) {
        let now = self.now;
        while self.upcoming.first().is_some_and(|(at, _)| *at <= now) {
            let (_, injection) = self.upcoming.remove(0);
            self.inject(&injection);
        }
        self.faults.retain(|f| f.until.is_none_or(|until| until > now));
    }

    /// Whether nothing gets from one Region to another, in either direction.
    #[must_use]
    pub fn cut(&self, one: usize, other: usize) -> bool {
        if one == other {
            return self.regions[one].now.lost;
        }
        let (one, other) = (&self.regions[one], &self.regions[other]);
        let parted = |f: &Active| match &f.fault {
            Fault::Partition { a, b } => {
                (*a == one.name && *b == other.name) || (*a == other.name && *b == one.name)
            }
            _ => false,
        };
        one.now.lost || other.now.lost || self.faults.iter().any(parted)
    }

    /// Whether a Region reaches no other.
    #[must_use]
    pub fn isolated(&self, region: usize) -> bool {
        (0..self.regions.len()).filter(|other| *other != region).all(|other| self.cut(region, other))
    }
}

fn known<'a>(what: &str, name: &str, all: impl Iterator<Item = &'a String> + Clone) -> Result<(), String> {
    if all.clone().any(|one| one == name) {
        return Ok(());
    }
    let all: Vec<_> = all.map(String::as_str).collect();
    Err(format!("no {what} {name}; there are {}", all.join(", ")))
}

fn share(value: f64) -> Result<(), String> {
    if (0.0..=1.0).contains(&value) { Ok(()) } else { Err(format!("{value} is not from 0 to 1")) }
}
