//! What is left out of the screen when the line to the terminal carries too little: charts first, clocks next.
//!
//! Lamps, the situation, dialogs and the echo of keys are never left out, and what is left out is said in the header.

use jiff::Timestamp;

use super::digest::Digest;
use super::{Mode, Scene};
use crate::model::verdict::Lamp;
use crate::plan::progress::StepState;

/// How much is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strain {
    /// Nothing.
    #[default]
    None,
    /// Charts and trends.
    NoCharts,
    /// These, and clocks tick slowly; readings that change no lamp wait for the next tick.
    SlowClocks,
}

impl Strain {
    /// One more thing is left out.
    #[must_use]
    pub fn more(self) -> Self {
        if self == Self::None { Self::NoCharts } else { Self::SlowClocks }
    }

    /// One less.
    #[must_use]
    pub fn less(self) -> Self {
        if self == Self::SlowClocks { Self::NoCharts } else { Self::None }
    }

    /// The words in the header, the longer first; none while nothing is left out.
    pub(super) fn words(self) -> Option<[&'static str; 2]> {
        match self {
            Self::None => None,
            Self::NoCharts => Some(["thin line: charts left out", "THIN LINE"]),
            Self::SlowClocks => Some(["thin line: charts left out, clocks slow", "THIN LINE"]),
        }
    }
}

/// How the screen goes with the line that carries it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flow {
    /// What clocks and ages show: the time of their last tick.
    pub ticked: Option<Timestamp>,
    /// What is left out.
    pub strain: Strain,
}

impl Flow {
    /// The time that clocks show when it is `now`; never one that lies ahead.
    #[must_use]
    pub fn clock(self, now: Timestamp) -> Timestamp {
        self.ticked.map_or(now, |ticked| ticked.min(now))
    }

    /// Charts and trends are drawn.
    #[must_use]
    pub fn charts(self) -> bool {
        self.strain == Strain::None
    }
}

/// All that must be seen at once, whatever the line carries.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    mode: (Mode, bool),
    lamps: Vec<Lamp>,
    steps: Vec<StepState>,
    paused: bool,
    trouble: bool,
    said: Option<String>,
}

impl Alarm {
    /// What it is in a scene, by the verdicts on it.
    pub(super) fn of(scene: &Scene<'_>, digest: &Digest<'_>) -> Self {
        let mode = match scene.console.mode {
            // The span that is left is a clock.
            Mode::Armed { .. } => Mode::Armed { until: Timestamp::UNIX_EPOCH },
            mode => mode,
        };
        let regions = digest.regions.iter().map(|region| region.verdict.lamp);
        let links = digest.links.iter().filter(|link| link.live).map(|link| link.lamp);
        let steps = scene.run.into_iter().flat_map(|run| run.steps.values()).map(|at| at.state.clone());
        Self {
            mode: (mode, scene.console.drill),
            lamps: std::iter::once(digest.situation.lamp).chain(regions).chain(links).collect(),
            steps: steps.collect(),
            paused: scene.run.is_some_and(|run| run.paused),
            trouble: scene.view.dialog.is_some(),
            said: scene.view.said().map(str::to_owned),
        }
    }
}
