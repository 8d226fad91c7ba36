//! The order of a playbook's steps: needs come first, nothing goes in circles, and traffic follows the writers.
//!
//! It refuses what cannot be ordered and says where; it never guesses what was meant.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds::{self, Does};
use crate::config::cursor::{Cursor, Placed};
use crate::config::problem::hint;
use crate::model::recipe::RecipeStep;

/// The steps in an order in which each step's needs come before it; `whole` when every step could be read.
pub(super) fn sorted(
    root: &Cursor<'_>,
    steps: Vec<Placed<RecipeStep>>,
    whole: bool,
) -> Option<Vec<RecipeStep>> {
    if root.has("steps") && steps.is_empty() && whole {
        root.refuse("steps", "a playbook needs at least one step");
        return None;
    }
    unique(root, &steps)?;
    if whole {
        needs(root, &steps)?;
    }
    let order = circle(root, &steps)?;
    late_writers(root, &steps);
    let mut steps: Vec<Option<RecipeStep>> = steps.into_iter().map(|step| Some(step.value)).collect();
    Some(order.into_iter().filter_map(|at| steps.get_mut(at)?.take()).collect())
}

fn unique(root: &Cursor<'_>, steps: &[Placed<RecipeStep>]) -> Option<()> {
    let mut fine = Some(());
    for (at, step) in steps.iter().enumerate() {
        if steps[..at].iter().any(|before| before.value.id == step.value.id) {
            root.sink.refuse(&step.place, format!("there is a step \"{}\" already", step.value.id));
            fine = None;
        }
    }
    fine
}

fn needs(root: &Cursor<'_>, steps: &[Placed<RecipeStep>]) -> Option<()> {
    let ids: Vec<&str> = steps.iter().map(|step| step.value.id.as_str()).collect();
    let mut fine = Some(());
    for step in steps {
        for need in step.value.needs.iter().filter(|need| !ids.contains(&need.as_str())) {
            let near = hint(need, ids.iter().copied());
            root.sink.refuse(&step.place, format!("needs \"{need}\", and there is no such step{near}"));
            fine = None;
        }
    }
    fine
}

/// The places of the steps in order; refuses those that wait for each other.
fn circle(root: &Cursor<'_>, steps: &[Placed<RecipeStep>]) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = Vec::new();
    loop {
        let placed = |id: &String| order.iter().any(|at| steps[*at].value.id == *id);
        let next =
            (0..steps.len()).find(|at| !order.contains(at) && steps[*at].value.needs.iter().all(placed));
        match next {
            Some(at) => order.push(at),
            None if order.len() == steps.len() => return Some(order),
            None => break,
        }
    }
    let left = (0..steps.len()).filter(|at| !order.contains(at));
    let round: Vec<&str> = left.clone().map(|at| steps[at].value.id.as_str()).collect();
    for at in left {
        root.sink.refuse(&steps[at].place, format!("these steps wait for each other: {}", round.join(", ")));
    }
    None
}

/// A step that moves traffic must come after every step that moves a writer (law 7).
fn late_writers(root: &Cursor<'_>, steps: &[Placed<RecipeStep>]) {
    let does = |step: &RecipeStep| kinds::find(&step.kind).map(|kind| kind.does);
    let by_id: BTreeMap<&str, &RecipeStep> =
        steps.iter().map(|step| (step.value.id.as_str(), &step.value)).collect();
    for step in steps.iter().filter(|step| does(&step.value) == Some(Does::MovesTraffic)) {
        let writers = steps.iter().filter(|other| does(&other.value) == Some(Does::MovesWriter));
        for writer in writers.filter(|writer| !follows(&step.value, &writer.value.id, &by_id)) {
            let what = format!(
                "moves traffic and does not need \"{}\", which moves a writer: traffic never moves before the writer has",
                writer.value.id
            );
            root.sink.refuse(&step.place, what);
        }
    }
}

/// A step needs another, by itself or through those that it needs.
fn follows(step: &RecipeStep, id: &str, by_id: &BTreeMap<&str, &RecipeStep>) -> bool {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = step.needs.iter().map(String::as_str).collect();
    while let Some(need) = open.pop() {
        if seen.insert(need) {
            open.extend(by_id.get(need).into_iter().flat_map(|before| &before.needs).map(String::as_str));
        }
    }
    seen.contains(id)
}
