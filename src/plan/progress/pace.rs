//! How a step goes against its usual time: in time, late, or stuck.
//!
//! It judges nothing but time: a step that is late may be well, and nothing follows from it but a word.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::{Progress, StepProgress};
use crate::model::verdict;
use crate::plan::Step;

/// A step that has used so many percent of its deadline will hold soon.
const NEAR: u32 = 80;

/// How a step goes against its usual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pace {
    /// It is not under way, or takes no longer than most runs did.
    InTime,
    /// It takes longer than nearly every run did: past its p95.
    Late,
    /// Its deadline is near or over: then it holds.
    Stuck,
}

impl Pace {
    /// The word for it; none while it is in time.
    #[must_use]
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::InTime => None,
            Self::Late => Some("late"),
            Self::Stuck => Some("stuck"),
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word().unwrap_or("in time"))
    }
}

impl Progress {
    /// When the current try of a step began: its needs were met, a person decided, or the run was taken up again.
    #[must_use]
    pub fn began(&self, step: &Step, at: &StepProgress) -> Timestamp {
        let first = at.started.unwrap_or_else(|| self.ready_at(step));
        first.max(at.decided.unwrap_or(first)).max(self.resumed.unwrap_or(first))
    }

    /// How a step goes against its usual time.
    #[must_use]
    pub fn pace(&self, step: &Step, now: Timestamp) -> Pace {
        let under_way = self.steps.get(&step.id).filter(|at| at.state.is_under_way());
        let Some(at) = under_way.filter(|_| self.is_open()) else { return Pace::InTime };
        let taken = verdict::age(self.began(step, at), now);
        if taken >= near(step.deadline) {
            Pace::Stuck
        } else if taken > step.usual.p95 {
            Pace::Late
        } else {
            Pace::InTime
        }
    }
}

fn near(deadline: Duration) -> Duration {
    deadline * NEAR / 100
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::model::fixture::{Scene, east, west};
    use crate::plan::event::{Entry, Event, RunId, Start};
    use crate::plan::progress::StepState;
    use crate::plan::{Intent, Playbook, StepId, playbook};

    #[test]
    fn a_step_is_late_past_its_p95_and_stuck_before_it_holds() {
        let scene = Scene::calm();
        let intent = Intent { playbook: Playbook::Failover, from: east(), to: west() };
        let plan = playbook::plan(&scene.world, &intent, scene.now).unwrap();
        let start = Start::new(("maria", "bastion"), None, String::new(), true);
        let event = Event::Started { plan, start };
        let (previous, hash) = (String::new(), String::new());
        let first = Entry { seq: 1, run: RunId("3f9a0c11".to_owned()), at: scene.now, event, previous, hash };
        let mut run = Progress::replay(&[first]).unwrap();
        let step = run.plan.step(StepId(2)).unwrap().clone();
        let after = |run: &Progress, seconds| run.pace(&step, scene.now + SignedDuration::from_secs(seconds));
        assert_eq!(after(&run, 9000), Pace::InTime, "it has not begun");
        let at = run.steps.get_mut(&step.id).unwrap();
        (at.state, at.started) = (StepState::Proving, Some(scene.now));
        assert_eq!(
            [180, 181, 479, 480].map(|s| after(&run, s)),
            [Pace::InTime, Pace::Late, Pace::Late, Pace::Stuck]
        );
        run.steps.get_mut(&step.id).unwrap().decided = Some(scene.now + SignedDuration::from_secs(400));
        assert_eq!(after(&run, 480), Pace::InTime, "a person tried again");
    }
}
