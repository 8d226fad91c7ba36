//! The small parts that panes are made of: texts that fit, tables, sparklines, charts, gauges, frames.
//!
//! A widget knows values and styles and never the world; it draws at any size, also at none.

pub mod chart;
pub mod fit;
pub mod frame;
pub mod gauge;
pub mod list;
pub mod paint;
pub mod say;
pub mod spark;
pub mod table;
