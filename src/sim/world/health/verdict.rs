//! The verdict of each health check, and the seconds until DNS acts on it.
//! It must never be asked by a request: it follows the world alone.

use jiff::{SignedDuration, Timestamp};

use super::{HealthCheck, Probe, WithoutData};
use crate::sim::world::arc::ControlState;
use crate::sim::world::metric::StatSet;
use crate::sim::world::{World, noise};

impl World {
    /// One second of every health check.
    pub(in crate::sim::world) fn check_health(&mut self) {
        for at in 0..self.health_checks.len() {
            let verdict = self.verdict(&self.health_checks[at]);
            let delay = self.delay(&self.health_checks[at]);
            let now = self.now;
            let check = &mut self.health_checks[at];
            check.turn(verdict, now, delay);
            StatSet::note(&mut check.minute, if check.healthy { 1.0 } else { 0.0 });
        }
    }

    /// What a check comes to, before the time that it takes.
    fn verdict(&self, check: &HealthCheck) -> bool {
        // A disabled check is healthy, and `Inverted` turns even that round.
        (check.disabled || self.probed(check)) != check.inverted
    }

    fn probed(&self, check: &HealthCheck) -> bool {
        match &check.probe {
            Probe::RecoveryControl { control } => {
                self.arc.control(control).is_none_or(|c| c.state == ControlState::On)
            }
            Probe::Endpoint { region, .. } => self.regions[*region].now.works > 0.18,
            Probe::Calculated { children, threshold } => {
                let healthy = |id: &&String| self.health_checks.iter().any(|c| c.id == **id && c.healthy);
                let count = children.iter().filter(healthy).count();
                count >= usize::try_from(*threshold).unwrap_or(usize::MAX)
            }
            Probe::Metric { .. } => self.metric_verdict(check),
        }
    }

    /// What one checker of an endpoint saw in its last round, whatever the check makes of it; none for other checks.
    #[must_use]
    pub fn checker_sees(&self, check: &HealthCheck, checker: &str) -> Option<bool> {
        let Probe::Endpoint { region, interval, .. } = &check.probe else { return None };
        let round = self.ticked.div_euclid(i64::from((*interval).max(1)));
        let luck = noise::unit(self.seed, round, noise::key(&check.id) ^ noise::key(checker));
        Some(luck < self.regions[*region].now.works)
    }

    fn metric_verdict(&self, check: &HealthCheck) -> bool {
        let Probe::Metric { region, id, stat, periods, threshold, comparison, without_data, .. } =
            &check.probe
        else {
            return true;
        };
        let wanted = usize::try_from(*periods).unwrap_or(1).max(1);
        // The newest point may be 75 s late, and it is of the minute before.
        let recent = self.ticked - 60 * i64::from(*periods) - 180;
        let samples = self.metrics.samples(region, id, self.now).filter(|s| s.minute >= recent);
        let values: Vec<f64> = samples.map(|s| s.stats.get(*stat)).collect();
        let last = &values[values.len().saturating_sub(wanted)..];
        if last.iter().any(|v| !comparison.breaches(*v, *threshold)) {
            return true;
        }
        match without_data {
            _ if last.len() == wanted => false,
            WithoutData::Healthy => true,
            WithoutData::Unhealthy => false,
            WithoutData::LastKnownStatus => check.healthy != check.inverted,
        }
    }

    /// How long DNS takes to act on a new verdict.
    fn delay(&self, check: &HealthCheck) -> SignedDuration {
        let (low, high) = match &check.probe {
            Probe::Endpoint { interval, failures, .. } => {
                let detect = f64::from(interval * failures);
                (detect, detect + 6.0)
            }
            _ => (3.0, 9.0),
        };
        let seconds = noise::between(self.seed, self.ticked, noise::key(&check.id), low, high);
        #[expect(clippy::cast_possible_truncation, reason = "some minutes at the most")]
        let ms = (seconds * 1000.0) as i64;
        SignedDuration::from_millis(ms)
    }
}

impl HealthCheck {
    /// Goes towards a verdict; a verdict that is taken back in time changes nothing.
    fn turn(&mut self, verdict: bool, now: Timestamp, delay: SignedDuration) {
        if verdict == self.healthy {
            self.turning = None;
            return;
        }
        let (at, _) = *self.turning.get_or_insert((now.saturating_add(delay).unwrap_or(now), verdict));
        if at <= now {
            self.healthy = verdict;
            self.since = now;
            self.turning = None;
        }
    }
}
