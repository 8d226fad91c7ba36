//! What a Region makes of its traffic: tasks, load, errors, orders; and what the canaries see of it.
//! It must never choose where traffic goes.

use super::region::Region;
use super::{World, noise};
use crate::sim::fault::Fault;

/// Load above which a Region asks for more tasks, and the load it asks to come to.
const HOT: f64 = 0.8;
const AIM: f64 = 0.7;
/// Seconds of heat before it asks.
const HEAT_SECONDS: u32 = 45;
/// Seconds of calm before it gives them back.
const COOL_SECONDS: u32 = 900;
/// Of the attempts that an impaired application fails, the share that it answers at all (with 5xx).
const ANSWERED: f64 = 0.35;

impl World {
    /// Health of each Region from the faults that hold.
    pub(super) fn feel_faults(&mut self) {
        for region in &mut self.regions {
            let (mut severity, mut control_plane, mut lost) = (0.0_f64, 0.0_f64, false);
            for active in &self.faults {
                match &active.fault {
                    Fault::RegionImpaired { region: r, severity: s, control_plane: c }
                        if *r == region.name =>
                    {
                        severity = severity.max(*s);
                        control_plane = control_plane.max(if *c { *s } else { 0.0 });
                    }
                    Fault::RegionLost { region: r } if *r == region.name => lost = true,
                    _ => {}
                }
            }
            region.now.lost = lost;
            region.now.health = if lost { 0.0 } else { 1.0 - severity.clamp(0.0, 1.0) };
            region.now.control_plane = if lost { 1.0 } else { control_plane.clamp(0.0, 1.0) };
            let targets = region.now.health > 0.03 && region.now.running > 0;
            region.no_targets = if targets { None } else { region.no_targets.or(Some(self.ticked)) };
        }
    }

    /// One second of every Region's application, counted into the minute.
    pub(super) fn serve_clients(&mut self) {
        for at in 0..self.regions.len() {
            self.tend_tasks(at);
            let refused = self.injected_errors(at);
            let writable = self.orders_writable(at);
            let open = !self.faults.iter().any(|f| f.fault == Fault::OrdersClosed {});
            let region = &mut self.regions[at];
            let load = region.load();
            let overload = if load > 1.0 { (1.2 * (1.0 - 1.0 / load)).min(1.0) } else { 0.0 };
            let sound = region.now.health;
            let works = sound * (1.0 - overload) * (1.0 - refused);
            region.now.orders = if open { region.now.traffic * works * writable } else { 0.0 };
            let answered = (1.0 - sound) * ANSWERED;
            region.now.errors = (answered + sound * (overload + refused).min(1.0)).min(1.0);
            // An order that cannot be written is answered with 5xx too; it is a small part of the requests.
            region.now.errors = (region.now.errors + works * (1.0 - writable) * 0.25).min(1.0);
            region.now.response = 0.08 * (1.0 + 7.0 * (1.0 - sound) + 4.0 * overload);
            region.now.works = works;
            self.count_strays(at);
            self.count_left_behind(at);
        }
        self.count_minute();
    }

    /// Share of a Region's requests that an injected fault turns into 5xx.
    fn injected_errors(&self, at: usize) -> f64 {
        let name = &self.regions[at].name;
        let rate = self.faults.iter().filter_map(|f| match &f.fault {
            Fault::ErrorRate { region, rate } if region == name => Some(*rate),
            _ => None,
        });
        rate.fold(0.0, f64::max).clamp(0.0, 1.0)
    }

    /// Share of the probes of a Region that fail for no reason but a fault.
    fn blind_canaries(&self, at: usize) -> f64 {
        let name = &self.regions[at].name;
        let rate = self.faults.iter().filter_map(|f| match &f.fault {
            Fault::CanaryFailure { region, rate } if region == name => Some(*rate),
            _ => None,
        });
        rate.fold(0.0, f64::max).clamp(0.0, 1.0)
    }

    /// What a canary would see of a Region now, 0 to 1.
    fn seen(&self, at: usize) -> f64 {
        // The home page reads; it does not need the writer.
        self.regions[at].now.works * (1.0 - self.blind_canaries(at))
    }

    fn count_minute(&mut self) {
        let count = self.regions.len();
        let seen: Vec<f64> = (0..count).map(|at| self.seen(at)).collect();
        for at in 0..count {
            let watched = (at + 1) % count;
            let remote = if self.cut(at, watched) { 0.0 } else { seen[watched] };
            let global: f64 = self.answers(at).iter().zip(&seen).map(|(share, seen)| share * seen).sum();
            let region = &mut self.regions[at];
            let now = region.now;
            let minute = &mut region.minute;
            let requests = now.traffic * 1.06 / 60.0;
            minute.seconds += 1.0;
            minute.orders += now.orders / 60.0;
            minute.requests += requests;
            minute.failed += requests * now.errors;
            minute.response += now.response * requests;
            minute.local += seen[at];
            minute.remote += remote;
            minute.global += global;
        }
    }

    /// A whole number from an expected count: the remainder decides by chance.
    pub(super) fn whole(&self, expected: f64, key: u64) -> f64 {
        (expected + noise::unit(self.seed, self.ticked, key)).floor().max(0.0)
    }
}

impl Region {
    /// Orders a minute that its running tasks can carry.
    #[must_use]
    pub fn carries(&self) -> f64 {
        self.capacity * f64::from(self.ecs.up) / f64::from(self.full.max(1))
    }

    /// Traffic as a share of what it can carry.
    #[must_use]
    pub fn load(&self) -> f64 {
        let carries = self.carries();
        if carries > 0.0 { self.now.traffic / carries } else { f64::INFINITY }
    }

    /// One second of auto scaling: the tasks it asks for now, if it does.
    pub(super) fn auto_scaling(&mut self) -> Option<u32> {
        let load = self.load();
        self.hot = if load > HOT { self.hot + 1 } else { 0 };
        self.cool = if load < HOT / 2.0 && self.ecs.up > self.tasks { self.cool + 1 } else { 0 };
        if self.hot >= HEAT_SECONDS && !self.ecs.is_starting() && self.now.health > 0.5 {
            self.hot = 0;
            return Some(self.wanted()).filter(|tasks| *tasks > self.ecs.desired);
        }
        if self.cool >= COOL_SECONDS {
            self.cool = 0;
            return Some(self.tasks);
        }
        None
    }

    /// How many of its tasks are wanted, and how many of those that are up also run.
    pub(super) fn count_tasks(&mut self) {
        self.now.desired = self.ecs.desired;
        let lost = if self.now.lost { 0.0 } else { 1.0 - 0.85 * (1.0 - self.now.health) };
        self.now.running = rounded(f64::from(self.ecs.up) * lost);
    }

    /// What its load asks for, between the tasks of a calm day and twice as many.
    fn wanted(&self) -> u32 {
        let each = self.capacity / f64::from(self.full.max(1));
        let tasks = if each > 0.0 { (self.now.traffic / (each * AIM)).ceil() } else { 0.0 };
        rounded(tasks).clamp(self.tasks, self.tasks * 2)
    }
}

fn rounded(tasks: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful of tasks")]
    let whole = tasks.round().clamp(0.0, 10_000.0) as u32;
    whole
}
