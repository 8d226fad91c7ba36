//! RDS events: the truthful timeline of a change of writer.
//! `DescribeEvents` does not carry the ids; they are kept for the tests.

use jiff::Timestamp;
use serde::Serialize;

use crate::sim::world::World;

/// An event as `DescribeEvents` gives it, with the id it has in the guide.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RdsEvent {
    /// When.
    pub at: Timestamp,
    /// Id in the guide (`RDS-EVENT-0185`).
    pub id: &'static str,
    /// Index of the Region whose RDS shows it.
    pub region: usize,
    /// Identifier of the source cluster or instance.
    pub source: String,
    /// ARN of the source.
    pub arn: String,
    /// `db-cluster` or `db-instance`.
    pub source_type: &'static str,
    /// Categories.
    pub categories: Vec<&'static str>,
    /// The sentence.
    pub message: String,
}

/// What there is to tell of a cluster.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told {
    SwitchoverStarted,
    Waiting(f64),
    WaitingForTarget(f64),
    OldWriterDown,
    Promoted,
    SwitchoverFinished,
    SwitchoverCancelled,
    SwitchoverFailed,
    FailoverFinished,
    FailoverHeadless,
    FailoverFailed,
    ResyncStarted,
    ResyncFinished,
    WriterEndpointMoved,
    Fenced,
    FenceTimedOut,
}

impl Told {
    const fn id(self) -> &'static str {
        match self {
            Self::SwitchoverStarted => "RDS-EVENT-0181",
            Self::OldWriterDown => "RDS-EVENT-0182",
            Self::Waiting(_) => "RDS-EVENT-0183",
            Self::Promoted => "RDS-EVENT-0184",
            Self::SwitchoverFinished => "RDS-EVENT-0185",
            Self::SwitchoverCancelled => "RDS-EVENT-0186",
            Self::SwitchoverFailed => "RDS-EVENT-0187",
            Self::FailoverFinished => "RDS-EVENT-0238",
            Self::FailoverFailed => "RDS-EVENT-0239",
            Self::ResyncStarted => "RDS-EVENT-0240",
            Self::ResyncFinished => "RDS-EVENT-0241",
            Self::Fenced => "RDS-EVENT-0390",
            Self::FenceTimedOut => "RDS-EVENT-0391",
            Self::WriterEndpointMoved => "RDS-EVENT-0397",
            Self::WaitingForTarget(_) => "RDS-EVENT-0423",
            Self::FailoverHeadless => "RDS-EVENT-0519",
        }
    }

    /// Fencing is told of an instance, the rest of the cluster.
    const fn of_instance(self) -> bool {
        matches!(self, Self::Fenced | Self::FenceTimedOut)
    }

    /// The sentences are those of the service (Aurora user guide, "Amazon RDS event messages"): tools match them.
    fn message(self, cluster: &str, region: &str, global: &str) -> String {
        let of = format!("DB cluster {cluster} in Region {region}");
        match self {
            Self::SwitchoverStarted => format!("Global switchover to {of} started."),
            Self::OldWriterDown => format!("Old primary {of} successfully shut down."),
            Self::Waiting(lag) => format!(
                "Waiting for data synchronization across global cluster members. \
                 Current lags behind primary DB cluster: {cluster} {} ms.",
                (lag * 1000.0).round()
            ),
            Self::WaitingForTarget(lag) => format!(
                "Waiting for data synchronization with the target DB cluster. \
                 Current target DB cluster lag behind the primary DB cluster: {} ms.",
                (lag * 1000.0).round()
            ),
            Self::Promoted => format!("New primary {of} was successfully promoted."),
            Self::SwitchoverFinished => format!("Global switchover to {of} finished."),
            Self::SwitchoverCancelled => format!("Global switchover to {of} is cancelled."),
            Self::SwitchoverFailed => format!("Global switchover to {of} failed."),
            Self::FailoverFinished => format!("Global failover to {of} completed."),
            Self::FailoverHeadless => format!(
                "Global database failover to DB cluster {cluster} in global database {global} completed. \
                 The DB cluster has no instances. Create a DB instance to access your data."
            ),
            Self::FailoverFailed => format!("Global failover to {of} failed."),
            Self::ResyncStarted => format!("Started resynchronizing members of {of} after global failover."),
            Self::ResyncFinished => {
                format!("Finished resynchronizing members of {of} after global failover.")
            }
            Self::WriterEndpointMoved => {
                "Aurora finished changing the DNS name that the global writer endpoint resolves to."
                    .to_owned()
            }
            Self::Fenced => format!("Attempt to block writes for {of} succeeded."),
            Self::FenceTimedOut => format!("Attempt to block writes for {of} timed out."),
        }
    }
}

impl World {
    /// Adds an event about a cluster; the RDS of its own Region shows it.
    pub(super) fn tell(&mut self, global: usize, arn: &str, told: Told) {
        self.tell_in(global, arn, arn, told);
    }

    /// Adds an event about one cluster that is recorded with another.
    pub(super) fn tell_in(&mut self, global: usize, recorded: &str, about: &str, told: Told) {
        let (Some(place), Some(subject)) = (self.aurora.cluster(recorded), self.aurora.cluster(about)) else {
            return;
        };
        let message =
            told.message(&subject.id, &self.regions[subject.region].name, &self.aurora.globals[global].id);
        let instance = place.instances.first().filter(|_| told.of_instance());
        let (source, arn) = instance.map_or((&place.id, &place.arn), |i| (&i.id, &i.arn));
        let event = RdsEvent {
            at: self.now,
            id: told.id(),
            region: place.region,
            source: source.clone(),
            arn: arn.clone(),
            source_type: if instance.is_some() { "db-instance" } else { "db-cluster" },
            categories: if told.of_instance() {
                vec!["notification", "global database"]
            } else {
                vec!["global failover"]
            },
            message,
        };
        self.aurora.events.push(event);
    }
}
