//! The verdict on one signal: its value, its lamp by thresholds, and since when.
//!
//! A value comes only from periods that were measured; a silent period is zero only for a metric that is
//! declared so and whose silence is proved.

use jiff::Timestamp;

use super::super::World;
use super::super::reading::{Freshness, Trouble};
use super::super::topology::{Formula, Metric, Missing, Signal};
use super::points::{self, Slot, View, metric_freshness};
use super::text::{aged, value_text};
use super::{Dated, Lamp};

/// A silence of more periods than this ends a run: in between the lamp was unknown.
const GAP: i64 = 5;

/// One signal of one Region.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalVerdict<'a> {
    /// Which signal.
    pub signal: &'a Signal,
    /// Its lamp.
    pub lamp: Lamp,
    /// Its newest value: the metric itself, or the percentage of a share; `None` when absent.
    pub value: Option<Dated<f64>>,
    /// The whole of a share or fraction, at the same time (`412` of `12.1%/412`).
    pub whole: Option<f64>,
    /// The part of a fraction (`4` of `4/6`).
    pub part: Option<f64>,
    /// Since when the lamp is what it is, as far back as the kept points tell.
    pub since: Option<Timestamp>,
    /// The last hour of values, oldest first, one a period; `None` where nothing was measured.
    pub trend: Vec<Option<f64>>,
    /// Why it cannot be seen, if it cannot.
    pub trouble: Option<Trouble>,
}

impl SignalVerdict<'_> {
    /// Its value in words as far as it may be shown: `41%`, `~12.1%`, `4/6`, `--`.
    #[must_use]
    pub fn text(&self) -> String {
        reading_text(self.signal, self.value.as_ref(), self.part, self.whole)
    }
}

/// What a signal comes to, without what only a screen needs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Core {
    pub(super) lamp: Lamp,
    pub(super) value: Option<Dated<f64>>,
    pub(super) whole: Option<f64>,
    pub(super) part: Option<f64>,
    pub(super) since: Option<Timestamp>,
}

/// One period of a signal.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sample {
    start: Timestamp,
    value: Option<f64>,
    part: Option<f64>,
    whole: Option<f64>,
    silent: bool,
}

/// The verdict on one signal.
#[must_use]
pub fn signal<'a>(world: &World, signal: &'a Signal, now: Timestamp) -> SignalVerdict<'a> {
    let Core { lamp, value, whole, part, since } = core(world, signal, now);
    let metric = main_metric(&signal.formula);
    let values = samples(world, signal).map(|sample| (sample.start, sample.value));
    let trend = points::trend(values, metric.period, now);
    let mut troubles = signal.formula.metrics().into_iter();
    let trouble = troubles.find_map(|m| points::trouble(world, m, world.series(m)));
    SignalVerdict { signal, lamp, value, whole, part, since, trend, trouble }
}

/// The verdict without trend and trouble: what the Region's lamp is made from.
pub(super) fn core(world: &World, signal: &Signal, now: Timestamp) -> Core {
    let none = Core { lamp: Lamp::Unknown, value: None, whole: None, part: None, since: None };
    let mut samples = samples(world, signal);
    let Some(newest) = samples.next() else { return none };
    let metric = main_metric(&signal.formula);
    let at = View::of(world, metric).end(newest.start);
    let freshness = freshness(world, metric, newest, now);
    let Some(value) = newest.value else {
        return Core { whole: newest.whole, part: newest.part, ..none };
    };
    let dated = Dated { value, at, freshness };
    let known = Core { value: Some(dated), whole: newest.whole, part: newest.part, ..none };
    if freshness == Freshness::Gone {
        return Core { since: Some(at), ..known };
    }
    let lamp = judge(signal, value);
    let since = run_start(newest.start, metric.period, samples, |value| judge(signal, value) == lamp);
    Core { lamp, since: Some(since), ..known }
}

/// The value in words as far as it may be shown.
pub(super) fn core_text(signal: &Signal, core: &Core) -> String {
    reading_text(signal, core.value.as_ref(), core.part, core.whole)
}

/// A signal without thresholds is shown and never judged.
pub(super) fn is_judged(signal: &Signal) -> bool {
    signal.look.is_some() || signal.bad.is_some()
}

fn reading_text(
    signal: &Signal,
    value: Option<&Dated<f64>>,
    part: Option<f64>,
    whole: Option<f64>,
) -> String {
    let freshness = value.map_or(Freshness::Gone, |value| value.freshness);
    match (&signal.formula, part, whole, value) {
        (Formula::Of { .. }, Some(part), Some(whole), _) => {
            let unit = super::super::topology::Unit::Count;
            aged(format!("{}/{}", value_text(part, unit), value_text(whole, unit)), freshness)
        }
        (.., Some(value)) => aged(value_text(value.value, signal.unit), freshness),
        (.., None) => super::text::NOTHING.to_owned(),
    }
}

/// The start of the contiguous run of samples with the same verdict, newest first.
fn run_start(
    newest: Timestamp,
    period: u32,
    samples: impl Iterator<Item = Sample>,
    same: impl Fn(f64) -> bool,
) -> Timestamp {
    let gap = i64::from(period.max(1)) * (GAP + 1);
    let mut start = newest;
    for sample in samples {
        let near = start.as_second() - sample.start.as_second() <= gap;
        if !near || !sample.value.is_some_and(&same) {
            break;
        }
        start = sample.start;
    }
    start
}

fn judge(signal: &Signal, value: f64) -> Lamp {
    if value.is_nan() {
        return Lamp::Unknown;
    }
    if signal.bad.is_some_and(|limit| limit.crossed(value)) {
        return Lamp::Bad;
    }
    if signal.look.is_some_and(|limit| limit.crossed(value)) { Lamp::Look } else { Lamp::Ok }
}

/// Silence is renewed with each answer, a point only with the next point.
fn freshness(world: &World, metric: &Metric, sample: Sample, now: Timestamp) -> Freshness {
    let view = View::of(world, metric);
    let answered = view.series.and_then(super::super::reading::Series::answered);
    match answered {
        Some(answered) if sample.silent => metric_freshness(answered, metric.period, now),
        _ => metric_freshness(view.end(sample.start), metric.period, now),
    }
}

/// The metric whose periods the signal is measured in.
fn main_metric(formula: &Formula) -> &Metric {
    match formula {
        Formula::Value(metric) | Formula::Share { whole: metric, .. } | Formula::Of { whole: metric, .. } => {
            metric
        }
    }
}

/// The periods of which the signal has something to say, newest first.
fn samples<'a>(world: &'a World, signal: &'a Signal) -> Box<dyn Iterator<Item = Sample> + 'a> {
    match (&signal.formula, signal.missing) {
        (Formula::Value(metric), Missing::Unknown) => {
            Box::new(View::of(world, metric).newest_first().map(|point| Sample {
                start: point.at,
                value: Some(point.value),
                part: None,
                whole: None,
                silent: false,
            }))
        }
        (Formula::Value(metric), Missing::Zero) => Box::new(filled(View::of(world, metric))),
        (Formula::Share { part, whole } | Formula::Of { part, whole }, missing) => {
            let (part, whole) = (View::of(world, part), View::of(world, whole));
            Box::new(whole.newest_first().filter_map(move |point| {
                let found = part.value(point.at);
                let silent = missing == Missing::Zero && part.asked(point.at);
                let part = found.or(silent.then_some(0.0))?;
                let value = (point.value > 0.0).then(|| part / point.value * 100.0);
                Some(Sample {
                    start: point.at,
                    value,
                    part: Some(part),
                    whole: Some(point.value),
                    silent: false,
                })
            }))
        }
    }
}

/// Every period since the metric is known, silent ones as zero.
fn filled(view: View<'_>) -> impl Iterator<Item = Sample> {
    std::iter::successors(view.newest_known(), move |start| Some(view.before(*start)))
        .map_while(move |start| {
            let (value, silent) = match view.slot(start) {
                Slot::Value(value) => (value, false),
                Slot::Silent => (0.0, true),
                Slot::Pending => return None,
            };
            Some(Sample { start, value: Some(value), part: None, whole: None, silent })
        })
        .take(64)
}
