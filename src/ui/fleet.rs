//! The fleet view: one row a workload, the one in most trouble first, and the panel that names a workload before its
//! console is opened.
//!
//! It acts on nothing. What is selected is a workload and not a line, so that rows which change places never change
//! what a key is about.

mod draw;
mod row;

pub use draw::draw;
pub use row::Row;

use super::key::{Code, Input, Key};
use crate::model::verdict::Lamp;

/// What the operator wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The console of the workload with this place in the config folder.
    Open(usize),
    /// To leave.
    Quit,
    /// The shell, for a while.
    Suspend,
}

/// Where the operator is in the fleet view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fleet {
    /// The place of the selected workload in the config folder; the first that is shown until one is, and when it is
    /// hidden.
    selected: Option<usize>,
    /// What the names must hold.
    filter: String,
    /// What keys mean.
    mode: Mode,
}

/// What keys mean in the fleet view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// They go from row to row.
    #[default]
    Rows,
    /// They write the filter.
    Filter,
    /// Enter opens the workload that is named.
    Naming(usize),
    /// Leaving was asked for while runs are in flight.
    Leaving,
    /// It was told to stop and does not; why.
    Staying(&'static str),
}

impl Fleet {
    /// The places of the workloads that are shown: the one in most trouble first, then those with a run in flight,
    /// then by name.
    #[must_use]
    pub fn order(&self, rows: &[Row]) -> Vec<usize> {
        let filter = self.filter.to_lowercase();
        let mut shown: Vec<usize> =
            (0..rows.len()).filter(|at| rows.get(*at).is_some_and(|row| row.matches(&filter))).collect();
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

    /// Says why it does not stop as it was told to, until the next key.
    pub fn stay(&mut self, why: &'static str) {
        self.mode = Mode::Staying(why);
    }

    /// Takes one input in; what is wanted comes back.
    pub fn on(&mut self, input: &Input, rows: &[Row]) -> Option<Ask> {
        let Input::Key(key) = input else { return None };
        if key.code == Code::Char('z') && key.ctrl {
            return Some(Ask::Suspend);
        }
        match self.mode {
            Mode::Rows => self.rows(*key, rows),
            Mode::Filter => {
                self.write(*key);
                None
            }
            Mode::Naming(at) => self.named(*key, at),
            Mode::Leaving => {
                self.mode = Mode::Rows;
                is_leaving(*key).then_some(Ask::Quit)
            }
            Mode::Staying(_) => {
                self.mode = Mode::Rows;
                None
            }
        }
    }

    fn rows(&mut self, key: Key, rows: &[Row]) -> Option<Ask> {
        if is_leaving(key) {
            if rows.iter().all(|row| row.run.is_none()) {
                return Some(Ask::Quit);
            }
            self.mode = Mode::Leaving;
            return None;
        }
        match key.code {
            Code::Char('j') | Code::Down => self.step(1, rows),
            Code::Char('k') | Code::Up => self.step(-1, rows),
            Code::Char('g') | Code::Home => self.step(isize::MIN, rows),
            Code::Char('G') | Code::End => self.step(isize::MAX, rows),
            Code::Char('/') => {
                self.filter.clear();
                self.mode = Mode::Filter;
            }
            Code::Esc => self.filter.clear(),
            Code::Enter => self.mode = self.selected(rows).map_or(Mode::Rows, Mode::Naming),
            _ => {}
        }
        None
    }

    fn step(&mut self, by: isize, rows: &[Row]) {
        let order = self.order(rows);
        let selected = self.selected(rows);
        let here = order.iter().position(|at| Some(*at) == selected).unwrap_or_default();
        let last = order.len().saturating_sub(1);
        if let Some(at) = order.get(here.saturating_add_signed(by).min(last)) {
            self.selected = Some(*at);
        }
    }

    fn write(&mut self, key: Key) {
        match key.code {
            Code::Enter => self.mode = Mode::Rows,
            Code::Esc => {
                self.filter.clear();
                self.mode = Mode::Rows;
            }
            Code::Backspace => drop(self.filter.pop()),
            Code::Char(letter) if !key.ctrl && !key.alt => self.filter.push(letter),
            _ => {}
        }
    }

    fn named(&mut self, key: Key, at: usize) -> Option<Ask> {
        self.mode = Mode::Rows;
        (key.code == Code::Enter).then_some(Ask::Open(at))
    }
}

fn is_leaving(key: Key) -> bool {
    key.code == Code::Char('q') && !key.ctrl || key.code == Code::Char('c') && key.ctrl
}

/// The worst lamp first.
const LAMPS: [Lamp; 4] = [Lamp::Bad, Lamp::Look, Lamp::Unknown, Lamp::Ok];
