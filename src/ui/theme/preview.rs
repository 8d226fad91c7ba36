//! What a theme looks like: a small console in it, and every role by its name.
//!
//! It is drawn by the same roles and shapes as the console, and knows no colour either.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Glyphs, Role, Theme};
use crate::ui::widgets::paint;

/// Columns of a preview.
pub const WIDE: u16 = 78;

/// Columns of a role's name.
const NAME: usize = 20;

/// Blank columns on the left.
const LEFT: u16 = 1;

type Piece<'a> = (&'a str, Role);

/// The lamps, a mode and production, in one line.
#[must_use]
pub fn sample(theme: &Theme, glyphs: &Glyphs) -> Buffer {
    let mut buf = ground(1, 46, theme);
    let lamps = lamps(glyphs);
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for (text, role) in &lamps {
        pieces.extend([(text.as_str(), *role), (" ", Role::Text)]);
    }
    pieces.extend([(" RUNNING ", Role::ModeRunning), (" ", Role::Text), (" PROD ", Role::EnvProduction)]);
    line(0, &pieces, theme, glyphs, &mut buf);
    buf
}

/// The whole preview.
#[must_use]
pub fn preview(theme: &Theme, glyphs: &Glyphs) -> Buffer {
    let frame = frame(glyphs);
    let roles: Vec<Role> = Role::ALL.into_iter().collect();
    let rows = frame.len() + 1 + roles.len();
    let mut buf = ground(u16::try_from(rows).unwrap_or(u16::MAX), WIDE, theme);
    for (row, pieces) in (0..).zip(&frame) {
        let pieces: Vec<Piece<'_>> = pieces.iter().map(|(text, role)| (text.as_str(), *role)).collect();
        line(row, &pieces, theme, glyphs, &mut buf);
    }
    let first = u16::try_from(frame.len() + 1).unwrap_or(u16::MAX);
    for (row, role) in (first..).zip(roles) {
        let name = format!("{:NAME$}", role.name());
        let about = role.about();
        let pieces = [(name.as_str(), Role::Muted), ("  ", Role::Text), (about, role)];
        line(row, &pieces, theme, glyphs, &mut buf);
    }
    paint::keep_to(glyphs, &mut buf);
    buf
}

fn ground(rows: u16, columns: u16, theme: &Theme) -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, columns, rows));
    buf.set_style(buf.area, theme.style(Role::Text));
    buf
}

fn line(row: u16, pieces: &[Piece<'_>], theme: &Theme, glyphs: &Glyphs, buf: &mut Buffer) {
    let mut x = LEFT;
    for (text, role) in pieces {
        let left = usize::from(buf.area.width.saturating_sub(x));
        (x, _) = buf.set_stringn(x, row, glyphs.text(text), left, theme.style(*role));
    }
}

fn lamps(glyphs: &Glyphs) -> [(String, Role); 4] {
    [
        (format!("{} ok", glyphs.ok), Role::LampOk),
        (format!("{} look", glyphs.look), Role::LampLook),
        (format!("{} bad", glyphs.bad), Role::LampBad),
        (format!("{} unknown", glyphs.unknown), Role::LampUnknown),
    ]
}

/// A small console: header, situation, a pane with the focus, a pane without, an acting dialog, the hint bar.
fn frame(glyphs: &Glyphs) -> Vec<Vec<(String, Role)>> {
    let text = |text: &str, role: Role| (text.to_owned(), role);
    let set = &glyphs.border;
    let rule = |title: &str, wide: usize, role: Role, over: Role| {
        let dashes = set.horizontal_top.repeat(wide.saturating_sub(paint::width(title) + 2));
        vec![
            (set.top_left.to_owned(), role),
            (title.to_owned(), over),
            (format!("{dashes}{}", set.top_right), role),
        ]
    };
    let side = |role: Role| (set.vertical_left.to_owned(), role);
    let foot = |wide: usize, role: Role| {
        let line = set.horizontal_bottom.repeat(wide - 2);
        (format!("{}{line}{}", set.bottom_left, set.bottom_right), role)
    };
    let [ok, look, bad, unknown] = lamps(glyphs);
    let mut top = rule(" 1 Regions ", 36, Role::BorderFocus, Role::BorderFocus);
    top.push(text(" ", Role::Text));
    top.extend(rule(" 4 Orders / min ", 38, Role::Border, Role::Title));
    let row = |left: Vec<(String, Role)>, right: Vec<(String, Role)>| {
        let padded = |pieces: Vec<(String, Role)>, wide: usize, role: Role| {
            let used: usize = pieces.iter().map(|(text, _)| paint::width(text)).sum();
            let mut all = vec![side(role), text(" ", Role::Text)];
            all.extend(pieces);
            all.push((" ".repeat((wide - 3).saturating_sub(used)), Role::Text));
            all.push(side(role));
            all
        };
        let mut all = padded(left, 36, Role::BorderFocus);
        all.push(text(" ", Role::Text));
        all.extend(padded(right, 38, Role::Border));
        all
    };
    let spark = glyphs.spark.concat();
    vec![
        vec![
            text(" RUNNING ", Role::ModeRunning),
            text(" PRODUCTION ", Role::EnvProduction),
            text(" FROZEN 12s ", Role::Frozen),
            text("  retail-store", Role::Title),
            text("  …4821/ops 52m", Role::Muted),
        ],
        vec![text("us-east-1 bad 3m10s: checkout canary 41%, orders −62%.", Role::LampBadText)],
        top,
        row(
            vec![text("us-east-1  ", Role::Text), bad],
            vec![text(&format!("{spark}  "), Role::Chart), text("Off 14:03", Role::ChartMark)],
        ),
        row(
            vec![text("us-west-2  ", Role::Selection), ok, text("  ", Role::Text), look],
            vec![text("148 ", Role::Text), text("now, ", Role::Muted), text("~390 ", Role::Stale), unknown],
        ),
        vec![foot(36, Role::BorderFocus), text(" ", Role::Text), foot(38, Role::Border)],
        rule(" FAIL OVER ", 75, Role::BorderProduction, Role::BorderProduction),
        vec![
            side(Role::BorderProduction),
            text(" may lose about 14 orders", Role::Danger),
            text("  Type the Region:  ", Role::Text),
            text("us-west-_", Role::Input),
            text("  ", Role::Text),
            (format!("{} sent ", glyphs.check), Role::Proved),
            (format!("{} read ", glyphs.bullet), Role::Open),
            text("   ", Role::Text),
            side(Role::BorderProduction),
        ],
        vec![foot(75, Role::BorderProduction)],
        vec![
            text("a", Role::HintKey),
            text(" act  ", Role::Hint),
            text("P", Role::HintKey),
            text(" pause  ", Role::Hint),
            text("?", Role::HintKey),
            text(" help", Role::Hint),
        ],
    ]
}
