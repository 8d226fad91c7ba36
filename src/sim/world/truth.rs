//! The ground truth as JSON, for `GET /_sim/state` and for tests.
//! It must never hold more than is so at this moment.

use serde_json::{Value, json};

use super::World;

impl World {
    /// Time, Regions, roles, lag, controls, faults: what is so, not what CloudWatch shows.
    #[must_use]
    pub fn truth(&self) -> Value {
        json!({ "now": self.now, "scenario": self.scenario.scenario.name })
    }
}
