//! People: what somebody says to a run that waits for them, as a scenario has it.
//!
//! They know what the journal tells, as a console does, and never reach into a run.

use std::time::Duration;

use jiff::Timestamp;
use pointsman::plan::event::{Decision, Entry};
use pointsman::plan::progress::{Progress, StepState};
use pointsman::plan::run::Command;
use pointsman::plan::{Action, Step};
use pointsman::sim::scenario::{Say, Scenario};

use super::stage::WHO;

/// The second person, who did not start the run.
const SECOND: &str = "ana";

/// So long somebody who is there takes to say what is waited for.
const THINKS: Duration = Duration::from_secs(7);

/// So long they wait before they say it again to a step that waits still.
const AGAIN: Duration = Duration::from_mins(1);

/// What is asked of a run by this word: it goes to the first step that waits for such a word.
pub(crate) fn said(run: &Progress, say: &Say) -> Option<Command> {
    run.plan.steps.iter().find_map(|step| said_to(run, step, say))
}

fn said_to(run: &Progress, step: &Step, say: &Say) -> Option<Command> {
    let at = run.steps.get(&step.id)?;
    let who = |usual: &str| say.who.clone().unwrap_or_else(|| usual.to_owned());
    let begun = at.state == StepState::Intended;
    match (&step.action, say.word.as_str()) {
        (Action::Approve(_), "approve") if begun => Some(Command::Approve {
            step: step.id,
            version: run.plan.version(),
            who: who(SECOND),
            host: "bastion-2".to_owned(),
        }),
        (Action::Note { .. }, "tick") if begun => Some(Command::Tick { step: step.id, who: who(WHO) }),
        (Action::Operate(_), word) => {
            let answers = at.awaits.as_ref()?.answers();
            let say = answers.into_iter().find(|answer| answer.word() == word)?;
            let decision = Decision::Tell { say };
            run.may_decide(step.id, &decision).ok()?;
            Some(Command::Decide { step: step.id, decision, who: who(WHO) })
        }
        _ => None,
    }
}

/// People who are there all along, and say what the scenario has them say as soon as a step waits for it: a run that
/// is cut off or disturbed is not where it was in the scenario's minutes.
pub(crate) struct People {
    words: Vec<Say>,
    run: Progress,
    due: Option<Timestamp>,
}

impl People {
    /// Whoever the scenario has speak, at a run that stands there.
    pub(crate) fn at(scenario: &Scenario, run: &Progress) -> Self {
        Self { words: scenario.say.clone(), run: run.clone(), due: None }
    }

    /// A line of the run.
    pub(crate) fn hear(&mut self, entry: &Entry) {
        self.run.apply(entry).unwrap();
    }

    fn would_say(&self) -> Option<Command> {
        self.words.iter().find_map(|word| said(&self.run, word))
    }

    /// How long until somebody speaks, if a step waits for a word.
    pub(crate) fn wait(&mut self, now: Timestamp) -> Option<Duration> {
        self.would_say()?;
        let due = *self.due.get_or_insert(now + THINKS);
        Some(Duration::try_from(due.duration_since(now)).unwrap_or_default())
    }

    /// What is said now.
    pub(crate) fn speak(&mut self, now: Timestamp) -> Option<Command> {
        let command = self.would_say();
        self.due = command.as_ref().map(|_| now + AGAIN);
        command
    }
}
