//! What is copied of the panes: a row, a pane, the AWS CLI lines.

use super::{Facts, Pane, View};
use crate::plan::script;
use crate::ui::action::Action;
use crate::ui::clip::Clip;
use crate::ui::dialog::{Dialog, Request, Scroll};
use crate::ui::drawing::Drawing;
use crate::ui::panes;
use crate::ui::theme::{Glyphs, Theme};

impl View {
    /// Copies what an action is about; what there is none of is said.
    pub(super) fn copy(&mut self, action: Action, facts: &Facts<'_>) -> Option<Request> {
        let clip = match action {
            Action::Cli => {
                let lines = self.cli(facts);
                let clip = Clip::new("the AWS CLI lines", &lines);
                if clip.is_some() {
                    self.dialog = Some(Dialog::Cli { lines, scroll: Scroll::default() });
                }
                clip
            }
            Action::CopyPane => Clip::new(self.pane.name(), &self.rows_as_text(facts, None)),
            _ => {
                let row = panes::selected(&facts.scene(self), self.screen(), self.pane);
                row.and_then(|row| Clip::new("the row", &self.rows_as_text(facts, Some(row))))
            }
        };
        if clip.is_none() {
            let what = if action == Action::Cli { "an AWS CLI line for this row" } else { "a row to copy" };
            self.say(&format!("there is not {what}"));
        }
        clip.map(Request::Copy)
    }

    fn rows_as_text(&self, facts: &Facts<'_>, row: Option<usize>) -> Vec<String> {
        panes::text(&facts.scene(self), self.screen(), self.pane, row)
    }

    /// The lines of the run in the panes that are about it, else those of the row, else again those of the run.
    fn cli(&self, facts: &Facts<'_>) -> Vec<String> {
        let run = || facts.run.map_or_else(Vec::new, |run| script::lines(&run.plan, facts.world.topology()));
        if matches!(self.pane, Pane::Plan | Pane::Journal) && facts.run.is_some() {
            return run();
        }
        let scene = facts.scene(self);
        let drawing = Drawing::new(&scene);
        let detail = panes::detail(&drawing.pen(&Theme::plain(), &Glyphs::unicode()), self.screen());
        let lines = detail.iter().map(ToString::to_string).filter(|line| line.starts_with("aws "));
        let lines: Vec<String> = lines.collect();
        if lines.is_empty() { run() } else { lines }
    }
}
