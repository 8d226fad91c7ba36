//! What ARC's control plane says of endpoints, panels, controls, rules and the health checks that follow controls.
//!
//! It lives in us-west-2 and is asked by `pointsman check` alone, while all is well.

use crate::aws::Clients;
use crate::aws::inventory::FoundHealthCheck;
use crate::cli::check::{Finding, State};
use crate::model::topology::{Control, Endpoint, Panel, Routing, Rule};

/// Every finding about ARC.
pub(super) async fn all(clients: &Clients) -> Vec<Finding> {
    let (endpoints, controls, rules, checks) = tokio::join!(
        endpoints(clients),
        panels(clients, |side| controls(clients, side)),
        panels(clients, |side| rules(clients, side)),
        health_checks(clients)
    );
    [endpoints, controls, rules, checks].concat()
}

async fn endpoints(clients: &Clients) -> Vec<Finding> {
    let found = match clients.found_endpoints().await {
        Ok(found) => found,
        Err(trouble) => {
            let needs = ["route53-recovery-control-config:DescribeCluster"];
            return vec![Finding::unseen("cluster", &trouble, &needs)];
        }
    };
    let declared = clients.topology().routing.iter().flat_map(|routing| &routing.endpoints);
    let finding = |endpoint: &Endpoint| {
        let what = format!("cluster endpoint {} as declared", endpoint.region);
        let same = found.iter().find(|f| f.region == endpoint.region);
        let state = match same {
            None => State::Wrong("the cluster has no endpoint there".to_owned()),
            Some(f) if f.url.trim_end_matches('/') != endpoint.url.trim_end_matches('/') => {
                State::Wrong(format!("the cluster says {}", f.url))
            }
            Some(_) => State::Fine(endpoint.url.clone()),
        };
        Finding::new(what, state)
    };
    declared.map(finding).collect()
}

/// The controls or rules of every panel, as ARC has them and as they are declared.
async fn panels<F: Future<Output = Vec<Finding>>>(
    clients: &Clients,
    of: impl Fn(PanelSide) -> F,
) -> Vec<Finding> {
    let routing = clients.topology().routing.iter();
    let sides = routing.flat_map(|routing| routing.panels.iter().map(|panel| PanelSide::of(routing, panel)));
    futures::future::join_all(sides.map(of)).await.concat()
}

/// One panel as it is declared.
#[derive(Clone, Debug)]
struct PanelSide {
    panel: Panel,
    /// How it is called: `the panel`, or `panel store` where there are several.
    called: String,
    controls: Vec<Control>,
    rules: Vec<Rule>,
}

impl PanelSide {
    fn of(routing: &Routing, panel: &Panel) -> Self {
        let name = panel.name.as_ref().filter(|_| routing.has_several_panels());
        Self {
            panel: panel.clone(),
            called: name.map_or_else(|| "the panel".to_owned(), |name| format!("panel {name}")),
            controls: routing.controls_in(panel).cloned().collect(),
            rules: routing.rules_in(panel).cloned().collect(),
        }
    }
}

async fn controls(clients: &Clients, side: PanelSide) -> Vec<Finding> {
    let PanelSide { panel, called, controls: declared, .. } = side;
    let found = match clients.found_controls(&panel).await {
        Ok(found) => found,
        Err(trouble) => {
            let needs = ["route53-recovery-control-config:ListRoutingControls"];
            return vec![Finding::unseen(called.replace("the panel", "control panel"), &trouble, &needs)];
        }
    };
    let mut findings: Vec<Finding> = declared
        .iter()
        .map(|control| {
            let is_there = found.iter().any(|(_, arn)| arn == &control.arn);
            let state = if is_there {
                State::Fine(String::new())
            } else {
                State::Wrong(format!("{called} has no control {}", control.arn))
            };
            Finding::new(format!("control {}", control.name), state)
        })
        .collect();
    let undeclared = found.iter().filter(|(_, arn)| !declared.iter().any(|control| &control.arn == arn));
    findings.extend(undeclared.map(|(name, arn)| {
        let text = format!("in {called} but not declared ({arn}): rules over it cannot be solved");
        Finding::new(format!("control {name}"), State::Note(text))
    }));
    findings
}

async fn rules(clients: &Clients, side: PanelSide) -> Vec<Finding> {
    let PanelSide { panel, called, rules: declared, .. } = side;
    let found = match clients.found_rules(&panel).await {
        Ok(found) => found,
        Err(trouble) => {
            let needs = ["route53-recovery-control-config:ListSafetyRules"];
            let what = format!("safety rules of {called}").replace(" of the panel", "");
            return vec![Finding::unseen(what, &trouble, &needs)];
        }
    };
    let mut findings: Vec<Finding> = declared
        .iter()
        .map(|rule| {
            let state = match found.iter().find(|f| f.arn == rule.arn) {
                None => State::Wrong(format!("{called} has no such rule: the solver would believe in it")),
                Some(f) if !same_rule(f, rule) => {
                    State::Wrong(format!("{called} has {:?} {:?}, wait {:?}", f.logic, f.kind, f.wait))
                }
                Some(_) => State::Fine(String::new()),
            };
            Finding::new(format!("rule {}", rule.name), state)
        })
        .collect();
    let undeclared = found.iter().filter(|f| !declared.iter().any(|rule| rule.arn == f.arn));
    findings.extend(undeclared.map(|f| {
        let text = format!("in {called} but not declared ({}): it may refuse what the solver allows", f.arn);
        Finding::new(format!("rule {}", f.name), State::Wrong(text))
    }));
    findings
}

fn same_rule(found: &Rule, declared: &Rule) -> bool {
    (&found.kind, found.logic, found.inverted, found.wait)
        == (&declared.kind, declared.logic, declared.inverted, declared.wait)
}

async fn health_checks(clients: &Clients) -> Vec<Finding> {
    let controls = clients.topology().routing.iter().flat_map(|routing| &routing.controls);
    let watched: Vec<(&Control, &String)> =
        controls.filter_map(|control| Some((control, control.health_check.as_ref()?))).collect();
    let asked = watched.iter().map(|(_, id)| clients.found_health_check(id));
    let answers = futures::future::join_all(asked).await;
    let finding = |((control, id), answer): ((&Control, &String), Result<FoundHealthCheck, _>)| {
        let what = format!("health check of control {}", control.name);
        match answer {
            Ok(found) => Finding::new(what, health_check_state(control, &found)),
            Err(trouble) => Finding::unseen(format!("{what} ({id})"), &trouble, &["route53:GetHealthCheck"]),
        }
    };
    watched.into_iter().zip(answers).map(finding).collect()
}

fn health_check_state(control: &Control, found: &FoundHealthCheck) -> State {
    if found.control.as_deref() != Some(control.arn.as_str()) {
        let follows = found.control.as_deref().unwrap_or("no control");
        return State::Wrong(format!("it is of type {} and follows {follows}", found.kind));
    }
    match (found.inverted, found.disabled) {
        (_, true) => State::Wrong("it is disabled, so it is always healthy".to_owned()),
        (true, false) => State::Wrong("it is inverted: On drains and Off serves".to_owned()),
        (false, false) => State::Fine(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_health_check_of_another_control_is_wrong() {
        let control = Control {
            name: "us-east-1".to_owned(),
            arn: "arn:a".to_owned(),
            region: None,
            health_check: Some("h".to_owned()),
        };
        let found = |control: Option<&str>, inverted, disabled| FoundHealthCheck {
            kind: "RECOVERY_CONTROL".to_owned(),
            control: control.map(str::to_owned),
            inverted,
            disabled,
        };
        assert_eq!(
            health_check_state(&control, &found(Some("arn:a"), false, false)),
            State::Fine(String::new())
        );
        for bad in [found(Some("arn:b"), false, false), found(None, false, false)] {
            assert!(matches!(health_check_state(&control, &bad), State::Wrong(_)));
        }
        for bad in [found(Some("arn:a"), true, false), found(Some("arn:a"), false, true)] {
            assert!(matches!(health_check_state(&control, &bad), State::Wrong(_)));
        }
    }
}
