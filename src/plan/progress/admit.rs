//! Which event may follow what came before it, in words when it may not.
//!
//! It judges order only; whether an event is wise is for `decide` and for people.

use super::{Progress, StepProgress, StepState};
use crate::plan::event::{Answer, Decision, End, Event, Outcome};
use crate::plan::operation::{Operation, Signal};
use crate::plan::{Action, Rung, Step, StepId};

impl Progress {
    /// Whether the event may come next; the error says why not.
    ///
    /// # Errors
    /// When it cannot follow what came before it.
    pub fn admits(&self, event: &Event) -> Result<(), String> {
        if matches!(event, Event::Noted { .. }) {
            return Ok(());
        }
        if self.closed.is_some() {
            return Err("the run is closed".to_owned());
        }
        match event {
            Event::Noted { .. }
            | Event::Resumed { .. }
            | Event::TakenUp { .. }
            | Event::Conch { .. }
            | Event::Adopted { .. } => Ok(()),
            Event::Paused { .. } => must(!self.paused, "the run is paused already"),
            Event::Counted { .. } => must(self.cost.is_none(), "it was counted already"),
            Event::Closed { end, .. } => self.admits_close(*end),
            Event::Started { .. } => Err("the run has started already".to_owned()),
            Event::ConfirmationRefused { .. } => Err("its plan was confirmed".to_owned()),
            Event::Decided { step, decision, .. } => self.admits_decision(*step, decision),
            of_step => self.admits_step(of_step),
        }
    }

    fn admits_step(&self, event: &Event) -> Result<(), String> {
        let id = event.step().ok_or_else(|| "it names no step".to_owned())?;
        let (step, at) = self.find(id)?;
        let admitted = match event {
            Event::Intended { attempt, operation, .. } => {
                self.admits_intent(step, at, *attempt, operation.as_ref())
            }
            Event::Sent { attempt, .. } => sent(at, *attempt),
            Event::Answered { attempt, .. } => answered(at, *attempt),
            Event::AlreadySo { .. } => self.admits_already(step, at),
            Event::Climbed { rung, .. } => climbed(at, *rung),
            Event::Recorded { .. } => recorded(step, at),
            Event::Met { .. } => met(step, at),
            Event::Approved { who, version, .. } => self.admits_approval(step, at, who, version),
            Event::Ticked { .. } => ticked(step, at),
            Event::Told { .. } => must(at.started.is_some(), "it has not started"),
            Event::Awaits { .. } => must(at.state == StepState::Proving, "it is not being proved"),
            Event::Ended { outcome, .. } => self.admits_end(step, at, *outcome),
            _ => Err("it is not about a step".to_owned()),
        };
        admitted.map_err(|why| format!("step {id}: {why}"))
    }

    fn find(&self, id: StepId) -> Result<(&Step, &StepProgress), String> {
        let both = self.plan.step(id).zip(self.steps.get(&id));
        both.ok_or_else(|| format!("the plan has no step {id}"))
    }

    fn admits_intent(
        &self,
        step: &Step,
        at: &StepProgress,
        attempt: u32,
        operation: Option<&Operation>,
    ) -> Result<(), String> {
        must(!self.paused, "the run is paused")?;
        must(self.aborted.is_none(), "the run is being aborted")?;
        must(attempt == at.attempts + 1, "attempts count up by one")?;
        let (again, wanted) = match (&at.state, &at.answer) {
            (StepState::Waiting, _) => (self.needs_met(step), step.operation().cloned()),
            (StepState::Intended, Some(_)) => (true, at.operation.clone()),
            (StepState::Proving, Some(answer)) => {
                let again = !matches!(answer, Answer::Accepted { .. }) && !at.only_reads();
                (again, at.operation.clone())
            }
            (StepState::Deciding(Decision::Retry), _) => {
                (true, step.operation().map(|operation| operation.afresh(at.starts)))
            }
            (StepState::Deciding(Decision::Tell { say }), _) => (true, self.telling(step, say)),
            (StepState::Deciding(Decision::Undo), _) => (true, step.operation().and_then(Operation::inverse)),
            _ => (false, None),
        };
        must(again, "nothing may be intended now")?;
        must(wanted.as_ref() == operation, "it is not the write of the plan")
    }

    fn admits_already(&self, step: &Step, at: &StepProgress) -> Result<(), String> {
        must(step.operation().is_some(), "it makes no write")?;
        must(self.aborted.is_none(), "the run is being aborted")?;
        let fits = match &at.state {
            StepState::Waiting => self.needs_met(step) && !self.paused,
            StepState::Intended => !self.is_undoing(step),
            StepState::Deciding(Decision::Retry | Decision::ReadAgain | Decision::Tell { .. }) => true,
            _ => false,
        };
        must(fits, "its write has left, or is not due")
    }

    fn admits_end(&self, step: &Step, at: &StepProgress, outcome: Outcome) -> Result<(), String> {
        match outcome {
            Outcome::Confirmed => {
                must(at.state == StepState::Proving, "it is not being proved")?;
                must(!self.is_undoing(step), "it is being undone")?;
                let enough = step.operation().is_none() || at.read_back_stands(step) && at.proved(step.rung);
                must(enough, "the rung that confirms it is not proved")
            }
            Outcome::Refused | Outcome::Failed => {
                let idle = match &at.state {
                    StepState::Waiting => self.needs_met(step),
                    StepState::Intended => true,
                    StepState::Deciding(decision) => self.ends_as_before(decision),
                    StepState::Proving => self.is_undoing(step),
                    _ => false,
                };
                must(idle, "it is not at a point where nothing has happened")?;
                let undone = self.is_undoing(step) && at.proved(Rung::ReadBack);
                must(at.maybe.is_none() || undone, "it may have happened")
            }
            Outcome::Unknown => {
                let open = match &at.state {
                    StepState::Proving => true,
                    StepState::Intended => at.maybe.is_some(),
                    StepState::Deciding(decision) => at.maybe.is_some() && self.ends_as_before(decision),
                    _ => false,
                };
                must(open, "nothing has left that could have happened")
            }
            Outcome::Skipped => {
                must(matches!(at.state, StepState::Deciding(Decision::Skip { .. })), "nobody skipped it")
            }
        }
    }

    /// What was decided may come to nothing; only a skip ends as one, but where an abort came before it took effect.
    fn ends_as_before(&self, decision: &Decision) -> bool {
        self.aborted.is_some() || !matches!(decision, Decision::Skip { .. })
    }

    fn admits_approval(
        &self,
        step: &Step,
        at: &StepProgress,
        who: &str,
        version: &str,
    ) -> Result<(), String> {
        let Action::Approve(approval) = &step.action else {
            return Err("it asks for nobody's approval".to_owned());
        };
        must(at.state == StepState::Intended, "it does not wait for an approval now")?;
        let mine = self.plan.version();
        must(version == mine, &format!("the approval is of plan {version}, and this is plan {mine}"))?;
        must(who != self.start.who, &format!("{who} started this run; a second person must approve it"))?;
        let named = approval.by.is_empty() || approval.by.iter().any(|name| name == who);
        must(named, &format!("only {} may approve it", approval.by.join(" or ")))
    }

    fn admits_decision(&self, id: StepId, decision: &Decision) -> Result<(), String> {
        let (step, at) = self.find(id)?;
        if let Decision::Abort { reason } = decision {
            let finished = matches!(at.state, StepState::Done(Outcome::Confirmed | Outcome::Skipped));
            must(!finished && self.aborted.is_none(), "there is nothing left to abort")?;
            return must(!reason.trim().is_empty(), "a reason is needed");
        }
        if let Decision::Tell { say } = decision {
            return self.admits_telling(step, at, say);
        }
        let outcome = match at.state {
            StepState::Done(outcome) if outcome.needs_a_person() => outcome,
            _ => return Err(format!("step {id} does not wait for a decision")),
        };
        match decision {
            Decision::Undo if outcome != Outcome::Unknown => {
                Err(format!("step {id}: there is nothing to undo"))
            }
            Decision::Undo => {
                let inverse = step.operation().and_then(Operation::inverse);
                let inverse = inverse.ok_or_else(|| format!("step {id}: no single call undoes it"))?;
                must(!inverse.only_takes_out(), "the undo would turn controls Off and none On")
            }
            Decision::Retry if step.operation().is_none() => Ok(()),
            Decision::ReadAgain if step.operation().is_none() => {
                Err(format!("step {id}: it has no proof to read"))
            }
            Decision::Skip { reason, .. } => must(!reason.trim().is_empty(), "a reason is needed"),
            Decision::ReadAgain | Decision::Retry | Decision::Abort { .. } | Decision::Tell { .. } => Ok(()),
        }
    }

    /// Only of what was started and has not ended, and only to the step that was seen to wait.
    fn admits_telling(&self, step: &Step, at: &StepProgress, say: &Signal) -> Result<(), String> {
        let id = step.id;
        let listens = matches!(at.state, StepState::Proving | StepState::Done(Outcome::Unknown));
        must(!self.paused && self.aborted.is_none(), "the run is paused or being aborted")?;
        must(
            listens && self.telling(step, say).is_some(),
            &format!("step {id} started nothing that listens"),
        )?;
        let waits = at.awaits.as_ref().map(|awaited| awaited.step.as_str());
        match say.step() {
            Some(named) if waits != Some(named) => Err(format!("step {id}: nothing waits at {named} now")),
            _ => Ok(()),
        }
    }

    fn admits_close(&self, end: End) -> Result<(), String> {
        let done = |of: &[Outcome]| {
            self.steps.values().all(|s| matches!(s.state, StepState::Done(outcome) if of.contains(&outcome)))
        };
        match end {
            End::Confirmed => must(done(&[Outcome::Confirmed]), "not every step is confirmed"),
            End::ConfirmedWithSkips => must(
                done(&[Outcome::Confirmed, Outcome::Skipped]) && !done(&[Outcome::Confirmed]),
                "not every step is confirmed or skipped",
            ),
            End::Aborted => {
                let busy = |s: &StepProgress| s.state.is_under_way();
                must(!self.steps.values().any(busy), "a step is on its way and has no outcome")
            }
        }
    }
}

fn sent(at: &StepProgress, attempt: u32) -> Result<(), String> {
    let own = at.answer.is_none() && at.operation.is_some();
    let ready = at.state == StepState::Intended && (own || at.aside.is_some());
    must(ready, "nothing is ready to be sent")?;
    must(attempt == at.attempts, "it is not the newest attempt")
}

fn answered(at: &StepProgress, attempt: u32) -> Result<(), String> {
    must(at.state == StepState::Sent, "nothing waits for an answer")?;
    must(attempt == at.attempts, "it is not the newest attempt")
}

fn climbed(at: &StepProgress, rung: Rung) -> Result<(), String> {
    must(at.state == StepState::Proving, "it is not being proved")?;
    must(rung > Rung::Accepted, "the journal itself shows that rung")
}

fn recorded(step: &Step, at: &StepProgress) -> Result<(), String> {
    must(step.action == Action::Record && at.state == StepState::Intended, "there is nothing to record")
}

fn met(step: &Step, at: &StepProgress) -> Result<(), String> {
    let waits = matches!(step.action, Action::Wait(_)) && at.state == StepState::Intended;
    must(waits, "it waits for no condition now")
}

fn ticked(step: &Step, at: &StepProgress) -> Result<(), String> {
    let waits = matches!(step.action, Action::Note { .. }) && at.state == StepState::Intended;
    must(waits, "there is nothing to tick off now")
}

fn must(holds: bool, why: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why.to_owned()) }
}
