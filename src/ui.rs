//! The screen: draws one frame from what is known, and turns keys into actions.
//!
//! It cannot fail and it cannot wait: it never reads a clock, a channel or AWS, and draws at any size.
//! State is words and shapes first; colour comes from the theme by role and is never the only carrier.

pub mod action;
pub mod ansi;
pub mod chord;
pub mod clip;
pub mod command;
pub mod conch;
pub mod dialog;
pub mod digest;
mod drawing;
pub mod filter;
pub mod fleet;
pub mod guard;
mod header;
pub mod help;
pub mod hint;
pub mod key;
pub mod keymap;
pub mod layout;
pub mod panes;
pub mod plain;
mod small;
mod strain;
pub mod svg;
pub mod theme;
pub mod view;
pub mod widgets;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::model::World;
use crate::model::reading::Identity;
use crate::plan::event::Entry;
use crate::plan::history::History;
use crate::plan::progress::Progress;
use conch::{Abroad, Conch, Mirror};
use digest::Digest;
use layout::{Layout, Size};
use theme::{Glyphs, Role, Theme};

pub use drawing::Drawing;
pub use strain::{Alarm, Flow, Strain};

/// Everything one frame is drawn from.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// What is known.
    pub world: &'a World,
    /// The time it is. While the screen stands still, the frame is of [`view::View::still`] and this runs on.
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
    /// Who may act.
    pub conch: Conch,
    /// How far the shared copy of the journal is behind; none where none is kept.
    pub mirror: Option<Mirror>,
    /// The other process that drives the run, in words, while this console follows it.
    pub follows: Option<String>,
    /// The run of another host, while this console shows one.
    pub abroad: Option<Abroad>,
    /// Calls an hour at the current cadence.
    pub calls_per_hour: f64,
    /// What they cost, dollars a month.
    pub dollars_per_month: f64,
    /// What earlier runs on this ground tell.
    pub history: History,
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

/// What every part of one frame is drawn with.
#[derive(Clone, Copy)]
pub struct Pen<'a> {
    /// What the frame is drawn from; its time is the one the frame is of.
    pub scene: &'a Scene<'a>,
    /// The time it is, as clocks show it, also while the screen stands still.
    pub clock: Timestamp,
    /// What follows from it.
    pub digest: &'a Digest<'a>,
    /// The look by role.
    pub theme: &'a Theme,
    /// The shapes.
    pub glyphs: &'a Glyphs,
}

impl Pen<'_> {
    /// A piece of text in a role.
    pub fn span(&self, text: impl Into<String>, role: Role) -> Span<'static> {
        let text: String = text.into();
        Span::styled(self.glyphs.text(&text).into_owned(), self.style(role))
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }
}

/// Draws one frame over the whole buffer, at any size. A part that falls over is drawn as its error.
pub fn draw(scene: &Scene<'_>, theme: &Theme, glyphs: Glyphs, buf: &mut Buffer) {
    Drawing::draw(&Drawing::of(scene), theme, glyphs, buf);
}

fn draw_all(pen: &Pen<'_>, buf: &mut Buffer) {
    let screen = buf.area;
    buf.set_style(screen, pen.style(Role::Text));
    let layout = layout(pen, screen);
    if layout.size == Size::Words {
        guard::rows(pen, "the screen", screen, buf, |buf| small::words(pen, screen, buf));
    } else {
        guard::rows(pen, "the header", layout.header, buf, |buf| header::draw(pen, layout.header, buf));
        let line = layout.situation;
        guard::rows(pen, "the situation", line, buf, |buf| header::situation(pen, line, buf));
        for (pane, area) in &layout.panes {
            guard::pane(pen, *pane, *area, buf, |buf| panes::draw(pen, *pane, *area, buf));
        }
        let complaint = layout.complaint;
        guard::rows(pen, "the complaint", complaint, buf, |buf| hint::complaint(pen, complaint, buf));
        guard::rows(pen, "the hint bar", layout.hint, buf, |buf| hint::draw_advised(pen, layout.hint, buf));
    }
    guard::rows(pen, "the dialog", layout.hint, buf, |buf| dialog::draw_over(pen, buf));
    widgets::paint::keep_to(pen.glyphs, buf);
}

/// Lays out a frame.
fn layout(pen: &Pen<'_>, screen: Rect) -> Layout {
    // A pane that cannot count its rows is given a few.
    let need = |pane| guard::attempt(|| panes::need(pen, pane)).unwrap_or(6);
    Layout::of(screen, pen.scene.view, pen.scene.run.is_some(), &need)
}
