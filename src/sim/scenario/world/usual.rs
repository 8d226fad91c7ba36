//! The world that a scenario has when it does not say otherwise: two Regions as in the AWS guidance.
//! It must never differ from what `scenarios/calm.toml` spells out; a test holds the two together.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Aurora, Dns, Form, Policy, Region, Rule, Table, World};
use crate::sim::world::arc::safety::RuleType;

impl Default for World {
    fn default() -> Self {
        Self {
            account: super::account(),
            writer: writer(),
            regions: regions(),
            aurora: aurora(),
            replicas: Vec::new(),
            tables: tables(),
            buckets: Vec::new(),
            dns: dns(),
            checks: Vec::new(),
            resolvers: Vec::new(),
            arc: true,
            panels: Vec::new(),
            controls: BTreeMap::new(),
            rules: rules(),
            runbooks: Vec::new(),
            receive: None,
            failback: None,
            sign_in: None,
            rotation: None,
            experiments: Vec::new(),
            tagged: super::experiment::usual_tagged(),
            plans: Vec::new(),
        }
    }
}

pub(super) fn writer() -> String {
    "us-east-1".to_owned()
}

pub(super) fn regions() -> Vec<Region> {
    let region = |name: &str, short: &str, orders, capacity| Region {
        name: name.to_owned(),
        short: short.to_owned(),
        orders,
        capacity,
        tasks: super::tasks(),
        full: None,
        country: super::country(),
        continent: super::continent(),
    };
    vec![region("us-east-1", "use1", 390.0, 600.0), region("us-west-2", "usw2", 196.0, 700.0)]
}

pub(super) fn aurora() -> Vec<Aurora> {
    let store = |store: &str, ms, orders| Aurora {
        store: store.to_owned(),
        lag: Duration::from_millis(ms),
        orders,
        headless: Vec::new(),
        retention: super::retention(),
    };
    vec![store("orders", 400, true), store("catalog", 300, false)]
}

pub(super) fn tables() -> Vec<Table> {
    vec![
        Table {
            store: "carts".to_owned(),
            table: "cartsTable".to_owned(),
            hash_key: super::hash_key(),
            range_key: None,
            lag: Duration::from_millis(600),
            regions: Vec::new(),
            witness: None,
        },
        Table {
            store: "lock".to_owned(),
            table: "pointsmanLock".to_owned(),
            hash_key: "pk".to_owned(),
            range_key: Some("sk".to_owned()),
            lag: Duration::from_millis(80),
            regions: Vec::new(),
            witness: Some("us-east-2".to_owned()),
        },
    ]
}

pub(super) fn dns() -> Dns {
    Dns {
        name: "store.example.com".to_owned(),
        zone: "Z0RETAILSTORE".to_owned(),
        policy: Policy::Latency,
        ttl: Duration::from_mins(1),
        weights: BTreeMap::new(),
        form: Form::default(),
        places: BTreeMap::new(),
    }
}

pub(super) fn rules() -> Vec<Rule> {
    vec![Rule {
        name: "at-least-one-on".to_owned(),
        assert: vec!["us-east-1".to_owned(), "us-west-2".to_owned()],
        gating: Vec::new(),
        target: Vec::new(),
        kind: RuleType::AtLeast,
        threshold: 1,
        inverted: false,
        wait: super::wait(),
    }]
}
