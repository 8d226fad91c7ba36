//! Reads `[[regions.signals]]`: presets and plain metrics become the signals of a Region.
//!
//! Whatever a signal cannot mean (a preset with a namespace, limits on two sides) is refused here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::Context;
use super::cursor::{Cursor, Placed};
use super::limits::Limits;
use super::metric::{self, Origin};
use super::preset::{Preset, PresetSignal, Shape};
use super::problem::suggest;
use crate::model::topology::{Formula, Metric, Missing, Region, Signal, Unit};

/// What is common to the metrics of one signal.
struct Source {
    region: Region,
    namespace: Arc<str>,
    dimensions: Arc<BTreeMap<String, String>>,
    statistic: Arc<str>,
    period: u32,
}

impl Source {
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

    fn formula(&self, shape: Shape<'_>) -> Formula {
        match shape {
            Shape::Value(name) => Formula::Value(self.metric(name)),
            Shape::Share(part, whole) => {
                Formula::Share { part: self.metric(part), whole: self.metric(whole) }
            }
            Shape::Of(part, whole) => Formula::Of { part: self.metric(part), whole: self.metric(whole) },
            Shape::Alarm => {
                let name = self.dimensions.get("AlarmName").cloned().unwrap_or_default();
                Formula::Alarm { region: self.region.clone(), name }
            }
        }
    }
}

/// Reads one table, each signal at the place of its name; a preset may be several signals, what is wrong is none.
pub(super) fn read(cursor: &Cursor<'_>, here: &Region, context: &Context<'_>) -> Vec<Placed<Signal>> {
    let from = cursor.text("from").and_then(|from| context.watching(&from)).unwrap_or_else(|| here.clone());
    match metric::origin(cursor, &["namespace", "metric", "whole", "desired"]) {
        Some(Origin::Preset(preset)) => from_preset(cursor, preset.value, from),
        Some(Origin::Plain { namespace, metric }) => {
            for key in ["without", "others"].into_iter().filter(|key| cursor.has(key)) {
                cursor.refuse(key, "goes only with a preset");
            }
            from_metric(cursor, from, &namespace, metric).into_iter().collect()
        }
        None => Vec::new(),
    }
}

fn from_metric(
    cursor: &Cursor<'_>,
    region: Region,
    namespace: &str,
    metric: Placed<String>,
) -> Option<Placed<Signal>> {
    let (whole, desired) = (cursor.text("whole"), cursor.text("desired"));
    let (shape, unit, statistic) = match (&whole, &desired) {
        (Some(_), Some(_)) => {
            cursor.refuse("desired", "goes not together with whole");
            return None;
        }
        (Some(whole), None) => (Shape::Share(&metric.value, &whole.value), Unit::Percent, "Sum"),
        (None, Some(desired)) => (Shape::Of(&metric.value, &desired.value), Unit::Percent, "Average"),
        (None, None) => (Shape::Value(&metric.value), Unit::Count, "Average"),
    };
    let source = Source {
        region,
        namespace: namespace.into(),
        dimensions: Arc::new(metric::plain_dimensions(cursor)),
        statistic: metric::statistic(cursor, statistic).into(),
        period: metric::period(cursor),
    };
    let formula = source.formula(shape);
    let unit = metric::unit(cursor).unwrap_or(unit);
    let Limits { look, bad } = Limits::NONE.overridden(cursor, is_percent(&formula, unit));
    let missing = missing(cursor).unwrap_or(Missing::Unknown);
    let Placed { value: name, place } = cursor.text("name").unwrap_or(metric);
    let family = cursor.text("family").map_or_else(|| name.clone(), |family| family.value);
    Some(Placed::new(Signal { name, family, formula, look, bad, missing, unit }, place))
}

fn from_preset(cursor: &Cursor<'_>, preset: &'static Preset, from: Region) -> Vec<Placed<Signal>> {
    let dimensions = Arc::new(metric::preset_dimensions(cursor, preset));
    let region = only_region(cursor, preset, from);
    let mut there: Vec<&PresetSignal> = preset.signals_with(&dimensions).collect();
    there.dedup_by_key(|signal| signal.key);
    let unwanted = unwanted(cursor, &there);
    let others = others(cursor, &there);
    let name = cursor.text("name").map(|name| name.value);
    let family = cursor.text("family").map_or_else(|| preset.family.to_owned(), |family| family.value);
    let mut signals = Vec::new();
    for (index, signal) in there.into_iter().enumerate() {
        let main = index == 0;
        let statistic =
            if main { metric::statistic(cursor, signal.statistic) } else { signal.statistic.to_owned() };
        let source = Source {
            region: region.clone(),
            namespace: preset.namespace.into(),
            dimensions: Arc::clone(&dimensions),
            statistic: statistic.into(),
            period: metric::period(cursor),
        };
        let own = if main { Some(cursor) } else { others.get(signal.key) };
        let row = Row { signal, own, main, name: name.as_deref(), family: &family };
        let built = row.build(&source);
        if !unwanted.contains(&signal.key) {
            signals.push(Placed::new(built, own.unwrap_or(cursor).place_of("name")));
        }
    }
    signals
}

fn only_region(cursor: &Cursor<'_>, preset: &Preset, from: Region) -> Region {
    let Some(only) = preset.region else { return from };
    if cursor.has("from") && from.as_str() != only {
        cursor.refuse("from", format!("{} publishes only in {only}; leave this out", preset.name));
    }
    Region::new(only)
}

/// A preset's signal, and the table that speaks for it.
struct Row<'r, 'c> {
    signal: &'r PresetSignal,
    /// The table for the first signal, one of `others` for a further one.
    own: Option<&'r Cursor<'c>>,
    main: bool,
    /// The table's `name`.
    name: Option<&'r str>,
    family: &'r str,
}

impl Row<'_, '_> {
    fn build(&self, source: &Source) -> Signal {
        let formula = source.formula(self.signal.shape);
        let main = self.own.filter(|_| self.main);
        let unit = main.and_then(metric::unit).unwrap_or(self.signal.unit);
        let preset = Limits { look: self.signal.look, bad: self.signal.bad };
        let percent = is_percent(&formula, unit);
        let Limits { look, bad } = self.own.map_or(preset, |own| preset.overridden(own, percent));
        let missing = main.and_then(missing).unwrap_or(self.signal.missing);
        Signal { name: self.name(), family: self.family.to_owned(), formula, look, bad, missing, unit }
    }

    fn name(&self) -> String {
        let own = self.own.and_then(|own| own.text("name")).map(|name| name.value);
        let further = || self.name.map(|name| format!("{name} {}", self.signal.key));
        own.or_else(further).unwrap_or_else(|| self.signal.label.to_owned())
    }
}

fn unwanted(cursor: &Cursor<'_>, there: &[&PresetSignal]) -> Vec<&'static str> {
    let keys: Vec<&'static str> = there.iter().map(|signal| signal.key).collect();
    let mut unwanted = Vec::new();
    for word in cursor.texts("without").unwrap_or_default() {
        if let Some(key) = keys.iter().find(|key| **key == word.value) {
            unwanted.push(*key);
            continue;
        }
        let near = suggest(&word.value, &keys, "it has");
        cursor.sink.refuse(&word.place, format!("no signal of this preset{near}"));
    }
    if !keys.is_empty() && keys.iter().all(|key| unwanted.contains(key)) {
        cursor.refuse("without", "leaves no signal at all");
    }
    unwanted
}

fn others<'c>(cursor: &Cursor<'c>, there: &[&PresetSignal]) -> BTreeMap<String, Cursor<'c>> {
    let mut others = BTreeMap::new();
    let keys: Vec<&str> = there.iter().skip(1).map(|signal| signal.key).collect();
    for (name, table) in cursor.named("others") {
        if there.first().is_some_and(|main| main.key == name.value) {
            cursor.sink.refuse(&name.place, "is the first signal; its keys stand in the table itself");
        } else if keys.contains(&name.value.as_str()) {
            others.insert(name.value, table);
        } else {
            let near = suggest(&name.value, &keys, "it has");
            cursor.sink.refuse(&name.place, format!("no further signal of this preset{near}"));
        }
    }
    others
}

fn missing(cursor: &Cursor<'_>) -> Option<Missing> {
    let word = cursor.text("missing")?;
    Some(if word.value == "zero" { Missing::Zero } else { Missing::Unknown })
}

fn is_percent(formula: &Formula, unit: Unit) -> bool {
    unit == Unit::Percent || matches!(formula, Formula::Share { .. } | Formula::Of { .. })
}
