//! What the control planes say exists, for `pointsman check` alone.
//!
//! ARC's configuration lives in us-west-2 and Route 53's in us-east-1 (aws-facts sections 2 and 6): it must never be
//! asked while something is wrong, because then it may be away.

use aws_sdk_route53recoverycontrolconfig as config;

use super::error::trouble;
use super::{Clients, undeclared};
use crate::model::reading::{Trouble, TroubleKind};
use crate::model::topology::Region;

/// Where ARC's control plane lives.
const ARC_HOME: &str = "us-west-2";
/// Where Route 53's control plane lives.
const ROUTE53_HOME: &str = "us-east-1";

/// A health check as Route 53 has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundHealthCheck {
    /// Its type, such as `RECOVERY_CONTROL`.
    pub kind: String,
    /// The routing control it follows.
    pub control: Option<String>,
    /// Its answer is turned round.
    pub inverted: bool,
    /// It counts as healthy whatever it sees.
    pub disabled: bool,
}

impl Clients {
    /// Name and ARN of every control in the panel.
    ///
    /// # Errors
    /// The trouble of asking.
    pub async fn found_controls(&self) -> Result<Vec<(String, String)>, Trouble> {
        let panel = &self.routing()?.panel;
        let (client, mut found, mut token) = (self.arc_config(), Vec::new(), None);
        loop {
            self.inner.tally.call();
            let request = client.list_routing_controls().control_panel_arn(panel).set_next_token(token);
            let page = request.send().await.map_err(trouble)?;
            for control in page.routing_controls() {
                let name = control.name().unwrap_or_default().to_owned();
                found.push((name, control.routing_control_arn().unwrap_or_default().to_owned()));
            }
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    /// One health check.
    ///
    /// # Errors
    /// The trouble of asking.
    pub async fn found_health_check(&self, id: &str) -> Result<FoundHealthCheck, Trouble> {
        let client = self.inner.bound.route53(&Region::new(ROUTE53_HOME));
        self.inner.tally.call();
        let answer = client.get_health_check().health_check_id(id).send().await.map_err(trouble)?;
        let Some(found) = answer.health_check().and_then(|check| check.health_check_config()) else {
            let text = format!("Route 53 answered without the health check {id}");
            return Err(Trouble { kind: TroubleKind::Faulty, text, request_id: None });
        };
        Ok(FoundHealthCheck {
            kind: found.r#type().as_str().to_owned(),
            control: found.routing_control_arn().map(str::to_owned),
            inverted: found.inverted().unwrap_or_default(),
            disabled: found.disabled().unwrap_or_default(),
        })
    }

    fn routing(&self) -> Result<&crate::model::topology::Routing, Trouble> {
        self.inner.topology.routing.as_ref().ok_or_else(|| undeclared("routing"))
    }

    fn arc_config(&self) -> config::Client {
        self.inner.bound.arc_config(&Region::new(ARC_HOME))
    }
}
