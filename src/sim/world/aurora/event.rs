//! RDS events: the truthful timeline of a change of writer.
//! `DescribeEvents` does not carry the ids; they are kept for the tests.

use jiff::Timestamp;
use serde::Serialize;

/// An event as `DescribeEvents` gives it, with the id it has in the guide.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RdsEvent {
    /// When.
    pub at: Timestamp,
    /// Id in the guide (`RDS-EVENT-0185`).
    pub id: &'static str,
    /// Index of the Region whose RDS shows it.
    pub region: usize,
    /// Identifier of the source cluster.
    pub source: String,
    /// ARN of the source cluster.
    pub arn: String,
    /// `db-cluster`.
    pub source_type: &'static str,
    /// Categories.
    pub categories: Vec<&'static str>,
    /// The sentence.
    pub message: String,
}
