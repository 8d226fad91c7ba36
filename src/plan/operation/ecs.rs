//! The desired count of an ECS service in one Region: a set, and undone by the count that was.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Danger, Operation, Plane, Write};
use crate::model::topology::{Region, Topology};

/// Sets how many tasks a service is to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EcsScale {
    /// The service's name in the config.
    pub service: String,
    /// The Region.
    pub region: Region,
    /// The cluster, as ECS names it.
    pub cluster: String,
    /// The service, as ECS names it.
    pub ecs: String,
    /// The tasks it is to have.
    pub desired: u32,
    /// The tasks it was to have when the plan was made, which is what an undo would set.
    pub was: u32,
    /// How the number came about: `6 of us-east-1 + 2 of us-west-2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<String>,
}

impl EcsScale {
    /// It asks for more tasks than there were, so more than it asks for is enough too.
    #[must_use]
    pub fn grows(&self) -> bool {
        self.desired >= self.was
    }
}

impl Write for EcsScale {
    fn kind(&self) -> &'static str {
        "ecs.scale"
    }

    fn api(&self) -> &'static str {
        "UpdateService"
    }

    fn danger(&self) -> Danger {
        Danger::Reversible
    }

    fn inverse(&self) -> Option<Operation> {
        let (desired, was) = (self.was, self.desired);
        Some(Operation::EcsScale(Self { desired, was, sum: None, ..self.clone() }))
    }

    fn is_idempotent(&self) -> bool {
        true
    }

    fn plane(&self) -> Plane {
        Plane::Control(self.region.clone())
    }

    fn iam(&self) -> &'static [&'static str] {
        &["ecs:UpdateService", "ecs:DescribeServices"]
    }

    fn cli(&self, _: &Topology) -> String {
        let Self { region, cluster, ecs, desired, .. } = self;
        format!(
            "aws ecs update-service --region {region} --cluster {cluster} --service {ecs} --desired-count {desired}"
        )
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        let Self { region, cluster, ecs, .. } = self;
        vec![
            format!("aws ecs wait services-stable --region {region} --cluster {cluster} --services {ecs}"),
            format!(
                "aws ecs describe-services --region {region} --cluster {cluster} --services {ecs} --query 'services[].[desiredCount,runningCount,pendingCount]'"
            ),
        ]
    }

    fn subject(&self) -> String {
        self.service.clone()
    }

    fn doing(&self) -> String {
        format!("scaling {} in {} to {} tasks", self.service, self.region, self.desired)
    }
}

impl fmt::Display for EcsScale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "scale {} in {} to {} tasks", self.service, self.region, self.desired)?;
        self.sum.iter().try_for_each(|sum| write!(f, " ({sum})"))
    }
}
