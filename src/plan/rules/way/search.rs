//! The search over counts: the cheapest path by whole calls, each of which every rule lets through.
//!
//! It looks at every state that can be reached, so where it finds none there is none.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::classes::{Class, Classes, Counts, Logic};
use crate::model::reading::ControlState;
use crate::plan::rules::MAX_ENTRIES;

/// Regions moved that nobody wanted moved, then calls, then other controls beyond the wanted, then entries.
type Cost = (usize, usize, usize, usize);

/// The cheapest known path to each state: what it costs and the state before it.
type Best = BTreeMap<Counts, (Cost, Option<Counts>)>;

/// The cheapest path from the start to a state with all that is wanted, both ends included.
pub(super) fn shortest(classes: &Classes) -> Option<Vec<Counts>> {
    let states = every(classes);
    let start = classes.start();
    let mut best = Best::from([(start.clone(), (Cost::default(), None))]);
    let mut open = BinaryHeap::from([Reverse((Cost::default(), start))]);
    while let Some(Reverse((cost, at))) = open.pop() {
        if best.get(&at).is_some_and(|(known, _)| *known < cost) {
            continue;
        }
        if classes.is_there(&at) {
            return Some(path(&best, at));
        }
        for next in states.iter().filter(|next| **next != at && passes(classes, &at, next)) {
            let further = add(cost, step(classes, &at, next));
            if best.get(next).is_none_or(|(known, _)| further < *known) {
                best.insert(next.clone(), (further, Some(at.clone())));
                open.push(Reverse((further, next.clone())));
            }
        }
    }
    None
}

fn path(best: &Best, end: Counts) -> Vec<Counts> {
    let mut path = vec![end];
    while let Some((_, Some(before))) = path.last().and_then(|at| best.get(at)) {
        path.push(before.clone());
    }
    path.reverse();
    path
}

/// Every way in which the controls could stand.
fn every(classes: &Classes) -> Vec<Counts> {
    let mut all = vec![Counts::new()];
    for class in &classes.all {
        let with =
            |counts: Counts| class.counts().map(move |on| counts.iter().copied().chain([on]).collect());
        all = all.into_iter().flat_map(with).collect();
    }
    all
}

/// One update from these counts to those is let through.
fn passes(classes: &Classes, from: &[usize], to: &[usize]) -> bool {
    let entries: usize = from.iter().zip(to).map(|(before, after)| before.abs_diff(*after)).sum();
    entries <= MAX_ENTRIES && stays_on(classes, to) && classes.rules.iter().all(|rule| allows(rule, from, to))
}

/// A Region stays On in each panel, where there are any (law 6).
fn stays_on(classes: &Classes, to: &[usize]) -> bool {
    let carriers = || classes.all.iter().zip(to).filter_map(|(class, on)| Some((class.carries?, *on)));
    carriers().all(|(panel, _)| carriers().any(|(other, on)| other == panel && on > 0))
}

fn allows(rule: &Logic, from: &[usize], to: &[usize]) -> bool {
    if rule.held.iter().all(|class| from[*class] == to[*class]) {
        return true;
    }
    let judged = if rule.gates { from } else { to };
    let on: usize = rule.counted.iter().map(|class| judged[*class]).sum();
    (on >= rule.needed) != rule.inverted
}

fn step(classes: &Classes, from: &[usize], to: &[usize]) -> Cost {
    let mut cost = (0, 1, 0, 0);
    for ((class, before), after) in classes.all.iter().zip(from).zip(to) {
        let moved = before.abs_diff(*after);
        cost.3 += moved;
        if !is_wanted(class, *before, *after) {
            *(if class.carries.is_some() { &mut cost.0 } else { &mut cost.2 }) += moved;
        }
    }
    cost
}

fn is_wanted(class: &Class, before: usize, after: usize) -> bool {
    match class.wanted {
        Some(ControlState::On) => after > before,
        Some(ControlState::Off) => after < before,
        None => false,
    }
}

fn add(one: Cost, other: Cost) -> Cost {
    (one.0 + other.0, one.1 + other.1, one.2 + other.2, one.3 + other.3)
}
