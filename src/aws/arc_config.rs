//! ARC's control plane in us-west-2: what a cluster, its panel and its rules were set up to be.
//!
//! It is read to check the config on a quiet day and must never be needed during an event (aws-facts section 2).

use std::time::Duration;

use aws_sdk_route53recoverycontrolconfig::Client;
use aws_sdk_route53recoverycontrolconfig::types::{
    AssertionRule, GatingRule, Rule as SdkRule, RuleConfig, RuleType,
};

use super::error::trouble;
use super::{Clients, undeclared};
use crate::model::reading::Trouble;
use crate::model::topology::{Control, Endpoint, Region, Routing, Rule, RuleKind, RuleLogic};

/// The only Region of the control plane.
const HOME: &str = "us-west-2";

impl Clients {
    /// The endpoints of the declared cluster.
    ///
    /// # Errors
    /// When the workload has no routing, or the control plane gives no answer.
    pub async fn cluster_endpoints(&self) -> Result<Vec<Endpoint>, Trouble> {
        let (client, routing) = self.control_plane().await?;
        self.inner.tally.call();
        let answer = client.describe_cluster().cluster_arn(&routing.cluster).send().await.map_err(trouble)?;
        let endpoints = answer.cluster.and_then(|cluster| cluster.cluster_endpoints).unwrap_or_default();
        let endpoint = |found: &aws_sdk_route53recoverycontrolconfig::types::ClusterEndpoint| {
            Some(Endpoint { region: Region::new(found.region()?), url: found.endpoint()?.to_owned() })
        };
        Ok(endpoints.iter().filter_map(endpoint).collect())
    }

    /// The safety rules of the declared panel; controls go by their declared name, others by their ARN.
    ///
    /// # Errors
    /// When the workload has no routing, or the control plane gives no answer.
    pub async fn safety_rules(&self) -> Result<Vec<Rule>, Trouble> {
        let (client, routing) = self.control_plane().await?;
        let mut rules = Vec::new();
        let mut token = None;
        loop {
            self.inner.tally.call();
            let request = client.list_safety_rules().control_panel_arn(&routing.panel);
            let page = request.set_next_token(token).send().await.map_err(trouble)?;
            rules.extend(page.safety_rules().iter().filter_map(|rule| read_rule(rule, routing)));
            token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            if token.is_none() {
                return Ok(rules);
            }
        }
    }

    /// The ids of the health checks that follow a control.
    ///
    /// # Errors
    /// When the workload has no routing, or the control plane gives no answer.
    pub async fn health_checks_of(&self, control: &Control) -> Result<Vec<String>, Trouble> {
        let (client, _) = self.control_plane().await?;
        let mut ids = Vec::new();
        let mut token = None;
        loop {
            self.inner.tally.call();
            let request = client.list_associated_route53_health_checks().routing_control_arn(&control.arn);
            let page = request.set_next_token(token).send().await.map_err(trouble)?;
            ids.extend(page.health_check_ids().iter().cloned());
            token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            if token.is_none() {
                return Ok(ids);
            }
        }
    }

    async fn control_plane(&self) -> Result<(Client, &Routing), Trouble> {
        let routing = self.inner.topology.routing.as_ref().ok_or_else(|| undeclared("routing"))?;
        self.signer().await?;
        Ok((self.inner.bound.control_config(&Region::new(HOME)), routing))
    }
}

fn read_rule(rule: &SdkRule, routing: &Routing) -> Option<Rule> {
    rule.assertion().and_then(|rule| assertion(rule, routing)).or_else(|| gating(rule.gating()?, routing))
}

fn assertion(rule: &AssertionRule, routing: &Routing) -> Option<Rule> {
    Some(Rule {
        name: rule.name()?.to_owned(),
        arn: rule.safety_rule_arn()?.to_owned(),
        kind: RuleKind::Assertion { asserted: names(rule.asserted_controls(), routing) },
        logic: logic(rule.rule_config()?)?,
        inverted: rule.rule_config()?.inverted().unwrap_or(false),
        wait: wait(rule.wait_period_ms()),
    })
}

fn gating(rule: &GatingRule, routing: &Routing) -> Option<Rule> {
    Some(Rule {
        name: rule.name()?.to_owned(),
        arn: rule.safety_rule_arn()?.to_owned(),
        kind: RuleKind::Gating {
            gating: names(rule.gating_controls(), routing),
            targets: names(rule.target_controls(), routing),
        },
        logic: logic(rule.rule_config()?)?,
        inverted: rule.rule_config()?.inverted().unwrap_or(false),
        wait: wait(rule.wait_period_ms()),
    })
}

fn logic(config: &RuleConfig) -> Option<RuleLogic> {
    match config.r#type()? {
        RuleType::Atleast => Some(RuleLogic::AtLeast(usize::try_from(config.threshold()?).ok()?)),
        RuleType::And => Some(RuleLogic::And),
        RuleType::Or => Some(RuleLogic::Or),
        _ => None,
    }
}

fn wait(ms: Option<i32>) -> Duration {
    Duration::from_millis(ms.and_then(|ms| u64::try_from(ms).ok()).unwrap_or_default())
}

fn names(arns: &[String], routing: &Routing) -> Vec<String> {
    let name =
        |arn: &String| routing.controls.iter().find(|c| &c.arn == arn).map_or(arn, |c| &c.name).clone();
    arns.iter().map(name).collect()
}
