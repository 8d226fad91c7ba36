//! An execution, one second at a time: stages in their order, and what a step's end means for the whole.
//! It must never start a stage before the one before it is over, nor after a person said pause or cancel.

use jiff::Timestamp;

use super::block::Work;
use super::{Block, Execution, State, StepStatus};
use crate::sim::world::World;
use crate::sim::world::alarm::AlarmState;

impl World {
    /// One second of every execution.
    pub(in crate::sim::world) fn run_plans(&mut self) {
        for at in 0..self.switch.executions.len() {
            let execution = &self.switch.executions[at];
            // What a lost Region's data plane runs stands still.
            let lost = self.region(&execution.runs_in).is_some_and(|r| r.now.lost);
            if !execution.state.is_over() && !lost {
                self.run_plan(at);
            }
        }
    }

    fn run_plan(&mut self, at: usize) {
        if self.out_of_time(at) {
            let now = self.now;
            let words = "The execution took longer than it may.";
            self.switch.executions[at].end(now, State::PlanExecutionTimedOut, "executionFailed", words);
            return;
        }
        match self.switch.executions[at].state {
            State::Pending => {
                let now = self.now;
                let execution = &mut self.switch.executions[at];
                execution.state = State::InProgress;
                execution.tell(now, "executionStarted", None, "The execution was started.");
            }
            State::CompletedMonitoringApplicationHealth => self.watch_health(at),
            _ => {
                self.work(at);
                self.go_on(at);
            }
        }
    }

    fn out_of_time(&self, at: usize) -> bool {
        let execution = &self.switch.executions[at];
        let limit = self.switch.plan(&execution.plan).and_then(|p| p.spec.limit);
        let age = self.now.duration_since(execution.started).unsigned_abs();
        limit.is_some_and(|limit| age >= limit)
    }

    /// One second of each step that runs.
    fn work(&mut self, at: usize) {
        let now = self.now;
        for n in 0..self.switch.executions[at].steps.len() {
            let step = &self.switch.executions[at].steps[n];
            let age =
                step.started.map_or(std::time::Duration::ZERO, |s| now.duration_since(s).unsigned_abs());
            let timed_out = age >= step.timeout;
            match step.status {
                StepStatus::Running if matches!(step.block, Block::Parallel { .. }) => {}
                StepStatus::Running => match self.work_on(at, n) {
                    Work::Done(words) => self.end_step(at, n, StepStatus::Completed, &words),
                    Work::Skipped(words) => self.end_step(at, n, StepStatus::Skipped, &words),
                    Work::Failed(words) => self.end_step(at, n, StepStatus::Failed, &words),
                    Work::Going if timed_out => {
                        self.end_step(at, n, StepStatus::Failed, "The step timed out.");
                    }
                    Work::Going => {}
                },
                StepStatus::PendingApproval if timed_out => {
                    self.end_step(at, n, StepStatus::Failed, "Nobody approved in time.");
                }
                _ => {}
            }
        }
    }

    fn end_step(&mut self, at: usize, n: usize, status: StepStatus, words: &str) {
        let now = self.now;
        self.switch.executions[at].end_step(n, now, status, words);
    }

    /// What the steps come to for the execution.
    fn go_on(&mut self, at: usize) {
        let now = self.now;
        let execution = &mut self.switch.executions[at];
        execution.close_parallels(now);
        let is = |status| execution.steps.iter().any(|s| s.status == status && !s.is_group());
        let (running, failed, waiting) =
            (is(StepStatus::Running), is(StepStatus::Failed), is(StepStatus::PendingApproval));
        if execution.canceling && !running {
            execution.cancel_rest(now);
            return execution.end(now, State::Canceled, "executionCanceled", "The execution was cancelled.");
        }
        let next = execution.steps.iter().find(|s| s.status == StepStatus::NotStarted).map(|s| s.stage);
        match next {
            _ if failed => execution.enter(now, State::PausedByFailedStep),
            _ if waiting => execution.enter(now, State::PendingManualApproval),
            _ if running => execution.enter(now, State::InProgress),
            _ if execution.pausing => execution.enter(now, State::PausedByOperator),
            Some(stage) => {
                execution.enter(now, State::InProgress);
                execution.start_stage(stage, now);
            }
            None => self.steps_are_done(at),
        }
    }

    fn steps_are_done(&mut self, at: usize) {
        let now = self.now;
        if self.unhealthy(at).is_empty() {
            return self.switch.executions[at].finish(now);
        }
        let execution = &mut self.switch.executions[at];
        execution.state = State::CompletedMonitoringApplicationHealth;
        let words = "All steps are done; application health alarms are not all OK.";
        execution.tell(now, "executionSuccessMonitoringApplicationHealth", None, words);
    }

    fn watch_health(&mut self, at: usize) {
        if self.unhealthy(at).is_empty() {
            let now = self.now;
            self.switch.executions[at].finish(now);
        }
    }

    /// Application health alarms of the activated Region that are not `OK`.
    fn unhealthy(&self, at: usize) -> Vec<&str> {
        let execution = &self.switch.executions[at];
        let Some(plan) = self.switch.plan(&execution.plan) else { return Vec::new() };
        let of_plan = |name: &str| plan.spec.health.iter().any(|h| name.starts_with(h.as_str()));
        let alarms = self.alarms.iter().filter(|a| a.region == execution.runs_in && of_plan(&a.name));
        alarms.filter(|a| a.state != AlarmState::Ok).map(|a| a.name.as_str()).collect()
    }
}

impl Execution {
    fn enter(&mut self, now: Timestamp, state: State) {
        if self.state == state {
            return;
        }
        self.state = state;
        let (kind, words) = match state {
            State::PausedByOperator => ("executionPaused", "The execution is paused."),
            State::PendingManualApproval => {
                ("executionPendingApproval", "The execution waits for an approval.")
            }
            State::PausedByFailedStep => ("executionPaused", "The execution is paused by a failed step."),
            _ => return self.updated = now,
        };
        self.tell(now, kind, None, words);
    }

    fn start_stage(&mut self, stage: usize, now: Timestamp) {
        for n in 0..self.steps.len() {
            if self.steps[n].stage != stage {
                continue;
            }
            let step = &mut self.steps[n];
            step.started = Some(now);
            step.mode = self.mode;
            let approval = matches!(step.block, Block::Approval {});
            step.status = if approval { StepStatus::PendingApproval } else { StepStatus::Running };
            self.tell(now, "stepStarted", Some(n), "The step was started.");
            if approval {
                self.tell(now, "stepPendingApproval", Some(n), "The step waits for an approval.");
            }
        }
    }

    /// A parallel block ends when its steps have.
    fn close_parallels(&mut self, now: Timestamp) {
        for n in 0..self.steps.len() {
            let (group, stage) = (&self.steps[n], self.steps[n].stage);
            let open = self.steps.iter().any(|s| s.stage == stage && !s.is_group() && !s.status.is_over());
            if group.is_group() && group.status == StepStatus::Running && !open {
                self.end_step(n, now, StepStatus::Completed, "All steps of the block are done.");
            }
        }
    }

    pub(super) fn end_step(&mut self, n: usize, now: Timestamp, status: StepStatus, words: &str) {
        let step = &mut self.steps[n];
        step.status = status;
        step.ended = Some(now);
        let kind = match status {
            StepStatus::Completed => "stepSucceeded",
            StepStatus::Skipped => "stepSkipped",
            StepStatus::Failed => "stepFailed",
            _ => "stepCanceled",
        };
        self.tell(now, kind, Some(n), words);
        if status == StepStatus::Failed {
            self.tell(now, "stepPausedByError", Some(n), "The step has to be skipped or switched.");
        }
    }

    fn cancel_rest(&mut self, now: Timestamp) {
        for n in 0..self.steps.len() {
            if !self.steps[n].status.is_over() {
                self.end_step(n, now, StepStatus::Canceled, "The execution was cancelled.");
            }
        }
    }

    fn finish(&mut self, now: Timestamp) {
        let skipped = self.steps.iter().any(|s| s.status == StepStatus::Skipped);
        let state = if skipped { State::CompletedWithExceptions } else { State::Completed };
        self.end(now, state, "executionSucceeded", "The execution is over.");
    }

    fn end(&mut self, now: Timestamp, state: State, kind: &'static str, words: &str) {
        self.state = state;
        self.ended = Some(now);
        self.tell(now, kind, None, words);
    }
}

impl super::StepRun {
    const fn is_group(&self) -> bool {
        matches!(self.block, Block::Parallel { .. })
    }
}
