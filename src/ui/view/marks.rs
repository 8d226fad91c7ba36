//! Marks: what was marked is found again wherever its row is, and one whose thing is gone says so.
//!
//! A mark is of a thing and never of a place, so that a filter, a sort or a new row moves none.

use super::{Facts, Pane, View, Way};
use crate::ui::panes::{self, Thing};

impl View {
    /// Marks what the selected row is about, or unmarks it.
    pub(super) fn mark(&mut self, facts: &Facts<'_>) {
        let scene = facts.scene(self);
        let Some(row) = panes::selected(&scene, self.screen(), self.pane) else { return };
        let things = panes::things(&scene, self.screen(), self.pane);
        let Some(thing) = things.into_iter().nth(row) else { return };
        let mark = (self.pane, thing);
        if !self.marks.remove(&mark) {
            self.marks.insert(mark);
        }
    }

    /// Goes to the next row that is marked, whatever its pane. Marks of what is there no more are told and done with.
    pub(super) fn next_mark(&mut self, facts: &Facts<'_>) {
        let (mut places, mut gone) = (Vec::new(), Vec::new());
        for pane in Pane::ALL {
            let marked: Vec<&Thing> =
                self.marks.iter().filter(|(at, _)| *at == pane).map(|(_, it)| it).collect();
            if marked.is_empty() {
                continue;
            }
            let things = panes::things(&facts.scene(self), self.screen(), pane);
            for thing in marked {
                match things.iter().position(|known| known == thing) {
                    Some(row) => places.push((pane, row)),
                    // At another width the same is told in other rows.
                    None if pane == Pane::Regions && thing.is_declared(facts.world.topology()) => {}
                    None => gone.push((pane, thing.clone())),
                }
            }
        }
        places.sort_unstable();
        self.go_round(&places, Way::On, facts);
        if let Some((_, thing)) = gone.first() {
            let more = if gone.len() > 1 { format!(", and {} more", gone.len() - 1) } else { String::new() };
            self.say(&format!("the mark of {thing} is gone with it{more}"));
        }
        self.marks.retain(|mark| !gone.contains(mark));
    }
}
