//! Reads `look` and `bad`, and how they stand to each other and to a preset's.

use super::cursor::{Cursor, Placed};
use crate::model::topology::Threshold;

/// The two limits of a signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limits {
    pub(super) look: Option<Threshold>,
    pub(super) bad: Option<Threshold>,
}

impl Limits {
    /// No limits.
    pub(super) const NONE: Self = Self { look: None, bad: None };

    /// The table's own limits, else these; one of these that contradicts an own one is dropped.
    pub(super) fn overridden(self, cursor: &Cursor<'_>, percent: bool) -> Self {
        let (look, bad) = (cursor.limit("look"), cursor.limit("bad"));
        for limit in [&look, &bad].into_iter().flatten().filter(|limit| percent && !is_share(limit.value)) {
            cursor.sink.refuse(&limit.place, "is a percentage, which lies between 0 and 100");
        }
        match (look, bad) {
            (Some(look), Some(bad)) => Self::both(cursor, &look, &bad),
            (Some(Placed { value: look, .. }), None) => {
                Self { look, bad: self.bad.filter(|bad| ordered(look, Some(*bad))) }
            }
            (None, Some(Placed { value: bad, .. })) => {
                Self { look: self.look.filter(|look| ordered(Some(*look), bad)), bad }
            }
            (None, None) => self,
        }
    }

    fn both(cursor: &Cursor<'_>, look: &Placed<Option<Threshold>>, bad: &Placed<Option<Threshold>>) -> Self {
        if !ordered(look.value, bad.value) {
            cursor
                .sink
                .refuse(&bad.place, "must lie beyond look, on the same side: first worth a look, then bad");
        }
        Self { look: look.value, bad: bad.value }
    }
}

fn is_share(limit: Option<Threshold>) -> bool {
    limit.is_none_or(|(Threshold::Below(number) | Threshold::Above(number))| (0.0..=100.0).contains(&number))
}

fn ordered(look: Option<Threshold>, bad: Option<Threshold>) -> bool {
    match (look, bad) {
        (Some(Threshold::Above(look)), Some(Threshold::Above(bad))) => bad >= look,
        (Some(Threshold::Below(look)), Some(Threshold::Below(bad))) => bad <= look,
        (Some(_), Some(_)) => false,
        _ => true,
    }
}
