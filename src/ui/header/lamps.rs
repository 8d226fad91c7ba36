//! The Regions in one line: lamp, role, share; by name while they fit, else counted.

use ratatui::text::{Line, Span};

use crate::model::reading::Freshness;
use crate::model::verdict::{self, Lamp, Role as Part};
use crate::plan::operation::AuroraTarget;
use crate::ui::Pen;
use crate::ui::digest::RegionDigest;
use crate::ui::theme::Role;
use crate::ui::widgets::fit::Item;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::say;

/// What may be said of a Region beside its shape and its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    FullName,
    Lamp,
    Role,
    Share,
}

/// What is said of each Region, from the longest to the shortest, each with what it costs to give it up.
const FORMS: [(u8, &[Word]); 6] = [
    (35, &[Word::FullName, Word::Lamp, Word::Role, Word::Share]),
    (45, &[Word::Lamp, Word::Role, Word::Share]),
    (50, &[Word::Role, Word::Share]),
    (65, &[Word::Role]),
    (68, &[Word::Lamp]),
    (70, &[]),
];

pub(super) fn item(pen: &Pen<'_>) -> Item {
    let mut forms: Vec<(u8, Text)> = FORMS.iter().map(|(cost, words)| (*cost, each(pen, words))).collect();
    forms.push((75, only_wrong(pen)));
    forms.push((95, counts(pen)));
    Item::left(forms)
}

fn each(pen: &Pen<'_>, words: &[Word]) -> Text {
    let mut spans = Vec::new();
    for (at, region) in pen.digest.regions.iter().enumerate() {
        if at > 0 {
            spans.push(paint::blank(2));
        }
        spans.extend(one(pen, region, words));
    }
    Line::from(spans)
}

fn one(pen: &Pen<'_>, region: &RegionDigest<'_>, words: &[Word]) -> Vec<Span<'static>> {
    let verdict = &region.verdict;
    let says = |word| words.contains(&word);
    let name = if says(Word::FullName) { region.spec.name.to_string() } else { region.spec.short.clone() };
    let word = if says(Word::Lamp) { format!(" {}", verdict.lamp) } else { String::new() };
    let shape = pen.glyphs.lamp(verdict.lamp);
    let mut spans = vec![
        pen.span(format!("{shape} "), say::role(verdict.lamp)),
        pen.span(name, Role::Text),
        pen.span(word, say::role(verdict.lamp)),
    ];
    if says(Word::Role) {
        spans.push(pen.span(role(pen, region), Role::Muted));
    }
    if let Some(share) = verdict.traffic.as_ref().filter(|_| says(Word::Share)) {
        let stale = if share.freshness == Freshness::Fresh { Role::Text } else { Role::Stale };
        let known = share.freshness != Freshness::Gone;
        let tilde = if share.freshness == Freshness::Stale { "~" } else { "" };
        let text = if known { format!(" {tilde}{}", say::share(share.value)) } else { String::new() };
        spans.push(pen.span(text, stale));
    }
    spans
}

/// ` writer`, ` writer→` while it gives the role up, ` →writer` while it takes it, ` drained` when its control is Off.
fn role(pen: &Pen<'_>, region: &RegionDigest<'_>) -> String {
    let arrow = pen.glyphs.arrow;
    let word = match moving(pen, region) {
        Some(Way::Out) => format!(" writer{arrow}"),
        Some(Way::In) => format!(" {arrow}writer"),
        None if region.verdict.role == Part::None => String::new(),
        None => format!(" {}", region.verdict.role),
    };
    if region.drained { format!("{word} drained") } else { word }
}

enum Way {
    In,
    Out,
}

fn moving(pen: &Pen<'_>, region: &RegionDigest<'_>) -> Option<Way> {
    let (world, now) = (pen.scene.world, pen.scene.now);
    let name = &region.spec.name;
    for aurora in &world.topology().auroras {
        let Some(moving) = verdict::moving(world, &aurora.store, now) else { continue };
        match aurora.clusters.get(name) {
            Some(arn) if *arn == moving.to => return Some(Way::In),
            Some(arn) if *arn == moving.from => return Some(Way::Out),
            _ => {}
        }
    }
    if verdict::promoting_in(world, name, now) {
        return Some(Way::In);
    }
    let target = |target: &AuroraTarget| match name {
        name if *name == target.to => Some(Way::In),
        name if *name == target.from => Some(Way::Out),
        _ => None,
    };
    let run = pen.scene.run.filter(|run| run.is_open())?;
    run.plan
        .steps
        .iter()
        .filter(|step| super::is_active(run, step))
        .find_map(|step| target(step.operation()?.target()?))
}

/// Those that are not ok by name, the others counted.
fn only_wrong(pen: &Pen<'_>) -> Text {
    let mut spans = Vec::new();
    let mut well = 0;
    for region in &pen.digest.regions {
        let lamp = region.verdict.lamp;
        if lamp == Lamp::Ok {
            well += 1;
        } else {
            spans.push(
                pen.span(format!("{} {}  ", pen.glyphs.lamp(lamp), region.spec.short), say::role(lamp)),
            );
        }
    }
    spans.push(pen.span(format!("{} {well} ok", pen.glyphs.lamp(Lamp::Ok)), Role::LampOk));
    Line::from(spans)
}

fn counts(pen: &Pen<'_>) -> Text {
    let mut spans = Vec::new();
    for lamp in [Lamp::Bad, Lamp::Look, Lamp::Unknown, Lamp::Ok] {
        let count = pen.digest.regions.iter().filter(|r| r.verdict.lamp == lamp).count();
        if count > 0 {
            let gap = if spans.is_empty() { "" } else { "  " };
            spans.push(pen.span(format!("{gap}{} {count} {lamp}", pen.glyphs.lamp(lamp)), say::role(lamp)));
        }
    }
    Line::from(spans)
}
