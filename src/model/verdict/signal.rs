//! The verdict on one signal: its value, its lamp by thresholds, and since when.
//!
//! A value comes only from periods that were measured; a silent period is zero only for a metric that is
//! declared so and whose silence is proved.

use jiff::Timestamp;

use super::points::{self, Periods, Slot, metric_freshness};
use super::text::{NOTHING, aged, value_text};
use super::{Dated, Lamp};
use crate::model::World;
use crate::model::reading::{AlarmState, Freshness, Point, Reading, Series, Source, Trouble};
use crate::model::topology::{Formula, Missing, Region, Signal, Unit};

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

impl Core {
    /// That of a verdict.
    pub(super) fn of(seen: &SignalVerdict<'_>) -> Self {
        let SignalVerdict { lamp, ref value, whole, part, since, .. } = *seen;
        Self { lamp, value: value.clone(), whole, part, since }
    }
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
    let measured = Measured::of(world, signal);
    let Core { lamp, value, whole, part, since } = core_of(world, signal, measured, now);
    let trend = measured.map(|measured| {
        let values = measured.samples().map(|sample| (sample.start, sample.value));
        points::trend(values, measured.main.period, now)
    });
    let trouble = trouble(world, &signal.formula);
    SignalVerdict { signal, lamp, value, whole, part, since, trend: trend.unwrap_or_default(), trouble }
}

/// The values of a signal at the ends of their periods, newest first; none of an alarm, which has no history here.
#[must_use]
pub fn signal_samples(world: &World, signal: &Signal) -> Vec<(Timestamp, f64)> {
    let Some(measured) = Measured::of(world, signal) else { return Vec::new() };
    let end = |sample: Sample| Some((measured.main.end(sample.start), sample.value?));
    measured.samples().filter_map(end).collect()
}

/// The lamp that a value of this signal would have.
#[must_use]
pub fn judged(signal: &Signal, value: f64) -> Lamp {
    judge(signal, value)
}

/// The verdict without trend and trouble: what the Region's lamp is made from.
pub(super) fn core(world: &World, signal: &Signal, now: Timestamp) -> Core {
    core_of(world, signal, Measured::of(world, signal), now)
}

fn core_of(world: &World, signal: &Signal, measured: Option<Measured<'_>>, now: Timestamp) -> Core {
    let none = Core { lamp: Lamp::Unknown, value: None, whole: None, part: None, since: None };
    if let Formula::Alarm { region, name } = &signal.formula {
        return alarm(world, signal, (region, name), now).unwrap_or(none);
    }
    let Some(measured) = measured else { return none };
    let mut samples = measured.samples();
    let Some(newest) = samples.next() else { return none };
    let at = measured.main.end(newest.start);
    let freshness = measured.freshness(newest, now);
    let none = Core { whole: newest.whole, part: newest.part, ..none };
    let Some(value) = newest.value else { return none };
    let known = Core { value: Some(Dated { value, at, freshness }), ..none };
    if freshness == Freshness::Gone {
        return Core { since: Some(at), ..known };
    }
    let lamp = judge(signal, value);
    let period = measured.main.period;
    let since = run_start(newest.start, period, samples, |value| judge(signal, value) == lamp);
    Core { lamp, since: Some(since), ..known }
}

/// An alarm's state as a value; it has no history here, so nothing is said of since when.
fn alarm(world: &World, signal: &Signal, (region, name): (&Region, &str), now: Timestamp) -> Option<Core> {
    let feed = world.feed(&Source::Alarms(region.clone()))?;
    let (Reading::Alarms(states), at) = feed.seen()? else { return None };
    let value = match states.get(name)? {
        AlarmState::Ok => 1.0,
        AlarmState::Alarm => 0.0,
        AlarmState::InsufficientData => return None,
    };
    let freshness = feed.freshness(now);
    let lamp = if freshness == Freshness::Gone { Lamp::Unknown } else { judge(signal, value) };
    Some(Core { lamp, value: Some(Dated { value, at, freshness }), whole: None, part: None, since: None })
}

fn trouble(world: &World, formula: &Formula) -> Option<Trouble> {
    if let Formula::Alarm { region, .. } = formula {
        let feed = world.feed(&Source::Alarms(region.clone()))?;
        return feed.trouble().map(|(trouble, _)| trouble.clone());
    }
    formula.metrics().into_iter().find_map(|metric| points::trouble(world, metric, world.series(metric)))
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
            let count = |value| value_text(value, Unit::Count);
            aged(format!("{}/{}", count(part), count(whole)), freshness)
        }
        (.., Some(value)) => aged(value_text(value.value, signal.unit), freshness),
        (.., None) => NOTHING.to_owned(),
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

/// A signal's metrics, looked up once.
#[derive(Clone, Copy, Debug)]
struct Measured<'a> {
    missing: Missing,
    /// The metric whose periods the signal is measured in.
    main: Periods<'a>,
    /// What is counted of it, for a share or a fraction.
    part: Option<Periods<'a>>,
}

impl<'a> Measured<'a> {
    /// `None` for an alarm, which has no metric.
    fn of(world: &'a World, signal: &Signal) -> Option<Self> {
        let (main, part) = match &signal.formula {
            Formula::Value(metric) => (metric, None),
            Formula::Share { part, whole } | Formula::Of { part, whole } => (whole, Some(part)),
            Formula::Alarm { .. } => return None,
        };
        let part = part.map(|part| Periods::of(world, part));
        Some(Self { missing: signal.missing, main: Periods::of(world, main), part })
    }

    /// Silence is renewed with each answer, a point only with the next point.
    fn freshness(&self, sample: Sample, now: Timestamp) -> Freshness {
        let answered = self.main.series.and_then(Series::answered);
        let at = answered.filter(|_| sample.silent).unwrap_or_else(|| self.main.end(sample.start));
        metric_freshness(at, self.main.period, now)
    }

    /// The newest point of the whole while there was a part just before: there an absent part is likely only late.
    fn awaited(&self, part: Periods<'_>) -> Option<Timestamp> {
        let newest = self.main.newest()?.at;
        part.value(self.main.before(newest)).filter(|before| *before > 0.0).map(|_| newest)
    }

    /// The periods of which the signal has something to say, newest first.
    fn samples(self) -> Box<dyn Iterator<Item = Sample> + 'a> {
        match (self.part, self.missing) {
            (Some(part), missing) => {
                let awaited = self.awaited(part);
                let none = move |at| missing == Missing::Zero && awaited != Some(at);
                let points = self.main.newest_first();
                Box::new(points.filter_map(move |whole| share(part, none(whole.at), whole)))
            }
            (None, Missing::Zero) => Box::new(filled(self.main)),
            (None, Missing::Unknown) => Box::new(self.main.newest_first().map(|point| Sample {
                start: point.at,
                value: Some(point.value),
                part: None,
                whole: None,
                silent: false,
            })),
        }
    }
}

/// The part at a point of the whole; an absent part is `none` of it where that is declared and was asked for.
fn share(part: Periods<'_>, none: bool, whole: Point) -> Option<Sample> {
    let absent = || (none && part.asked(whole.at)).then_some(0.0);
    let part = part.value(whole.at).or_else(absent)?;
    let value = (whole.value > 0.0).then(|| part / whole.value * 100.0);
    Some(Sample { start: whole.at, value, part: Some(part), whole: Some(whole.value), silent: false })
}

/// Every period since the metric is known, silent ones as zero.
fn filled(view: Periods<'_>) -> impl Iterator<Item = Sample> {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::model::fixture::{EAST, Scene, WEST, alb, canary, east, errors, requests, tasks, two_regions};
    use crate::model::reading::TroubleKind;
    use crate::model::topology::Threshold;

    use super::*;

    fn local() -> Signal {
        canary(EAST, "lcl-rgnl-home", "canary local")
    }

    fn seen(signal: &Signal, values: &[Option<f64>]) -> Scene {
        let mut scene = Scene::new(two_regions());
        scene.minutes(signal.formula.metrics()[0], values);
        scene
    }

    fn at<'a>(scene: &Scene, of: &'a Signal) -> SignalVerdict<'a> {
        signal(&scene.world, of, scene.now)
    }

    #[test]
    fn thresholds_make_the_lamp() {
        for (value, lamp) in
            [(100.0, Lamp::Ok), (95.0, Lamp::Ok), (94.9, Lamp::Look), (80.0, Lamp::Look), (79.9, Lamp::Bad)]
        {
            let signal = local();
            assert_eq!(at(&seen(&signal, &[Some(value)]), &signal).lamp, lamp, "{value}");
        }
    }

    #[test]
    fn a_lamp_lasts_since_the_first_point_of_its_run() {
        let signal = local();
        let scene = seen(&signal, &[100.0, 90.0, 50.0, 41.0, 39.0].map(Some));
        let verdict = at(&scene, &signal);
        assert_eq!((verdict.lamp, verdict.since), (Lamp::Bad, Some(scene.minute(4))));
        assert_eq!(verdict.text(), "39%");
    }

    #[test]
    fn a_short_gap_does_not_end_a_run_and_a_long_one_does() {
        let signal = local();
        let short = [Some(50.0), None, None, None, None, None, Some(41.0)];
        let scene = seen(&signal, &short);
        assert_eq!(at(&scene, &signal).since, Some(scene.minute(8)));
        let long = [Some(50.0), None, None, None, None, None, None, Some(41.0)];
        let scene = seen(&signal, &long);
        assert_eq!(at(&scene, &signal).since, Some(scene.minute(2)));
    }

    #[test]
    fn an_old_value_is_stale_and_then_unknown() {
        let signal = local();
        let mut scene = seen(&signal, &[Some(41.0)]);
        let end = scene.minute(1);
        scene.later(120);
        let stale = at(&scene, &signal);
        assert_eq!((stale.lamp, stale.text()), (Lamp::Bad, "~41%".to_owned()));
        scene.later(180);
        let gone = at(&scene, &signal);
        assert_eq!((gone.lamp, gone.text(), gone.since), (Lamp::Unknown, "--".to_owned(), Some(end)));
        assert_eq!(gone.value.map(|value| value.at), Some(end), "its age can still be told");
    }

    #[test]
    fn never_seen_is_unknown() {
        let signal = local();
        let verdict = at(&Scene::new(two_regions()), &signal);
        assert_eq!((verdict.lamp, &verdict.value, verdict.since), (Lamp::Unknown, &None, None));
        assert_eq!(verdict.text(), "--");
    }

    #[test]
    fn a_share_counts_an_absent_part_as_none_where_the_whole_was_measured() {
        let mut scene = Scene::new(two_regions());
        scene.tail(&requests(EAST), &[400.0, 412.0]);
        let signal = alb(EAST);
        assert_eq!(at(&scene, &signal).lamp, Lamp::Unknown, "the part was not asked for yet");
        scene.silent(&errors(EAST));
        let verdict = at(&scene, &signal);
        assert_eq!((verdict.lamp, verdict.text()), (Lamp::Ok, "0%".to_owned()));
        assert_eq!(verdict.whole, Some(412.0));
        assert_eq!(verdict.trend[58..], [Some(0.0), Some(0.0)]);
    }

    #[test]
    fn in_the_midst_of_errors_an_absent_part_is_waited_for() {
        let mut scene = Scene::new(two_regions());
        scene.tail(&requests(EAST), &[400.0, 400.0, 412.0]);
        scene.minutes(&errors(EAST), &[Some(40.0), Some(80.0), None]);
        let signal = alb(EAST);
        let first = at(&scene, &signal);
        assert_eq!(
            (first.lamp, first.text(), first.since),
            (Lamp::Bad, "20%".to_owned(), Some(scene.minute(4)))
        );
        scene.later(60);
        scene.tail(&requests(EAST), &[400.0]);
        scene.silent(&errors(EAST));
        let later = at(&scene, &signal);
        assert_eq!(
            (later.lamp, later.text(), later.since),
            (Lamp::Ok, "0%".to_owned(), Some(scene.minute(3)))
        );
    }

    #[test]
    fn a_forbidden_part_is_not_zero() {
        let mut scene = Scene::new(two_regions());
        scene.tail(&requests(EAST), &[412.0]);
        scene.forbidden(&errors(EAST));
        let signal = alb(EAST);
        let verdict = at(&scene, &signal);
        assert_eq!((verdict.lamp, verdict.value), (Lamp::Unknown, None));
        assert_eq!(verdict.trouble.map(|trouble| trouble.kind), Some(TroubleKind::Denied));
    }

    #[test]
    fn a_share_is_taken_where_both_are_known() {
        let mut scene = Scene::new(two_regions());
        scene.tail(&requests(EAST), &[400.0, 412.0]);
        scene.tail(&errors(EAST), &[0.0, 49.852]);
        let signal = alb(EAST);
        let verdict = at(&scene, &signal);
        assert_eq!(
            (verdict.lamp, verdict.text(), verdict.part),
            (Lamp::Bad, "12.1%".to_owned(), Some(49.852))
        );
    }

    #[test]
    fn a_share_of_nothing_is_no_share() {
        let mut scene = Scene::new(two_regions());
        scene.tail(&requests(EAST), &[0.0]);
        scene.silent(&errors(EAST));
        let signal = alb(EAST);
        let verdict = at(&scene, &signal);
        assert_eq!((verdict.lamp, verdict.value, verdict.whole), (Lamp::Unknown, None, Some(0.0)));
    }

    #[test]
    fn a_fraction_is_written_as_one() {
        let signal = tasks(EAST);
        let mut scene = Scene::new(two_regions());
        let metrics = signal.formula.metrics();
        scene.tail(metrics[0], &[6.0, 4.0]);
        scene.tail(metrics[1], &[6.0, 6.0]);
        let verdict = at(&scene, &signal);
        assert_eq!((verdict.lamp, verdict.text()), (Lamp::Look, "4/6".to_owned()));
        scene.later(400);
        assert_eq!(at(&scene, &signal).text(), "--");
    }

    #[test]
    fn silence_is_zero_only_where_it_is_declared_and_proved() {
        let sparse =
            Signal { missing: Missing::Zero, look: Some(Threshold::Above(0.0)), bad: None, ..local() };
        let mut scene = seen(&sparse, &[Some(3.0), None, None]);
        scene.tail(&requests(EAST), &[1.0; 3]);
        let first = at(&scene, &sparse);
        assert_eq!(first.value.map(|value| value.value), Some(0.0), "a minute that ended two minutes ago");
        assert_eq!((first.lamp, first.since), (Lamp::Ok, Some(scene.minute(3))));
        assert_eq!(first.trend[58..], [Some(3.0), Some(0.0)]);

        scene.later(240);
        let stale = at(&scene, &sparse).value.unwrap();
        assert_eq!(stale.freshness, Freshness::Stale, "silence is no fresher than its last answer");
        scene.later(240);
        assert_eq!(at(&scene, &sparse).lamp, Lamp::Unknown);
    }

    #[test]
    fn a_signal_from_another_region_has_its_troubles() {
        let signal = canary(WEST, "rmt-rgnl-home", "canary remote");
        let mut scene = seen(&signal, &[Some(100.0)]);
        assert_eq!(at(&scene, &signal).trouble, None);
        scene.fail(Source::Metrics(east()), TroubleKind::TimedOut);
        assert_eq!(at(&scene, &signal).trouble, None);
        scene.fail(Source::Metrics(Region::new(WEST)), TroubleKind::Throttled);
        assert_eq!(at(&scene, &signal).trouble.map(|trouble| trouble.kind), Some(TroubleKind::Throttled));
    }

    #[test]
    fn an_alarm_is_its_state() {
        let formula = Formula::Alarm { region: east(), name: "aurora-lag".to_owned() };
        let below = Some(Threshold::Below(1.0));
        let signal = Signal { formula, look: None, bad: below, unit: Unit::State, ..local() };
        let mut scene = Scene::new(two_regions());
        let mut tell = |state: Option<AlarmState>| {
            let states: BTreeMap<_, _> =
                state.map(|state| ("aurora-lag".to_owned(), state)).into_iter().collect();
            scene.later(1);
            scene.see(Source::Alarms(east()), Ok(Reading::Alarms(states)));
            let verdict = at(&scene, &signal);
            (verdict.lamp, verdict.text())
        };
        assert_eq!(tell(Some(AlarmState::Ok)), (Lamp::Ok, "up".to_owned()));
        assert_eq!(tell(Some(AlarmState::Alarm)), (Lamp::Bad, "down".to_owned()));
        assert_eq!(tell(Some(AlarmState::InsufficientData)), (Lamp::Unknown, "--".to_owned()));
        assert_eq!(tell(None), (Lamp::Unknown, "--".to_owned()));
        scene.later(60);
        assert_eq!(at(&scene, &signal).lamp, Lamp::Unknown);
    }
}
