//! Says of a run that is followed line by line when a step takes longer than it should: the journal has no line for it.
//!
//! Each word is said once for each step and try; it never touches the run.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::verdict;
use crate::plan::progress::{Pace, Progress};
use crate::plan::{Step, StepId};

/// What was said already.
#[derive(Debug, Default)]
pub(super) struct Slow {
    said: BTreeMap<StepId, Pace>,
}

impl Slow {
    /// One line for each step that became late or stuck since the last look.
    pub(super) fn news(&mut self, run: &Progress, now: Timestamp) -> Vec<String> {
        let mut news = Vec::new();
        for step in &run.plan.steps {
            let pace = run.pace(step, now);
            let before = self.said.insert(step.id, pace).unwrap_or(Pace::InTime);
            if pace > before {
                news.push(line(run, step, pace, now));
            }
        }
        news
    }
}

fn line(run: &Progress, step: &Step, pace: Pace, now: Timestamp) -> String {
    let taken = run.steps.get(&step.id).map(|at| verdict::age(run.began(step, at), now)).unwrap_or_default();
    let runs = run.plan.runs(step.id).map_or_else(String::new, |runs| format!(" of {runs} runs"));
    let (p95, deadline) = (verdict::limit_text(step.usual.p95), verdict::limit_text(step.deadline));
    let against = match pace {
        Pace::Stuck => format!("it holds at {deadline}"),
        Pace::Late | Pace::InTime => format!("p95 {p95}{runs}"),
    };
    format!("{pace:<8} step {} {}: {}, {against}", step.id, step.title, verdict::span(taken))
}
