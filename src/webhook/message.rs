//! What is told, and when: a pure function of a run and its newest line.
//!
//! It tells of what needs a person and of the end, and of nothing else: whoever is called by everything hears nothing.

use std::fmt;

use jiff::Timestamp;

use super::About;
use crate::plan::event::{End, Entry, Event, Outcome};
use crate::plan::progress::Progress;
use crate::plan::{Action, Step, StepId};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The run holds, or paused itself: a person must decide or do something.
    Hold,
    /// A step was refused; it holds.
    Refused,
    /// It is not known whether a step happened; it holds.
    Unknown,
    /// A second person's word is wanted.
    Approval,
    /// The run is over.
    End,
}

impl Kind {
    /// The word for it in a body.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Approval => "approval",
            Self::End => "end",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How loud it is, in the words of `PagerDuty`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Somebody must come.
    Critical,
    /// Somebody should look.
    Warning,
    /// For the record.
    Info,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// What happened.
    pub kind: Kind,
    /// How loud it is.
    pub severity: Severity,
    /// All of it in one sentence, with the words of a drill or a simulated world before it.
    pub summary: String,
    /// Why, in the words of the journal.
    pub why: String,
    /// When, by the clock of the run's world.
    pub at: Timestamp,
    /// The step it is about, if it is about one.
    pub step: Option<(StepId, String)>,
    /// The run is over and nobody has to look after it.
    pub resolved: bool,
    /// Whose workload it is.
    pub about: About,
    /// The run, as it stood.
    pub run: Box<Progress>,
}

/// The message of a line; none for most.
pub(super) fn of(about: &About, run: &Progress, entry: &Entry) -> Option<Message> {
    let (kind, severity, why) = news(run, &entry.event)?;
    let step = entry.event.step().and_then(|id| run.plan.step(id));
    let resolved =
        matches!(&entry.event, Event::Closed { end: End::Confirmed | End::ConfirmedWithSkips, .. });
    Some(Message {
        kind,
        severity,
        summary: summary(about, run, (kind, step, &why)),
        why,
        at: entry.at,
        step: step.map(|step| (step.id, step.title.clone())),
        resolved,
        about: about.clone(),
        run: Box::new(run.clone()),
    })
}

fn news(run: &Progress, event: &Event) -> Option<(Kind, Severity, String)> {
    match event {
        Event::Ended { outcome, why, .. } => {
            let kind = match outcome {
                Outcome::Refused => Kind::Refused,
                Outcome::Failed => Kind::Hold,
                Outcome::Unknown => Kind::Unknown,
                Outcome::Confirmed | Outcome::Skipped => return None,
            };
            Some((kind, Severity::Critical, why.clone()))
        }
        Event::Paused { why, .. } if !why.is_asked() => {
            Some((Kind::Hold, Severity::Critical, why.to_string()))
        }
        Event::Intended { step, .. } => wanted(run.plan.step(*step)?),
        Event::Awaits { at: Some(at), .. } => {
            Some((Kind::Approval, Severity::Warning, format!("what it started waits for a person: {at}")))
        }
        Event::Closed { end, summary } => {
            let severity = if *end == End::Aborted { Severity::Warning } else { Severity::Info };
            Some((Kind::End, severity, format!("{end}: {summary}")))
        }
        _ => None,
    }
}

/// What a step that waits for people wants of them.
fn wanted(step: &Step) -> Option<(Kind, Severity, String)> {
    match &step.action {
        Action::Approve(approval) => {
            let by = if approval.by.is_empty() {
                String::new()
            } else {
                format!(" by {}", approval.by.join(" or "))
            };
            Some((Kind::Approval, Severity::Warning, format!("approval is wanted{by}: {}", approval.of)))
        }
        Action::Note { text } => Some((Kind::Hold, Severity::Warning, format!("to be done by hand: {text}"))),
        Action::Record | Action::Operate(_) | Action::Wait(_) => None,
    }
}

fn summary(about: &About, run: &Progress, (kind, step, why): (Kind, Option<&Step>, &str)) -> String {
    let intent = &run.plan.intent;
    let mut words = String::new();
    if run.start.drill {
        words.push_str("DRILL ");
    }
    if run.start.simulated {
        words.push_str("SIMULATED ");
    }
    let step = step.map_or_else(String::new, |step| format!(" at step {} {}", step.id, step.title));
    format!(
        "{words}{} {}: {} {} → {}, run {}, {kind}{step}: {why}",
        about.environment.to_uppercase(),
        about.workload,
        intent.playbook,
        intent.from,
        intent.to,
        run.run.short(),
    )
}
