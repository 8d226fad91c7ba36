//! `pointsman check`: the config, and everything it names: what is there, what differs, what is missing.
//!
//! It asks control planes, so it is for quiet times; it sends only reads.

mod compare;

use std::fmt;
use std::process::ExitCode;

use color_eyre::eyre::Result;

use super::setup::{Loaded, Reader, load};
use super::{Common, exit};
use crate::clock::Clock;
use crate::model::reading::Trouble;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// What: `control us-east-1`.
    what: String,
    /// How it stands.
    state: State,
}

/// How a thing stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// As declared.
    Fine(String),
    /// It works, but something about it is worth knowing.
    Note(String),
    /// It could not be looked at.
    Unseen(String),
    /// It is not as declared.
    Wrong(String),
}

impl Finding {
    fn new(what: impl Into<String>, state: State) -> Self {
        Self { what: what.into(), state }
    }

    fn unseen(what: impl Into<String>, trouble: &Trouble) -> Self {
        Self::new(what, State::Unseen(trouble.to_string()))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, text) = match &self.state {
            State::Fine(text) => ("ok", text),
            State::Note(text) => ("look", text),
            State::Unseen(text) => ("unseen", text),
            State::Wrong(text) => ("WRONG", text),
        };
        write!(f, "{word:<7} {}", self.what)?;
        if text.is_empty() { Ok(()) } else { write!(f, ": {text}") }
    }
}

/// Looks at everything once; exit 0 all as declared, 10 something to know, 20 something wrong, 30 something unseen.
#[expect(clippy::print_stdout, reason = "the findings are what was asked for")]
pub(super) async fn check(common: &Common) -> Result<ExitCode> {
    let Loaded::Config(config) = load(common) else { return Ok(Loaded::code()) };
    let reader = Reader::new(*config, Clock::wall());
    let (world, planes) = tokio::join!(reader.world(), compare::control_planes(&reader.clients));
    let mut findings = compare::world(&world);
    findings.extend(planes);
    for finding in &findings {
        println!("{finding}");
    }
    let worst = findings.iter().map(|finding| &finding.state).max();
    Ok(match worst {
        None | Some(State::Fine(_)) => ExitCode::SUCCESS,
        Some(State::Note(_)) => exit::LOOK.into(),
        Some(State::Unseen(_)) => exit::UNKNOWN.into(),
        Some(State::Wrong(_)) => exit::BAD.into(),
    })
}
