//! Which pane and row is not ok, and the way round such places.
//!
//! Rows are counted as the panes count them: links, controls, Regions, steps. The hint bar asks for this with every
//! frame, so it computes no more than it needs.

use super::{Facts, Pane, View};
use crate::model::verdict::{self, Lamp};
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
        list(facts)
    }
}

/// The pane and row of each thing that is not ok, in the order of the panes.
#[must_use]
pub fn list(facts: &Facts<'_>) -> Vec<(Pane, usize)> {
    let (world, now) = (facts.world, facts.now);
    let mut found = Vec::new();
    if verdict::regions(world, now).iter().any(|region| region.lamp != Lamp::Ok) {
        found.push((Pane::Regions, 0));
    }
    let links = verdict::links(world, now);
    found.extend(rows(Pane::Replication, &links, |link| link.live && link.lamp != Lamp::Ok));
    let controls = verdict::controls(world, now);
    found.extend(rows(Pane::Traffic, &controls, |control| control.split || control.state.is_none()));
    let regions = world.topology().regions.iter();
    let orders: Vec<_> = regions.filter_map(|region| verdict::orders(world, &region.name, now)).collect();
    found.extend(rows(Pane::Orders, &orders, |orders| orders.lamp != Lamp::Ok));
    if let Some(run) = facts.run.filter(|run| run.is_open()) {
        let held = run.held();
        found.extend(rows(Pane::Plan, &run.plan.steps, |step| held.contains(&step.id)));
    }
    found
}

fn rows<T>(pane: Pane, rows: &[T], is: impl Fn(&T) -> bool) -> Vec<(Pane, usize)> {
    rows.iter().enumerate().filter(|(_, row)| is(row)).map(|(at, _)| (pane, at)).collect()
}
