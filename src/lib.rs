//! pointsman: a terminal console for a service that runs in several AWS Regions at once.
pub mod clock;
pub mod sim;
