//! The state of the alarms, once a minute, from what CloudWatch shows.
//! It must never see a sample before CloudWatch shows it.

use super::{Alarm, AlarmState, Missing};
use crate::sim::world::World;
use crate::sim::world::metric::StatSet;

impl World {
    /// Judges every alarm again.
    pub(in crate::sim::world) fn judge_alarms(&mut self) {
        for at in 0..self.alarms.len() {
            let (state, reason) = self.judge(&self.alarms[at]);
            let now = self.now;
            let alarm = &mut self.alarms[at];
            if alarm.state != state {
                alarm.state = state;
                alarm.since = now;
                alarm.reason = reason;
            }
        }
    }

    fn judge(&self, alarm: &Alarm) -> (AlarmState, String) {
        let period = i64::from(alarm.period.max(60));
        // The newest period that CloudWatch can show in full.
        let newest = (self.ticked - 75).div_euclid(period) * period - period;
        let mut points = Vec::new();
        for back in 0..i64::from(alarm.periods.max(1)) {
            let from = newest - back * period;
            let in_period = |minute: i64| minute >= from && minute < from + period;
            let samples = self.metrics.samples(&alarm.region, &alarm.id, self.now);
            let mut stats: Option<StatSet> = None;
            for sample in samples.filter(|s| in_period(s.minute)) {
                match &mut stats {
                    Some(stats) => stats.merge(&sample.stats),
                    None => stats = Some(sample.stats),
                }
            }
            points.push(stats.map(|s| s.get(alarm.stat)));
        }
        let verdict = |point: &Option<f64>| match (point, alarm.missing) {
            (Some(value), _) => Some(alarm.comparison.breaches(*value, alarm.threshold)),
            (None, Missing::Breaching) => Some(true),
            (None, Missing::NotBreaching) => Some(false),
            (None, Missing::Missing) => None,
        };
        let verdicts: Vec<_> = points.iter().map(verdict).collect();
        let shown = points.iter().flatten().next().map_or("no datapoint".to_owned(), |v| format!("{v:.1}"));
        if verdicts.iter().all(|v| *v == Some(true)) {
            (AlarmState::Alarm, format!("Threshold Crossed: {shown} against {}.", alarm.threshold))
        } else if verdicts.iter().all(Option::is_none) {
            (AlarmState::InsufficientData, "Insufficient Data: no datapoint was received.".to_owned())
        } else {
            (AlarmState::Ok, format!("Threshold not crossed: {shown} against {}.", alarm.threshold))
        }
    }
}
