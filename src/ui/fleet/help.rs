//! The keys of the fleet view: its hints and its help, made from the one table.
//!
//! Nothing here is typed by hand but what an action does to a list of workloads.

use super::{Ask, Fleet, Mode, Row};
use crate::ui::action::{Action, TABLE};
use crate::ui::dialog::keys::FILTER;
use crate::ui::dialog::page::Para;
use crate::ui::help::{self, Listed};
use crate::ui::hint::Hint;
use crate::ui::key::Input;
use crate::ui::keymap::{Context, Own};

/// What the keys do here, where that is more than the table says.
const OWN: &[Own] = &[
    (&[Action::Choose], "open the console of the selected workload"),
    (&[Action::Filter], "show the workloads that hold a text; !text those that do not"),
    (&[Action::NextProblem], "go to the next workload that is not ok"),
    (&[Action::Back], "show all workloads"),
    (&[Action::Interrupt], "leave; asks first while a run is in flight"),
];

impl Fleet {
    /// Takes an input while the help is open.
    pub(super) fn in_help(&mut self, input: &Input, rows: &[Row]) -> Option<Ask> {
        let Input::Key(key) = input else { return None };
        match self.keymap.resolve(*key, Context::Text)? {
            Action::Back | Action::Interrupt | Action::Help => self.help = None,
            Action::Suspend => return Some(Ask::Suspend),
            action => {
                let (lines, room) = help::height(&self.keys(rows), self.size);
                if let Some(scroll) = &mut self.help {
                    scroll.on(action, lines, room);
                }
            }
        }
        None
    }

    /// Where keys are pressed now, the help aside.
    pub(super) fn place(&self) -> Context {
        if matches!(self.mode, Mode::Filter(_)) { Context::Typing } else { Context::Fleet }
    }

    /// The keys that work here and now, and why the others are off.
    pub(super) fn keys(&self, rows: &[Row]) -> Vec<Para> {
        let place = self.place();
        let own = if place == Context::Fleet { OWN } else { FILTER };
        help::listed(&self.keymap, place, |entry| {
            let off = self.off(entry.action, rows).filter(|_| place == Context::Fleet);
            // A line in the hint bar has nothing above and below it.
            let here = !matches!(entry.action, Action::SheetUp | Action::SheetDown);
            here.then(|| Listed { about: does(own, entry.action).unwrap_or(entry.about), off })
        })
    }

    /// The hints of the list, in the order of the table.
    pub(super) fn hints(&self, rows: &[Row]) -> Vec<Hint> {
        let keys = self.keymap.at(Context::Fleet);
        let here = TABLE.iter().filter(|entry| entry.places.contains(&Context::Fleet));
        here.filter(|entry| self.off(entry.action, rows).is_none())
            .filter_map(|entry| {
                let key = keys.all(entry.action).into_iter().next()?;
                let word = match (entry.action, self.keymap.label(entry.action)) {
                    (Action::Choose, _) => "open",
                    (Action::Back, _) => "show all",
                    (_, label) => label,
                };
                let shown = !word.is_empty();
                shown.then(|| Hint { key, word: word.to_owned(), weight: entry.priority })
            })
            .collect()
    }
}

fn does(own: &'static [Own], action: Action) -> Option<&'static str> {
    own.iter().find(|(actions, _)| actions.contains(&action)).map(|(_, does)| *does)
}
