//! What would lift a hold, in words, where its reason does not say so already.
//!
//! It advises and never changes a verdict.

use super::{Interlock, Verdict};
use crate::plan::Intent;

impl Interlock {
    /// What would let this pass; `None` when it does not hold anything back, or its reason says so itself.
    #[must_use]
    pub fn lift(&self, intent: &Intent) -> Option<String> {
        let Verdict::Hold(_) = self.verdict else { return None };
        lift(&self.name, intent)
    }
}

fn lift(name: &str, intent: &Intent) -> Option<String> {
    let to = &intent.to;
    if name.starts_with("lag of ") && intent.playbook.is_planned() {
        let wait = "wait until it has caught up; a failover does not wait, and loses what is missing";
        return Some(wait.to_owned());
    }
    if name.ends_with(" healthy") {
        return Some(format!("bring {to} back first, or let another Region receive"));
    }
    if name.contains(" can be promoted in ") {
        return Some(format!("its database in {to} must be an available replica"));
    }
    if name.starts_with("no promotion of ") {
        return Some("wait until that promotion has ended".to_owned());
    }
    if name.starts_with("no move of ") {
        return Some("wait until that move has ended".to_owned());
    }
    if name.starts_with("writer of ") {
        return Some("RDS of one of the Regions must answer".to_owned());
    }
    if name.contains(" can write in ") {
        return Some(format!("its cluster in {to} must be available, in sync and with an instance"));
    }
    let means = match name {
        "cluster endpoints answer" => "one of them must answer; look at the network of this host",
        "control states known" => "a quorum of the cluster endpoints must answer and agree",
        "account" => "use credentials of the workload's account",
        "credentials" | "credentials last" => "renew the credentials",
        "a plan" => "choose another playbook or other Regions",
        _ => return None,
    };
    Some(means.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{Scene, east, two_regions, west};
    use crate::plan::Playbook;
    use crate::plan::interlock::check;

    #[test]
    fn a_hold_says_what_would_lift_it_and_nothing_else_does() {
        let scene = Scene::new(two_regions());
        let intent = Intent { playbook: Playbook::Switchover, from: east(), to: west() };
        for interlock in check(&scene.world, &intent, scene.now) {
            let holds = matches!(interlock.verdict, Verdict::Hold(_));
            assert_eq!(interlock.lift(&intent).is_some(), holds, "{interlock:?}");
        }
    }

    #[test]
    fn lag_is_waited_for_and_a_rule_speaks_for_itself() {
        let intent = Intent { playbook: Playbook::Switchover, from: east(), to: west() };
        let lift = |name: &str| Interlock::hold(name, "why").lift(&intent);
        let wait = "wait until it has caught up; a failover does not wait, and loses what is missing";
        assert_eq!(lift("lag of orders within RPO").as_deref(), Some(wait));
        assert_eq!(lift("credentials").as_deref(), Some("renew the credentials"));
        assert_eq!(lift("rule at-least-one-on"), None);
    }
}
