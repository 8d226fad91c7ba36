//! What signals and links share: a preset or a metric by name, with its dimensions.

use std::collections::BTreeMap;

use super::cursor::{Cursor, Placed};
use super::preset::{self, Preset};
use super::problem::{Place, suggest};
use crate::model::topology::Unit;

/// Where a metric comes from, as the table says.
pub(super) enum Origin {
    /// From a preset.
    Preset(Placed<&'static Preset>),
    /// By its name.
    Plain { namespace: String, metric: Placed<String> },
}

/// Reads `preset`, or `namespace` and `metric`; `plain` are the keys that do not go with a preset.
pub(super) fn origin(cursor: &Cursor<'_>, plain: &[&str]) -> Option<Origin> {
    if cursor.has("preset") {
        for key in plain.iter().filter(|key| cursor.has(key)) {
            cursor.refuse(key, "goes without a preset; the preset says which metric it is");
        }
        return cursor.preset("preset").map(Origin::Preset);
    }
    let (namespace, metric) = (cursor.text("namespace"), cursor.text("metric"));
    if !cursor.has("namespace") && !cursor.has("metric") {
        cursor.miss("needs a preset, or a namespace and a metric");
    } else if let Some(key) = ["namespace", "metric"].into_iter().find(|key| !cursor.has(key)) {
        cursor.miss(format!("\"{key}\" is missing: text in quotes"));
    }
    Some(Origin::Plain { namespace: namespace?.value, metric: metric? })
}

/// Seconds between points.
pub(super) fn period(cursor: &Cursor<'_>) -> u32 {
    cursor.period("period").unwrap_or(preset::PERIOD)
}

/// The statistic that the table names, else the usual one.
pub(super) fn statistic(cursor: &Cursor<'_>, usual: &str) -> String {
    cursor.text("statistic").map_or_else(|| usual.to_owned(), |statistic| statistic.value)
}

/// The unit that the table names.
pub(super) fn unit(cursor: &Cursor<'_>) -> Option<Unit> {
    cursor.text("unit").map(|word| match word.value.as_str() {
        "percent" => Unit::Percent,
        "seconds" => Unit::Seconds,
        "milliseconds" => Unit::Milliseconds,
        "bytes" => Unit::Bytes,
        "state" => Unit::State,
        _ => Unit::Count,
    })
}

/// The dimensions of a metric without preset.
pub(super) fn plain_dimensions(cursor: &Cursor<'_>) -> BTreeMap<String, String> {
    let mut dimensions = BTreeMap::new();
    for (name, value) in cursor.map("dimensions").unwrap_or_default() {
        dimensions.insert(name.value, value.value);
    }
    dimensions
}

/// The dimensions of a preset's metrics, given and fixed.
pub(super) fn preset_dimensions(cursor: &Cursor<'_>, preset: &Preset) -> BTreeMap<String, String> {
    let known: Vec<&str> = preset.dimensions.names().collect();
    let mut given = BTreeMap::new();
    let pairs = cursor.map("dimensions");
    let readable = pairs.is_some();
    for (name, value) in pairs.unwrap_or_default() {
        if let Some((_, fixed)) = preset.dimensions.fixed.iter().find(|(fixed, _)| *fixed == name.value) {
            if *fixed != value.value {
                let what = format!("is always \"{fixed}\" for {}; leave it out", preset.name);
                cursor.sink.refuse(&value.place, what);
            }
        } else if known.contains(&name.value.as_str()) {
            given.insert(name.value, value.value);
        } else {
            let near = suggest(&name.value, &known, "it has");
            cursor.sink.refuse(&name.place, format!("no dimension of {}{near}", preset.name));
        }
    }
    if readable {
        require(cursor, preset, &given);
    }
    given.extend(
        preset.dimensions.fixed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    given
}

fn require(cursor: &Cursor<'_>, preset: &Preset, given: &BTreeMap<String, String>) {
    let place = Place { key: format!("{}.dimensions", cursor.place.key), ..cursor.place_of("dimensions") };
    for needed in preset.dimensions.required.iter().filter(|needed| !given.contains_key(**needed)) {
        cursor.sink.miss(&place, format!("\"{needed}\" is missing; preset {} needs it", preset.name));
    }
    let detail = preset.dimensions.detail;
    let absent: Vec<&str> = detail.iter().copied().filter(|name| !given.contains_key(*name)).collect();
    if (1..detail.len()).contains(&absent.len()) {
        let what = format!("\"{}\" is missing; {} go together", absent.join("\", \""), detail.join(", "));
        cursor.sink.miss(&place, what);
    }
    let either = preset.dimensions.either;
    if !either.is_empty() && either.iter().filter(|one| given.contains_key(**one)).count() != 1 {
        cursor
            .sink
            .miss(&place, format!("preset {} needs exactly one of {}", preset.name, either.join(", ")));
    }
}
