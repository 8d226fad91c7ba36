//! Compares what the config declares with what is there: reachable, of that name, of that shape.
//!
//! It is for a quiet day: it reads ARC's control plane too. It must never change anything, and what it could not see
//! it calls blind, not missing.

mod compare;
mod routing;

use crate::aws::Clients;
use crate::clock::Clock;
use crate::model::reading::{Trouble, TroubleKind};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What: `cluster endpoint eu-west-1`, `us-east-1 canary local`, `rule at-least-one-on`.
    pub what: String,
    /// How it was found.
    pub state: State,
}

/// How something was found.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// As declared, with a word on it: `38 ms`, `writer us-east-1`.
    Fine(String),
    /// There, but not as declared.
    Differs(String),
    /// Not there.
    Missing(String),
    /// Not against what is declared, but worth knowing: a metric that published nothing of late.
    Noted(String),
    /// It could not be seen.
    Blind(Trouble),
}

/// Looks at everything the workload declares, all at once; findings come in the order of the config.
pub async fn survey(clients: &Clients, clock: &Clock) -> Vec<Finding> {
    let (seen, routing) = tokio::join!(super::once(clients, clock), routing::findings(clients));
    let mut findings = compare::findings(clients.topology(), &seen);
    findings.extend(routing);
    findings
}

fn finding(what: impl Into<String>, state: State) -> Finding {
    Finding { what: what.into(), state }
}

/// Why there is no reading: it is not there, or it cannot be seen.
fn unseen(trouble: &Trouble) -> State {
    if trouble.kind == TroubleKind::NotFound {
        State::Missing(trouble.text.clone())
    } else {
        State::Blind(trouble.clone())
    }
}

/// Fine with a word, or what differs.
fn judged(differences: &[String], fine: impl Into<String>) -> State {
    if differences.is_empty() { State::Fine(fine.into()) } else { State::Differs(differences.join("; ")) }
}
