//! pointsman: a terminal console for a service that runs in several AWS Regions at once.
//!
//! ```text
//!  AWS ─┐
//!       ├─▶ aws ─▶ sampler ─▶ Event::Observed ─┐
//!  sim ─┘    ▲                Event::Input ────┼─▶ app::update ─▶ App ─▶ ui::draw ─▶ frame
//!            │                Event::Logged ───┘        │
//!            │                      ▲                   └─▶ a sheet, a typed Region ─▶ Effect::Start
//!            └── impl Actuator ◀── plan::run ◀────────────────────────────────────────────┘
//!                                   └─▶ journal line on disk, then the write
//! ```
//!
//! `docs/ARCHITECTURE.md` has the code map and what must stay true; `tests/tidy.rs` holds who may import whom.

pub mod app;
pub mod aws;
pub mod cli;
pub mod clock;
pub mod config;
pub mod dns;
pub mod ledger;
pub mod model;
pub mod plan;
pub mod report;
pub mod runtime;
pub mod sampler;
pub mod sim;
pub mod ui;
pub mod webhook;
