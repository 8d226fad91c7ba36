//! The life of an experiment, one second at a time: targets, actions in their order, stop conditions.
//! It must never go on with an experiment whose stop condition has fired.

use super::{LeverState, Status};
use crate::sim::scenario::world::Empty;
use crate::sim::world::alarm::AlarmState;
use crate::sim::world::{World, noise};

/// Seconds from acceptance until targets are looked for.
const ACCEPTED: f64 = 1.0;
/// Seconds that an action takes which acts once.
const ONCE: f64 = 5.0;
/// Seconds in which a database fails over within its Region.
const IN_REGION_FAILOVER: f64 = 24.0;
const HALTED: &str = "Experiment halted by stop condition.";
const EMPTY: &str = "Target resolution returned empty set.";

impl World {
    /// One second of every experiment.
    pub(in crate::sim::world) fn run_experiments(&mut self) {
        for at in 0..self.fis.experiments.len() {
            self.run_experiment(at);
        }
        self.settle_levers();
    }

    fn run_experiment(&mut self, at: usize) {
        let experiment = &self.fis.experiments[at];
        let age = self.now.duration_since(experiment.since).as_secs_f64();
        let takes = |low, high| {
            let key = noise::key(&experiment.id) ^ noise::key(experiment.status.as_str());
            noise::between(self.seed, experiment.created.as_second(), key, low, high)
        };
        match experiment.status {
            Status::Pending | Status::Initiating if self.lever_holds(&experiment.region.clone()) => {
                self.end_experiment(at, Status::Cancelled, "The safety lever is engaged.");
            }
            Status::Pending if age >= ACCEPTED => {
                self.turn(at, Status::Initiating, "Experiment is initiating.");
            }
            Status::Initiating if age >= takes(2.0, 5.0) => self.resolve(at),
            Status::Running if self.stop_condition(at) => self.halt_experiment(at, HALTED),
            Status::Running => self.run_actions(at),
            Status::Stopping if age >= takes(8.0, 20.0) => {
                let reason = experiment.reason.clone();
                let reason = if reason == HALTED { HALTED } else { "Experiment stopped." };
                self.end_experiment(at, Status::Stopped, reason);
            }
            _ => {}
        }
    }

    fn turn(&mut self, at: usize, status: Status, reason: &str) {
        let now = self.now;
        let experiment = &mut self.fis.experiments[at];
        experiment.status = status;
        experiment.since = now;
        reason.clone_into(&mut experiment.reason);
    }

    fn lever_holds(&self, region: &str) -> bool {
        self.fis.lever(region).is_some_and(|l| l.state != LeverState::Disengaged)
    }

    fn stop_condition(&self, at: usize) -> bool {
        let experiment = &self.fis.experiments[at];
        let fires = |name: &String| {
            self.alarms
                .iter()
                .any(|a| a.region == experiment.region && a.name == *name && a.state == AlarmState::Alarm)
        };
        experiment.stop.iter().any(fires)
    }

    /// Finds the targets; an action without any is skipped, or fails the experiment.
    fn resolve(&mut self, at: usize) {
        let experiment = &self.fis.experiments[at];
        let Some(region) = self.region_ix(&experiment.region) else { return };
        let mut resolved = Vec::new();
        let mut empty = Vec::new();
        for (n, action) in experiment.actions.iter().enumerate() {
            let found = self.targets_of(region, &action.spec);
            if action.spec.on.is_some() && found.is_empty() {
                empty.push(n);
            }
            resolved.extend(found);
        }
        let fails = experiment.empty == Empty::Fail || empty.len() == experiment.actions.len();
        let now = self.now;
        let experiment = &mut self.fis.experiments[at];
        if !empty.is_empty() && fails {
            experiment.error = Some("InvalidTarget");
            self.end_experiment(at, Status::Failed, EMPTY);
            return;
        }
        experiment.resolved = resolved;
        experiment.started = Some(now);
        for n in empty {
            let action = &mut experiment.actions[n];
            action.status = Status::Skipped;
            EMPTY.clone_into(&mut action.reason);
            action.ended = Some(now);
        }
        self.turn(at, Status::Running, "Experiment is running.");
        self.run_actions(at);
    }

    fn run_actions(&mut self, at: usize) {
        for n in 0..self.fis.experiments[at].actions.len() {
            let experiment = &self.fis.experiments[at];
            let action = &experiment.actions[n];
            let over =
                |name: &String| experiment.actions.iter().any(|a| a.spec.name == *name && a.status.is_over());
            match action.status {
                Status::Pending if action.spec.after.iter().all(over) => self.begin_action(at, n),
                Status::Running if self.action_is_done(at, n) => {
                    self.end_action(at, n, Status::Completed, "Action was completed.");
                }
                _ => {}
            }
        }
        let actions = &self.fis.experiments[at].actions;
        if actions.iter().any(|a| a.status == Status::Failed) {
            self.end_experiment(at, Status::Failed, "An action failed.");
        } else if actions.iter().all(|a| a.status.is_over()) {
            self.end_experiment(at, Status::Completed, "Experiment completed.");
        }
    }

    fn action_is_done(&self, at: usize, n: usize) -> bool {
        let action = &self.fis.experiments[at].actions[n];
        let age = action.started.map_or(0.0, |s| self.now.duration_since(s).as_secs_f64());
        let takes = match action.spec.lasts {
            Some(lasts) => lasts.as_secs_f64(),
            None if action.down.is_empty() => ONCE,
            None => IN_REGION_FAILOVER,
        };
        age >= takes
    }

    fn begin_action(&mut self, at: usize, n: usize) {
        let now = self.now;
        let done = self.hurt(at, n);
        let action = &mut self.fis.experiments[at].actions[n];
        action.started = Some(now);
        match done {
            Ok(effect) => {
                action.held = effect.faults;
                action.down = effect.down;
                action.status = Status::Running;
                "Action is running.".clone_into(&mut action.reason);
            }
            Err(why) => {
                action.status = Status::Failed;
                action.ended = Some(now);
                action.reason = why;
            }
        }
    }

    fn end_action(&mut self, at: usize, n: usize, status: Status, reason: &str) {
        self.undo_effect(at, n);
        let now = self.now;
        let action = &mut self.fis.experiments[at].actions[n];
        action.status = status;
        action.ended = Some(now);
        reason.clone_into(&mut action.reason);
    }

    /// Ends every effect at once; the experiment is over some seconds later.
    pub(super) fn halt_experiment(&mut self, at: usize, reason: &str) {
        self.end_actions(at);
        self.turn(at, Status::Stopping, reason);
    }

    fn end_actions(&mut self, at: usize) {
        for n in 0..self.fis.experiments[at].actions.len() {
            match self.fis.experiments[at].actions[n].status {
                Status::Running => self.end_action(at, n, Status::Stopped, "Action was stopped."),
                Status::Pending => self.end_action(at, n, Status::Cancelled, "Action was cancelled."),
                _ => {}
            }
        }
    }

    fn end_experiment(&mut self, at: usize, status: Status, reason: &str) {
        self.end_actions(at);
        self.turn(at, status, reason);
        self.fis.experiments[at].ended = Some(self.now);
    }

    /// A lever is engaged when nothing is being stopped any more.
    pub(super) fn settle_levers(&mut self) {
        for lever in self.fis.levers.iter_mut().filter(|l| l.state == LeverState::Engaging) {
            let stopping = |e: &super::Experiment| e.region == lever.region && e.status == Status::Stopping;
            if !self.fis.experiments.iter().any(stopping) {
                lever.state = LeverState::Engaged;
            }
        }
    }
}
