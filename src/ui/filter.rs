//! Which rows a text lets through: those that hold it, or with `!` before it those that do not.
//!
//! Case means nothing, and a filter without a text lets everything through.

/// A filter as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    text: String,
}

impl Filter {
    /// The filter of a text; `None` when it would hide nothing.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.trim_start_matches('!').is_empty()).then(|| Self { text: text.to_owned() })
    }

    /// As it was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A row of this text is shown.
    #[must_use]
    pub fn lets(&self, row: &str) -> bool {
        let holds = |text: &str| row.to_lowercase().contains(&text.to_lowercase());
        match self.text.strip_prefix('!') {
            Some(text) => !holds(text),
            None => holds(&self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_shows_what_holds_its_text_or_what_does_not() {
        let lets = |text: &str, row: &str| Filter::new(text).is_none_or(|filter| filter.lets(row));
        assert!(lets("Orders", "orders use1→usw2"));
        assert!(!lets("orders", "carts use1→usw2"));
        assert!(!lets("!ORDERS", "orders use1→usw2"));
        assert!(lets("!orders", "carts use1→usw2"));
        assert!(lets("", "carts") && lets("!", "carts") && lets("  ", "carts"));
    }
}
