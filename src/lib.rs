//! pointsman: a terminal console for a service that runs in several AWS Regions at once.
pub mod clock;
pub mod ledger;
pub mod model;
pub mod plan;
pub mod ui;
