//! pointsman: a terminal console for a service that runs in several AWS Regions at once.
pub mod clock;
pub mod config;
pub mod model;
pub mod plan;
pub mod ui;
