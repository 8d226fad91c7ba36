//! Reads `[[regions.signals]]`: presets and plain metrics become the signals of a Region.
//!
//! Whatever a signal cannot mean (a preset with a namespace, limits on two sides) is refused here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::Context;
use super::cursor::{Cursor, Placed};
use super::preset::{self, Preset, PresetSignal, Shape};
use super::problem::{Place, hint};
use super::value;
use crate::model::topology::{Formula, Metric, Missing, Region, Signal, Threshold, Unit};

/// A signal and where its name stands.
pub(super) type Named = Placed<Signal>;

/// What is common to the metrics of one signal.
struct Origin {
    region: Region,
    namespace: Arc<str>,
    dimensions: Arc<BTreeMap<String, String>>,
    statistic: Arc<str>,
    period: u32,
}

impl Origin {
    fn metric(&self, name: &str) -> Metric {
        Metric {
            region: self.region.clone(),
            namespace: Arc::clone(&self.namespace),
            name: name.into(),
            dimensions: Arc::clone(&self.dimensions),
            statistic: Arc::clone(&self.statistic),
            period: self.period,
        }
    }
}

/// Reads one table; a preset may be several signals, what cannot be read is none.
pub(super) fn read(cursor: &Cursor<'_>, here: &Region, context: &Context<'_>) -> Vec<Named> {
    let from = cursor.region("from").and_then(|from| context.watching(&from));
    if cursor.has("preset") {
        let plain = ["namespace", "metric", "whole", "desired"];
        for key in plain.into_iter().filter(|key| cursor.has(key)) {
            context
                .sink
                .refuse(&cursor.place_of(key), "goes without a preset; the preset says which metric it is");
        }
        let Some(preset) = cursor.read("preset", preset::find) else { return Vec::new() };
        return from_preset(cursor, preset.value, from.unwrap_or_else(|| here.clone()), context);
    }
    for key in ["without", "others"].into_iter().filter(|key| cursor.has(key)) {
        context.sink.refuse(&cursor.place_of(key), "goes only with a preset");
    }
    from_metric(cursor, from.unwrap_or_else(|| here.clone()), context).into_iter().collect()
}

fn from_preset(
    cursor: &Cursor<'_>,
    preset: &'static Preset,
    from: Region,
    context: &Context<'_>,
) -> Vec<Named> {
    let dimensions = preset_dimensions(cursor, preset);
    let region = match preset.region {
        Some(only) => {
            if cursor.has("from") && from.as_str() != only {
                let what = format!("{} publishes only in {only}; leave this out", preset.name);
                context.sink.refuse(&cursor.place_of("from"), what);
            }
            Region::new(only)
        }
        None => from,
    };
    let there: Vec<&PresetSignal> = preset
        .signals
        .iter()
        .filter(|signal| signal.when.is_none_or(|needs| dimensions.contains_key(needs)))
        .collect();
    let dimensions = Arc::new(dimensions);
    let unwanted = unwanted(cursor, &there);
    let others = others(cursor, &there);
    let mut signals = Vec::new();
    for (index, signal) in there.iter().enumerate() {
        let main = index == 0;
        let own = if main { Some(cursor) } else { others.get(signal.key) };
        let origin = Origin {
            region: region.clone(),
            namespace: preset.namespace.into(),
            dimensions: Arc::clone(&dimensions),
            statistic: own_statistic(cursor, main, signal),
            period: cursor.read("period", value::period).map_or(preset::PERIOD, |period| period.value),
        };
        let base = Base { signal, family: preset.family, base_name: cursor.text("name"), main };
        let built = base.build(own, &origin, cursor);
        if !unwanted.contains(&signal.key) {
            signals.push(built);
        }
    }
    signals
}

fn own_statistic(cursor: &Cursor<'_>, main: bool, signal: &PresetSignal) -> Arc<str> {
    let own = if main { cursor.read("statistic", value::statistic) } else { None };
    own.map_or_else(|| signal.statistic.into(), |own| own.value.into())
}

/// A preset's signal before the file's own words are applied.
struct Base<'p> {
    signal: &'p PresetSignal,
    family: &'static str,
    base_name: Option<Placed<String>>,
    main: bool,
}

impl Base<'_> {
    fn build(&self, own: Option<&Cursor<'_>>, origin: &Origin, table: &Cursor<'_>) -> Named {
        let signal = self.signal;
        let formula = match signal.shape {
            Shape::Value(name) => Formula::Value(origin.metric(name)),
            Shape::Share(part, whole) => {
                Formula::Share { part: origin.metric(part), whole: origin.metric(whole) }
            }
            Shape::Of(part, whole) => Formula::Of { part: origin.metric(part), whole: origin.metric(whole) },
            Shape::Alarm => {
                let name = origin.dimensions.get("AlarmName").cloned().unwrap_or_default();
                Formula::Alarm { region: origin.region.clone(), name }
            }
        };
        let main = self.main.then_some(table);
        let unit = main.and_then(unit).unwrap_or(signal.unit);
        let (look, bad) = limits(own, signal.look, signal.bad, unit, &formula);
        let built = Signal {
            name: self.name(own),
            family: table.text("family").map_or_else(|| self.family.to_owned(), |family| family.value),
            missing: main.and_then(missing).unwrap_or(signal.missing),
            formula,
            look,
            bad,
            unit,
        };
        Placed::new(built, own.map_or_else(|| table.place.clone(), |own| own.place_of("name")))
    }

    fn name(&self, own: Option<&Cursor<'_>>) -> String {
        let named = if self.main { self.base_name.clone() } else { own.and_then(|own| own.text("name")) };
        match (named, &self.base_name) {
            (Some(named), _) => named.value,
            (None, Some(base)) if !self.main => format!("{} {}", base.value, self.signal.key),
            _ => self.signal.label.to_owned(),
        }
    }
}

/// The dimensions of a preset's metrics, given and fixed.
pub(super) fn preset_dimensions(cursor: &Cursor<'_>, preset: &Preset) -> BTreeMap<String, String> {
    let known: Vec<&str> = preset.dimensions.names().collect();
    let mut given = BTreeMap::new();
    for (name, value) in cursor.map("dimensions") {
        if let Some((_, fixed)) = preset.dimensions.fixed.iter().find(|(fixed, _)| *fixed == name.value) {
            if *fixed != value.value {
                cursor
                    .sink()
                    .refuse(&value.place, format!("is always \"{fixed}\" for {}; leave it out", preset.name));
            }
        } else if known.contains(&name.value.as_str()) {
            check_dimension(cursor, &value);
            given.insert(name.value, value.value);
        } else {
            let near = match hint(&name.value, known.iter().copied()) {
                near if near.is_empty() => format!("; it has {}", known.join(", ")),
                near => near,
            };
            cursor.sink().refuse(&name.place, format!("no dimension of {}{near}", preset.name));
        }
    }
    require_dimensions(cursor, preset, &given);
    given.extend(
        preset.dimensions.fixed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    given
}

fn require_dimensions(cursor: &Cursor<'_>, preset: &Preset, given: &BTreeMap<String, String>) {
    let place = Place { key: format!("{}.dimensions", cursor.place.key), ..cursor.place_of("dimensions") };
    for needed in preset.dimensions.required.iter().filter(|needed| !given.contains_key(**needed)) {
        cursor.sink().miss(&place, format!("\"{needed}\" is missing; preset {} needs it", preset.name));
    }
    let either = preset.dimensions.either;
    if !either.is_empty() && either.iter().filter(|one| given.contains_key(**one)).count() != 1 {
        cursor
            .sink()
            .miss(&place, format!("preset {} needs exactly one of {}", preset.name, either.join(", ")));
    }
}

fn check_dimension(cursor: &Cursor<'_>, value: &Placed<String>) {
    if value.value.trim().is_empty() {
        cursor.sink().refuse(&value.place, "must not be empty");
    }
}

/// The dimensions of a metric without preset.
pub(super) fn plain_dimensions(cursor: &Cursor<'_>) -> BTreeMap<String, String> {
    let pairs = cursor.map("dimensions").into_iter();
    pairs
        .map(|(name, value)| {
            check_dimension(cursor, &value);
            (name.value, value.value)
        })
        .collect()
}

fn unwanted(cursor: &Cursor<'_>, there: &[&'static PresetSignal]) -> Vec<&'static str> {
    let keys = || there.iter().map(|signal| signal.key);
    let mut unwanted = Vec::new();
    for word in cursor.texts("without").unwrap_or_default() {
        match keys().find(|key| *key == word.value) {
            Some(key) => unwanted.push(key),
            None => {
                let what =
                    format!("no signal of this preset{}; it has {}", hint(&word.value, keys()), list(keys()));
                cursor.sink().refuse(&word.place, what);
            }
        }
    }
    if !there.is_empty() && keys().all(|key| unwanted.contains(&key)) {
        cursor.sink().refuse(&cursor.place_of("without"), "leaves no signal at all");
    }
    unwanted
}

fn others<'c>(cursor: &Cursor<'c>, there: &[&'static PresetSignal]) -> BTreeMap<String, Cursor<'c>> {
    let mut others = BTreeMap::new();
    let keys = || there.iter().skip(1).map(|signal| signal.key);
    for (name, table) in cursor.named("others") {
        if there.first().is_some_and(|main| main.key == name.value) {
            cursor.sink().refuse(&name.place, "is the first signal; its keys stand in the table itself");
        } else if keys().any(|key| key == name.value) {
            others.insert(name.value, table);
        } else {
            let what = format!("no further signal of this preset{}", hint(&name.value, keys()));
            cursor.sink().refuse(&name.place, what);
        }
    }
    others
}

fn list<'k>(keys: impl Iterator<Item = &'k str>) -> String {
    keys.collect::<Vec<_>>().join(", ")
}

fn from_metric(cursor: &Cursor<'_>, region: Region, context: &Context<'_>) -> Option<Named> {
    let namespace = cursor.text("namespace");
    let metric = cursor.text("metric");
    if !cursor.has("namespace") && !cursor.has("metric") {
        context.sink.miss(&cursor.place, "needs a preset, or a namespace and a metric");
    } else if let Some(key) = ["namespace", "metric"].into_iter().find(|key| !cursor.has(key)) {
        context.sink.miss(&cursor.place, format!("\"{key}\" is missing: text in quotes"));
    }
    let statistic =
        cursor.read("statistic", value::statistic).map_or_else(|| "Average".into(), |s| s.value.into());
    let period = cursor.read("period", value::period).map_or(preset::PERIOD, |period| period.value);
    let dimensions = Arc::new(plain_dimensions(cursor));
    let (whole, desired) = (cursor.text("whole"), cursor.text("desired"));
    let name = cursor.text("name");
    let (namespace, metric) = (namespace?.value, metric?);
    let origin = Origin { region, namespace: namespace.into(), dimensions, statistic, period };
    let part = origin.metric(&metric.value);
    let formula = match (whole, desired) {
        (Some(_), Some(desired)) => {
            context.sink.refuse(&desired.place, "goes not together with whole");
            return None;
        }
        (Some(whole), None) => Formula::Share { part, whole: origin.metric(&whole.value) },
        (None, Some(desired)) => Formula::Of { part, whole: origin.metric(&desired.value) },
        (None, None) => Formula::Value(part),
    };
    let usual = if matches!(formula, Formula::Value(_)) { Unit::Count } else { Unit::Percent };
    let unit = unit(cursor).unwrap_or(usual);
    let (look, bad) = limits(Some(cursor), None, None, unit, &formula);
    let name = name.unwrap_or(metric);
    let family = cursor.text("family").map_or_else(|| name.value.clone(), |family| family.value);
    let missing = missing(cursor).unwrap_or(Missing::Unknown);
    Some(Placed::new(Signal { name: name.value, family, formula, look, bad, missing, unit }, name.place))
}

/// The unit that a table names.
pub(super) fn unit(cursor: &Cursor<'_>) -> Option<Unit> {
    cursor.choice("unit").map(|word| match word.value {
        "percent" => Unit::Percent,
        "seconds" => Unit::Seconds,
        "milliseconds" => Unit::Milliseconds,
        "bytes" => Unit::Bytes,
        "state" => Unit::State,
        _ => Unit::Count,
    })
}

fn missing(cursor: &Cursor<'_>) -> Option<Missing> {
    let word = cursor.choice("missing")?;
    Some(if word.value == "zero" { Missing::Zero } else { Missing::Unknown })
}

/// The limits of a signal: its own, else the preset's; a preset's that goes against an own one is dropped.
fn limits(
    own: Option<&Cursor<'_>>,
    look: Option<Threshold>,
    bad: Option<Threshold>,
    unit: Unit,
    formula: &Formula,
) -> (Option<Threshold>, Option<Threshold>) {
    let Some(cursor) = own else { return (look, bad) };
    let (own_look, own_bad) = (cursor.limit("look"), cursor.limit("bad"));
    let percent = unit == Unit::Percent || !matches!(formula, Formula::Value(_) | Formula::Alarm { .. });
    for limit in [&own_look, &own_bad].into_iter().flatten() {
        if let Some(Threshold::Below(number) | Threshold::Above(number)) = limit.value
            && percent
            && !(0.0..=100.0).contains(&number)
        {
            cursor.sink().refuse(&limit.place, "is a percentage, which lies between 0 and 100");
        }
    }
    match (own_look, own_bad) {
        (Some(look), Some(bad)) => {
            if !ordered(look.value, bad.value) {
                let what = "must lie beyond look, on the same side: first worth a look, then bad";
                cursor.sink().refuse(&bad.place, what);
            }
            (look.value, bad.value)
        }
        (Some(look), None) => (look.value, bad.filter(|bad| ordered(look.value, Some(*bad)))),
        (None, Some(bad)) => (look.filter(|look| ordered(Some(*look), bad.value)), bad.value),
        (None, None) => (look, bad),
    }
}

fn ordered(look: Option<Threshold>, bad: Option<Threshold>) -> bool {
    match (look, bad) {
        (Some(Threshold::Above(look)), Some(Threshold::Above(bad))) => bad >= look,
        (Some(Threshold::Below(look)), Some(Threshold::Below(bad))) => bad <= look,
        (Some(_), Some(_)) => false,
        _ => true,
    }
}
