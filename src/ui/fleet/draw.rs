//! Paints the fleet view at any size.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Fleet, LAMPS, Mode, Row};
use crate::model::reading::Freshness;
use crate::model::verdict::{self, Lamp};
use crate::ui::action::Action;
use crate::ui::dialog::draw::ways;
use crate::ui::dialog::page::{self, Page};
use crate::ui::guard;
use crate::ui::hint::{self, Hint};
use crate::ui::keymap::Context;
use crate::ui::theme::{Glyphs, Role, Theme};
use crate::ui::widgets::fit::{self, Item, KEEP};
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::say;
use crate::ui::widgets::table::{Cell, Column, Table};

/// Rows over the list: two of the header, one of headings.
const ABOVE: u16 = 3;

/// What the fleet view is drawn with.
#[derive(Clone, Copy)]
struct Brush<'a> {
    theme: &'a Theme,
    glyphs: &'a Glyphs,
}

impl Brush<'_> {
    fn span(&self, text: impl Into<String>, role: Role) -> Span<'static> {
        let text: String = text.into();
        Span::styled(self.glyphs.text(&paint::clean(&text)).into_owned(), self.theme.style(role))
    }

    fn line(&self, text: impl Into<String>, role: Role) -> Text {
        Line::from(self.span(text, role))
    }
}

/// Draws the fleet at `now` of the operator's clock over the whole buffer. Whatever falls over is drawn as its error.
pub fn draw(
    fleet: &Fleet,
    (rows, now): (&[Row], Timestamp),
    theme: &Theme,
    glyphs: Glyphs,
    buf: &mut Buffer,
) {
    let brush = Brush { theme, glyphs: &glyphs };
    if let Err(why) = guard::attempt(|| all(fleet, rows, now, brush, buf)) {
        let quit = fleet.keymap.at(Context::Fleet).spoken(Action::Quit);
        guard::everything(&why, &quit, buf);
    }
}

fn all(fleet: &Fleet, rows: &[Row], now: Timestamp, brush: Brush<'_>, buf: &mut Buffer) {
    let screen = buf.area;
    buf.set_style(screen, brush.theme.style(Role::Text));
    header(rows, now, brush, screen, buf);
    let order = fleet.order(rows);
    let is_tight = order.len() * 2 + usize::from(ABOVE) + 2 > usize::from(screen.height);
    let tail = tail(fleet, rows, is_tight, brush);
    // The last row is the hint bar's.
    let below = u16::try_from(tail.len() + 1).unwrap_or(u16::MAX);
    let list = Rect {
        y: screen.y + ABOVE.min(screen.height),
        height: screen.height.saturating_sub(ABOVE + below),
        ..screen
    };
    self::list(fleet, (rows, &order), brush, list, buf);
    for (at, line) in (screen.height.saturating_sub(below)..).zip(&tail) {
        paint::row(buf, screen, at, line);
    }
    bar(fleet, rows, brush, screen, buf);
    if let Some(scroll) = fleet.help {
        let (title, body) = (format!("KEYS  {}", fleet.place().word()), fleet.keys(rows));
        let ways = ways(fleet.keymap.at(Context::Text));
        page::draw(&Page { title, body, scroll, ways, ..Page::default() }, brush.theme, brush.glyphs, buf);
    }
    paint::keep_to(brush.glyphs, buf);
}

/// The keys that work here and now, as many as fit; or the line that is typed into, or what is to be said.
fn bar(fleet: &Fleet, rows: &[Row], brush: Brush<'_>, screen: Rect, buf: &mut Buffer) {
    if screen.width < 2 || screen.height == 0 {
        return;
    }
    let row = Rect { x: screen.x + 1, y: screen.bottom() - 1, width: screen.width - 1, height: 1 };
    let theme = brush.theme;
    buf.set_style(Rect { x: screen.x, width: screen.width, ..row }, theme.style(Role::Hint));
    let hint = |key: String, word: &str| Hint { key, word: word.to_owned(), weight: 100 };
    let keys = |place| fleet.keymap.at(place);
    let stays = || hint("any other key".to_owned(), "stay here");
    let hints = match &fleet.mode {
        _ if fleet.help.is_some() => {
            vec![hint(keys(Context::Text).spoken(Action::Back).to_lowercase(), "back")]
        }
        Mode::Filter(sift) => return hint::prompt(sift.text(), keys(Context::Typing), theme, row, buf),
        Mode::Naming(_) => {
            let enter = keys(Context::Buttons).all(Action::Choose).swap_remove(0);
            vec![hint(enter, "open it"), stays()]
        }
        Mode::Leaving => vec![hint(keys(Context::Fleet).spoken(Action::Quit), "leave"), stays()],
        Mode::Rows => match (fleet.chord.begun(), &fleet.said) {
            (Some(begun), _) => {
                return hint::pending(&fleet.keymap, (begun, Context::Fleet), theme, row, buf);
            }
            (None, Some((text, _))) => {
                buf.set_stringn(row.x, row.y, text, usize::from(row.width), theme.style(Role::LampLook));
                return;
            }
            (None, None) => hint::fitting(fleet.hints(rows), usize::from(row.width)),
        },
    };
    hint::put(hints, theme, row, buf);
}

/// What there is, how bad it is, what it costs; and that it is read slowly.
fn header(rows: &[Row], now: Timestamp, brush: Brush<'_>, screen: Rect, buf: &mut Buffer) {
    let count = |lamp: Lamp| rows.iter().filter(|row| row.worst == lamp).count();
    let mut items = vec![
        Item::left(vec![(KEEP, brush.line(" FLEET ", Role::ModeWatch))]),
        Item::left(vec![(60, brush.line(format!("{} workloads", rows.len()), Role::Title))]),
    ];
    for lamp in LAMPS.into_iter().filter(|lamp| count(*lamp) > 0) {
        let text = format!("{} {} {lamp}", brush.glyphs.lamp(lamp), count(lamp));
        items.push(Item::left(vec![(90, brush.line(text, say::role(lamp)))]));
    }
    let runs = rows.iter().filter(|row| row.run.is_some()).count();
    if runs > 0 {
        let text = format!("{runs} {} in flight", if runs == 1 { "run" } else { "runs" });
        items.push(Item::left(vec![(95, brush.line(text, Role::ModeRunning))]));
    }
    let calls: f64 = rows.iter().map(|row| row.calls_per_hour).sum();
    let dollars: f64 = rows.iter().map(|row| row.dollars_per_month).sum();
    let muted = |cost, text: String| Item::right(vec![(cost, brush.line(text, Role::Muted))]);
    items.push(muted(50, format!("{} UTC", say::clock(now))));
    items.push(muted(30, format!("{calls:.0} calls/h")));
    items.push(muted(40, format!("${dollars:.0}/mo in all")));
    let room = Rect { width: screen.width.saturating_sub(1), ..screen };
    fit::draw(buf, room, 0, 2, &items);
    let slow = "read slowly until opened; one with a run in flight as fast as it needs";
    paint::row(buf, inset(screen), 1, &brush.line(slow, Role::Muted));
}

fn inset(area: Rect) -> Rect {
    Rect { x: area.x.saturating_add(1), width: area.width.saturating_sub(2), ..area }
}

fn list(fleet: &Fleet, (rows, order): (&[Row], &[usize]), brush: Brush<'_>, area: Rect, buf: &mut Buffer) {
    let shown: Vec<&Row> = order.iter().filter_map(|at| rows.get(*at)).collect();
    let room = usize::from(inset(area).width);
    let (head, lines) = table(&shown, brush).lines(room, brush.theme, brush.glyphs);
    paint::row(buf, inset(Rect { y: area.y.saturating_sub(1), height: 1, ..area }), 0, &head);
    let selected = fleet.selected(rows).and_then(|at| order.iter().position(|other| *other == at));
    // Where there is room each says under itself what is wrong; else only the selected one does, at the bottom.
    let each = rows_each(shown.len(), area);
    let height = usize::from(area.height / each);
    let first = selected.map_or(0, |at| (at + 1).saturating_sub(height));
    let places = (0..area.height).step_by(usize::from(each));
    for (at, (place, line)) in places.zip(lines.iter().enumerate().skip(first)) {
        paint::row(buf, inset(area), at, line);
        if Some(place) == selected {
            paint::style_row(buf, area, at, brush.theme.style(Role::Selection));
            paint::row(buf, area, at, &brush.line(">", Role::Selection));
        }
        if let Some(row) = shown.get(place).filter(|_| each > 1) {
            let under = Rect { x: area.x.saturating_add(3), width: area.width.saturating_sub(4), ..area };
            paint::row(buf, under, at + 1, &brush.line(row.situation.clone(), Role::Text));
        }
    }
    if shown.is_empty() {
        let back = fleet.keymap.at(Context::Fleet).spoken(Action::Back);
        let text = format!("no workload holds it; {back} shows all");
        paint::row(buf, inset(area), 0, &brush.line(text, Role::Muted));
    }
}

/// How many lines each workload has.
fn rows_each(workloads: usize, area: Rect) -> u16 {
    if workloads * 2 <= usize::from(area.height) { 2 } else { 1 }
}

fn table(shown: &[&Row], brush: Brush<'_>) -> Table {
    let columns = vec![
        Column::left("workload", 0),
        Column::left("environment", 1),
        Column::left("account", 4),
        Column::left("Regions", 2),
        Column::left("run", 1),
        Column::right("orders/min", 3),
        Column::right("usual", 5),
        Column::right("age", 6),
        Column::right("calls/h", 7),
    ];
    Table { columns, rows: shown.iter().map(|row| cells(row, brush)).collect(), gap: 2 }
}

fn cells(row: &Row, brush: Brush<'_>) -> Vec<Cell> {
    let text = |text: String, role| Cell::from(brush.span(text, role));
    let name = [
        brush.span(format!("{} ", brush.glyphs.lamp(row.worst)), say::role(row.worst)),
        brush.span(row.workload.name.clone(), Role::Title),
    ];
    let environment = match (row.production, row.simulated) {
        (true, _) => Role::EnvProduction,
        (false, true) => Role::ModeSimulated,
        _ => Role::Env,
    };
    let orders = row.orders.as_ref().map_or_else(
        || (verdict::NOTHING.to_owned(), Role::Muted),
        |rate| match rate.freshness {
            Freshness::Fresh => (say::rate(rate.value), Role::Text),
            freshness => (verdict::aged(say::rate(rate.value), freshness), Role::Stale),
        },
    );
    let nothing = || verdict::NOTHING.to_owned();
    vec![
        Cell::from(Line::from(name.to_vec())),
        text(row.environment(), environment),
        text(row.workload.account.clone().unwrap_or_else(nothing), Role::Muted),
        Cell::from(regions(row, brush)),
        text(row.run.clone().unwrap_or_default(), Role::ModeRunning),
        text(orders.0, orders.1),
        text(row.usual.map_or_else(nothing, say::rate), Role::Muted),
        text(row.age.map_or_else(nothing, say::coarse), Role::Muted),
        text(format!("{:.0}", row.calls_per_hour), Role::Muted),
    ]
}

/// `× use1 bad  ✓ usw2`: the word where it is not ok, the shape always.
fn regions(row: &Row, brush: Brush<'_>) -> Text {
    let one = |(name, lamp): &(String, Lamp)| {
        let word = if *lamp == Lamp::Ok { String::new() } else { format!(" {lamp}") };
        brush.span(format!("{} {name}{word}", brush.glyphs.lamp(*lamp)), say::role(*lamp))
    };
    let mut spans = Vec::new();
    for region in &row.regions {
        if !spans.is_empty() {
            spans.push(paint::blank(2));
        }
        spans.push(one(region));
    }
    Line::from(spans)
}

/// What stands over the hint bar: the filter, or the workload that Enter would open, by name.
fn tail(fleet: &Fleet, rows: &[Row], is_tight: bool, brush: Brush<'_>) -> Vec<Text> {
    let said = |text: String, role| brush.line(format!(" {text}"), role);
    match fleet.mode {
        Mode::Naming(at) => {
            let Some(row) = rows.get(at) else { return Vec::new() };
            let account = row.workload.account.as_deref().unwrap_or("none declared");
            vec![
                said(String::new(), Role::Text),
                said(format!("Open the console of {}", row.workload.name), Role::Title),
                said(format!("environment {}", row.environment()), Role::Title),
                said(format!("account     {account}"), Role::Title),
                said(
                    "It watches until it is armed; a console that was armed is not any more.".to_owned(),
                    Role::Muted,
                ),
            ]
        }
        Mode::Leaving => {
            let runs = rows.iter().filter(|row| row.run.is_some()).map(|row| row.workload.name.clone());
            let runs = runs.collect::<Vec<_>>().join(", ");
            vec![said(format!("A run is in flight in {runs}; it goes on without a console."), Role::LampLook)]
        }
        Mode::Filter(_) => Vec::new(),
        Mode::Rows => {
            let complaint = fleet.complaint.iter().map(|line| said(line.clone(), Role::LampLook));
            let mut lines: Vec<Text> = complaint.collect();
            if let Some(filter) = &fleet.filter {
                let shown = fleet.order(rows);
                let hidden: Vec<&Row> = rows
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| !shown.contains(at))
                    .map(|(_, row)| row)
                    .collect();
                // What is not ok is never hidden silently.
                let loud = hidden.iter().filter(|row| row.worst != Lamp::Ok).count();
                let loud = if loud > 0 { format!(" ({loud} not ok)") } else { String::new() };
                lines.push(said(format!("{} hidden{loud} /{}", hidden.len(), filter.text()), Role::LampLook));
            }
            if let Some(row) = fleet.selected(rows).and_then(|at| rows.get(at)).filter(|_| is_tight) {
                lines.push(said(row.situation.clone(), Role::Text));
            }
            lines
        }
    }
}
