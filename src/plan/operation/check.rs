//! A health check turned round: the Region that passes it counts as unhealthy, so Route 53 answers with it no more.
//!
//! `Disabled` does not drain, because a check that is off counts as healthy (aws-facts section 6).

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Danger, Operation, Plane, Write};
use crate::model::topology::{Region, Topology};
use crate::model::verdict::ROUTE53_HOME;

/// By then the health check tells its new setting, or it is not known.
const READ_BACK: Duration = Duration::from_mins(2);

/// Turns a health check round, or back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheckInvert {
    /// The health check's id.
    pub check: String,
    /// The Region whose record it decides on.
    pub region: Region,
    /// Whether its verdict is turned round afterwards; when it is, a sound Region is drained.
    pub inverted: bool,
    /// The version that was read when the plan was made: a check that somebody else changed meanwhile is not touched.
    pub version: i64,
}

impl Write for HealthCheckInvert {
    fn kind(&self) -> &'static str {
        "healthcheck.invert"
    }

    fn api(&self) -> &'static str {
        "UpdateHealthCheck"
    }

    fn danger(&self) -> Danger {
        Danger::Reversible
    }

    /// The update itself makes the next version.
    fn inverse(&self) -> Option<Operation> {
        let back = Self { inverted: !self.inverted, version: self.version + 1, ..self.clone() };
        Some(Operation::HealthCheckInvert(back))
    }

    fn only_takes_out(&self) -> bool {
        self.inverted
    }

    fn read_back_within(&self) -> Option<Duration> {
        Some(READ_BACK)
    }

    fn moves_traffic(&self) -> bool {
        true
    }

    fn plane(&self) -> Plane {
        Plane::Control(Region::new(ROUTE53_HOME))
    }

    fn iam(&self) -> &'static [&'static str] {
        &["route53:UpdateHealthCheck"]
    }

    fn cli(&self, _: &Topology) -> String {
        let switch = if self.inverted { "--inverted" } else { "--no-inverted" };
        format!(
            "aws route53 update-health-check --health-check-id {} --health-check-version {} {switch}",
            self.check, self.version
        )
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        vec![
            format!("aws route53 get-health-check --health-check-id {}", self.check),
            format!("aws route53 get-health-check-status --health-check-id {}", self.check),
        ]
    }

    fn subject(&self) -> String {
        "traffic".to_owned()
    }

    fn doing(&self) -> String {
        let verb = if self.inverted { "draining" } else { "letting users into" };
        format!("{verb} {}: {self}", self.region)
    }
}

impl fmt::Display for HealthCheckInvert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.inverted { "inverted" } else { "as it was" };
        write!(f, "health check of {} {how}", self.region)
    }
}
