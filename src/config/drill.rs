//! Reads `[[experiments]]` and `[[plans]]`: what FIS and ARC Region switch hold ready for this workload.
//!
//! Only the form is judged here; whether a template or a plan exists is for `pointsman check` to find out.

use super::context::{Context, Unique};
use super::cursor::Cursor;
use crate::model::topology::{Experiment, Region, SwitchPlan};

/// How a template's id begins.
const TEMPLATE: &str = "EXT";
/// A Region switch plan has exactly so many Regions.
const REGIONS: usize = 2;

pub(super) fn experiments(root: &Cursor<'_>, context: &Context<'_>) -> Vec<Experiment> {
    let mut names = Unique::new(context.sink, "experiment");
    let read = |table: &Cursor<'_>| {
        let name = table.text("name");
        if let Some(name) = &name {
            names.take(&name.value, &name.place);
        }
        let region = table.text("region").and_then(|region| context.watching(&region));
        let template = table.text("template");
        if let Some(template) = template.as_ref().filter(|t| !t.value.starts_with(TEMPLATE)) {
            let what = format!("\"{}\" is no template id; one looks like EXT1a2b3c4d5e6f7", template.value);
            context.sink.refuse(&template.place, what);
        }
        let about = table.text("about");
        Some(Experiment {
            name: name?.value,
            region: region?,
            template: template?.value,
            about: about.map(|about| about.value).unwrap_or_default(),
        })
    };
    root.tables("experiments").iter().filter_map(read).collect()
}

pub(super) fn plans(root: &Cursor<'_>, context: &Context<'_>) -> Vec<SwitchPlan> {
    let mut names = Unique::new(context.sink, "plan");
    let read = |table: &Cursor<'_>| {
        let name = table.text("name");
        if let Some(name) = &name {
            names.take(&name.value, &name.place);
        }
        let arn = table.arn("arn");
        let regions = regions(table, context);
        Some(SwitchPlan { name: name?.value, arn: arn?.value.text, regions })
    };
    root.tables("plans").iter().filter_map(read).collect()
}

fn regions(table: &Cursor<'_>, context: &Context<'_>) -> Vec<Region> {
    let words = table.texts("regions");
    if words.as_ref().is_some_and(|words| words.len() != REGIONS) {
        context
            .sink
            .miss(&table.place_of("regions"), "needs exactly two Regions, as every Region switch plan");
    }
    let mut once = Unique::new(context.sink, "Region");
    let mut regions = Vec::new();
    for word in words.unwrap_or_default() {
        let first = once.take(&word.value, &word.place);
        regions.extend(context.serving(&word).filter(|_| first));
    }
    regions
}
