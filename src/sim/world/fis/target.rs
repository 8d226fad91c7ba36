//! What a target comes to: the resources of a type in a Region that bear its tags, at that moment.
//! It must never find what does not bear every tag.

use super::Resolved;
use crate::sim::scenario::world::Action;
use crate::sim::world::World;
use crate::sim::world::noise::hex;
use crate::sim::world::table::Consistency;

/// The one tag that resources bear.
const TAG: (&str, &str) = ("ChaosAllowed", "true");

impl World {
    /// The resources an action hits in a Region.
    pub(super) fn targets_of(&self, region: usize, action: &Action) -> Vec<Resolved> {
        let Some(kind) = &action.on else { return Vec::new() };
        let armed = self.scenario.world.tagged.contains(kind);
        let fits = armed && action.tags.iter().all(|(key, value)| (key.as_str(), value.as_str()) == TAG);
        if !fits {
            return Vec::new();
        }
        let mut arns = self.resources(region, kind);
        if let Some(percent) = action.percent.filter(|_| action.lasts.is_none()) {
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a handful of resources"
            )]
            let most = (arns.len() as f64 * percent.clamp(0.0, 100.0) / 100.0).ceil() as usize;
            arns.truncate(most);
        }
        let resolved = |arn| Resolved { target: action.name.clone(), kind: kind.clone(), arn };
        arns.into_iter().map(resolved).collect()
    }

    /// ARNs of all resources of a type in a Region; a type the world does not have has none.
    fn resources(&self, region: usize, kind: &str) -> Vec<String> {
        let (name, account) = (&self.regions[region].name, &self.account);
        match kind {
            "aws:ec2:subnet" => (0..3)
                .map(|n| hex(&format!("private subnet {name} {n}"), 17))
                .map(|id| format!("arn:aws:ec2:{name}:{account}:subnet/subnet-{id}"))
                .collect(),
            "aws:dynamodb:global-table" => self
                .tables
                .iter()
                .filter(|t| t.regions.contains(&region) && t.consistency == Consistency::Eventual)
                .map(|t| format!("arn:aws:dynamodb:{name}:{account}:table/{}", t.name))
                .collect(),
            "aws:ecs:task" => (0..self.regions[region].ecs.up)
                .map(|n| hex(&format!("task {name} {n}"), 32))
                .map(|id| format!("arn:aws:ecs:{name}:{account}:task/mr-app-ecs-cluster/{id}"))
                .collect(),
            "aws:rds:cluster" => {
                self.aurora.clusters.iter().filter(|c| c.region == region).map(|c| c.arn.clone()).collect()
            }
            _ => Vec::new(),
        }
    }
}
