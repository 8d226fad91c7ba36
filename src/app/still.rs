//! The picture that stands still: of the moment it was frozen at, or of a minute of the last hour.
//!
//! Reading goes on beneath it, and nothing is done from it.

use jiff::Timestamp;

use super::App;
use crate::model::World;
use crate::plan::event::Entry;
use crate::plan::progress::Progress;

/// The picture.
#[derive(Clone, Debug)]
pub(super) struct Frozen {
    at: Timestamp,
    pub(super) world: World,
    pub(super) run: Option<Progress>,
    pub(super) journal: Vec<Entry>,
}

impl App {
    /// Follows the view: takes the picture that it wants, and lets it go when it wants none.
    pub(super) fn keep_still(&mut self, now: Timestamp) {
        self.past.note(&self.world, now);
        self.view.oldest = self.past.oldest();
        let Some(at) = self.view.frozen else {
            self.frozen = None;
            return;
        };
        if self.frozen.as_ref().is_some_and(|still| still.at == at) {
            return;
        }
        let still = if self.view.replays { self.replayed(at) } else { None };
        let still = still.unwrap_or_else(|| Frozen {
            at,
            world: self.world.clone(),
            run: self.run.clone(),
            journal: self.journal.clone(),
        });
        // What is kept is of some moment up to a minute before the one that was asked for.
        self.view.frozen = Some(still.at);
        self.frozen = Some(Box::new(still));
    }

    /// All as it was at a minute of the last hour.
    fn replayed(&self, at: Timestamp) -> Option<Frozen> {
        let (world, at) = self.past.world(&self.world, at)?;
        let journal: Vec<Entry> = self.journal.iter().filter(|entry| entry.at <= at).cloned().collect();
        let of_run = |entry: &&Entry| self.run.as_ref().is_some_and(|run| run.run == entry.run);
        let lines: Vec<Entry> = journal.iter().filter(of_run).cloned().collect();
        Some(Frozen { at, world, run: Progress::replay(&lines).ok(), journal })
    }
}
