//! What the control planes say exists, for `pointsman check` alone.
//!
//! ARC's configuration lives in us-west-2 and Route 53's in us-east-1 (aws-facts sections 2 and 6): it must never be
//! asked while something is wrong, because then it may be away.

use std::time::Duration;

use aws_sdk_route53recoverycontrolconfig as config;
use config::types::{RuleConfig, RuleType};

use super::error::trouble;
use super::{Clients, undeclared};
use crate::model::reading::{Trouble, TroubleKind};
use crate::model::topology::{Endpoint, Panel, Region, Routing, Rule, RuleKind, RuleLogic};

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
    /// The cluster's endpoints, as `DescribeCluster` gives them.
    ///
    /// # Errors
    /// The trouble of asking.
    pub async fn found_endpoints(&self) -> Result<Vec<Endpoint>, Trouble> {
        let cluster = &self.routing()?.cluster;
        let client = self.arc_config().await?;
        self.inner.tally.call();
        let answer = client.describe_cluster().cluster_arn(cluster).send().await.map_err(trouble)?;
        let found = answer.cluster.map(|c| c.cluster_endpoints.unwrap_or_default()).unwrap_or_default();
        let endpoint = |e: config::types::ClusterEndpoint| {
            Some(Endpoint { region: Region::new(e.region.as_deref()?), url: e.endpoint? })
        };
        Ok(found.into_iter().filter_map(endpoint).collect())
    }

    /// Name and ARN of every control in a panel.
    ///
    /// # Errors
    /// The trouble of asking.
    pub async fn found_controls(&self, panel: &Panel) -> Result<Vec<(String, String)>, Trouble> {
        let (client, mut found, mut token) = (self.arc_config().await?, Vec::new(), None);
        loop {
            self.inner.tally.call();
            let request = client.list_routing_controls().control_panel_arn(&panel.arn).set_next_token(token);
            let page = request.send().await.map_err(trouble)?;
            for control in page.routing_controls() {
                let name = control.name().unwrap_or_default().to_owned();
                found.push((name, control.routing_control_arn().unwrap_or_default().to_owned()));
            }
            token = page.next_token;
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    /// Every safety rule of a panel; its controls by their declared names, or by ARN where they are not declared.
    ///
    /// # Errors
    /// The trouble of asking.
    pub async fn found_rules(&self, panel: &Panel) -> Result<Vec<Rule>, Trouble> {
        let (client, mut found, mut token) = (self.arc_config().await?, Vec::new(), None);
        loop {
            self.inner.tally.call();
            let request = client.list_safety_rules().control_panel_arn(&panel.arn).set_next_token(token);
            let page = request.send().await.map_err(trouble)?;
            found.extend(page.safety_rules().iter().filter_map(|rule| self.rule(rule)));
            token = page.next_token;
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
        self.signer().await?;
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

    fn routing(&self) -> Result<&Routing, Trouble> {
        self.inner.topology.routing.as_ref().ok_or_else(|| undeclared("routing"))
    }

    async fn arc_config(&self) -> Result<config::Client, Trouble> {
        self.signer().await?;
        Ok(self.inner.bound.arc_config(&Region::new(ARC_HOME)))
    }

    fn rule(&self, rule: &config::types::Rule) -> Option<Rule> {
        if let Some(assertion) = rule.assertion() {
            let kind = RuleKind::Assertion { asserted: self.names(assertion.asserted_controls()) };
            let parts = (assertion.name(), assertion.safety_rule_arn(), assertion.wait_period_ms());
            return Some(built(parts, kind, assertion.rule_config()?));
        }
        let gating = rule.gating()?;
        let kind = RuleKind::Gating {
            gating: self.names(gating.gating_controls()),
            targets: self.names(gating.target_controls()),
        };
        let parts = (gating.name(), gating.safety_rule_arn(), gating.wait_period_ms());
        Some(built(parts, kind, gating.rule_config()?))
    }

    fn names(&self, arns: &[String]) -> Vec<String> {
        arns.iter().map(|arn| self.control_name(arn).unwrap_or(arn).to_owned()).collect()
    }
}

fn built(parts: (Option<&str>, Option<&str>, Option<i32>), kind: RuleKind, logic: &RuleConfig) -> Rule {
    let (name, arn, wait) = parts;
    let threshold = usize::try_from(logic.threshold().unwrap_or_default()).unwrap_or_default();
    Rule {
        name: name.unwrap_or_default().to_owned(),
        arn: arn.unwrap_or_default().to_owned(),
        kind,
        logic: match logic.r#type() {
            Some(RuleType::And) => RuleLogic::And,
            Some(RuleType::Or) => RuleLogic::Or,
            _ => RuleLogic::AtLeast(threshold),
        },
        inverted: logic.inverted().unwrap_or_default(),
        wait: Duration::from_millis(u64::try_from(wait.unwrap_or_default()).unwrap_or_default()),
    }
}
