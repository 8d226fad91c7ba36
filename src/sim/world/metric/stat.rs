//! What is kept of the values of a minute, and the statistics CloudWatch gives from it.
//! Percentiles are an approximation between the extremes and the mean; nothing may rely on their last digit.

use serde::{Deserialize, Serialize};

/// A statistic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Stat {
    /// How many values.
    SampleCount,
    /// Their sum.
    Sum,
    /// Their mean.
    Average,
    /// The smallest.
    Minimum,
    /// The largest.
    Maximum,
    /// A percentile, 0 to 100.
    Percentile(f64),
}

impl Stat {
    /// From the word in a request (`Sum`, `p99`, `p99.9`); `None` when the simulator does not know it.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "SampleCount" => Self::SampleCount,
            "Sum" => Self::Sum,
            "Average" => Self::Average,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            _ => {
                let percent: f64 = word.strip_prefix('p')?.parse().ok()?;
                (0.0..=100.0).contains(&percent).then_some(Self::Percentile(percent))?
            }
        })
    }
}

/// The values of one or more minutes, summed up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StatSet {
    /// How many values.
    pub count: f64,
    /// Their sum.
    pub sum: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl StatSet {
    /// A single value.
    #[must_use]
    pub const fn one(value: f64) -> Self {
        Self { count: 1.0, sum: value, min: value, max: value }
    }

    /// `count` values of which each adds the same.
    #[must_use]
    pub fn evenly(count: f64, each: f64) -> Self {
        Self { count, sum: count * each, min: each, max: each }
    }

    /// Adds a value to what a minute has so far.
    pub fn note(minute: &mut Option<Self>, value: f64) {
        match minute {
            Some(stats) => stats.merge(&Self::one(value)),
            None => *minute = Some(Self::one(value)),
        }
    }

    /// Takes in more values.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// One statistic of them.
    #[must_use]
    pub fn get(&self, stat: Stat) -> f64 {
        let mean = if self.count > 0.0 { self.sum / self.count } else { 0.0 };
        match stat {
            Stat::SampleCount => self.count,
            Stat::Sum => self.sum,
            Stat::Average => mean,
            Stat::Minimum => self.min,
            Stat::Maximum => self.max,
            Stat::Percentile(p) if p >= 50.0 => mean + (self.max - mean) * (p - 50.0) / 50.0,
            Stat::Percentile(p) => self.min + (mean - self.min) * p / 50.0,
        }
    }
}
