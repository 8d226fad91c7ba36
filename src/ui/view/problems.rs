//! The way round the places of the screen that are not ok, or marked.
//!
//! Which are not ok says the digest of the moment; nothing here judges.

use super::{Facts, Pane, View};
use crate::ui::digest::Digest;
use crate::ui::panes;

/// Which way to go round.
#[derive(Clone, Copy)]
pub(super) enum Way {
    On,
    Back,
}

impl View {
    pub(super) fn next_problem(&mut self, facts: &Facts<'_>, way: Way) {
        self.go_round(&self.problems(facts), way, facts);
    }

    /// Goes to the next of these places, round and round.
    pub(super) fn go_round(&mut self, places: &[(Pane, usize)], way: Way, facts: &Facts<'_>) {
        let selected = panes::selected(&facts.scene(self), self.screen(), self.pane);
        let here = (self.pane, selected.unwrap_or_default());
        let next = match way {
            Way::On => places.iter().find(|place| **place > here).or(places.first()),
            Way::Back => places.iter().rev().find(|place| **place < here).or(places.last()),
        };
        let Some((pane, row)) = next else { return };
        self.pane = *pane;
        self.rows.insert(*pane, *row);
        if panes::rows(&facts.scene(self), self.screen(), *pane).contains(row) {
            return;
        }
        if let Some(filter) = self.filters.remove(pane) {
            self.say(&format!("the filter /{} hid it and is gone", filter.text()));
        }
    }

    /// The pane and row of each thing that is not ok, in the order of the panes.
    #[must_use]
    pub fn problems(&self, facts: &Facts<'_>) -> Vec<(Pane, usize)> {
        let Facts { world, now, run, .. } = *facts;
        Digest::of(world, now).with(run, world, now).problems
    }
}
