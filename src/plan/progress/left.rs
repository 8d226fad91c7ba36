//! What of a run has not left yet: what a run that is taken up again may still send.
//!
//! It looks at the steps only; whether anything is sent is for `decide`.

use super::{Progress, StepProgress, StepState};
use crate::plan::event::{Answer, Decision};
use crate::plan::{Plan, Step};

impl Progress {
    /// Writes that the run may still send without another decision of a person: those that never left, and those
    /// that may be sent again. Steps on hold are not among them; each asks for a decision of its own.
    #[must_use]
    pub fn may_send(&self) -> Vec<&Step> {
        if self.aborted.is_some() || !self.is_open() {
            return Vec::new();
        }
        self.writes(|at| never_left(at) || again(at))
    }

    /// The plan without what has left, ended or makes no write.
    #[must_use]
    pub fn unsent(&self) -> Plan {
        let steps = self.writes(never_left).into_iter().cloned().collect();
        Plan { steps, ..self.plan.clone() }
    }

    fn writes(&self, wanted: impl Fn(&StepProgress) -> bool) -> Vec<&Step> {
        let is_wanted =
            |step: &&Step| step.operation().is_some() && self.steps.get(&step.id).is_some_and(&wanted);
        self.plan.steps.iter().filter(is_wanted).collect()
    }
}

fn never_left(at: &StepProgress) -> bool {
    let sends = match &at.state {
        StepState::Waiting | StepState::Intended => true,
        StepState::Deciding(decision) => matches!(decision, Decision::Retry | Decision::Undo),
        StepState::Sent | StepState::Proving | StepState::Done(_) => false,
    };
    sends && at.maybe.is_none()
}

/// Its write left, and what came back was no yes.
fn again(at: &StepProgress) -> bool {
    match &at.state {
        StepState::Waiting | StepState::Done(_) => false,
        StepState::Intended | StepState::Sent => true,
        StepState::Proving => at.answer.as_ref().is_some_and(|a| !matches!(a, Answer::Accepted { .. })),
        StepState::Deciding(decision) => matches!(decision, Decision::Retry | Decision::Undo),
    }
}
