//! Where the operator is on the screen: focus, zoom, freeze, scroll, and the dialog on top.
//!
//! Focus is computed from what is open; nothing here knows what AWS says.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// The panes, in the order of their digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pane {
    /// 1: the Regions side by side.
    #[default]
    Regions,
    /// 2: every link of every store.
    Replication,
    /// 3: controls, endpoints, rules, DNS, shares.
    Traffic,
    /// 4: orders a minute on one time axis.
    Orders,
    /// 5: the plan that is shown or runs.
    Plan,
    /// 6: the journal.
    Journal,
}

impl Pane {
    /// All panes in order.
    pub const ALL: [Self; 6] =
        [Self::Regions, Self::Replication, Self::Traffic, Self::Orders, Self::Plan, Self::Journal];
}

/// Where the operator is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// The pane that has the focus.
    pub pane: Pane,
    /// It fills the screen.
    pub zoomed: bool,
    /// The screen stands still since then.
    pub frozen: Option<Timestamp>,
    /// The selected row of each pane; drawing clamps it.
    pub rows: BTreeMap<Pane, usize>,
}
