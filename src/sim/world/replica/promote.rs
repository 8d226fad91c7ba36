//! Promotion of a read replica: what it needs, its states, its restart, and what it leaves behind.
//! It must never be taken back, and never wait for the replica to catch up: the caller had to.

use jiff::Timestamp;
use serde_json::json;

use super::{Engine, Promotion, Step};
use crate::sim::world::aurora::Loss;
use crate::sim::world::aurora::notice::Notice;
use crate::sim::world::error::ApiError;
use crate::sim::world::{World, noise};

impl World {
    /// `PromoteReadReplicaDBCluster` and `PromoteReadReplica`, called in the replica's Region, by identifier or ARN.
    /// It is allowed at any lag: what has not arrived stays behind.
    ///
    /// # Errors
    /// `DBClusterNotFoundFault`, `DBInstanceNotFound`, `InvalidDBClusterStateFault`, `InvalidDBInstanceState`.
    pub fn promote_replica(&mut self, region: &str, engine: Engine, id: &str) -> Result<(), ApiError> {
        let here = self.region_ix(region);
        let find = |s: usize| {
            let ends = &self.replicas[s].ends;
            ends.iter().position(|e| {
                Some(e.db.region) == here && (e.db.arn == id || e.db.id.eq_ignore_ascii_case(id))
            })
        };
        let mut stores = (0..self.replicas.len()).filter(|s| self.replicas[*s].engine == engine);
        let found = stores.find_map(|s| Some((s, find(s)?)));
        let Some((s, e)) = found else { return Err(not_found(engine, id)) };
        let end = &self.replicas[s].ends[e];
        if end.source.is_none() {
            return Err(state(engine, format!("{} is not a read replica.", end.db.id)));
        }
        if end.promotion.is_some() || end.db.status != "available" {
            return Err(state(engine, format!("{} is in the state {}.", end.db.id, end.db.status)));
        }
        self.begin_promotion(s, e);
        let operation = match engine {
            Engine::AuroraBinlog => "PromoteReadReplicaDBCluster",
            Engine::Rds => "PromoteReadReplica",
        };
        self.record(region, "rds", operation, json!({ "id": id }));
        Ok(())
    }

    fn begin_promotion(&mut self, s: usize, e: usize) {
        let (now, lag) = (self.now, self.replicas[s].ends[e].lag);
        let orders = if self.replicas[s].orders { self.orders_in_last(lag) } else { 0.0 };
        let store = &mut self.replicas[s];
        let left = store.source_of(&store.ends[e]);
        store.losses.push(Loss { at: now, seconds: lag, orders, left });
        let engine = store.engine;
        let end = &mut store.ends[e];
        match engine {
            Engine::AuroraBinlog => end.set_status("promoting", "available"),
            Engine::Rds => end.set_status("modifying", "modifying"),
        }
        end.promotion = Some(Promotion { accepted: now, step: Step::Stopping, since: now });
    }

    /// One second of every promotion.
    pub(in crate::sim::world) fn promote_replicas(&mut self) {
        for s in 0..self.replicas.len() {
            for e in 0..self.replicas[s].ends.len() {
                let end = &self.replicas[s].ends[e];
                let Some(promotion) = end.promotion else { continue };
                // A Region that is gone gets nowhere with it.
                if !self.regions[end.db.region].now.lost && self.due(s, &promotion) {
                    self.promote_on(s, e, promotion);
                }
            }
        }
    }

    fn due(&self, s: usize, promotion: &Promotion) -> bool {
        let (low, high) = match (promotion.step, self.replicas[s].engine) {
            (Step::Stopping, _) => (14.0, 28.0),
            (Step::Rebooting, Engine::AuroraBinlog) => (45.0, 80.0),
            (Step::Rebooting, Engine::Rds) => (60.0, 110.0),
            (Step::Settling, Engine::AuroraBinlog) => (15.0, 30.0),
            (Step::Settling, Engine::Rds) => (60.0, 140.0),
        };
        let key = noise::key(&self.replicas[s].store) ^ step_key(promotion.step);
        let takes = noise::between(self.seed, promotion.accepted.as_second(), key, low, high);
        self.now.duration_since(promotion.since).as_secs_f64() >= takes
    }

    fn promote_on(&mut self, s: usize, e: usize, promotion: Promotion) {
        match promotion.step {
            Step::Stopping => {
                self.notice(s, e, Notice::ReplicationEnded);
                self.notice(s, e, Notice::Shutdown);
                self.wear(s, e, promotion.accepted, Step::Rebooting, "rebooting");
            }
            Step::Rebooting => {
                let end = &mut self.replicas[s].ends[e];
                end.source = None;
                end.lag = 0.0;
                end.broken = None;
                end.minute = None;
                end.db.writable = !end.db.instances.is_empty();
                self.notice(s, e, Notice::Restarted);
                if self.replicas[s].engine == Engine::Rds {
                    self.notice(s, e, Notice::BackupStarted);
                }
                self.wear(s, e, promotion.accepted, Step::Settling, "backing-up");
            }
            Step::Settling => {
                let end = &mut self.replicas[s].ends[e];
                end.promotion = None;
                end.set_status("available", "available");
                let last = match self.replicas[s].engine {
                    Engine::AuroraBinlog => Notice::TopologyUpdated,
                    Engine::Rds => Notice::BackupFinished,
                };
                self.notice(s, e, last);
            }
        }
    }

    /// An RDS instance wears the word itself; of a cluster the instances do, and the cluster is `promoting` till
    /// it can write and `modifying` after.
    fn wear(&mut self, s: usize, e: usize, accepted: Timestamp, step: Step, word: &str) {
        let (now, engine) = (self.now, self.replicas[s].engine);
        let end = &mut self.replicas[s].ends[e];
        match (engine, step) {
            (Engine::Rds, _) => end.set_status(word, word),
            (Engine::AuroraBinlog, Step::Settling) => end.set_status("modifying", "available"),
            (Engine::AuroraBinlog, _) => end.set_status("promoting", word),
        }
        end.promotion = Some(Promotion { accepted, step, since: now });
    }
}

impl super::End {
    fn set_status(&mut self, cluster: &str, instances: &str) {
        cluster.clone_into(&mut self.db.status);
        for instance in &mut self.db.instances {
            instances.clone_into(&mut instance.status);
        }
    }
}

const fn step_key(step: Step) -> u64 {
    match step {
        Step::Stopping => 21,
        Step::Rebooting => 22,
        Step::Settling => 23,
    }
}

fn not_found(engine: Engine, id: &str) -> ApiError {
    match engine {
        Engine::AuroraBinlog => {
            ApiError::new(404, "DBClusterNotFoundFault", format!("DBCluster {id} not found."))
        }
        Engine::Rds => ApiError::new(404, "DBInstanceNotFound", format!("DBInstance {id} not found.")),
    }
}

fn state(engine: Engine, message: String) -> ApiError {
    let code = match engine {
        Engine::AuroraBinlog => "InvalidDBClusterStateFault",
        Engine::Rds => "InvalidDBInstanceState",
    };
    ApiError::new(400, code, message)
}
