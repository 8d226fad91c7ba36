//! Changing controls: all checks of one `UpdateRoutingControlStates`, then all of it or nothing.
//! It must never let a part of a call through.
//!
//! The service's model gives its errors no status; AWS JSON 1.0 then means 400 for the caller's faults.

use jiff::Timestamp;
use serde_json::json;

use super::safety::Guard;
use super::{Cluster, ControlState, SafetyRule};
use crate::sim::world::error::ApiError;
use crate::sim::world::{World, noise};

/// Entries one call may have (ARC quota).
const MOST_ENTRIES: usize = 10;

impl World {
    /// `UpdateRoutingControlState(s)` at one endpoint: all entries or none. `overrides` are rule ARNs.
    ///
    /// # Errors
    /// `ThrottlingException` above three calls a second, `ValidationException`, `ServiceLimitExceededException`
    /// above ten entries, `ResourceNotFoundException`, and `ConflictException` naming the first rule that blocks.
    pub fn set_routing_controls(
        &mut self,
        endpoint: &str,
        entries: &[(String, ControlState)],
        overrides: &[String],
    ) -> Result<(), ApiError> {
        self.turn_controls(endpoint, entries, overrides)?;
        let operation =
            if entries.len() == 1 { "UpdateRoutingControlState" } else { "UpdateRoutingControlStates" };
        let states: Vec<_> =
            entries.iter().map(|(arn, s)| json!({ "arn": arn, "state": s.as_str() })).collect();
        let detail = json!({ "endpoint": endpoint, "entries": states, "overrides": overrides });
        self.record(endpoint, "route53-recovery-cluster", operation, detail);
        Ok(())
    }

    /// The same for whoever asks; the caller records who did.
    pub(in crate::sim::world) fn turn_controls(
        &mut self,
        endpoint: &str,
        entries: &[(String, ControlState)],
        overrides: &[String],
    ) -> Result<(), ApiError> {
        let now = self.now;
        let took = self.arc.endpoints.iter_mut().find(|e| e.region == endpoint).is_none_or(|e| e.take(now));
        if !took {
            return Err(
                ApiError::new(400, "ThrottlingException", "Rate exceeded").with("retryAfterSeconds", 1)
            );
        }
        self.arc.check(entries, overrides, now)?;
        for (arn, state) in entries {
            let Some(control) = self.arc.controls.iter_mut().find(|c| c.arn == *arn) else { continue };
            if control.state != *state {
                control.before = control.state;
                control.state = *state;
                control.changed = Some(now);
                control.changed_at = Some(endpoint.to_owned());
            }
        }
        Ok(())
    }

    /// What an endpoint shows for a control: the others follow the one that took a change within a second.
    #[must_use]
    pub fn control_state_at(&self, endpoint: &str, arn: &str) -> Option<ControlState> {
        let control = self.arc.control(arn)?;
        let (Some(changed), Some(by)) = (control.changed, &control.changed_at) else {
            return Some(control.state);
        };
        if by == endpoint {
            return Some(control.state);
        }
        let key = noise::key(endpoint) ^ noise::key(arn);
        let behind_ms = noise::between(self.seed, changed.as_millisecond(), key, 100.0, 700.0);
        let age_ms = self.now.as_millisecond() - changed.as_millisecond();
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of one run")]
        let arrived = age_ms as f64 >= behind_ms;
        Some(if arrived { control.state } else { control.before })
    }
}

impl Cluster {
    fn check(
        &self,
        entries: &[(String, ControlState)],
        overrides: &[String],
        now: Timestamp,
    ) -> Result<(), ApiError> {
        if entries.is_empty() {
            return Err(ApiError::invalid_field(
                "UpdateRoutingControlStateEntries",
                "At least one routing control state entry is required.",
            ));
        }
        if entries.len() > MOST_ENTRIES {
            return Err(too_many(entries.len()));
        }
        for (at, (arn, _)) in entries.iter().enumerate() {
            if self.control(arn).is_none() {
                return Err(not_found(arn, "routingcontrol"));
            }
            if entries[..at].iter().any(|(earlier, _)| earlier == arn) {
                return Err(ApiError::invalid_field(
                    "UpdateRoutingControlStateEntries",
                    "A routing control may be in the request only once.",
                ));
            }
        }
        self.in_one_panel(entries)?;
        if let Some(arn) = overrides.iter().find(|arn| !self.rules.iter().any(|r| r.arn == **arn)) {
            return Err(not_found(arn, "safetyrule"));
        }
        let blocker =
            self.blockers(entries, now).into_iter().find(|(rule, _)| !overrides.contains(&rule.arn));
        blocker.map_or(Ok(()), |(rule, why)| Err(conflict(rule, why)))
    }

    /// A panel holds the controls that can be changed together in one transaction, says ARC's configuration API; what
    /// an update of several panels would do it does not say, so here nobody may come to depend on it.
    fn in_one_panel(&self, entries: &[(String, ControlState)]) -> Result<(), ApiError> {
        let mut panels = entries.iter().filter_map(|(arn, _)| Some(&self.control(arn)?.panel));
        let first = panels.next();
        if panels.all(|panel| Some(panel) == first) {
            return Ok(());
        }
        let text = "All routing controls of a request must be in one control panel.";
        Err(ApiError::invalid_field("UpdateRoutingControlStateEntries", text))
    }

    /// Every rule that stands against the change, with the reason.
    #[must_use]
    pub fn blockers(
        &self,
        entries: &[(String, ControlState)],
        now: Timestamp,
    ) -> Vec<(&SafetyRule, &'static str)> {
        let before = |arn: &str| self.control(arn).map_or(ControlState::Off, |c| c.state);
        let after =
            |arn: &str| entries.iter().find(|(a, _)| a == arn).map_or_else(|| before(arn), |(_, s)| *s);
        let touched = |rule: &SafetyRule| entries.iter().any(|(arn, _)| rule.held().contains(arn));
        let mut found = Vec::new();
        for rule in self.rules.iter().filter(|r| touched(r)) {
            if self.waiting(rule, now) {
                found.push((rule, "its wait period has not passed"));
                continue;
            }
            let (holds, why) = match rule.guard {
                Guard::Assertion { .. } => (rule.satisfied(after), "its assertion would not hold"),
                Guard::Gating { .. } => (rule.satisfied(before), "its gate is closed"),
            };
            if !holds {
                found.push((rule, why));
            }
        }
        found
    }

    fn waiting(&self, rule: &SafetyRule, now: Timestamp) -> bool {
        let changed = rule.held().iter().filter_map(|arn| self.control(arn)?.changed).max();
        changed.is_some_and(|at| now.duration_since(at).unsigned_abs() < rule.wait)
    }
}

fn conflict(rule: &SafetyRule, why: &str) -> ApiError {
    let message = format!("The update was blocked by the safety rule {}: {why}.", rule.arn);
    ApiError::new(400, "ConflictException", message)
        .with("resourceId", rule.arn.as_str())
        .with("resourceType", "safetyrule")
}

fn not_found(arn: &str, kind: &str) -> ApiError {
    ApiError::new(400, "ResourceNotFoundException", format!("There is no {kind} {arn}."))
        .with("resourceId", arn)
        .with("resourceType", kind)
}

fn too_many(entries: usize) -> ApiError {
    let message = format!("{entries} entries; a request may have {MOST_ENTRIES}.");
    ApiError::new(400, "ServiceLimitExceededException", message)
        .with("resourceId", "UpdateRoutingControlStateEntries")
        .with("resourceType", "routingcontrol")
        .with("limitCode", "routing-control-state-entries")
        .with("serviceCode", "route53-recovery-cluster")
}
