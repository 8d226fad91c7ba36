//! What an action does to the world, and how it is undone.
//! It must never touch a resource that its target did not come to.

use super::Resolved;
use crate::sim::fault::{Fault, Injection};
use crate::sim::scenario::world::Action;
use crate::sim::world::World;

/// What holds on an action's account.
#[derive(Debug, Default)]
pub(super) struct Effect {
    /// Faults, by id.
    pub(super) faults: Vec<u32>,
    /// Clusters that cannot be written to, by ARN.
    pub(super) down: Vec<String>,
}

impl World {
    /// Does what the action says, to what its target came to.
    pub(super) fn hurt(&mut self, at: usize, n: usize) -> Result<Effect, String> {
        let experiment = &self.fis.experiments[at];
        let (region, action) = (experiment.region.clone(), experiment.actions[n].spec.clone());
        let of_it = |r: &&Resolved| r.target == action.name;
        let arns: Vec<String> = experiment.resolved.iter().filter(of_it).map(|r| r.arn.clone()).collect();
        match action.action.as_str() {
            "aws:ecs:stop-task" => {
                let stopped = u32::try_from(arns.len()).unwrap_or(u32::MAX);
                if let Some(at) = self.region_ix(&region) {
                    self.lose_tasks(at, stopped);
                }
                Ok(Effect::default())
            }
            "aws:rds:failover-db-cluster" => {
                Ok(Effect { down: self.fail_over_within(&arns), ..Effect::default() })
            }
            "aws:fis:wait" => Ok(Effect::default()),
            _ => {
                let faults = self.faults_of(&region, &action, &arns)?;
                let inject = |fault| self.inject(&Injection { lasts: None, fault });
                Ok(Effect { faults: faults.into_iter().map(inject).collect(), ..Effect::default() })
            }
        }
    }

    /// The faults that a lasting action comes to.
    fn faults_of(&self, region: &str, action: &Action, arns: &[String]) -> Result<Vec<Fault>, String> {
        if let Some(fault) = &action.fault {
            return Ok(vec![fault.clone()]);
        }
        let own = || region.to_owned();
        let share = action.percent.unwrap_or(100.0).clamp(0.0, 100.0) / 100.0;
        match action.action.as_str() {
            "aws:network:transit-gateway-disrupt-cross-region-connectivity"
            | "aws:network:route-table-disrupt-cross-region-connectivity" => {
                let other = action.region.clone().ok_or("The parameter region is missing.")?;
                Ok(vec![Fault::Partition { a: own(), b: other }])
            }
            "aws:dynamodb:global-table-pause-replication" => Ok(self.paused(region, arns)),
            "aws:ecs:task-network-blackhole-port" | "aws:ecs:task-kill-process" => {
                Ok(vec![Fault::ErrorRate { region: own(), rate: share }])
            }
            "aws:ecs:task-cpu-stress" => {
                Ok(vec![Fault::RegionImpaired { region: own(), severity: share, control_plane: false }])
            }
            other => Err(format!("The action {other} is not simulated.")),
        }
    }

    /// The streams that the pause of a replica stops: in both directions, to every other replica.
    fn paused(&self, region: &str, arns: &[String]) -> Vec<Fault> {
        let Some(own) = self.region_ix(region) else { return Vec::new() };
        let hit = |name: &str| arns.iter().any(|arn| arn.rsplit('/').next() == Some(name));
        let tables = self.tables.iter().filter(|t| hit(&t.name));
        let links = tables.flat_map(|t| t.links.iter().map(move |l| (t, l)));
        links
            .filter(|(_, l)| l.from == own || l.to == own)
            .map(|(t, l)| Fault::Lag {
                store: t.store.clone(),
                from: self.regions[l.from].name.clone(),
                to: self.regions[l.to].name.clone(),
                seconds: None,
                growth: Some(1.0),
            })
            .collect()
    }

    /// Another instance of each cluster takes over; until then a writer cannot be written to.
    fn fail_over_within(&mut self, arns: &[String]) -> Vec<String> {
        let mut down = Vec::new();
        for cluster in self.aurora.clusters.iter_mut().filter(|c| arns.contains(&c.arn)) {
            if cluster.instances.len() < 2 || cluster.status != "available" {
                continue;
            }
            let writer = cluster.instances.iter().position(|i| i.writer).unwrap_or(0);
            let next = (writer + 1) % cluster.instances.len();
            cluster.instances[writer].writer = false;
            cluster.instances[next].writer = true;
            if cluster.writable {
                cluster.writable = false;
                "failing-over".clone_into(&mut cluster.status);
                down.push(cluster.arn.clone());
            }
        }
        down
    }

    /// Ends what holds on the action's account.
    pub(super) fn undo_effect(&mut self, at: usize, n: usize) {
        let action = &mut self.fis.experiments[at].actions[n];
        let (held, down) = (std::mem::take(&mut action.held), std::mem::take(&mut action.down));
        for id in held {
            self.inject(&Injection { lasts: None, fault: Fault::Clear { id: Some(id), of: None } });
        }
        for arn in down {
            let writes = self.aurora.globals.iter().any(|g| g.writer().is_some_and(|m| m.cluster == arn));
            if let Some(cluster) =
                self.aurora.clusters.iter_mut().find(|c| c.arn == arn && c.status == "failing-over")
            {
                cluster.writable = writes;
                "available".clone_into(&mut cluster.status);
            }
        }
    }
}
