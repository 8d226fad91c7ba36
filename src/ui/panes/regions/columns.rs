//! The Regions side by side: a column each, a row a signal.

use ratatui::text::{Line, Span};

use crate::model::reading::Freshness;
use crate::model::topology::Formula;
use crate::model::verdict::{self, Lamp, SignalVerdict};
use crate::ui::Pen;
use crate::ui::digest::RegionDigest;
use crate::ui::theme::Role;
use crate::ui::widgets::list::Listing;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::table::longest;
use crate::ui::widgets::{say, spark};

/// A row of the pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Label<'a> {
    Lamp,
    Signal(&'a str),
    Traffic,
    Orders,
    Headroom,
    Read,
}

impl Label<'_> {
    pub(in super::super) fn word(&self) -> &str {
        match self {
            Self::Lamp => "lamp",
            Self::Signal(name) => name,
            Self::Traffic => "traffic",
            Self::Orders => "orders/min",
            Self::Headroom => "headroom",
            Self::Read => "read",
        }
    }
}

/// The narrowest column that holds every cell's shortest form.
const LEAST: usize = 9;

/// Wider columns say no more.
const MOST: usize = 26;

/// From here on a column has room for a sparkline beside its number.
const WITH_TREND: usize = 20;

/// The longest label that is not cut.
const LABEL: usize = 18;

pub(super) fn labels<'a>(pen: &Pen<'a>) -> Vec<Label<'a>> {
    let mut labels = vec![Label::Lamp];
    labels.extend(pen.digest.labels.iter().map(|name| Label::Signal(name)));
    if pen.digest.regions.iter().any(|r| r.orders.is_some()) {
        labels.push(Label::Orders);
    }
    if pen.digest.regions.iter().any(|r| r.spec.capacity.is_some()) {
        labels.push(Label::Headroom);
    }
    labels.extend([Label::Traffic, Label::Read]);
    labels
}

fn label_width(pen: &Pen<'_>) -> usize {
    labels(pen).iter().map(|l| paint::width(l.word())).max().unwrap_or(0).min(LABEL)
}

/// The width of a Region's column; `None` when they do not all fit.
pub(super) fn width(pen: &Pen<'_>, room: usize) -> Option<usize> {
    let left = room.checked_sub(label_width(pen))?;
    let each = left.checked_div(pen.digest.regions.len())?.checked_sub(1)?;
    (each >= LEAST).then_some(each.min(MOST))
}

/// The widths of the columns: what division leaves over goes to the labels.
#[derive(Clone, Copy)]
struct Widths {
    label: usize,
    column: usize,
}

pub(super) fn listing(pen: &Pen<'_>, room: usize, height: usize, column: usize) -> Listing {
    let regions = &pen.digest.regions;
    let over = room.saturating_sub(label_width(pen) + regions.len() * (column + 1));
    let widths = Widths { label: label_width(pen) + over.min(12), column };
    let mut listing = Listing::default();
    listing.head.push(row(pen, "", regions.iter().map(|region| head(pen, region, column)), widths));
    for label in labels(pen) {
        let cells = regions.iter().map(|region| cell(pen, region, label, column));
        listing.push(row(pen, label.word(), cells, widths));
    }
    for region in regions.iter().filter(|region| region.verdict.lamp != Lamp::Ok) {
        let reason = reason(pen, region, room);
        if listing.head.len() + listing.rows.len() + reason.len() <= height {
            for line in reason {
                listing.say(line);
            }
        }
    }
    listing
}

fn row(pen: &Pen<'_>, label: &str, cells: impl Iterator<Item = Text>, widths: Widths) -> Text {
    let label = paint::cut(label, widths.label);
    let mut spans = vec![pen.span(format!("{label:<0$}", widths.label), Role::Muted)];
    for cell in cells {
        let cell = paint::cut_line(cell, widths.column);
        spans.push(paint::blank(widths.column + 1 - cell.width().min(widths.column)));
        spans.extend(cell.spans);
    }
    Text::from(spans)
}

fn head(pen: &Pen<'_>, region: &RegionDigest<'_>, width: usize) -> Text {
    let name = region.spec.name.as_str();
    let name = if paint::width(name) <= width { name } else { &region.spec.short };
    Line::from(pen.span(name, Role::Title))
}

fn cell(pen: &Pen<'_>, region: &RegionDigest<'_>, label: Label<'_>, width: usize) -> Text {
    match label {
        Label::Lamp => longest(&lamp(pen, region), width),
        Label::Signal(name) => match region.signal(name) {
            Some(signal) => with_trend(pen, &signal.trend, longest(&value(pen, signal), width), width),
            None => Line::from(pen.span(pen.glyphs.dash, Role::Muted)),
        },
        Label::Traffic => {
            let text = say::value(pen, region.verdict.traffic.as_ref(), Role::Text, |s| say::share(*s));
            Line::from(text)
        }
        Label::Orders => orders(pen, region, width),
        Label::Headroom => longest(&headroom(pen, region), width),
        Label::Read => longest(&read(pen, region), width),
    }
}

/// `■ bad 3m10s`, `■ bad 3m`, `■ bad`.
fn lamp(pen: &Pen<'_>, region: &RegionDigest<'_>) -> Vec<Text> {
    let verdict = &region.verdict;
    let role = say::role(verdict.lamp);
    let word = format!("{} {}", pen.glyphs.lamp(verdict.lamp), verdict.lamp);
    let since = verdict.since.filter(|_| verdict.lamp != Lamp::Ok);
    let since = since.map(|at| verdict::age(at, pen.scene.now));
    let mut forms = Vec::new();
    if let Some(since) = since {
        forms.push(format!("{word} {}", verdict::span(since)));
        forms.push(format!("{word} {}", say::coarse(since)));
    }
    forms.push(word);
    forms.into_iter().map(|form| Line::from(pen.span(form, role))).collect()
}

/// A signal's value with the shape of its lamp when it is not ok.
fn value(pen: &Pen<'_>, signal: &SignalVerdict<'_>) -> Vec<Text> {
    let Some(known) = signal.value.as_ref().filter(|v| v.freshness != Freshness::Gone) else {
        return blind(pen, signal);
    };
    let stale = known.freshness == Freshness::Stale;
    let role = match signal.lamp {
        _ if stale => Role::Stale,
        Lamp::Ok => Role::Text,
        lamp => say::role(lamp),
    };
    let long = signal.text();
    let mut texts = vec![long.clone()];
    if let (Formula::Share { .. }, Some((short, _))) = (&signal.signal.formula, long.split_once('/')) {
        texts.push(short.to_owned());
    }
    let shape = (signal.lamp != Lamp::Ok).then(|| say::shape(pen, signal.lamp));
    let forms = texts.into_iter().flat_map(|text| {
        let text = pen.span(text, role);
        let spaced = shape.clone().map(|shape| Line::from(vec![shape, Span::raw(" "), text.clone()]));
        let close = shape.clone().map(|shape| Line::from(vec![shape, text.clone()]));
        let plain = shape.is_none().then(|| Line::from(text));
        [spaced, close, plain]
    });
    forms.flatten().collect()
}

/// Nothing is known now, and why.
fn blind(pen: &Pen<'_>, signal: &SignalVerdict<'_>) -> Vec<Text> {
    let shape = say::shape(pen, Lamp::Unknown);
    let nothing = pen.span(say::NOTHING, Role::Stale);
    let age = signal.value.as_ref().map(|v| verdict::span(verdict::age(v.at, pen.scene.now)));
    let mut forms = Vec::new();
    if let Some(trouble) = &signal.trouble {
        let why = pen.span(trouble.kind.to_string(), Role::LampUnknown);
        forms.push(Line::from(vec![shape.clone(), Span::raw(" "), why]));
    } else if let Some(age) = age {
        let age = pen.span(format!(" {age} ago"), Role::Stale);
        forms.push(Line::from(vec![shape.clone(), Span::raw(" "), nothing.clone(), age]));
    }
    forms.push(Line::from(vec![shape, Span::raw(" "), nothing]));
    forms
}

fn with_trend(pen: &Pen<'_>, trend: &[Option<f64>], text: Text, width: usize) -> Text {
    let room = width.saturating_sub(13).min(12);
    if !pen.scene.view.flow.charts()
        || width < WITH_TREND
        || trend.iter().flatten().count() < 2
        || text.width() + room + 1 > width
    {
        return text;
    }
    let bars = spark::line(trend, room, None, pen.glyphs);
    let gap = paint::blank(width - room - text.width());
    let bars = Span::styled(bars, pen.style(Role::Chart));
    Line::from([vec![bars, gap], text.spans].concat())
}

fn orders(pen: &Pen<'_>, region: &RegionDigest<'_>, width: usize) -> Text {
    let Some(orders) = &region.orders else { return say::nothing(pen) };
    let role = if orders.lamp == Lamp::Ok { Role::Text } else { say::role(orders.lamp) };
    let rate = say::value(pen, orders.rate.as_ref(), role, |rate| say::rate(*rate));
    let known = orders.rate.as_ref().filter(|rate| rate.freshness != Freshness::Gone);
    let change = known.zip(orders.baseline).and_then(|(rate, base)| verdict::change_text(rate.value, base));
    let mut spans = Vec::new();
    if matches!(orders.lamp, Lamp::Look | Lamp::Bad) {
        spans.extend([say::shape(pen, orders.lamp), Span::raw(" ")]);
    }
    spans.push(rate);
    let short = Line::from(spans.clone());
    if let Some(change) = change.filter(|_| orders.lamp != Lamp::Ok) {
        spans.push(pen.span(format!(" {change}"), role));
    }
    let text = longest(&[Line::from(spans), short], width);
    with_trend(pen, &orders.trend, text, width)
}

/// `▲ 586 of 500`: what it would get of what it can carry, in orders a minute.
fn headroom(pen: &Pen<'_>, region: &RegionDigest<'_>) -> Vec<Text> {
    let Some((needed, capacity)) = region.headroom else { return vec![say::nothing(pen)] };
    let enough = capacity >= needed;
    let (shape, role) = if enough { (None, Role::Text) } else { (Some(pen.glyphs.look), Role::LampLook) };
    let shape = shape.map_or_else(String::new, |shape| format!("{shape} "));
    let long = format!("{shape}{needed:.0} of {capacity:.0}");
    let short = format!("{shape}{:.0}%", needed / capacity.max(1.0) * 100.0);
    [long, short].into_iter().map(|text| Line::from(pen.span(text, role))).collect()
}

/// When its CloudWatch last answered, or what is wrong with it.
fn read(pen: &Pen<'_>, region: &RegionDigest<'_>) -> Vec<Text> {
    let Some(feed) = &region.feed else {
        return vec![Line::from(pen.span("not yet", Role::Stale))];
    };
    let age = feed.age.map(verdict::span);
    let line = |text: String, role| Line::from(pen.span(text, role));
    match (&feed.trouble, age) {
        (Some(trouble), Some(age)) => vec![
            line(format!("{trouble} {age}"), Role::LampUnknown),
            line(trouble.clone(), Role::LampUnknown),
            line(format!("{} {age}", pen.glyphs.unknown), Role::LampUnknown),
        ],
        (Some(trouble), None) => {
            vec![
                line(trouble.clone(), Role::LampUnknown),
                line(pen.glyphs.unknown.to_owned(), Role::LampUnknown),
            ]
        }
        (None, Some(age)) => {
            let role = if feed.freshness == Freshness::Fresh { Role::Muted } else { Role::Stale };
            vec![line(format!("{age} ago"), role)]
        }
        (None, None) => vec![line("not yet".to_owned(), Role::Stale)],
    }
}

/// Why a Region's lamp is what it is.
fn reason(pen: &Pen<'_>, region: &RegionDigest<'_>, room: usize) -> Vec<Text> {
    let verdict = &region.verdict;
    let mut text = format!("{} {}: {}", pen.glyphs.lamp(verdict.lamp), region.spec.name, verdict.reason);
    if let Some(disagreement) = &verdict.disagreement {
        text = format!("{text}; sources disagree: {disagreement}");
    }
    let role = say::role(verdict.lamp);
    paint::wrap(&text, room).into_iter().map(|line| Line::from(pen.span(line, role))).collect()
}
