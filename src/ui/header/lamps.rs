//! The Regions in one line: lamp, role, share; by name while they fit, else counted.

use ratatui::text::{Line, Span};

use crate::model::reading::Freshness;
use crate::model::verdict::{self, Lamp, Role as Part};
use crate::plan::operation::{AuroraTarget, Operation};
use crate::ui::Stage;
use crate::ui::digest::RegionDigest;
use crate::ui::theme::Role;
use crate::ui::widgets::fit::Item;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::say;

/// How much is said of each Region.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Form {
    cost: u8,
    short: bool,
    word: bool,
    role: bool,
    share: bool,
}

const FORMS: [Form; 6] = [
    Form { cost: 35, short: false, word: true, role: true, share: true },
    Form { cost: 45, short: true, word: true, role: true, share: true },
    Form { cost: 50, short: true, word: false, role: true, share: true },
    Form { cost: 65, short: true, word: false, role: true, share: false },
    Form { cost: 68, short: true, word: true, role: false, share: false },
    Form { cost: 70, short: true, word: false, role: false, share: false },
];

pub(super) fn item(stage: &Stage<'_>) -> Item {
    let mut forms: Vec<(u8, Text)> = FORMS.iter().map(|form| (form.cost, each(stage, *form))).collect();
    forms.push((75, only_wrong(stage)));
    forms.push((95, counts(stage)));
    Item::left(forms)
}

fn each(stage: &Stage<'_>, form: Form) -> Text {
    let mut spans = Vec::new();
    for (at, region) in stage.digest.regions.iter().enumerate() {
        if at > 0 {
            spans.push(paint::blank(2));
        }
        spans.extend(one(stage, region, form));
    }
    Line::from(spans)
}

fn one(stage: &Stage<'_>, region: &RegionDigest<'_>, form: Form) -> Vec<Span<'static>> {
    let verdict = &region.verdict;
    let name = if form.short { region.spec.short.clone() } else { region.spec.name.to_string() };
    let word = if form.word { format!(" {}", verdict.lamp) } else { String::new() };
    let shape = stage.glyphs.lamp(verdict.lamp);
    let mut spans = vec![
        stage.span(format!("{shape} "), say::role(verdict.lamp)),
        stage.span(name, Role::Text),
        stage.span(word, say::role(verdict.lamp)),
    ];
    if form.role {
        spans.push(stage.span(role(stage, region), Role::Muted));
    }
    if let Some(share) = verdict.traffic.as_ref().filter(|_| form.share) {
        let stale = if share.freshness == Freshness::Fresh { Role::Text } else { Role::Stale };
        let known = share.freshness != Freshness::Gone;
        let tilde = if share.freshness == Freshness::Stale { "~" } else { "" };
        let text = if known { format!(" {tilde}{}", say::share(share.value)) } else { String::new() };
        spans.push(stage.span(text, stale));
    }
    spans
}

/// ` writer`, ` writer→` while it gives the role up, ` →writer` while it takes it, ` drained` when its control is Off.
fn role(stage: &Stage<'_>, region: &RegionDigest<'_>) -> String {
    let arrow = stage.glyphs.arrow;
    let word = match moving(stage, region) {
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

fn moving(stage: &Stage<'_>, region: &RegionDigest<'_>) -> Option<Way> {
    let (world, now) = (stage.scene.world, stage.scene.now);
    let name = &region.spec.name;
    for aurora in &world.topology().auroras {
        let Some(moving) = verdict::moving(world, &aurora.store, now) else { continue };
        match aurora.clusters.get(name) {
            Some(arn) if *arn == moving.to => return Some(Way::In),
            Some(arn) if *arn == moving.from => return Some(Way::Out),
            _ => {}
        }
    }
    let target = |target: &AuroraTarget| match name {
        name if *name == target.to => Some(Way::In),
        name if *name == target.from => Some(Way::Out),
        _ => None,
    };
    let run = stage.scene.run.filter(|run| run.is_open())?;
    run.plan.steps.iter().filter(|step| super::is_active(run, step)).find_map(|step| {
        match step.operation()? {
            Operation::AuroraFailover(to) | Operation::AuroraSwitchover(to) => target(to),
            Operation::RoutingSet { .. } => None,
        }
    })
}

/// Those that are not ok by name, the others counted.
fn only_wrong(stage: &Stage<'_>) -> Text {
    let mut spans = Vec::new();
    let mut well = 0;
    for region in &stage.digest.regions {
        let lamp = region.verdict.lamp;
        if lamp == Lamp::Ok {
            well += 1;
        } else {
            spans.push(
                stage.span(format!("{} {}  ", stage.glyphs.lamp(lamp), region.spec.short), say::role(lamp)),
            );
        }
    }
    spans.push(stage.span(format!("{} {well} ok", stage.glyphs.lamp(Lamp::Ok)), Role::LampOk));
    Line::from(spans)
}

fn counts(stage: &Stage<'_>) -> Text {
    let mut spans = Vec::new();
    for lamp in [Lamp::Bad, Lamp::Look, Lamp::Unknown, Lamp::Ok] {
        let count = stage.digest.regions.iter().filter(|r| r.verdict.lamp == lamp).count();
        if count > 0 {
            let gap = if spans.is_empty() { "" } else { "  " };
            spans.push(
                stage.span(format!("{gap}{} {count} {lamp}", stage.glyphs.lamp(lamp)), say::role(lamp)),
            );
        }
    }
    Line::from(spans)
}
