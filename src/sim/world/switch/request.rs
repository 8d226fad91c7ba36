//! The writes of Region switch: start an execution, and what a person may do to one.
//! It must never do a step's work.

use serde_json::json;

use super::{Block, Direction, Execution, Mode, State, StepRun, StepStatus};
use crate::sim::scenario::world::Step;
use crate::sim::world::World;
use crate::sim::world::error::ApiError;
use crate::sim::world::noise::hex;

/// `UpdatePlanExecution`'s action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// Go on gracefully.
    ToGraceful,
    /// Go on ungracefully.
    ToUngraceful,
    /// Start no further step.
    Pause,
    /// Start further steps again.
    Resume,
}

/// What a person does to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepChange {
    /// Leave it out.
    Skip,
    /// Do it again, ungracefully.
    ToUngraceful,
    /// Let it pass.
    Approve,
    /// Do not; the execution is cancelled.
    Decline,
}

impl StepChange {
    const fn word(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::ToUngraceful => "switchToUngraceful",
            Self::Approve => "approve",
            Self::Decline => "decline",
        }
    }
}

/// What `StartPlanExecution` asks for.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// ARN of the plan.
    pub plan: &'a str,
    /// The Region it is about.
    pub target: &'a str,
    /// Direction.
    pub direction: Direction,
    /// Mode.
    pub mode: Mode,
    /// Why.
    pub comment: Option<&'a str>,
    /// So that a second call is no second execution.
    pub token: &'a str,
}

impl World {
    /// `StartPlanExecution` at a Region's endpoint; gives the index of the execution, an earlier one when the
    /// token is the same.
    ///
    /// # Errors
    /// `ResourceNotFoundException`, `IllegalArgumentException`, `IllegalStateException`, `ConflictException`.
    pub fn start_plan(&mut self, endpoint: &str, start: &Start<'_>) -> Result<usize, ApiError> {
        let plan = self.switch.plan(start.plan).ok_or_else(|| no_plan(start.plan))?;
        let Some(other) = plan.other(start.target).filter(|_| plan.regions.iter().any(|r| r == start.target))
        else {
            let message = format!("The plan does not have the Region {}.", start.target);
            return Err(ApiError::new(400, "IllegalArgumentException", message));
        };
        let runs_in = match start.direction {
            Direction::Activate => start.target,
            Direction::Deactivate => other,
        };
        if endpoint != runs_in {
            let message = format!("The execution must be started in the Region being activated, {runs_in}.");
            return Err(ApiError::new(400, "IllegalArgumentException", message));
        }
        let Some(workflow) = plan.workflow(start.direction, start.target) else {
            let message =
                format!("The plan has no workflow to {} {}.", start.direction.as_str(), start.target);
            return Err(ApiError::new(400, "IllegalArgumentException", message));
        };
        if let Some(at) = self.switch.executions.iter().position(|e| e.token == start.token) {
            let earlier = &self.switch.executions[at];
            let same = earlier.plan == start.plan
                && earlier.region == start.target
                && earlier.direction == start.direction;
            let message = "The client token was used before with another request.";
            return if same { Ok(at) } else { Err(ApiError::new(409, "ConflictException", message)) };
        }
        if self.switch.executions.iter().any(|e| e.plan == start.plan && !e.state.is_over()) {
            let message = "There is an execution of the plan in progress.";
            return Err(ApiError::new(400, "IllegalStateException", message));
        }
        let at = self.switch.executions.len();
        let id = format!("{runs_in}/{}", hex(&format!("execution {} {at}", start.plan), 16));
        let detail = json!({
            "plan": start.plan, "region": start.target, "action": start.direction.as_str(),
            "mode": start.mode.as_str(), "execution": id,
        });
        let mut execution = Execution {
            plan: start.plan.to_owned(),
            region: start.target.to_owned(),
            runs_in: runs_in.to_owned(),
            direction: start.direction,
            mode: start.mode,
            state: State::Pending,
            comment: start.comment.map(str::to_owned),
            token: start.token.to_owned(),
            started: self.now,
            updated: self.now,
            ended: None,
            steps: laid_out(&workflow.steps, start.mode),
            events: Vec::new(),
            pausing: false,
            canceling: false,
            id,
        };
        execution.tell(self.now, "executionPending", None, "The execution was accepted.");
        self.switch.executions.push(execution);
        self.record(endpoint, "arc-region-switch", "StartPlanExecution", detail);
        Ok(at)
    }

    fn execution_at(&self, endpoint: &str, plan: &str, id: &str) -> Result<usize, ApiError> {
        let fits = |e: &Execution| e.id == id && e.plan == plan && e.runs_in == endpoint;
        self.switch.executions.iter().position(fits).ok_or_else(|| {
            let message = format!("There is no execution {id} in {endpoint}.");
            ApiError::new(404, "ResourceNotFoundException", message)
        })
    }

    /// `UpdatePlanExecution`.
    ///
    /// # Errors
    /// `ResourceNotFoundException`, `IllegalStateException`.
    pub fn update_plan_execution(
        &mut self,
        endpoint: &str,
        (plan, id): (&str, &str),
        update: Update,
    ) -> Result<(), ApiError> {
        let at = self.execution_at(endpoint, plan, id)?;
        let now = self.now;
        let execution = &mut self.switch.executions[at];
        if execution.state.is_over() {
            return Err(illegal(format!("The execution is {}.", execution.state.as_str())));
        }
        match update {
            Update::ToGraceful => execution.switch(now, Mode::Graceful),
            Update::ToUngraceful => execution.switch(now, Mode::Ungraceful),
            Update::Pause if execution.pausing => {
                return Err(illegal("The execution is paused already.".into()));
            }
            Update::Pause => {
                execution.pausing = true;
                execution.tell(now, "executionPausing", None, "No further step is started.");
            }
            Update::Resume if !execution.pausing => {
                return Err(illegal("The execution is not paused.".into()));
            }
            Update::Resume => {
                execution.pausing = false;
                execution.state = State::InProgress;
                execution.updated = now;
            }
        }
        let detail = json!({ "execution": id, "update": format!("{update:?}") });
        self.record(endpoint, "arc-region-switch", "UpdatePlanExecution", detail);
        Ok(())
    }

    /// `UpdatePlanExecutionStep` and `ApprovePlanExecutionStep`; `operation` is which of the two.
    ///
    /// # Errors
    /// `ResourceNotFoundException`, `IllegalStateException`.
    pub fn change_plan_step(
        &mut self,
        endpoint: &str,
        (plan, id, name): (&str, &str, &str),
        change: StepChange,
    ) -> Result<(), ApiError> {
        let at = self.execution_at(endpoint, plan, id)?;
        let now = self.now;
        let execution = &mut self.switch.executions[at];
        let Some(n) = execution.steps.iter().position(|s| s.name == name) else {
            let message = format!("There is no step {name} in {id}.");
            return Err(ApiError::new(404, "ResourceNotFoundException", message));
        };
        let status = execution.steps[n].status;
        match (change, status) {
            (StepChange::Skip, StepStatus::Failed | StepStatus::Running) => {
                execution.end_step(n, now, StepStatus::Skipped, "The step was skipped.");
            }
            (StepChange::ToUngraceful, StepStatus::Failed | StepStatus::Running) => {
                execution.again(n, now);
            }
            (StepChange::Approve, StepStatus::PendingApproval) => {
                execution.end_step(n, now, StepStatus::Completed, "The step was approved.");
            }
            (StepChange::Decline, StepStatus::PendingApproval) => {
                execution.end_step(n, now, StepStatus::Canceled, "The step was declined.");
                execution.canceling = true;
            }
            _ => return Err(illegal(format!("The step is {}.", status.as_str()))),
        }
        let operation = match change {
            StepChange::Skip | StepChange::ToUngraceful => "UpdatePlanExecutionStep",
            StepChange::Approve | StepChange::Decline => "ApprovePlanExecutionStep",
        };
        let detail = json!({ "execution": id, "step": name, "change": change.word() });
        self.record(endpoint, "arc-region-switch", operation, detail);
        Ok(())
    }

    /// `CancelPlanExecution`; a step that runs is waited for.
    ///
    /// # Errors
    /// `ResourceNotFoundException`, `IllegalStateException`.
    pub fn cancel_plan_execution(&mut self, endpoint: &str, plan: &str, id: &str) -> Result<(), ApiError> {
        let at = self.execution_at(endpoint, plan, id)?;
        let now = self.now;
        let execution = &mut self.switch.executions[at];
        if execution.state.is_over() {
            return Err(illegal(format!("The execution is {}.", execution.state.as_str())));
        }
        execution.canceling = true;
        execution.tell(now, "executionCanceling", None, "The execution is being cancelled.");
        self.record(endpoint, "arc-region-switch", "CancelPlanExecution", json!({ "execution": id }));
        Ok(())
    }
}

impl Execution {
    /// Steps that have not ended go on in this mode.
    fn switch(&mut self, now: jiff::Timestamp, mode: Mode) {
        self.mode = mode;
        let kind = match mode {
            Mode::Graceful => "executionBehaviorChangedToGraceful",
            Mode::Ungraceful => "executionBehaviorChangedToUngraceful",
        };
        self.tell(now, kind, None, format!("The execution goes on in {} mode.", mode.as_str()));
        for n in 0..self.steps.len() {
            match self.steps[n].status {
                StepStatus::NotStarted => self.steps[n].mode = mode,
                StepStatus::Running | StepStatus::Failed if mode == Mode::Ungraceful => self.again(n, now),
                _ => {}
            }
        }
    }

    /// The step begins anew, ungracefully.
    fn again(&mut self, n: usize, now: jiff::Timestamp) {
        let step = &mut self.steps[n];
        if matches!(step.block, Block::Parallel { .. }) {
            return;
        }
        step.mode = Mode::Ungraceful;
        step.status = StepStatus::Running;
        step.started = Some(now);
        step.ended = None;
        step.called = false;
        let words = "The step goes on in ungraceful mode.";
        self.tell(now, "stepExecutionBehaviorChangedToUngraceful", Some(n), words);
    }
}

/// The steps with their stages; those of a parallel block stand after it.
fn laid_out(steps: &[Step], mode: Mode) -> Vec<StepRun> {
    let mut all = Vec::new();
    for (stage, step) in steps.iter().enumerate() {
        all.push(step_run(step, stage, mode));
        if let Block::Parallel { steps } = &step.block {
            all.extend(steps.iter().map(|s| step_run(s, stage, mode)));
        }
    }
    all
}

fn step_run(step: &Step, stage: usize, mode: Mode) -> StepRun {
    StepRun {
        name: step.name.clone(),
        stage,
        block: step.block.clone(),
        timeout: step.timeout,
        status: StepStatus::NotStarted,
        mode,
        started: None,
        ended: None,
        called: false,
    }
}

fn no_plan(arn: &str) -> ApiError {
    ApiError::new(404, "ResourceNotFoundException", format!("There is no plan {arn}."))
}

fn illegal(message: String) -> ApiError {
    ApiError::new(400, "IllegalStateException", message)
}
