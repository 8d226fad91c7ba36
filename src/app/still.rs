//! The picture that stands still: of the moment it was frozen at, or of a minute of the last hour.
//!
//! Reading goes on beneath it, and nothing is done from it.

use jiff::Timestamp;

use super::App;
use crate::model::World;
use crate::plan::event::Entry;
use crate::plan::progress::Progress;
use crate::ui::view::Still;

/// The picture, and of when it is.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    of: Still,
    pub(super) world: World,
    pub(super) run: Option<Progress>,
    pub(super) journal: Vec<Entry>,
}

impl App {
    /// Follows the view: takes the picture that it wants, and lets it go when it wants none.
    pub(super) fn keep_still(&mut self, now: Timestamp) {
        self.past.note(&self.world, now);
        self.view.oldest = self.past.oldest();
        let Some(wanted) = self.view.still else {
            self.picture = None;
            return;
        };
        if self.picture.as_ref().is_some_and(|picture| picture.of == wanted) {
            return;
        }
        let again = match wanted {
            Still::Frozen(_) => None,
            Still::Replay(at) => self.replayed(at),
        };
        let picture = again.unwrap_or_else(|| Picture {
            of: Still::Frozen(now),
            world: self.world.clone(),
            run: self.run.clone(),
            journal: self.journal.clone(),
        });
        // What is kept is of some moment up to a minute before the one that was asked for.
        self.view.still = Some(picture.of);
        self.picture = Some(Box::new(picture));
    }

    /// All as it was at a minute of the last hour.
    fn replayed(&self, at: Timestamp) -> Option<Picture> {
        let (world, at) = self.past.world(&self.world, at)?;
        let journal: Vec<Entry> = self.journal.iter().filter(|entry| entry.at <= at).cloned().collect();
        let of_run = |entry: &&Entry| self.run.as_ref().is_some_and(|run| run.run == entry.run);
        let lines: Vec<Entry> = journal.iter().filter(of_run).cloned().collect();
        Some(Picture { of: Still::Replay(at), world, run: Progress::replay(&lines).ok(), journal })
    }
}
