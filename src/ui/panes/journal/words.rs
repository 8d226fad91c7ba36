//! An event in words: the step, one word for what happened, and the rest.

use crate::plan::StepId;
use crate::plan::event::{Answer, Decision, End, Event, RungState};

/// The step it is about.
pub(in super::super) fn step(event: &Event) -> Option<StepId> {
    match event {
        Event::Intended { step, .. }
        | Event::Sent { step, .. }
        | Event::Answered { step, .. }
        | Event::AlreadySo { step, .. }
        | Event::Climbed { step, .. }
        | Event::Recorded { step, .. }
        | Event::Told { step, .. }
        | Event::Ended { step, .. }
        | Event::Decided { step, .. } => Some(*step),
        _ => None,
    }
}

/// One word for what happened.
pub(in super::super) fn word(event: &Event) -> &'static str {
    match event {
        Event::ConfirmationRefused { .. } => "refused",
        Event::Started { .. } => "started",
        Event::Intended { .. } => "intended",
        Event::Sent { .. } => "sent",
        Event::Answered { answer, .. } => match answer {
            Answer::Accepted { .. } => "accepted",
            Answer::Refused { .. } => "refused",
            Answer::NotSent { .. } => "not sent",
            Answer::Lost { .. } => "no answer",
        },
        Event::AlreadySo { .. } => "already",
        Event::Climbed { state: RungState::Proved, .. } => "proved",
        Event::Climbed { state: RungState::Open, .. } => "open",
        Event::Climbed { state: RungState::Blind, .. } => "blind",
        Event::Recorded { .. } => "recorded",
        Event::Told { .. } => "event",
        Event::Ended { .. } => "ended",
        Event::Decided { .. } => "decided",
        Event::Paused { .. } => "paused",
        Event::Resumed { .. } => "resumed",
        Event::Noted { .. } => "note",
        Event::Closed { .. } => "closed",
    }
}

/// The rest of the line.
pub(in super::super) fn rest(event: &Event) -> String {
    match event {
        Event::ConfirmationRefused { intent, why, who } => {
            format!("{} {}→{}: {why} ({who})", intent.playbook, intent.from, intent.to)
        }
        Event::Started { plan, start } => {
            format!("{} {}→{} by {}", plan.intent.playbook, plan.intent.from, plan.intent.to, start.who)
        }
        Event::Intended { operation, endpoint, attempt, .. } => {
            let what = operation.as_ref().map_or("record", |o| o.api());
            let again = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
            format!("{what} {endpoint}{again}")
        }
        Event::Sent { attempt, .. } if *attempt > 1 => format!("attempt {attempt}"),
        Event::Sent { .. } => String::new(),
        Event::Answered { answer, .. } => answered(answer),
        Event::AlreadySo { evidence, .. } => evidence.clone(),
        Event::Climbed { rung, evidence, .. } => format!("{rung}: {evidence}"),
        Event::Recorded { at_risk, links, .. } => recorded(at_risk.as_ref().map(|r| r.orders), links),
        Event::Told { text, .. } => text.clone(),
        Event::Ended { outcome, why, .. } if why.is_empty() => outcome.to_string(),
        Event::Ended { outcome, why, .. } => format!("{outcome}: {why}"),
        Event::Decided { decision, who, .. } => format!("{} ({who})", decided(decision)),
        Event::Paused { who } | Event::Resumed { who } => format!("by {who}"),
        Event::Noted { who, text } => format!("{text} ({who})"),
        Event::Closed { end, summary } => format!("{}: {summary}", ended(*end)),
    }
}

/// How a run ended, in words.
pub(in super::super) fn ended(end: End) -> &'static str {
    match end {
        End::Confirmed => "confirmed",
        End::ConfirmedWithSkips => "confirmed, with steps skipped",
        End::Aborted => "aborted",
    }
}

fn answered(answer: &Answer) -> String {
    match answer {
        Answer::Accepted { endpoint, request_id } => {
            let id = request_id.as_ref().map_or_else(String::new, |id| format!("  request {id}"));
            format!("{endpoint}{id}")
        }
        Answer::Refused { code, trouble } => format!("{code}: {}", trouble.text),
        Answer::NotSent { trouble } | Answer::Lost { trouble } => trouble.to_string(),
    }
}

fn recorded(orders: Option<f64>, links: &[String]) -> String {
    let risk = orders.map_or_else(|| "orders at risk not known".to_owned(), |o| format!("{o:.0} orders at risk"));
    if links.is_empty() { risk } else { format!("{risk}; {}", links.join(", ")) }
}

fn decided(decision: &Decision) -> String {
    match decision {
        Decision::ReadAgain => "read again".to_owned(),
        Decision::Retry => "retry".to_owned(),
        Decision::Undo => "undo".to_owned(),
        Decision::Skip { reason } => format!("skip: {reason}"),
        Decision::Abort { reason } => format!("abort: {reason}"),
    }
}
