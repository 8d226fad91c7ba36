//! `UpdateHealthCheck`: what may change and which version the caller must have seen.
//! It must never decide a verdict.

use serde_json::json;

use super::{HealthCheck, HealthCheckUpdate, Probe};
use crate::sim::world::World;
use crate::sim::world::error::ApiError;

impl World {
    /// `UpdateHealthCheck`; DNS acts on it some seconds later.
    ///
    /// # Errors
    /// `NoSuchHealthCheck`, `HealthCheckVersionMismatch`, `InvalidInput`.
    pub fn update_health_check(
        &mut self,
        id: &str,
        update: &HealthCheckUpdate,
    ) -> Result<HealthCheck, ApiError> {
        let Some(check) = self.health_checks.iter_mut().find(|c| c.id == id) else {
            let message = format!("A health check with id {id} does not exist.");
            return Err(ApiError::new(404, "NoSuchHealthCheck", message));
        };
        if update.version.is_some_and(|v| v != check.version) {
            let message = format!("The health check has version {}.", check.version);
            return Err(ApiError::new(409, "HealthCheckVersionMismatch", message));
        }
        let mut probe = check.probe.clone();
        change_probe(&mut probe, update)?;
        check.probe = probe;
        check.inverted = update.inverted.unwrap_or(check.inverted);
        check.disabled = update.disabled.unwrap_or(check.disabled);
        check.version += 1;
        let changed = check.clone();
        let detail = json!({ "id": id, "inverted": changed.inverted, "disabled": changed.disabled });
        self.record("us-east-1", "route53", "UpdateHealthCheck", detail);
        Ok(changed)
    }
}

fn change_probe(probe: &mut Probe, update: &HealthCheckUpdate) -> Result<(), ApiError> {
    let invalid = |what: &str| {
        ApiError::new(400, "InvalidInput", format!("{what} does not apply to this health check."))
    };
    if let Some(wanted) = update.threshold {
        match probe {
            Probe::Endpoint { failures, .. } => *failures = wanted,
            Probe::Calculated { threshold, .. } => *threshold = wanted,
            _ => return Err(invalid("A threshold")),
        }
    }
    if let Some(wanted) = &update.children {
        match probe {
            Probe::Calculated { children, .. } => children.clone_from(wanted),
            _ => return Err(invalid("ChildHealthChecks")),
        }
    }
    Ok(())
}
