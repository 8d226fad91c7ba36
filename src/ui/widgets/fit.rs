//! A line of items that shortens by importance until it fits: nothing is ever cut in the middle of a word.
//!
//! Items that may not be dropped keep their shortest form at any width.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::paint::{self, Text};

/// One item: its forms from the longest to the shortest.
#[derive(Clone, Debug, Default)]
pub struct Item {
    forms: Vec<Text>,
    weight: u8,
    right: bool,
}

impl Item {
    /// An item on the left; the lightest is shortened first, 255 is never dropped.
    #[must_use]
    pub fn left(weight: u8, forms: Vec<Text>) -> Self {
        Self { forms, weight, right: false }
    }

    /// An item on the right.
    #[must_use]
    pub fn right(weight: u8, forms: Vec<Text>) -> Self {
        Self { forms, weight, right: true }
    }

    fn width(&self, form: usize) -> Option<usize> {
        self.forms.get(form).map(Text::width).filter(|w| *w > 0)
    }

    /// One form further, if there is one or it may be dropped.
    fn shorter(&self, form: usize) -> Option<usize> {
        let last = if self.weight == u8::MAX { self.forms.len().saturating_sub(1) } else { self.forms.len() };
        (form < last).then_some(form + 1)
    }
}

/// Draws the items in one row, those on the right against the right edge.
pub fn draw(buf: &mut Buffer, area: Rect, at: u16, gap: usize, items: &[Item]) {
    let forms = choose(items, usize::from(area.width), gap);
    let pick = |right: bool| -> Vec<&Text> {
        let chosen = items.iter().zip(&forms).filter(|(item, _)| item.right == right);
        chosen.filter_map(|(item, form)| item.forms.get(*form)).filter(|text| text.width() > 0).collect()
    };
    paint::row(buf, area, at, &join(&pick(false), gap));
    paint::row_right(buf, area, at, &join(&pick(true), gap));
}

/// The form of each item that makes the row fit, or the shortest that may be.
fn choose(items: &[Item], room: usize, gap: usize) -> Vec<usize> {
    let mut forms = vec![0; items.len()];
    while total(items, &forms, gap) > room {
        let lightest = items
            .iter()
            .enumerate()
            .filter(|(at, item)| item.shorter(forms[*at]).is_some())
            .min_by_key(|(_, item)| item.weight)
            .map(|(at, _)| at);
        let Some(at) = lightest else { break };
        forms[at] += 1;
    }
    forms
}

fn total(items: &[Item], forms: &[usize], gap: usize) -> usize {
    let widths: Vec<usize> = items.iter().zip(forms).filter_map(|(item, form)| item.width(*form)).collect();
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
    fn the_lightest_goes_first_and_the_heaviest_never() {
        let items = [
            Item::left(u8::MAX, vec!["WATCH".into()]),
            Item::left(1, vec!["workload".into()]),
            Item::right(9, vec!["14:02:07 UTC".into(), "14:02".into()]),
        ];
        assert_eq!(row(28, &items), "WATCH workload  14:02:07 UTC");
        assert_eq!(row(20, &items), "WATCH   14:02:07 UTC");
        assert_eq!(row(12, &items), "WATCH  14:02");
        assert_eq!(row(7, &items), "WATCH  ");
        assert_eq!(row(3, &items), "WA…");
    }
}
