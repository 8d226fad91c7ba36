//! ARC as its control plane tells it: the cluster's endpoints, the safety rules, the health checks of the controls.

use super::{Finding, State, finding, judged, unseen};
use crate::aws::Clients;
use crate::model::reading::Trouble;
use crate::model::topology::{Control, Endpoint, Routing, Rule, RuleKind, RuleLogic};

/// Everything that ARC's control plane can tell of the declared routing.
pub(super) async fn findings(clients: &Clients) -> Vec<Finding> {
    let Some(routing) = &clients.topology().routing else { return Vec::new() };
    let (endpoints, controls, rules) =
        tokio::join!(clients.cluster_endpoints(), clients.found_controls(), clients.safety_rules());
    let mut findings = vec![cluster(routing, endpoints)];
    findings.extend(panel(routing, rules));
    findings.extend(undeclared(routing, controls));
    let followers = routing.controls.iter().map(|control| follower(clients, control));
    findings.extend(futures::future::join_all(followers).await.into_iter().flatten());
    findings
}

fn cluster(routing: &Routing, found: Result<Vec<Endpoint>, Trouble>) -> Finding {
    let state = match found {
        Err(trouble) => unseen(&trouble),
        Ok(found) => {
            let strange =
                |e: &&Endpoint| !found.iter().any(|f| f.region == e.region && same_url(&f.url, &e.url));
            let gone = routing.endpoints.iter().filter(strange);
            let gone = gone.map(|e| format!("{} is not the cluster's endpoint in {}", e.url, e.region));
            let new = found.iter().filter(|f| !routing.endpoints.iter().any(|e| e.region == f.region));
            let new = new.map(|f| format!("its endpoint in {} is not declared", f.region));
            judged(&gone.chain(new).collect::<Vec<_>>(), format!("{} endpoints", found.len()))
        }
    };
    finding("cluster", state)
}

fn same_url(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

fn panel(routing: &Routing, found: Result<Vec<Rule>, Trouble>) -> Vec<Finding> {
    let found = match found {
        Ok(found) => found,
        Err(trouble) => return vec![finding("safety rules", unseen(&trouble))],
    };
    let declared = routing.rules.iter().map(|rule| {
        let state = match found.iter().find(|f| f.arn == rule.arn) {
            None => State::Missing("the panel has no such rule".to_owned()),
            Some(found) => judged(&differences(rule, found), text(found)),
        };
        finding(format!("rule {}", rule.name), state)
    });
    let new = found.iter().filter(|f| !routing.rules.iter().any(|rule| rule.arn == f.arn));
    let new = new.map(|f| {
        finding(format!("rule {}", f.name), State::Differs("guards the panel and is not declared".to_owned()))
    });
    declared.chain(new).collect()
}

fn differences(declared: &Rule, found: &Rule) -> Vec<String> {
    let mut differences = Vec::new();
    let mut differ = |what: &str, declared: String, found: String| {
        if declared != found {
            differences.push(format!("{what} is {found}, declared {declared}"));
        }
    };
    differ("name", declared.name.clone(), found.name.clone());
    differ("logic", text(declared), text(found));
    differ("guard", guard(&declared.kind), guard(&found.kind));
    differ("wait", format!("{:?}", declared.wait), format!("{:?}", found.wait));
    differences
}

fn text(rule: &Rule) -> String {
    let logic = match rule.logic {
        RuleLogic::AtLeast(threshold) => format!("ATLEAST {threshold}"),
        RuleLogic::And => "AND".to_owned(),
        RuleLogic::Or => "OR".to_owned(),
    };
    if rule.inverted { format!("not {logic}") } else { logic }
}

fn guard(kind: &RuleKind) -> String {
    let list = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names.join(", ")
    };
    match kind {
        RuleKind::Assertion { asserted } => format!("assert {}", list(asserted)),
        RuleKind::Gating { gating, targets } => format!("{} gate {}", list(gating), list(targets)),
    }
}

/// Controls of the panel that the config does not name: a rule over one of them cannot be solved.
fn undeclared(routing: &Routing, found: Result<Vec<(String, String)>, Trouble>) -> Vec<Finding> {
    // That the panel could not be seen was said with its rules.
    let found = found.unwrap_or_default().into_iter();
    let new = found.filter(|(_, arn)| !routing.controls.iter().any(|control| &control.arn == arn));
    new.map(|(name, arn)| finding(format!("control {name}"), State::Noted(format!("{arn} is not declared"))))
        .collect()
}

/// Whether the declared health check follows its control; a deployment that forgot to bind them shifts nothing.
async fn follower(clients: &Clients, control: &Control) -> Option<Finding> {
    let id = control.health_check.as_ref()?;
    let (followers, check) = tokio::join!(clients.health_checks_of(control), clients.found_health_check(id));
    let state = match (followers, check) {
        (Err(trouble), _) | (_, Err(trouble)) => unseen(&trouble),
        (Ok(ids), Ok(_)) if !ids.contains(id) => {
            State::Missing(format!("health check {id} does not follow it"))
        }
        (_, Ok(check)) if check.disabled => {
            State::Differs(format!("health check {id} is disabled: always healthy"))
        }
        (_, Ok(check)) if check.inverted => {
            State::Differs(format!("health check {id} is inverted: On drains"))
        }
        _ => State::Fine(id.clone()),
    };
    Some(finding(format!("control {}", control.name), state))
}
