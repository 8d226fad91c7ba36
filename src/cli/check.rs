//! `pointsman check`: the config, and everything it names: what is there, what differs, what is missing.
//!
//! It asks control planes, so it is for quiet times; it sends only reads.

mod compare;
mod drill;

use std::fmt;
use std::process::ExitCode;

use color_eyre::eyre::Result;

use super::setup::{Reader, fleet, load};
use super::{Common, exit, say};
use crate::aws::shared::Shared;
use crate::clock::Clock;
use crate::config::Fleet;
use crate::ledger::shared::Table;
use crate::ledger::shared::fit::fits;
use crate::model::reading::{Trouble, TroubleKind};

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

impl State {
    fn word(&self) -> &'static str {
        match self {
            Self::Fine(_) => "ok",
            Self::Note(_) => "look",
            Self::Unseen(_) => "unseen",
            Self::Wrong(_) => "WRONG",
        }
    }
}

impl Finding {
    fn new(what: impl Into<String>, state: State) -> Self {
        Self { what: what.into(), state }
    }

    /// It could not be read; where it is denied and the service does not say what, the IAM actions are named.
    fn unseen(what: impl Into<String>, trouble: &Trouble, needs: &[&str]) -> Self {
        let unnamed =
            trouble.kind == TroubleKind::Denied && !needs.iter().any(|need| trouble.text.contains(need));
        let needs = if unnamed && !needs.is_empty() {
            format!("; needs {}", needs.join(", "))
        } else {
            String::new()
        };
        Self::new(what, State::Unseen(format!("{trouble}{needs}")))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (State::Fine(text) | State::Note(text) | State::Unseen(text) | State::Wrong(text)) = &self.state;
        write!(f, "{:<7} {}", self.state.word(), self.what)?;
        if text.is_empty() { Ok(()) } else { write!(f, ": {text}") }
    }
}

/// Looks at everything once; exit 0 all as declared, 10 something to know, 20 something wrong, 30 something unseen.
pub(super) async fn check(common: &Common) -> Result<ExitCode> {
    let findings = findings(&Reader::new(load(common)?, Clock::wall())).await;
    Ok(code(tell(&findings)))
}

/// The same of every workload of the config folder, one after the other: a quiet day has the time.
pub(super) async fn all(common: &Common) -> Result<ExitCode> {
    let Fleet { members, wrong } = fleet(common)?;
    let mut all = Vec::new();
    for member in members {
        say::out(format_args!("== {}", member.config.topology.which()));
        let findings = findings(&Reader::new(member.config, Clock::wall())).await;
        tell(&findings);
        say::out("");
        all.extend(findings);
    }
    for problems in &wrong {
        say::err(problems);
        all.push(Finding::new("config", State::Wrong(problems.to_string())));
    }
    Ok(code(worst(&all)))
}

/// Everything that was looked at in one workload.
async fn findings(reader: &Reader) -> Vec<Finding> {
    reader.clients.learn_time().await;
    let clients = &reader.clients;
    let (world, planes, shared, drill) =
        tokio::join!(reader.world(), compare::control_planes(clients), shared(reader), drill::all(clients));
    let mut findings = compare::world(&world);
    findings.extend(planes);
    findings.extend(shared);
    findings.extend(drill);
    findings
}

/// Prints findings; the worst of them.
fn tell(findings: &[Finding]) -> Option<&State> {
    for finding in findings {
        say::out(finding);
    }
    say::out(format_args!("\n{}", counts(findings)));
    worst(findings)
}

fn worst(findings: &[Finding]) -> Option<&State> {
    findings.iter().map(|finding| &finding.state).max()
}

fn code(worst: Option<&State>) -> ExitCode {
    match worst {
        None | Some(State::Fine(_)) => ExitCode::SUCCESS,
        Some(State::Note(_)) => exit::LOOK.into(),
        Some(State::Unseen(_)) => exit::UNKNOWN.into(),
        Some(State::Wrong(_)) => exit::BAD.into(),
    }
}

/// The table that bastions share: whether it can hold a lease.
async fn shared(reader: &Reader) -> Option<Finding> {
    let declared = reader.config.shared.clone()?;
    let what = format!("shared table {}", declared.table);
    let table = Shared::new(reader.clients.clone(), declared);
    Some(match table.describe().await {
        Err(trouble) => Finding::unseen(what, &trouble, &["dynamodb:DescribeTable"]),
        Ok(shapes) => Finding::new(
            what,
            match fits(table.declared(), &shapes) {
                Ok(None) => State::Fine(String::new()),
                Ok(Some(note)) => State::Note(note),
                Err(why) => State::Wrong(why),
            },
        ),
    })
}

/// How many there are of each word, the worst first.
fn counts(findings: &[Finding]) -> String {
    let count = |word: &str| findings.iter().filter(|finding| finding.state.word() == word).count();
    let counts = ["WRONG", "unseen", "look", "ok"].map(|word| (count(word), word));
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    counts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_action_that_is_denied_is_named_once() {
        let needs = ["rds:DescribeEvents"];
        let told = |kind, text: &str| {
            let trouble = Trouble { kind, text: text.to_owned(), request_id: None };
            Finding::unseen("RDS events", &trouble, &needs).to_string()
        };
        let named = told(TroubleKind::Denied, "not authorized to perform: rds:DescribeEvents");
        assert_eq!(named.matches("rds:DescribeEvents").count(), 1, "{named}");
        let silent = told(TroubleKind::Denied, "Access Denied");
        assert!(silent.ends_with("Access Denied; needs rds:DescribeEvents"), "{silent}");
        assert!(!told(TroubleKind::TimedOut, "no answer").contains("needs"));
    }
}
