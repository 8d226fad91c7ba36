//! pointsman: a terminal console for a service that runs in several AWS Regions at once.
pub mod aws;
pub mod clock;
pub mod model;
pub mod plan;
pub mod sampler;
pub mod ui;
