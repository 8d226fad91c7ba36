//! `docs/iam.md` is what the operations and the table of reads say, and nothing that is sent is missing in it.

use std::collections::BTreeSet;

use pointsman::aws::actuator;
use pointsman::aws::iam;
use pointsman::plan::operation::Operation;
use serde_json::{Value, json};

/// One operation of each kind, of each engine, and of each word that another call says.
fn operations() -> Vec<Operation> {
    let mut all = Vec::new();
    let mut add = |kind: &str, fields: Value| {
        let mut value = json!({
            "kind": kind, "store": "STORE", "global": "GLOBAL", "cluster": "CLUSTER", "from": "LEAVING",
            "to": "RECEIVING", "region": "REGION", "entries": [], "experiment": "NAME", "template": "TEMPLATE",
            "engage": true, "reason": "", "plan": "NAME", "arn": "PLAN", "execution": "ID", "service": "NAME",
            "ecs": "SERVICE", "desired": 1, "was": 1, "runbook": "NAME", "document": "DOCUMENT",
            "database": "NAME", "lossless": true, "source": "SNAPSHOT", "target": "SNAPSHOT", "name": "NAME",
            "zone": "ZONE", "type": "A", "changes": [], "check": "CHECK", "inverted": true, "version": 1,
            "ungraceful": false,
        });
        value.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        if kind == "ssm.run" {
            value.as_object_mut().unwrap().remove("check");
        }
        all.push(serde_json::from_value(value).unwrap_or_else(|error| panic!("{kind}: {error}")));
    };
    let plain = [
        "routing.set",
        "fis.start",
        "fis.stop",
        "fis.lever",
        "aurora.switchover",
        "aurora.failover",
        "aurora.detach",
        "ecs.scale",
        "ssm.run",
        "snapshot.copy",
        "dns.set",
        "healthcheck.invert",
    ];
    for kind in plain {
        add(kind, json!({}));
    }
    for engine in ["aurora-binlog", "rds"] {
        add("replica.promote", json!({ "engine": engine }));
    }
    add("regionswitch.run", json!({ "action": "activate" }));
    for say in ["approve", "skip", "pause", "stop"] {
        add("regionswitch.signal", json!({ "say": { "signal": say, "step": "STEP", "reason": "" } }));
    }
    for say in ["approve", "stop"] {
        add("ssm.signal", json!({ "say": { "signal": say, "step": "STEP" } }));
    }
    all
}

#[test]
fn the_page_is_what_the_tables_say() {
    crate::written::compare_or_write("docs/iam.md", &iam::page(&operations()));
}

#[test]
fn every_write_names_an_action_that_has_its_resource() {
    let operations = operations();
    let named: BTreeSet<&str> = operations.iter().flat_map(Operation::iam).copied().collect();
    for action in &named {
        assert!(iam::on(action).is_some(), "nothing says what {action} is on");
    }
    for api in actuator::writes() {
        assert!(named.iter().any(|action| action.split(':').next_back() == Some(*api)), "nobody needs {api}");
        assert!(operations.iter().any(|operation| operation.api() == *api), "no operation here calls {api}");
    }
}
