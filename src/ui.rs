//! The screen: draws one frame from what is known, and turns keys into actions.
//!
//! It cannot fail and it cannot wait: it never reads a clock, a channel or AWS, and draws at any size.
//! State is words and shapes first; colour comes from the theme by role and is never the only carrier.

pub mod view;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::World;
use crate::model::reading::Identity;
use crate::plan::event::Entry;
use crate::plan::progress::Progress;

/// Everything one frame is drawn from.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// What is known.
    pub world: &'a World,
    /// The time the frame is of; frozen while the screen is frozen.
    pub now: Timestamp,
    /// What the console itself is and does.
    pub console: &'a Console,
    /// The run that is shown, if there is one.
    pub run: Option<&'a Progress>,
    /// The newest journal lines, oldest first.
    pub journal: &'a [Entry],
    /// Where the operator is on the screen.
    pub view: &'a view::View,
}

/// What the console itself is and does, for the header.
#[derive(Clone, Debug, PartialEq)]
pub struct Console {
    /// What it may do.
    pub mode: Mode,
    /// A drill is going on.
    pub drill: bool,
    /// The world is simulated.
    pub simulated: bool,
    /// Who we are, once it is known.
    pub identity: Option<Identity>,
    /// Who may act, in words: `this host only`, `you`, `free`, `maria since 14:01`.
    pub conch: String,
    /// Calls an hour at the current cadence.
    pub calls_per_hour: f64,
    /// What they cost, dollars a month.
    pub dollars_per_month: f64,
    /// The operator's time zone for the local clock; UTC is always shown.
    pub zone: TimeZone,
}

/// What the console may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Only reads leave.
    Watch,
    /// Acting is allowed until this time.
    Armed {
        /// When it goes back to watching by itself.
        until: Timestamp,
    },
    /// A run is in flight.
    Running,
}

impl Mode {
    /// The word in the header.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Watch => "WATCH",
            Self::Armed { .. } => "ARMED",
            Self::Running => "RUNNING",
        }
    }
}
