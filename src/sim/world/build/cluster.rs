//! Makes the ARC cluster: panels, a control for each Region in each of them, their safety rules, the endpoints.
//! It must never read the seed: what exists is the same in every run.

use crate::sim::scenario::world as spec;
use crate::sim::world::arc::safety::RuleType;
use crate::sim::world::arc::{Cluster, Control, Endpoint, Guard, Panel, SafetyRule};
use crate::sim::world::noise::{hex, uuid};

/// The Regions of the five cluster endpoints.
const ENDPOINTS: [&str; 5] = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];

pub(super) fn cluster(w: &spec::World) -> Cluster {
    let base = format!("arn:aws:route53-recovery-control::{}", w.account);
    let mut cluster = Cluster {
        name: "retail-store".to_owned(),
        arn: format!("{base}:cluster/{}", uuid("cluster")),
        panels: Vec::new(),
        controls: Vec::new(),
        rules: Vec::new(),
        endpoints: ENDPOINTS.iter().map(|r| Endpoint::new(r)).collect(),
        rotation: w.rotation,
    };
    for (at, panel) in w.panels().iter().enumerate() {
        let made = Made::of(&base, at, panel);
        cluster.panels.push(Panel { name: panel.name.clone(), arn: made.arn.clone(), default: false });
        cluster.controls.extend(w.controls_of(panel).iter().map(|name| made.control(w, panel, name)));
        cluster.rules.extend(w.rules_of(panel).iter().map(|rule| made.rule(rule)));
    }
    cluster
}

/// A panel and what its ids are made from.
struct Made {
    arn: String,
    /// Before the names in it, so that two panels have no id in common; nothing for the first.
    key: String,
}

impl Made {
    fn of(base: &str, at: usize, panel: &spec::Panel) -> Self {
        let key = if at == 0 { String::new() } else { format!("{} ", panel.name) };
        Self { arn: format!("{base}:controlpanel/{}", hex(format!("panel {key}").trim_end(), 32)), key }
    }

    fn control_arn(&self, name: &str) -> String {
        format!("{}/routingcontrol/{}", self.arn, hex(&format!("control {}{name}", self.key), 16))
    }

    fn control(&self, w: &spec::World, panel: &spec::Panel, name: &str) -> Control {
        let state = w.initial(panel, name);
        Control {
            name: name.to_owned(),
            arn: self.control_arn(name),
            panel: self.arn.clone(),
            state,
            before: state,
            changed: None,
            changed_at: None,
        }
    }

    fn rule(&self, rule: &spec::Rule) -> SafetyRule {
        let arns = |names: &[String]| names.iter().map(|n| self.control_arn(n)).collect::<Vec<_>>();
        SafetyRule {
            name: rule.name.clone(),
            arn: format!("{}/safetyrule/{}", self.arn, hex(&format!("rule {}{}", self.key, rule.name), 16)),
            panel: self.arn.clone(),
            guard: if rule.target.is_empty() {
                Guard::Assertion { asserted: arns(&rule.assert) }
            } else {
                Guard::Gating { gates: arns(&rule.gating), targets: arns(&rule.target) }
            },
            rule: rule.kind,
            threshold: threshold(rule),
            inverted: rule.inverted,
            wait: rule.wait,
        }
    }
}

/// The threshold of an `AND` or an `OR` follows from what it counts.
fn threshold(rule: &spec::Rule) -> u32 {
    let counted = if rule.target.is_empty() { &rule.assert } else { &rule.gating };
    match rule.kind {
        RuleType::AtLeast => rule.threshold,
        RuleType::And => u32::try_from(counted.len()).unwrap_or(u32::MAX),
        RuleType::Or => 1,
    }
}
