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
    /// The border of a dialog that acts, in production.
    BorderProduction,
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
    /// The line that says that all is well.
    LampOkText,
    /// The line that says what is worth a look.
    LampLookText,
    /// The line that says what is bad.
    LampBadText,
    /// The line that says what is not known.
    LampUnknownText,
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
    pub const ALL: [Self; 33] = [
        Self::Text,
        Self::Muted,
        Self::Stale,
        Self::Title,
        Self::Border,
        Self::BorderFocus,
        Self::BorderProduction,
        Self::Selection,
        Self::LampOk,
        Self::LampLook,
        Self::LampBad,
        Self::LampUnknown,
        Self::LampOkText,
        Self::LampLookText,
        Self::LampBadText,
        Self::LampUnknownText,
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
        self.entry().0
    }

    /// What is drawn in it, in a few words.
    #[must_use]
    pub fn about(self) -> &'static str {
        self.entry().1
    }

    fn entry(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("text", "plain text and numbers"),
            Self::Muted => ("text.muted", "text of less weight: labels, units, ages"),
            Self::Stale => ("text.stale", "a number that is old"),
            Self::Title => ("title", "the title of a pane or dialog"),
            Self::Border => ("border", "the border of a pane"),
            Self::BorderFocus => ("border.focus", "the border of the pane or dialog that has the focus"),
            Self::BorderProduction => {
                ("border.production", "the border of a dialog that acts, in production")
            }
            Self::Selection => ("selection", "the selected row or button"),
            Self::LampOk => ("lamp.ok", "as it should be"),
            Self::LampLook => ("lamp.look", "worth a look"),
            Self::LampBad => ("lamp.bad", "bad"),
            Self::LampUnknown => ("lamp.unknown", "not known"),
            Self::LampOkText => ("lamp.ok.text", "the line that says that all is well"),
            Self::LampLookText => ("lamp.look.text", "the line that says what is worth a look"),
            Self::LampBadText => ("lamp.bad.text", "the line that says what is bad"),
            Self::LampUnknownText => ("lamp.unknown.text", "the line that says what is not known"),
            Self::ModeWatch => ("mode.watch", "the word `WATCH`"),
            Self::ModeArmed => ("mode.armed", "the word `ARMED`"),
            Self::ModeRunning => ("mode.running", "the word `RUNNING`"),
            Self::ModeDrill => ("mode.drill", "the word `DRILL`"),
            Self::ModeSimulated => ("mode.simulated", "the word `SIMULATED`"),
            Self::Env => ("env", "the environment word"),
            Self::EnvProduction => ("env.production", "the environment word of production"),
            Self::Hint => ("hint", "what a key does, in the hint bar"),
            Self::HintKey => ("hint.key", "the key, in the hint bar"),
            Self::Chart => ("chart", "the line of a chart"),
            Self::ChartMark => ("chart.mark", "a mark on a chart: an act, a limit"),
            Self::Danger => ("danger", "what may be lost or cannot be undone"),
            Self::Input => ("input", "what the operator types"),
            Self::Proved => ("rung.proved", "a rung that the world shows"),
            Self::Open => ("rung.open", "a rung that is not there yet"),
            Self::Blind => ("rung.blind", "a rung that cannot be seen"),
            Self::Frozen => ("frozen", "the word `FROZEN`"),
        }
    }

    /// Its name, then the name before each dot from the right: `lamp.bad.text`, `lamp.bad`, `lamp`.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        std::iter::successors(Some(self.name()), |name| name.rsplit_once('.').map(|(parent, _)| parent))
    }
}
