//! The ground truth as JSON, for `GET /_sim/state` and for tests.
//! It must never hold more than is so at this moment.

use serde_json::{Map, Value, json};

use super::World;
use super::aurora::GlobalCluster;
use super::replica::Replicated;
use super::traffic::Group;

impl World {
    /// Time, Regions, roles, lag, controls, faults: what is so, not what CloudWatch shows.
    ///
    /// `regions` by name (health, traffic share, orders a minute), `stores` by name (writer, lag per link),
    /// `controls` by name, `faults` as injected, `writes` how many took effect.
    #[must_use]
    pub fn truth(&self) -> Value {
        json!({
            "scenario": self.scenario.scenario.name,
            "seed": self.seed,
            "now": self.now,
            "start": self.start,
            "elapsed": self.elapsed().as_secs_f64(),
            "regions": self.regions_now(),
            "stores": self.stores_now(),
            "controls": self.controls_now(),
            "health_checks": self.checks_now(),
            "dns": self.dns_now(),
            "endpoint_away": self.rotated(),
            "experiments": self.experiments_now(),
            "executions": self.executions_now(),
            "faults": self.faults,
            "writes": self.log.len(),
        })
    }

    /// Orders a minute of all Regions.
    #[must_use]
    pub fn orders(&self) -> f64 {
        self.regions.iter().map(|r| r.now.orders).sum()
    }

    /// Orders a minute of all Regions on a calm day.
    #[must_use]
    pub fn baseline(&self) -> f64 {
        self.regions.iter().map(|r| r.baseline).sum()
    }

    fn regions_now(&self) -> Value {
        let each = self.regions.iter().map(|r| {
            let now = json!({
                "health": round(r.now.health),
                "control_plane": round(1.0 - r.now.control_plane),
                "lost": r.now.lost,
                "traffic": round(r.now.traffic),
                "share": round(r.now.share),
                "orders": round(r.now.orders),
                "baseline": r.baseline,
                "capacity": round(r.carries()),
                "errors": round(r.now.errors),
                "tasks": { "running": r.now.running, "desired": r.now.desired },
            });
            (r.name.clone(), now)
        });
        Value::Object(each.collect())
    }

    fn stores_now(&self) -> Value {
        let mut stores = Map::new();
        for global in &self.aurora.globals {
            stores.insert(global.store.clone(), self.global_now(global));
        }
        for store in &self.replicas {
            stores.insert(store.store.clone(), self.replicated_now(store));
        }
        for link in &self.buckets {
            let (from, to) = (&self.regions[link.from].name, &self.regions[link.to].name);
            let now = json!({
                "from": from,
                "to": to,
                "lag": round(link.lag),
                "pending": link.pending.round(),
            });
            let store = stores.entry(link.store.clone());
            let store = store.or_insert_with(|| json!({ "kind": "bucket", "links": [] }));
            if let Some(links) = store["links"].as_array_mut() {
                links.push(now);
            }
        }
        for table in &self.tables {
            let name = |ix: usize| self.regions[ix].name.as_str();
            let links = table.links.iter().map(|l| {
                json!({ "from": name(l.from), "to": name(l.to), "lag": round(l.lag), "paused": l.paused })
            });
            let links: Vec<_> = links.collect();
            stores
                .insert(table.store.clone(), json!({ "kind": "table", "table": table.name, "links": links }));
        }
        Value::Object(stores)
    }

    fn global_now(&self, global: &GlobalCluster) -> Value {
        let name = |ix: usize| self.regions[ix].name.as_str();
        let writer = global.writer().map(|m| m.region);
        let roles: Map<String, Value> = global
            .members
            .iter()
            .map(|m| (name(m.region).to_owned(), json!(if m.writer { "writer" } else { "reader" })))
            .collect();
        let readers = global.members.iter().filter(|m| !m.writer);
        let links: Vec<_> = readers
            .map(|m| {
                json!({
                    "from": writer.map(name),
                    "to": name(m.region),
                    "lag": round(m.lag),
                    "sync": m.sync.as_str(),
                })
            })
            .collect();
        json!({
            "kind": "aurora",
            "global": global.id,
            "status": global.status,
            "change": global.change.as_ref().map(|c| json!({ "status": c.status(), "phase": c.phase, "to": c.to })),
            "writer": writer.map(name),
            "roles": roles,
            "links": links,
            "losses": global.losses,
            "alone": self.alone(global),
        })
    }

    /// The Regions whose cluster of the store has left it and takes writes of its own.
    fn alone(&self, global: &GlobalCluster) -> Vec<&str> {
        let clusters = self.aurora.clusters.iter().filter(|c| c.global.is_none() && c.writable);
        let own = clusters.filter(|c| c.id.starts_with(&format!("{}-", global.store)));
        own.map(|c| self.regions[c.region].name.as_str()).collect()
    }

    fn replicated_now(&self, store: &Replicated) -> Value {
        let name = |ix: usize| self.regions[ix].name.as_str();
        let ends = store.ends.iter().map(|e| {
            let end = json!({
                "id": e.db.id,
                "status": e.db.status,
                "writable": e.db.writable,
                "source": store.source_of(e).map(name),
                "lag": round(e.lag),
                "promotion": e.promotion.map(|p| p.step),
            });
            (name(e.db.region).to_owned(), end)
        });
        json!({
            "kind": "replica",
            "engine": store.engine,
            "ends": Value::Object(ends.collect()),
            "losses": store.losses,
        })
    }

    fn controls_now(&self) -> Value {
        Value::Object(
            self.arc.controls.iter().map(|c| (self.arc.called(c), json!(c.state.as_str()))).collect(),
        )
    }

    /// Experiments that are not over, by the name of their template.
    fn experiments_now(&self) -> Value {
        let open = self.fis.experiments.iter().filter(|e| !e.status.is_over());
        let each = open.map(|e| {
            let name =
                self.fis.template(&e.region, &e.template).map_or(e.id.as_str(), |t| t.spec.name.as_str());
            (name.to_owned(), json!({ "id": e.id, "status": e.status, "region": e.region }))
        });
        Value::Object(each.collect())
    }

    /// The last execution of each plan, by the plan's name.
    fn executions_now(&self) -> Value {
        let each = self.switch.plans.iter().filter_map(|p| {
            let last = self.switch.executions.iter().rev().find(|e| e.plan == p.arn)?;
            let steps: Map<String, Value> =
                last.steps.iter().map(|s| (s.name.clone(), json!(s.status.as_str()))).collect();
            let now =
                json!({ "id": last.id, "state": last.state.as_str(), "mode": last.mode, "steps": steps });
            Some((p.spec.name.clone(), now))
        });
        Value::Object(each.collect())
    }

    fn checks_now(&self) -> Value {
        Value::Object(self.health_checks.iter().map(|c| (c.name.clone(), json!(c.healthy))).collect())
    }

    fn dns_now(&self) -> Value {
        let groups = (0..self.groups.len()).map(|g| {
            let named = |shares: Vec<f64>| -> Map<String, Value> {
                shares
                    .iter()
                    .enumerate()
                    .map(|(r, s)| (self.regions[r].name.clone(), json!(round(*s))))
                    .collect()
            };
            let Group { near, asks, .. } = self.groups[g];
            let near = &self.regions[near].name;
            let key = if asks == 0 { near.clone() } else { format!("{near} {}", self.dns.names[asks]) };
            (key, json!({ "answer": named(self.answers(g)), "held": named(self.groups[g].held.clone()) }))
        });
        Value::Object(groups.collect())
    }
}

/// Three decimals are enough for anybody.
fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
