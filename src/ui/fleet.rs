//! The fleet view: one row a workload, the one in most trouble first, and the panel that names a workload before its
//! console is opened.
//!
//! It acts on nothing. What is selected is a workload and not a line, so that rows which change places never change
//! what a key is about. What keys mean is what the one table and the operator's own keys say.

mod draw;
mod help;
mod row;

pub use draw::draw;
pub use row::Row;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::action::Action;
use super::chord::{Chord, Struck};
use super::dialog::{Reply, Scroll, Sift, moved};
use super::filter::Filter;
use super::key::{Input, Key};
use super::keymap::{Context, Keymap};
use super::view::Size;
use crate::model::verdict::Lamp;

/// What the operator wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The console of the workload with this place in the config folder.
    Open(usize),
    /// The shell of the terminal, until it is told to go on.
    Suspend,
    /// To leave.
    Quit,
}

/// Where the operator is in the fleet view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fleet {
    /// The place of the selected workload in the config folder; the first that is shown until one is, and when it is
    /// hidden.
    selected: Option<usize>,
    /// Which workloads are shown.
    filter: Option<Filter>,
    /// What keys are about.
    mode: Mode,
    /// The keys are shown over the list, scrolled so far.
    help: Option<Scroll>,
    keymap: Arc<Keymap>,
    size: Size,
    /// Keys that more must follow, until a time.
    chord: Chord,
    /// What is wrong with the file of keys, until it is mended.
    complaint: Option<String>,
    /// A word to the operator, until a time.
    said: Option<(String, Timestamp)>,
    /// The newest time of the operator's clock.
    at: Timestamp,
}

/// What keys are about in the fleet view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// The rows.
    #[default]
    Rows,
    /// The filter, as it is typed.
    Filter(Sift),
    /// Enter opens the workload that is named.
    Naming(usize),
    /// Leaving was asked for while runs are in flight.
    Leaving,
}

/// How long a word to the operator stays.
const SAID: Duration = Duration::from_secs(6);

impl Fleet {
    /// Goes by these keys from now on.
    pub fn bind(&mut self, keymap: Arc<Keymap>) {
        self.keymap = keymap;
    }

    /// Keeps saying what is wrong with the file of keys, or is done with it.
    pub fn complain(&mut self, line: Option<String>) {
        self.complaint = line;
    }

    /// The places of the workloads that are shown: the one in most trouble first, then those with a run in flight,
    /// then by name.
    #[must_use]
    pub fn order(&self, rows: &[Row]) -> Vec<usize> {
        let lets = |row: &Row| self.filter.as_ref().is_none_or(|filter| filter.lets(&row.words()));
        let mut shown: Vec<usize> = (0..rows.len()).filter(|at| rows.get(*at).is_some_and(lets)).collect();
        let key = |at: &usize| {
            rows.get(*at).map(|row| {
                let runs = row.run.is_some();
                (std::cmp::Reverse((row.worst, runs)), row.workload.clone())
            })
        };
        shown.sort_by_key(key);
        shown
    }

    /// The place of the selected workload.
    #[must_use]
    pub fn selected(&self, rows: &[Row]) -> Option<usize> {
        let order = self.order(rows);
        order.iter().find(|at| Some(**at) == self.selected).or(order.first()).copied()
    }

    /// Comes back from a workload's console.
    pub fn back_from(&mut self, at: usize) {
        (self.selected, self.mode) = (Some(at), Mode::Rows);
    }

    /// Lets time pass: what expires on the screen expires here.
    pub fn tick(&mut self, at: Timestamp) {
        self.at = at;
        self.said.take_if(|(_, until)| *until <= at);
        self.chord.expire(at);
    }

    /// Something on the screen runs out by the second.
    #[must_use]
    pub fn counts_down(&self) -> bool {
        self.said.is_some() || self.chord.begun().is_some()
    }

    /// Says one line in place of the hints for a few seconds.
    pub fn say(&mut self, text: &str) {
        let until = self.at.saturating_add(SAID).unwrap_or(Timestamp::MAX);
        self.said = Some((text.to_owned(), until));
    }

    /// Takes one input in at a time of the operator's clock; what is wanted comes back.
    pub fn on(&mut self, input: &Input, at: Timestamp, rows: &[Row]) -> Option<Ask> {
        self.tick(at);
        if let Input::Resize { width, height } = input {
            self.size = Size { width: *width, height: *height };
        }
        if self.help.is_some() {
            return self.in_help(input, rows);
        }
        if let Mode::Filter(sift) = &mut self.mode {
            let action = match input {
                Input::Key(key) => self.keymap.resolve(*key, Context::Typing),
                _ => None,
            };
            match action {
                Some(Action::Help) => self.help = Some(Scroll::default()),
                Some(Action::Suspend) => return Some(Ask::Suspend),
                _ => {
                    let reply = sift.on(input, action);
                    self.sift(reply);
                }
            }
            return None;
        }
        let Input::Key(key) = input else { return None };
        match self.mode {
            Mode::Naming(named) => {
                self.mode = Mode::Rows;
                let opens = self.keymap.resolve(*key, Context::Buttons) == Some(Action::Choose);
                opens.then_some(Ask::Open(named))
            }
            Mode::Leaving => {
                self.mode = Mode::Rows;
                let leaves = self.keymap.resolve(*key, Context::Fleet).is_some_and(is_leaving);
                leaves.then_some(Ask::Quit)
            }
            _ => self.key(*key, rows),
        }
    }

    fn sift(&mut self, reply: Reply) {
        if let Reply::Sift { text, done } = reply {
            self.filter = Filter::new(&text);
            if done {
                self.mode = Mode::Rows;
            }
        }
    }

    fn key(&mut self, key: Key, rows: &[Row]) -> Option<Ask> {
        match self.chord.strike(key, (&self.keymap, Context::Fleet), self.at) {
            Struck::Means(action, by) => self.press(action, &by, rows),
            Struck::Nothing(_) | Struck::Waits => None,
        }
    }

    fn press(&mut self, action: Action, by: &str, rows: &[Row]) -> Option<Ask> {
        if let Some(why) = self.off(action, rows) {
            self.say(&format!("{by} is off: {why}"));
            return None;
        }
        match action {
            Action::Choose => self.mode = self.selected(rows).map_or(Mode::Rows, Mode::Naming),
            Action::Filter => {
                // Another workload is looked for, not a part of what was looked for before.
                (self.filter, self.mode) = (None, Mode::Filter(Sift::new("")));
            }
            Action::Back => self.filter = None,
            Action::NextProblem => self.next_problem(rows, |order| order),
            Action::PreviousProblem => self.next_problem(rows, |mut order| {
                order.reverse();
                order
            }),
            Action::Help => self.help = Some(Scroll::default()),
            Action::Suspend => return Some(Ask::Suspend),
            action if is_leaving(action) => {
                if rows.iter().all(|row| row.run.is_none()) {
                    return Some(Ask::Quit);
                }
                self.mode = Mode::Leaving;
            }
            action => self.step(action, rows),
        }
        None
    }

    /// Why an action does nothing now; `None` when it works.
    #[must_use]
    pub fn off(&self, action: Action, rows: &[Row]) -> Option<String> {
        let shown = self.order(rows);
        let wrong = |at: &usize| rows.get(*at).is_some_and(|row| row.worst != Lamp::Ok);
        let why = match action {
            Action::Choose if shown.is_empty() => "no workload is shown",
            Action::NextProblem | Action::PreviousProblem if !shown.iter().any(wrong) => {
                "nothing is wrong that can be seen"
            }
            Action::Back if self.filter.is_none() => "no filter hides a workload",
            _ => return None,
        };
        Some(why.to_owned())
    }

    fn step(&mut self, action: Action, rows: &[Row]) {
        let order = self.order(rows);
        let selected = self.selected(rows);
        let here = order.iter().position(|at| Some(*at) == selected).unwrap_or_default();
        let page = usize::from(self.size.height / 2).max(1);
        if let Some(at) = order.get(moved(here, order.len(), page, action)) {
            self.selected = Some(*at);
        }
    }

    /// Goes to the next workload that is not ok, round and round, in the order that `way` makes of the list.
    fn next_problem(&mut self, rows: &[Row], way: impl Fn(Vec<usize>) -> Vec<usize>) {
        let order = way(self.order(rows));
        let selected = self.selected(rows);
        let here = order.iter().position(|at| Some(*at) == selected).unwrap_or_default();
        let wrong = |at: &&usize| rows.get(**at).is_some_and(|row| row.worst != Lamp::Ok);
        let mut round = order.iter().skip(here + 1).chain(&order);
        self.selected = round.find(wrong).copied().or(self.selected);
    }
}

fn is_leaving(action: Action) -> bool {
    matches!(action, Action::Quit | Action::Interrupt)
}

/// The worst lamp first.
const LAMPS: [Lamp; 4] = [Lamp::Bad, Lamp::Look, Lamp::Unknown, Lamp::Ok];
