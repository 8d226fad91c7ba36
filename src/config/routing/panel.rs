//! Reads the control panels: `panel`, or `[[routing.panels]]` in its place, and tells what is in which.
//!
//! It goes by ARNs alone, which is what ARC goes by; a name decides nothing here.

use crate::config::arn::Arn;
use crate::config::context::{Context, Unique};
use crate::config::cursor::{Cursor, Placed};
use crate::config::problem::Place;
use crate::model::topology::{Control, Panel};

/// The declared panels.
pub(super) enum Panels {
    /// `panel`: one, which needs no name; `None` when it could not be read.
    One(Option<Arn>),
    /// `[[routing.panels]]`: each with its name, and whether all could be read.
    Several(Vec<(String, Arn)>, bool),
}

impl Panels {
    pub(super) fn read(cursor: &Cursor<'_>, context: &Context<'_>) -> Self {
        match (cursor.has("panel"), cursor.has("panels")) {
            (_, false) => {
                if !cursor.has("panel") {
                    cursor.miss("\"panel\" is missing: needs panel, or [[routing.panels]]");
                }
                let panel = cursor.arn("panel");
                if let Some(panel) = &panel {
                    context.own(panel);
                }
                Self::One(panel.map(|panel| panel.value))
            }
            (also, true) => {
                if also {
                    let what = "goes not together with [[routing.panels]]: give this one a name there";
                    cursor.refuse("panel", what);
                }
                several(cursor, context)
            }
        }
    }

    /// The panels as the topology has them; `None` when one could not be read.
    pub(super) fn declared(&self) -> Option<Vec<Panel>> {
        match self {
            Self::One(panel) => Some(vec![Panel { name: None, arn: panel.as_ref()?.text.clone() }]),
            Self::Several(panels, whole) => {
                let named =
                    |(name, arn): &(String, Arn)| Panel { name: Some(name.clone()), arn: arn.text.clone() };
                whole.then(|| panels.iter().map(named).collect())
            }
        }
    }

    /// Which panel an ARN lies in.
    pub(super) fn find(&self, arn: &Arn) -> Option<usize> {
        match self {
            Self::One(panel) => {
                panel.as_ref().filter(|panel| begins(&panel.resource, &arn.resource)).map(|_| 0)
            }
            Self::Several(panels, _) => panels.iter().position(|(_, panel)| begins(&panel.text, &arn.text)),
        }
    }

    /// The same of an ARN that was read already; the only one's is not looked for.
    pub(super) fn find_text(&self, arn: &str) -> Option<usize> {
        match self {
            Self::One(_) => None,
            Self::Several(panels, _) => panels.iter().position(|(_, panel)| begins(&panel.text, arn)),
        }
    }

    /// The name by which the whole workload knows a control or rule of a panel.
    pub(super) fn unique(&self, at: Option<usize>, name: &str) -> String {
        let panel = match self {
            Self::Several(panels, _) if panels.len() > 1 => at.and_then(|at| panels.get(at)),
            _ => None,
        };
        panel.map_or_else(|| name.to_owned(), |(panel, _)| format!("{panel}{}{name}", Panel::BREAK))
    }

    /// Refuses what lies in no panel; silent while some panel is not known.
    pub(super) fn must_hold(&self, arn: &Placed<Arn>, context: &Context<'_>) {
        context.own(arn);
        let what = match self {
            Self::One(Some(_)) => "is not in routing.panel",
            Self::Several(panels, true) if !panels.is_empty() => "is in no panel under [[routing.panels]]",
            _ => return,
        };
        if self.find(&arn.value).is_none() {
            context.sink.refuse(&arn.place, what);
        }
    }

    /// A Region without control cannot be left; one that only some panels know is left in part.
    pub(super) fn movable(&self, controls: &[Placed<Control>], context: &Context<'_>) {
        let key = "routing.controls".to_owned();
        let place = Place { key, at: controls.first().map_or(0, |c| c.place.at) };
        let arns = |panel: &Arn| format!("{}/", panel.text);
        for region in &context.regions {
            let carries = |control: &&Placed<Control>| {
                control.value.region.as_ref().is_some_and(|own| own.as_str() == region)
            };
            if !controls.iter().any(|control| carries(&control)) {
                let what = format!("no control for {region}: its traffic cannot be moved");
                context.sink.warn(&place, what);
                continue;
            }
            let Self::Several(panels, true) = self else { continue };
            let without = panels.iter().filter(|(_, panel)| {
                let mut own = controls.iter().filter(|c| c.value.arn.starts_with(&arns(panel)));
                own.clone().any(|c| c.value.region.is_some()) && !own.any(|control| carries(&control))
            });
            for (name, _) in without {
                let what =
                    format!("no control for {region} in panel {name}: its traffic there cannot be moved");
                context.sink.warn(&place, what);
            }
        }
    }
}

fn several(cursor: &Cursor<'_>, context: &Context<'_>) -> Panels {
    let mut names = Unique::new(context.sink, "panel name");
    let mut arns = Unique::new(context.sink, "panel ARN");
    let tables = cursor.tables("panels");
    if tables.is_empty() {
        context.sink.refuse(&cursor.place_of("panels"), "needs at least one panel");
    }
    let read = |table: &Cursor<'_>| {
        let (name, arn) = (table.text("name"), table.arn("arn"));
        if let Some(name) = &name {
            names.take(&name.value, &name.place);
            if name.value.contains(|c: char| c.is_whitespace() || c == Panel::BREAK) {
                context.sink.refuse(&name.place, "must be one word without a slash");
            }
        }
        if let Some(arn) = &arn {
            context.own(arn);
            arns.take(&arn.value.text, &arn.place);
        }
        Some((name?.value, arn?.value))
    };
    let panels: Vec<_> = tables.iter().filter_map(read).collect();
    let whole = panels.len() == tables.len();
    Panels::Several(panels, whole)
}

fn begins(panel: &str, inside: &str) -> bool {
    inside.strip_prefix(panel).is_some_and(|rest| rest.starts_with('/'))
}
