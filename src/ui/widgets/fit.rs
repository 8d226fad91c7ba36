//! A line of items that shortens by importance, form by form, until it fits: nothing is ever cut in the middle of a word.
//!
//! What may not be dropped stays in its shortest form at any width.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::paint::{self, Text};

/// One item: its forms from the longest to the shortest, each with what it costs to give it up.
#[derive(Clone, Debug, Default)]
pub struct Item {
    forms: Vec<(u8, Text)>,
    right: bool,
}

/// A form at this cost is never given up.
pub const KEEP: u8 = u8::MAX;

impl Item {
    /// An item on the left.
    #[must_use]
    pub fn left(forms: Vec<(u8, Text)>) -> Self {
        Self { forms, right: false }
    }

    /// An item on the right.
    #[must_use]
    pub fn right(forms: Vec<(u8, Text)>) -> Self {
        Self { forms, right: true }
    }

    fn text(&self, form: usize) -> Option<&Text> {
        self.forms.get(form).map(|(_, text)| text).filter(|text| text.width() > 0)
    }

    /// What the next shorter form costs; after the last the item is gone.
    fn cost(&self, form: usize) -> Option<u8> {
        self.forms.get(form).map(|(cost, _)| *cost).filter(|cost| *cost < KEEP)
    }
}

/// Draws the items in one row, those on the right against the right edge.
pub fn draw(buf: &mut Buffer, area: Rect, at: u16, gap: usize, items: &[Item]) {
    let forms = choose(items, usize::from(area.width), gap);
    let pick = |right: bool| -> Vec<&Text> {
        let chosen = items.iter().zip(&forms).filter(|(item, _)| item.right == right);
        chosen.filter_map(|(item, form)| item.text(*form)).collect()
    };
    let (left, right) = (join(&pick(false), gap), join(&pick(true), gap));
    let taken = if left.width() > 0 { left.width() + gap } else { 0 };
    paint::row(buf, area, at, &left);
    if taken + right.width() <= usize::from(area.width) {
        paint::row_right(buf, area, at, &right);
    }
}

/// The form of each item that makes the row fit, given up in the order of their costs.
fn choose(items: &[Item], room: usize, gap: usize) -> Vec<usize> {
    let mut forms = vec![0; items.len()];
    while total(items, &forms, gap) > room {
        let costs = items.iter().zip(&forms).enumerate();
        let cheapest = costs.filter_map(|(at, (item, form))| Some((item.cost(*form)?, at))).min();
        let Some((_, at)) = cheapest else { break };
        forms[at] += 1;
    }
    regain(items, &mut forms, room, gap);
    forms
}

/// Giving up a long form may have made room for a short one again, the dearest first.
fn regain(items: &[Item], forms: &mut [usize], room: usize, gap: usize) {
    let cost = |at: usize, form: usize| items[at].cost(form).unwrap_or(KEEP);
    let mut given_up: Vec<(u8, usize)> = forms
        .iter()
        .enumerate()
        .filter(|(_, form)| **form > 0)
        .map(|(at, form)| (cost(at, *form - 1), at))
        .collect();
    given_up.sort_unstable_by(|one, other| other.cmp(one));
    for (_, at) in given_up {
        forms[at] -= 1;
        if total(items, forms, gap) > room {
            forms[at] += 1;
        }
    }
}

fn total(items: &[Item], forms: &[usize], gap: usize) -> usize {
    let texts = items.iter().zip(forms).filter_map(|(item, form)| item.text(*form));
    let widths: Vec<usize> = texts.map(Text::width).collect();
    widths.iter().sum::<usize>() + gap * widths.len().saturating_sub(1)
}

fn join(texts: &[&Text], gap: usize) -> Text {
    let mut spans = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        if at > 0 {
            spans.push(paint::blank(gap));
        }
        spans.extend(text.spans.iter().cloned());
    }
    Text::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(width: u16, items: &[Item]) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        draw(&mut buf, Rect::new(0, 0, width, 1), 0, 1, items);
        buf.content().iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn the_cheapest_goes_first_and_what_is_kept_never() {
        let items = [
            Item::left(vec![(KEEP, "WATCH".into())]),
            Item::left(vec![(1, "workload".into())]),
            Item::right(vec![(9, "14:02:07 UTC".into()), (KEEP, "14:02".into())]),
        ];
        assert_eq!(row(28, &items), "WATCH workload  14:02:07 UTC");
        assert_eq!(row(20, &items), "WATCH   14:02:07 UTC");
        assert_eq!(row(12, &items), "WATCH  14:02");
        assert_eq!(row(7, &items), "WATCH  ");
        assert_eq!(row(3, &items), "WA…");
        let items = [
            Item::left(vec![(KEEP, "WATCH".into())]),
            Item::left(vec![(9, "a long one".into())]),
            Item::right(vec![(1, "14:02 UTC".into()), (KEEP, "14:02".into())]),
        ];
        assert_eq!(row(16, &items), "WATCH  14:02 UTC", "what is short enough comes back");
    }
}
