//! The roles that a theme styles: the only words in which the screen asks for a look.
//!
//! A role never says what colour it is.

/// What a piece of the screen is, so that a theme can style it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(usize)]
pub enum Role {
    /// Plain text and numbers.
    Text,
    /// Text of less weight: labels, units, ages.
    Muted,
    /// A number that is old.
    Stale,
    /// The title of a pane or dialog.
    Title,
    /// The border of a pane.
    Border,
    /// The border of the pane or dialog that has the focus.
    BorderFocus,
    /// The selected row or button.
    Selection,
    /// As it should be.
    LampOk,
    /// Worth a look.
    LampLook,
    /// Bad.
    LampBad,
    /// Not known.
    LampUnknown,
    /// The word `WATCH`.
    ModeWatch,
    /// The word `ARMED`.
    ModeArmed,
    /// The word `RUNNING`.
    ModeRunning,
    /// The word `DRILL`.
    ModeDrill,
    /// The word `SIMULATED`.
    ModeSimulated,
    /// The environment word.
    Env,
    /// The environment word of production.
    EnvProduction,
    /// What a key does, in the hint bar.
    Hint,
    /// The key, in the hint bar.
    HintKey,
    /// The line of a chart.
    Chart,
    /// A mark on a chart: an action, a limit.
    ChartMark,
    /// What may be lost or cannot be undone.
    Danger,
    /// What the operator types.
    Input,
    /// A rung that the world shows.
    Proved,
    /// A rung that is not there yet.
    Open,
    /// A rung that cannot be seen.
    Blind,
    /// The word `FROZEN`.
    Frozen,
}

impl Role {
    /// Every role, in the order of the styles of a theme.
    pub const ALL: [Self; 28] = [
        Self::Text,
        Self::Muted,
        Self::Stale,
        Self::Title,
        Self::Border,
        Self::BorderFocus,
        Self::Selection,
        Self::LampOk,
        Self::LampLook,
        Self::LampBad,
        Self::LampUnknown,
        Self::ModeWatch,
        Self::ModeArmed,
        Self::ModeRunning,
        Self::ModeDrill,
        Self::ModeSimulated,
        Self::Env,
        Self::EnvProduction,
        Self::Hint,
        Self::HintKey,
        Self::Chart,
        Self::ChartMark,
        Self::Danger,
        Self::Input,
        Self::Proved,
        Self::Open,
        Self::Blind,
        Self::Frozen,
    ];

    /// Its name in a theme file; a style missing there is taken from the name before the last dot.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Muted => "text.muted",
            Self::Stale => "text.stale",
            Self::Title => "title",
            Self::Border => "border",
            Self::BorderFocus => "border.focus",
            Self::Selection => "selection",
            Self::LampOk => "lamp.ok",
            Self::LampLook => "lamp.look",
            Self::LampBad => "lamp.bad",
            Self::LampUnknown => "lamp.unknown",
            Self::ModeWatch => "mode.watch",
            Self::ModeArmed => "mode.armed",
            Self::ModeRunning => "mode.running",
            Self::ModeDrill => "mode.drill",
            Self::ModeSimulated => "mode.simulated",
            Self::Env => "env",
            Self::EnvProduction => "env.production",
            Self::Hint => "hint",
            Self::HintKey => "hint.key",
            Self::Chart => "chart",
            Self::ChartMark => "chart.mark",
            Self::Danger => "danger",
            Self::Input => "input",
            Self::Proved => "rung.proved",
            Self::Open => "rung.open",
            Self::Blind => "rung.blind",
            Self::Frozen => "frozen",
        }
    }

    /// Its name, then the name before each dot from the right: `lamp.bad`, `lamp`.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        std::iter::successors(Some(self.name()), |name| name.rsplit_once('.').map(|(parent, _)| parent))
    }
}
