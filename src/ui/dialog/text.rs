//! Dialogs of text: how far they scroll, and what of them is copied.
//!
//! They lead to nothing.

use ratatui::layout::Rect;

use super::{Dialog, Moment, Reply, Scroll, page};
use crate::model::topology::Topology;
use crate::plan::{Plan, script};
use crate::ui::action::Action;
use crate::ui::clip::Clip;
use crate::ui::drawing::Drawing;
use crate::ui::theme::{Glyphs, Theme};
use crate::ui::{Pen, panes};

impl Dialog {
    /// The equal AWS CLI lines of a plan, with what must be seen.
    #[must_use]
    pub fn cli(plan: &Plan, topology: &Topology) -> Self {
        Self::Cli { lines: script::lines(plan, topology), scroll: Scroll::default() }
    }

    /// What it shows, to be copied; only of dialogs of text.
    #[must_use]
    pub fn clip(&self, moment: &Moment<'_>) -> Option<Clip> {
        match self {
            Self::Cli { lines, .. } => Clip::new("the AWS CLI lines", lines),
            Self::Detail(_) => {
                let size = moment.size();
                let screen = Rect::new(0, 0, size.width, size.height);
                let scene = moment.facts.scene(moment.view);
                let drawing = Drawing::new(&scene);
                let body = detail(&drawing.pen(&Theme::plain(), &Glyphs::unicode()), screen);
                Clip::new("the detail", &page::words(&body))
            }
            _ => None,
        }
    }

    pub(super) fn scroll(&mut self, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        let Some(action) = action else { return Reply::Stay };
        let lines = match self {
            Self::Detail(_) => detail_height(moment),
            Self::Cli { lines, .. } => page::height(lines, moment.size()),
            _ => return Reply::Stay,
        };
        if let Self::Detail(scroll) | Self::Cli { scroll, .. } = self {
            scroll.on(action, lines, page::room(moment.size()));
        }
        Reply::Stay
    }
}

pub(super) fn detail(pen: &Pen<'_>, screen: Rect) -> Vec<page::Para> {
    let lines = panes::detail(pen, screen);
    if lines.is_empty() {
        return vec![page::Para::new("There is nothing in this pane.")];
    }
    lines.into_iter().map(page::Para::line).collect()
}

/// How many lines the detail takes; it is counted in ASCII, which is never the shorter set.
fn detail_height(moment: &Moment<'_>) -> usize {
    let size = moment.size();
    let screen = Rect::new(0, 0, size.width, size.height);
    let scene = moment.facts.scene(moment.view);
    let drawing = Drawing::new(&scene);
    page::lines(&detail(&drawing.pen(&Theme::plain(), &Glyphs::ascii()), screen), size, page::room(size))
}
