//! Columns that align: numbers to the right with their unit, and the least important ones left out first.

use ratatui::text::Span;

use super::paint::{self, Text};
use super::spark;
use crate::ui::theme::{Glyphs, Role, Theme};

/// Which edge a column's cells stand at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its heading.
    pub head: String,
    /// Where its cells stand.
    pub align: Align,
    /// When the room is short the highest goes first; 0 always stays.
    pub drop: u8,
    /// It takes room that is left, up to this width.
    pub grow: usize,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub fn left(head: impl Into<String>, drop: u8) -> Self {
        Self { head: head.into(), align: Align::Left, drop, grow: 0 }
    }

    /// A column of numbers.
    #[must_use]
    pub fn right(head: impl Into<String>, drop: u8) -> Self {
        Self { align: Align::Right, ..Self::left(head, drop) }
    }

    /// Takes room that is left, up to this width.
    #[must_use]
    pub fn growing(self, to: usize) -> Self {
        Self { grow: to, ..self }
    }
}

/// What stands in a cell.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Text.
    Text(Text),
    /// The longest of these that fits; the shortest is last.
    Forms(Vec<Text>),
    /// Text that may be cut for any other column's sake.
    Cut(Text),
    /// A trend, drawn as wide as its column, against this top at the least.
    Trend(Vec<Option<f64>>, Option<f64>),
}

impl Cell {
    /// The least it needs; text in a growing column may be cut.
    fn width(&self) -> usize {
        match self {
            Self::Text(text) => text.width(),
            Self::Forms(forms) => forms.last().map_or(0, Text::width),
            Self::Cut(_) => 4,
            Self::Trend(..) => 3,
        }
    }
}

impl From<Span<'static>> for Cell {
    fn from(span: Span<'static>) -> Self {
        Self::Text(Text::from(span))
    }
}

impl From<Text> for Cell {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

/// A table to be drawn.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with a cell a column.
    pub rows: Vec<Vec<Cell>>,
    /// Blanks between columns.
    pub gap: usize,
}

impl Table {
    /// The width of each column in `room` columns; `None` for those that are left out.
    #[must_use]
    pub fn widths(&self, room: usize) -> Vec<Option<usize>> {
        let natural: Vec<usize> = (0..self.columns.len()).map(|at| self.natural(at)).collect();
        let mut kept: Vec<Option<usize>> = natural.into_iter().map(Some).collect();
        while self.total(&kept) > room {
            if self.shrink(&mut kept, room) {
                break;
            }
            let heaviest = (0..kept.len()).filter(|at| kept[*at].is_some() && self.columns[*at].drop > 0);
            let Some(at) = heaviest.max_by_key(|at| (self.columns[*at].drop, *at)) else { break };
            kept[at] = None;
        }
        self.stretch(&mut kept, room);
        kept
    }

    /// A growing column may be cut to this before another column is left out; the last one first.
    const LEAST: usize = 12;

    fn shrink(&self, kept: &mut [Option<usize>], room: usize) -> bool {
        let over = self.total(kept) - room;
        let growing =
            |at: &usize| self.columns[*at].grow > 0 && kept[*at].is_some_and(|w| w >= over + Self::LEAST);
        let Some(at) = (0..kept.len()).rfind(growing) else { return false };
        kept[at] = kept[at].map(|w| w - over);
        true
    }

    fn stretch(&self, kept: &mut [Option<usize>], room: usize) {
        for (at, column) in self.columns.iter().enumerate() {
            let gap = if kept[at] == Some(0) { self.gap } else { 0 };
            let left = room.saturating_sub(self.total(kept) + gap);
            if let Some(width) = &mut kept[at] {
                *width += left.min(column.grow.saturating_sub(*width));
            }
        }
    }

    fn natural(&self, at: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(at)).map(Cell::width);
        cells.chain([paint::width(&self.columns[at].head)]).max().unwrap_or(0)
    }

    fn total(&self, kept: &[Option<usize>]) -> usize {
        let widths: Vec<usize> = kept.iter().flatten().copied().filter(|w| *w > 0).collect();
        widths.iter().sum::<usize>() + self.gap * widths.len().saturating_sub(1)
    }

    /// The heading and the rows as lines of at most `room` columns.
    #[must_use]
    pub fn lines(&self, room: usize, theme: &Theme, glyphs: &Glyphs) -> (Text, Vec<Text>) {
        let widths = self.widths(room);
        let head: Vec<Cell> = self.columns.iter().map(|c| head(c, theme)).collect();
        let lines = self.rows.iter().map(|row| self.line(row, &widths, theme, glyphs)).collect();
        (self.line(&head, &widths, theme, glyphs), lines)
    }

    fn line(&self, row: &[Cell], widths: &[Option<usize>], theme: &Theme, glyphs: &Glyphs) -> Text {
        let mut spans = Vec::new();
        for ((cell, column), width) in row.iter().zip(&self.columns).zip(widths) {
            let Some(width) = width.filter(|w| *w > 0) else { continue };
            if !spans.is_empty() {
                spans.push(paint::blank(self.gap));
            }
            let text = match cell {
                Cell::Text(text) | Cell::Cut(text) => paint::cut_line(text.clone(), width),
                Cell::Forms(forms) => paint::cut_line(longest(forms, width), width),
                Cell::Trend(trend, top) => Text::from(Span::styled(
                    spark::spark(trend, width, *top, glyphs),
                    theme.style(Role::Chart),
                )),
            };
            let blank = paint::blank(width.saturating_sub(text.width()));
            match column.align {
                Align::Left => spans.extend(text.spans.into_iter().chain([blank])),
                Align::Right => spans.extend([blank].into_iter().chain(text.spans)),
            }
        }
        Text::from(spans)
    }
}

/// The longest form that fits, else the last.
#[must_use]
pub fn longest(forms: &[Text], width: usize) -> Text {
    forms.iter().find(|form| form.width() <= width).or(forms.last()).cloned().unwrap_or_default()
}

fn head(column: &Column, theme: &Theme) -> Cell {
    Cell::Text(Text::from(Span::styled(column.head.clone(), theme.style(Role::Muted))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::Theme;

    fn table(columns: Vec<Column>, rows: &[&[&str]]) -> Table {
        let cell = |text: &&str| Cell::Text(Text::from((*text).to_owned()));
        let rows = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        Table { columns, rows, gap: 1 }
    }

    fn drawn(table: &Table, room: usize) -> Vec<String> {
        let (head, lines) = table.lines(room, &Theme::plain(), &Glyphs::unicode());
        std::iter::once(head).chain(lines).map(|line| line.to_string()).collect()
    }

    #[test]
    fn numbers_stand_right_and_the_least_important_column_goes_first() {
        let columns = vec![Column::left("store", 0), Column::right("lag", 0), Column::right("RPO", 1)];
        let table = table(columns, &[&["orders", "8.9s", "30s"], &["carts", "12.1s", "15m"]]);
        assert_eq!(drawn(&table, 30), ["store    lag RPO", "orders  8.9s 30s", "carts  12.1s 15m"]);
        assert_eq!(drawn(&table, 14), ["store    lag", "orders  8.9s", "carts  12.1s"]);
    }

    #[test]
    fn a_growing_column_takes_what_is_left_and_no_more() {
        let columns = vec![Column::left("a", 0), Column::left("", 1).growing(60)];
        let forms = Cell::Forms(vec!["a long one".into(), "short".into(), Text::default()]);
        let table = Table { columns, rows: vec![vec![Text::from("x").into(), forms]], gap: 1 };
        assert_eq!(drawn(&table, 13)[1], "x a long one ");
        assert_eq!(drawn(&table, 8)[1], "x short ");
        assert_eq!(drawn(&table, 1)[1], "x");
    }
}
