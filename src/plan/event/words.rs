//! How a journal line reads, for the journal pane, the command line and the report alike.
//!
//! One word for what happened, padded to a column, then what it was; time and step number are the reader's to add.

use std::fmt;

use super::{Answer, Awaited, Decision, End, Entry, Event, Right, RungState};
use crate::model::verdict::{self, AtRisk, Missed};
use crate::plan::operation::{Operation, Override};
use crate::plan::{Step, StepId};

/// The width of the first column.
const WORD: usize = 8;

/// A request id with more characters is shortened.
const LONGEST_ID: usize = 14;

/// To so many of its first and of its last characters.
const ENDS_OF_ID: (usize, usize) = (8, 4);

impl Event {
    /// The one word for it: `sent`, `accepted`, `confirmed`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::ConfirmationRefused { .. } => "refused",
            Self::Started { .. } => "started",
            Self::Intended { .. } => "intended",
            Self::Sent { .. } => "sent",
            Self::Answered { answer, .. } => answer.word(),
            Self::AlreadySo { .. } => "already",
            Self::Climbed { state: RungState::Proved, .. } => "proved",
            Self::Climbed { state: RungState::Open, .. } => "open",
            Self::Climbed { state: RungState::Blind, .. } => "blind",
            Self::Recorded { .. } => "recorded",
            Self::Met { .. } => "met",
            Self::Approved { .. } => "approved",
            Self::Ticked { .. } => "ticked",
            Self::Told { .. } => "event",
            Self::Awaits { at: Some(_), .. } => "awaits",
            Self::Awaits { at: None, .. } => "goes on",
            Self::Ended { outcome, .. } => outcome.word(),
            Self::Decided { decision, .. } => decision.word(),
            Self::Paused { .. } => "paused",
            Self::Resumed { .. } => "resumed",
            Self::TakenUp { .. } => "taken up",
            Self::Conch { .. } => "conch",
            Self::Adopted { .. } => "adopted",
            Self::Noted { .. } => "note",
            Self::Counted { .. } => "counted",
            Self::Closed { .. } => "closed",
        }
    }

    /// What comes after the word, in as few columns as it can be said in; the rest is in [`Self::detail`].
    fn brief(&self) -> String {
        match self {
            Self::ConfirmationRefused { intent, why, who } => {
                format!("{why}; {} {} → {}, by {who}", intent.playbook, intent.from, intent.to)
            }
            Self::Answered {
                answer: Answer::Accepted { endpoint, request_id: Some(id), .. },
                attempt,
                ..
            } => {
                format!("{endpoint} request {}{}", short(id), nth(*attempt))
            }
            Self::AlreadySo { evidence, .. } => format!("so, nothing was sent: {evidence}"),
            Self::Recorded { at_risk: Some(risk), links, .. } => at_risk(risk, links),
            _ => self.detail(),
        }
    }

    /// What comes after the word, with all that is known.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::ConfirmationRefused { intent, why, who } => {
                format!("{} {} → {} by {who}: {why}", intent.playbook, intent.from, intent.to)
            }
            Self::Started { plan, start } => {
                let intent = &plan.intent;
                let drill = if start.drill { "drill, " } else { "" };
                format!(
                    "{} {} → {}, {drill}{} steps, by {}{}{}",
                    intent.playbook,
                    intent.from,
                    intent.to,
                    plan.steps.len(),
                    start.who,
                    because(&start.reason),
                    plan.steps.iter().filter_map(Step::operation).map(overriding).collect::<String>()
                )
            }
            Self::Intended { attempt, operation, endpoint, .. } => {
                let what = operation
                    .as_ref()
                    .map_or_else(|| "no write of its own".to_owned(), |o| format!("{} {endpoint}", o.api()));
                let broken = operation.as_ref().map(overriding).unwrap_or_default();
                format!("{what}{}{broken}", nth(*attempt))
            }
            Self::Sent { attempt, fence, .. } => format!("attempt {attempt}{}", fenced(*fence)),
            Self::Answered { answer, attempt, .. } => format!("{}{}", answer.detail(), nth(*attempt)),
            Self::AlreadySo { evidence, .. } => format!("so: {evidence}; nothing was sent"),
            Self::Climbed { rung, evidence, .. } => format!("{rung}: {evidence}"),
            Self::Recorded { at_risk, links, .. } => recorded(at_risk.as_ref(), links),
            Self::Met { evidence, .. } => evidence.clone(),
            Self::Approved { who, host, version, .. } => format!("by {who} on {host}, of plan {version}"),
            Self::Ticked { who, .. } | Self::Resumed { who } | Self::TakenUp { who } => format!("by {who}"),
            Self::Told { text, .. } => text.clone(),
            Self::Awaits { at, .. } => at.as_ref().map(ToString::to_string).unwrap_or_default(),
            Self::Ended { why, .. } => why.clone(),
            Self::Decided { decision, who, .. } => decided(decision, who),
            Self::Paused { who, why } => format!("by {who}{}", because(why.text())),
            Self::Conch { who, host, right } => format!("{who} on {host} {right}"),
            Self::Adopted { who, host, from, reason, lines, .. } => {
                format!("from {from} by {who} on {host}, {lines} lines: {reason}")
            }
            Self::Noted { who, text } => format!("{who}: {text}"),
            Self::Counted { missed, behind } => {
                let behind = behind.as_ref().map(|risk| format!("; {}", behind_text(risk)));
                missed_text(missed.as_ref()) + &behind.unwrap_or_default()
            }
            Self::Closed { end, summary } => format!("{end}: {summary}"),
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken { fence } => write!(f, "has it, fence {fence}"),
            Self::TakenOver { fence, from, reason } => {
                write!(f, "took it over from {from}, fence {fence}: {reason}")
            }
            Self::WithoutTable { trouble, reason } => {
                write!(f, "acts WITHOUT the shared table ({trouble}): {reason}")
            }
        }
    }
}

fn fenced(fence: Option<u64>) -> String {
    fence.map(|fence| format!(", fence {fence}")).unwrap_or_default()
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = format!("{:<WORD$} {}", self.word(), self.brief());
        f.pad(line.trim_end())
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.event, f)
    }
}

/// A line's words with what only the lines before it tell: what was sent, and where to.
///
/// `before` may hold other runs and later lines too; the intent of the same step and attempt is looked up in it.
#[must_use]
pub fn line(entry: &Entry, before: &[Entry]) -> String {
    let Event::Sent { step, attempt, fence } = entry.event else { return entry.event.to_string() };
    let mut intents = before.iter().rev().filter(|e| e.run == entry.run);
    let what = intents.find_map(|e| intent(&e.event, step, attempt));
    what.map_or_else(
        || entry.event.to_string(),
        |what| format!("{:<WORD$} {what}{}", entry.event.word(), fenced(fence)),
    )
}

fn intent(event: &Event, of: StepId, at: u32) -> Option<String> {
    match event {
        Event::Intended { step, attempt, .. } if (*step, *attempt) == (of, at) => Some(event.brief()),
        _ => None,
    }
}

fn nth(attempt: u32) -> String {
    if attempt > 1 { format!(" (attempt {attempt})") } else { String::new() }
}

/// The safety rules that a write overrides, and why: nobody must be able to overlook them.
fn overriding(operation: &Operation) -> String {
    let words = |broken: &Override| format!(", OVERRIDING rule {}: {}", broken.rule, broken.reason);
    operation.overrides().iter().map(words).collect()
}

/// A reason, where one was given.
fn because(reason: &str) -> String {
    if reason.trim().is_empty() { String::new() } else { format!(": {reason}") }
}

/// Both ends of a long request id: enough to tell it from its neighbours, wherever they differ.
fn short(id: &str) -> String {
    let letters: Vec<char> = id.chars().collect();
    if letters.len() <= LONGEST_ID {
        return id.to_owned();
    }
    let (first, last) = ENDS_OF_ID;
    let (head, tail) = (&letters[..first], &letters[letters.len() - last..]);
    head.iter().chain(['…'].iter()).chain(tail).collect()
}

/// `~17 orders at risk, orders 3.4s behind, catalog 0.4s`: the links of the same direction, without saying it.
fn at_risk(risk: &AtRisk, links: &[String]) -> String {
    let loss = format!("~{:.0} orders at risk, {} {:.1}s behind", risk.orders, risk.store, risk.lag);
    let parts = |link: &String| {
        let (rest, lag) = link.rsplit_once(' ')?;
        let (store, way) = rest.rsplit_once(' ')?;
        Some((store.to_owned(), way.to_owned(), lag.to_owned()))
    };
    let links: Vec<_> = links.iter().filter_map(parts).collect();
    let way = links.iter().find(|(store, ..)| *store == risk.store).map(|(_, way, _)| way);
    let others = links.iter().filter(|(store, of, _)| *store != risk.store && Some(of) == way);
    let others: Vec<String> = others.map(|(store, _, lag)| format!(", {store} {lag}")).collect();
    loss + &others.concat()
}

fn recorded(at_risk: Option<&AtRisk>, links: &[String]) -> String {
    let orders = at_risk.map_or_else(
        || "orders at risk not known".to_owned(),
        |risk| format!("~{:.0} orders at risk ({} {:.1}s behind)", risk.orders, risk.store, risk.lag),
    );
    let links = if links.is_empty() { String::new() } else { format!("; {}", links.join(", ")) };
    format!("{orders}{links}")
}

/// Orders that did not come, in words: `~310 orders fewer than usual from 14:01 to 14:07 (586 a minute)`.
#[must_use]
pub fn missed_text(missed: Option<&Missed>) -> String {
    let Some(missed) = missed else { return "how many orders did not come is not known".to_owned() };
    let clock = |at: jiff::Timestamp| at.strftime("%H:%M").to_string();
    if missed.orders < 0.5 {
        return "no orders fewer than usual".to_owned();
    }
    let blind: Vec<&str> = missed.blind.iter().map(crate::model::topology::Region::as_str).collect();
    let (most, blind) = if blind.is_empty() {
        ("", String::new())
    } else {
        ("at most ", format!(", {} not seen", blind.join(", ")))
    };
    let back = if missed.recovered { "" } else { ", not back yet" };
    let (from, until) = (clock(missed.from), clock(missed.until));
    format!(
        "{most}~{:.0} orders fewer than the usual {:.0} a minute from {from} to {until}{back}{blind}",
        missed.orders, missed.usual
    )
}

/// Orders that may be gone although they were taken, in words.
#[must_use]
pub fn behind_text(risk: &AtRisk) -> String {
    let AtRisk { orders, store, lag, .. } = risk;
    format!("~{orders:.0} orders taken and not replicated ({store} was {lag:.1}s behind)")
}

fn decided(decision: &Decision, who: &str) -> String {
    match decision {
        Decision::ReadAgain | Decision::Retry | Decision::Undo => format!("by {who}"),
        Decision::Tell { say } => format!("{say}, by {who}"),
        Decision::Skip { reason, typed: Some(region) } => {
            format!("by {who}, who typed {region}{}", because(reason))
        }
        Decision::Skip { reason, typed: None } | Decision::Abort { reason } => {
            format!("by {who}{}", because(reason))
        }
    }
}

impl Answer {
    /// The one word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
            Self::NotSent { .. } => "not sent",
            Self::Lost { .. } => "lost",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Accepted { endpoint, request_id: Some(id), .. } => format!("{endpoint} request {id}"),
            Self::Accepted { endpoint, request_id: None, .. } => endpoint.clone(),
            Self::Refused { code, trouble } if trouble.text.starts_with(code.as_str()) => {
                trouble.text.clone()
            }
            Self::Refused { code, trouble } => format!("{code}: {}", trouble.text),
            Self::NotSent { trouble } => trouble.to_string(),
            Self::Lost { trouble } => format!("no answer, it may have happened: {trouble}"),
        }
    }
}

impl Decision {
    /// The one word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::ReadAgain => "re-read",
            Self::Retry => "retry",
            Self::Undo => "undo",
            Self::Skip { .. } => "skip",
            Self::Tell { .. } => "tell",
            Self::Abort { .. } => "abort",
        }
    }
}

impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self {
            Self { failed: true, .. } => "failed, and waits to be skipped or done ungracefully",
            Self { pause: true, .. } => "waits to be resumed",
            Self { .. } => "waits to be approved",
        };
        write!(f, "{} {how}", self.step)
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Confirmed => "confirmed",
            Self::ConfirmedWithSkips => "confirmed with skips",
            Self::Aborted => "aborted",
        })
    }
}

/// Every link in words, as the journal freezes them: `orders us-east-1→us-west-2 8.9s`.
#[must_use]
pub fn links(links: &[verdict::LinkVerdict]) -> Vec<String> {
    let words = links.iter().filter(|link| link.live).map(|link| {
        let lag = link.lag.as_ref().map_or_else(
            || if link.stopped.is_some() { "stopped".to_owned() } else { verdict::NOTHING.to_owned() },
            |lag| verdict::dated_text(lag, crate::model::topology::Unit::Seconds),
        );
        format!("{} {}→{} {lag}", link.store, link.from, link.to)
    });
    words.collect()
}

#[cfg(test)]
mod tests;
