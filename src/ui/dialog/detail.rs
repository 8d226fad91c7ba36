//! What is known of one row of a pane: every value with its age, every trouble in its own words.
//!
//! The text is made when it is drawn, so it stays true while it is open.

mod region;
mod run;

use std::time::Duration;

use jiff::Timestamp;

use super::Moment;
use super::page::{self, Page, Para};
use crate::model::reading::{Freshness, Trouble};
use crate::model::verdict::{self, ControlCell, Dated, Lamp};
use crate::ui::theme::Role;
use crate::ui::view::{Facts, Pane};

/// The page of a row.
pub(super) fn page(pane: Pane, row: usize, facts: &Facts<'_>) -> Page {
    let (title, body) = content(pane, row, facts);
    Page { title, body, ..Page::default() }
}

/// How many lines it takes.
pub(super) fn height(pane: Pane, row: usize, moment: &Moment<'_>) -> usize {
    page::lines(&content(pane, row, moment.facts).1, moment.size)
}

fn content(pane: Pane, row: usize, facts: &Facts<'_>) -> (String, Vec<Para>) {
    match pane {
        Pane::Regions => ("REGIONS".to_owned(), region::regions(facts)),
        Pane::Orders => ("ORDERS".to_owned(), region::orders(facts)),
        Pane::Replication => link(row, facts),
        Pane::Traffic => control(row, facts),
        Pane::Plan => run::step(row, facts),
        Pane::Journal => run::entry(row, facts),
    }
}

fn link(row: usize, facts: &Facts<'_>) -> (String, Vec<Para>) {
    let links = verdict::links(facts.world, facts.now);
    let Some(link) = links.get(row.min(links.len().saturating_sub(1))) else {
        return ("REPLICATION".to_owned(), vec![Para::new("No link is declared.")]);
    };
    let title = format!("{}  {} → {}", link.store.to_uppercase(), link.from, link.to);
    let mut body = vec![lamp(link.lamp)];
    let lag = value(link.lag.as_ref(), facts.now, |lag| format!("{lag:.1} s"));
    body.push(field("lag", &lag));
    body.push(field("RPO", &super::terms::spoken(link.rpo)));
    body.push(field("last hour", &extent(&link.trend)));
    body.extend(trouble(link.trouble.as_ref()));
    (title, body)
}

fn extent(trend: &[Option<f64>]) -> String {
    extent_of(trend, "s")
}

/// The least and the most of a trend, and how much of it is missing.
fn extent_of(trend: &[Option<f64>], unit: &str) -> String {
    let known: Vec<f64> = trend.iter().flatten().copied().collect();
    let (Some(least), Some(most)) =
        (known.iter().copied().reduce(f64::min), known.iter().copied().reduce(f64::max))
    else {
        return "nothing was measured".to_owned();
    };
    let missing = trend.len() - known.len();
    format!("{least:.1} to {most:.1} {unit}, {missing} of {} periods without a point", trend.len())
}

fn control(row: usize, facts: &Facts<'_>) -> (String, Vec<Para>) {
    let controls = verdict::controls(facts.world, facts.now);
    let Some(control) = controls.get(row.min(controls.len().saturating_sub(1))) else {
        return ("TRAFFIC".to_owned(), vec![Para::new("No routing control is declared.")]);
    };
    let state = control.state.map_or_else(|| "not known".to_owned(), |state| state.to_string());
    let mut body = vec![field("state", &state)];
    if control.split {
        body.push(Para::default().add("■ the endpoints contradict each other", Role::LampBad));
    }
    body.push(Para::blank());
    body.extend(control.cells.iter().map(|cell| endpoint(cell, facts.now)));
    body.push(Para::blank());
    body.extend(verdict::rules(facts.world, facts.now).into_iter().map(|rule| {
        let holds = match rule.holds {
            Some(true) => "● holds",
            Some(false) => "■ does not hold",
            None => "? not known",
        };
        field(&rule.rule.name, holds)
    }));
    (format!("ROUTING CONTROL  {}", control.name), body)
}

fn endpoint(cell: &ControlCell, now: Timestamp) -> Para {
    let state = value(cell.state.as_ref(), now, ToString::to_string);
    let took = cell.round_trip.map_or_else(String::new, |span| format!(", took {} ms", span.as_millis()));
    let trouble = cell.trouble.as_ref().map_or_else(String::new, |trouble| format!("; {trouble}"));
    field(&format!("endpoint {}", cell.endpoint), &format!("{state}{took}{trouble}"))
}

fn lamp(lamp: Lamp) -> Para {
    let (shape, role) = match lamp {
        Lamp::Ok => ("●", Role::LampOk),
        Lamp::Look => ("▲", Role::LampLook),
        Lamp::Bad => ("■", Role::LampBad),
        Lamp::Unknown => ("?", Role::LampUnknown),
    };
    Para::default().add(format!("{shape} {lamp}"), role)
}

/// Columns of the names of fields.
const NAMES: usize = 26;

fn field(name: &str, text: &str) -> Para {
    Para::default().add(format!("{name:<NAMES$} "), Role::Muted).add(text, Role::Text).hang(NAMES + 1)
}

fn trouble(trouble: Option<&Trouble>) -> Option<Para> {
    trouble.map(|trouble| field("trouble", &trouble.to_string()))
}

/// A value with its age: `8.9 s, 12 s ago`; what is too old is not shown as a value.
fn value<T>(dated: Option<&Dated<T>>, now: Timestamp, write: impl FnOnce(&T) -> String) -> String {
    let Some(dated) = dated else { return "-- nothing was measured".to_owned() };
    let age = Duration::try_from(now.duration_since(dated.at)).unwrap_or_default();
    let age = super::terms::spoken(age);
    match dated.freshness {
        Freshness::Fresh => format!("{}, {age} ago", write(&dated.value)),
        Freshness::Stale => format!("~{}, {age} ago", write(&dated.value)),
        Freshness::Gone => format!("-- last seen {age} ago"),
    }
}
