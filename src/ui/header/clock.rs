//! The decision clock on the screen: what was lost so far, what a minute costs, and how long there is to decide.
//!
//! It says of a forecast that it is one, and nothing where there is nothing to reckon with.

use std::time::Duration;

use ratatui::text::{Line, Span};

use crate::model::topology::Unit;
use crate::model::verdict::{self, Decision};
use crate::ui::Pen;
use crate::ui::digest::Advice;
use crate::ui::theme::Role;
use crate::ui::widgets::fit::Item;
use crate::ui::widgets::paint::Text;
use crate::ui::widgets::say;

/// Fewer orders than this are noise.
const LEAST: f64 = 1.0;

/// The clock in the header, while there is something to decide.
pub(super) fn item(pen: &Pen<'_>) -> Option<Item> {
    let decision = pen.digest.decision.as_ref().filter(|_| pen.scene.run.is_none_or(|run| !run.is_open()))?;
    let lost = decision.missed.as_ref().map(|missed| missed.orders).filter(|orders| *orders >= LEAST);
    let lost = lost.map(|orders| format!("~{} lost", count(orders)));
    let rate = decision.a_minute.filter(|fewer| *fewer >= LEAST);
    let rate = rate.map(|fewer| format!("−{}/min", count(fewer)));
    let (left, role) = left(pen, decision, pen.digest.advice.as_ref());
    let since = format!("bad since {}", say::clock(decision.since));
    let form = |cost: u8, words: &[&Option<String>]| {
        let known: Vec<&str> = words.iter().filter_map(|word| word.as_deref()).collect();
        let lead = if known.is_empty() { String::new() } else { format!("{}  ", known.join(", ")) };
        (cost, Line::from(vec![pen.span(lead, Role::LampBadText), pen.span(left.clone(), role)]))
    };
    Some(Item::right(vec![
        form(33, &[&Some(since), &lost, &rate]),
        form(34, &[&lost, &rate]),
        form(66, &[&rate]),
        form(72, &[]),
    ]))
}

fn count(orders: f64) -> String {
    verdict::value_text(orders.round(), Unit::Count)
}

/// `decide in 2m13s`: until then what is advised still keeps the recovery time, as long as such a thing takes at p95.
fn left(pen: &Pen<'_>, decision: &Decision, advice: Option<&Advice>) -> (String, Role) {
    let rto = verdict::limit_text(decision.rto);
    let left = match decision.left(pen.scene.now) {
        Ok(left) => left,
        Err(over) => return (format!("RTO {rto} over by {}", verdict::span(over)), Role::LampBadText),
    };
    let Some(usual) = advice.map(|advice| advice.usual) else {
        return (format!("RTO in {}", verdict::span(left)), Role::LampLookText);
    };
    match left.checked_sub(usual.p95) {
        Some(spare) if spare > Duration::ZERO => {
            (format!("decide in {}", verdict::span(spare)), Role::LampLookText)
        }
        _ if left >= usual.p50 => ("decide now".to_owned(), Role::LampBadText),
        _ => (format!("too late for RTO {rto}"), Role::LampBadText),
    }
}

/// All that the clock knows, for the detail of its Region.
pub(in crate::ui) fn lines(pen: &Pen<'_>) -> Vec<Text> {
    let Some(decision) = &pen.digest.decision else { return Vec::new() };
    let now = pen.scene.now;
    let (left, role) = left(pen, decision, pen.digest.advice.as_ref());
    let line = |text: String| Line::from(pen.span(text, Role::Text));
    let elapsed = verdict::age_text(decision.since, now);
    let mut lines = vec![Line::from(vec![
        Span::styled(format!("decision clock: {left}"), pen.style(role)),
        pen.span(format!(", first bad signal at {} ({elapsed})", say::clock(decision.since)), Role::Text),
    ])];
    if let Some(missed) = &decision.missed {
        let most = if missed.blind.is_empty() { "about" } else { "at most" };
        let (lost, usual) = (count(missed.orders), count(missed.usual));
        let from = say::clock(missed.from);
        lines.push(line(format!(
            "lost so far: {most} {lost} orders since {from}; usual are {usual} a minute"
        )));
    }
    lines.extend(
        decision.a_minute.map(|fewer| line(format!("each minute costs {} orders now", count(fewer)))),
    );
    lines.extend(pen.digest.advice.as_ref().map(|advice| line(forecast(pen, advice))));
    let worth = pen.digest.at_risk.as_ref().and_then(|risk| Some((risk, decision.worth(risk.orders)?)));
    lines.extend(worth.map(|(risk, wait)| {
        let (orders, wait) = (count(risk.orders), verdict::span(wait));
        line(format!("losing the writer costs about {orders} orders: as much as waiting {wait}"))
    }));
    lines
}

/// `a: failover to us-west-2, ~2m10s (p95 3m40s): done about 14:06:20 if it starts now; RTO 10m ends at 14:08:00`.
fn forecast(pen: &Pen<'_>, advice: &Advice) -> String {
    let span = verdict::span;
    let done = pen.scene.now.saturating_add(advice.usual.p50).map_or_else(|_| String::new(), say::clock);
    format!(
        "{} to {} takes about {} (p95 {}): done about {done} if it starts now",
        advice.intent.playbook,
        advice.intent.to,
        span(advice.usual.p50),
        span(advice.usual.p95)
    )
}
