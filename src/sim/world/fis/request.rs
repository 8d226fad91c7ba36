//! The three writes of FIS: start, stop, and the safety lever.
//! It must never begin an effect: the experiment does, when its turn comes.

use serde_json::json;

use super::{ActionRun, Experiment, LeverState, Status};
use crate::sim::world::World;
use crate::sim::world::error::ApiError;
use crate::sim::world::noise::hex;

/// Experiments that may be active in a Region (FIS quota).
const MOST_ACTIVE: usize = 5;

impl World {
    /// `StartExperiment`; gives the index of the experiment, an earlier one when the token is the same.
    ///
    /// # Errors
    /// `ResourceNotFoundException`, `ConflictException`, `ServiceQuotaExceededException`.
    pub fn start_experiment(&mut self, region: &str, template: &str, token: &str) -> Result<usize, ApiError> {
        let Some(found) = self.fis.template(region, template).cloned() else {
            return Err(not_found(&format!("Experiment template {template} was not found.")));
        };
        if let Some(at) = self.fis.experiments.iter().position(|e| e.region == region && e.token == token) {
            if self.fis.experiments[at].template == template {
                return Ok(at);
            }
            let message = "The client token was used before with another request.";
            return Err(ApiError::new(409, "ConflictException", message));
        }
        let active = self.fis.experiments.iter().filter(|e| e.region == region && !e.status.is_over());
        if active.count() >= MOST_ACTIVE {
            let message = format!("There may be {MOST_ACTIVE} active experiments.");
            return Err(ApiError::new(402, "ServiceQuotaExceededException", message));
        }
        let at = self.fis.experiments.len();
        let id = format!("EXP{}", hex(&format!("{template} {at}"), 17));
        let arn = format!("arn:aws:fis:{region}:{}:experiment/{id}", self.account);
        let action = |spec: &crate::sim::scenario::world::Action| ActionRun {
            spec: spec.clone(),
            status: Status::Pending,
            reason: "Action is pending.".to_owned(),
            started: None,
            ended: None,
            held: Vec::new(),
            down: Vec::new(),
        };
        self.fis.experiments.push(Experiment {
            arn,
            template: template.to_owned(),
            region: region.to_owned(),
            token: token.to_owned(),
            status: Status::Pending,
            reason: "Experiment is pending.".to_owned(),
            error: None,
            created: self.now,
            started: None,
            ended: None,
            actions: found.spec.actions.iter().map(action).collect(),
            resolved: Vec::new(),
            stop: found.spec.stop.clone(),
            empty: found.spec.empty,
            since: self.now,
            id: id.clone(),
        });
        self.record(
            region,
            "fis",
            "StartExperiment",
            json!({ "template": template, "experiment": id, "token": token }),
        );
        Ok(at)
    }

    /// `StopExperiment`; one that is being stopped stays so.
    ///
    /// # Errors
    /// `ResourceNotFoundException`; `ValidationException` for one that is over.
    pub fn stop_experiment(&mut self, region: &str, id: &str) -> Result<usize, ApiError> {
        let found = self.fis.experiments.iter().position(|e| e.region == region && e.id == id);
        let at = found.ok_or_else(|| not_found(&format!("Experiment {id} was not found.")))?;
        let status = self.fis.experiments[at].status;
        if status.is_over() {
            let message = format!("Experiment {id} is already {}.", status.as_str());
            return Err(ApiError::new(400, "ValidationException", message));
        }
        if status != Status::Stopping {
            self.halt_experiment(at, "Stopping Experiment.");
            self.record(region, "fis", "StopExperiment", json!({ "experiment": id }));
        }
        Ok(at)
    }

    /// `UpdateSafetyLeverState`; engaging stops what runs in the Region.
    ///
    /// # Errors
    /// `ResourceNotFoundException`; `ConflictException` while it is being engaged.
    pub fn move_safety_lever(&mut self, region: &str, engage: bool, reason: &str) -> Result<(), ApiError> {
        let Some(lever) = self.fis.levers.iter_mut().find(|l| l.region == region) else {
            return Err(not_found("Safety lever default was not found."));
        };
        if lever.state == LeverState::Engaging {
            let message = "The safety lever is being engaged.";
            return Err(ApiError::new(409, "ConflictException", message));
        }
        reason.clone_into(&mut lever.reason);
        lever.state = if engage { LeverState::Engaging } else { LeverState::Disengaged };
        if engage {
            for at in 0..self.fis.experiments.len() {
                let experiment = &self.fis.experiments[at];
                if experiment.region == region && experiment.status == Status::Running {
                    self.halt_experiment(at, "Experiment is stopped because the safety lever was engaged.");
                }
            }
            self.settle_levers();
        }
        self.record(region, "fis", "UpdateSafetyLeverState", json!({ "engage": engage, "reason": reason }));
        Ok(())
    }
}

fn not_found(message: &str) -> ApiError {
    ApiError::new(404, "ResourceNotFoundException", message)
}
