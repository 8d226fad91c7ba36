//! Presets: what is known of the metrics of AWS services, so that a config names a thing and not its metrics.
//!
//! Data and look-up only; a preset's defaults are opinions and every one of them can be overridden in the file.

use std::collections::BTreeMap;

use super::problem::suggest;
use crate::model::topology::{Missing, Threshold, Unit};

mod table;

pub(super) use table::PRESETS;

/// A service's well-known signals.
#[derive(Debug)]
pub(super) struct Preset {
    /// What the file calls it.
    pub(super) name: &'static str,
    /// Signals of one family do not disagree with each other.
    pub(super) family: &'static str,
    pub(super) means: &'static str,
    pub(super) namespace: &'static str,
    pub(super) dimensions: Dimensions,
    /// The only Region that has it, if there is one.
    pub(super) region: Option<&'static str>,
    /// Its signals; the first is the one that the keys of the table are for.
    pub(super) signals: &'static [PresetSignal],
    /// Whether its first signal is a replication lag, so that it can be a link.
    pub(super) lag: bool,
}

impl Preset {
    /// The signals that exist when these dimensions are given.
    pub(super) fn signals_with(
        &self,
        dimensions: &BTreeMap<String, String>,
    ) -> impl Iterator<Item = &'static PresetSignal> {
        self.signals.iter().filter(|signal| signal.when.is_none_or(|needs| dimensions.contains_key(needs)))
    }
}

/// The dimensions that a preset's metrics are published with.
#[derive(Debug)]
pub(super) struct Dimensions {
    /// All of them must be given.
    pub(super) required: &'static [&'static str],
    /// Exactly one of them must be given, if there are any.
    pub(super) either: &'static [&'static str],
    /// All of them may be given, or none; the metrics are published in that detail too.
    pub(super) detail: &'static [&'static str],
    /// They are always the same and need not be given.
    pub(super) fixed: &'static [(&'static str, &'static str)],
}

impl Dimensions {
    /// Every name that may be written.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.either).chain(self.detail).copied()
    }
}

/// One signal of a preset.
#[derive(Clone, Copy, Debug)]
pub(super) struct PresetSignal {
    /// What `without` and `others` call it.
    pub(super) key: &'static str,
    /// The label of its row.
    pub(super) label: &'static str,
    pub(super) shape: Shape<'static>,
    pub(super) statistic: &'static str,
    pub(super) unit: Unit,
    pub(super) look: Option<Threshold>,
    pub(super) bad: Option<Threshold>,
    pub(super) missing: Missing,
    /// It exists only when this dimension is given.
    pub(super) when: Option<&'static str>,
}

/// How a value comes from metrics, by their names.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape<'n> {
    /// One metric.
    Value(&'n str),
    /// A percentage of a whole.
    Share(&'n str, &'n str),
    /// So many of so many.
    Of(&'n str, &'n str),
    /// An alarm, named by the dimension `AlarmName`.
    Alarm,
}

/// Seconds between the points of every preset.
pub(super) const PERIOD: u32 = 60;

/// Finds a preset by name, or says which one was probably meant.
pub(super) fn find(name: &str) -> Result<&'static Preset, String> {
    PRESETS.iter().find(|preset| preset.name == name).ok_or_else(|| {
        let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        format!("\"{name}\" is no preset{}", suggest(name, &names, "there are"))
    })
}
