//! What runs the workload and what runs on its behalf: ECS services and Automation documents, as they are declared.

use std::collections::BTreeMap;

use super::Region;
use crate::model::reading::ControlState;

/// An ECS service that answers users, the same in each of its Regions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name on the screen.
    pub name: String,
    /// Where it is, Region by Region.
    pub regions: BTreeMap<Region, EcsService>,
    /// The tasks a Region must have before it receives the others' users; `None` where it always has enough.
    pub receive: Option<Receive>,
}

/// A service of one Region, by the names that ECS knows it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcsService {
    /// The cluster.
    pub cluster: String,
    /// The service.
    pub service: String,
}

/// How many tasks a Region must have before it receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receive {
    /// So many.
    Tasks(u32),
    /// As many as both Regions have together.
    Sum,
}

/// An Automation document in one Region, with what it is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runbook {
    /// Its name on the screen.
    pub name: String,
    /// The document's name.
    pub document: String,
    /// The Region whose Automation runs it.
    pub region: Region,
    /// Its parameters.
    pub parameters: BTreeMap<String, String>,
    /// A failover to its Region starts it, and moves traffic only once it is proved.
    pub failover: bool,
    /// What it must have brought about: a service of its Region that runs at least so many tasks.
    pub tasks: Option<(String, u32)>,
    /// What it must have brought about: a routing control in a state.
    pub control: Option<(String, ControlState)>,
}
