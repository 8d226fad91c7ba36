//! The two doors of the simulator and the one handler behind them.
//!
//! Both carry the same bytes. A door must never answer anything of its own: it only says how a lost or hung
//! answer looks to its caller.

mod backstage;
pub mod dns;
pub mod http;
pub mod inproc;
