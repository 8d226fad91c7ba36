//! What could be done about the row: each playbook that touches it, whether it can be begun now, and how.
//!
//! It opens nothing: the words of the palette that it tells lead to a sheet that asks.

use super::{muted, text, title};
use crate::model::verdict::{Lamp, RegionVerdict};
use crate::plan::related::{self, Related, Standing, Subject};
use crate::ui::Pen;
use crate::ui::action::{Action, why_off};
use crate::ui::command;
use crate::ui::dialog::{asked, intents};
use crate::ui::panes::plan::Stand;
use crate::ui::theme::Role;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::say;

/// The lines about what touches the subject; none where nothing ever could.
pub(super) fn lines(pen: &Pen<'_>, subject: Subject<'_>) -> Vec<Text> {
    let mut lines = under_way(pen, subject);
    let facts = pen.scene.facts();
    let view = pen.scene.view;
    let verdicts: Vec<&RegionVerdict> = pen.digest.regions.iter().map(|region| &region.verdict).collect();
    let all = intents(&facts, &verdicts);
    let (found, more) =
        related::related((pen.scene.world, &pen.scene.console.history), subject, all.clone(), pen.scene.now);
    if found.is_empty() {
        return lines;
    }
    let key = view.keymap.spoken(Action::Act);
    lines.push(match why_off(&facts, view, Action::Act) {
        Some(why) => title(pen, format!("what acts on it, all off now: {why}")),
        None => title(pen, format!("what acts on it; {key} lists all that can be done")),
    });
    for one in &found {
        lines.push(head(pen, one, &command::line(&one.intent, &all)));
        lines.extend(reason(pen, &one.standing));
    }
    if more {
        lines.push(muted(pen, "and more, which were not looked at here"));
    }
    lines
}

/// `● evacuate us-east-1→us-west-2: routing.set  :evacuate us-west-2`.
fn head(pen: &Pen<'_>, one: &Related, line: &str) -> Text {
    let (lamp, word) = match &one.standing {
        Standing::Free => (Lamp::Ok, "free".to_owned()),
        Standing::Warned(_, count) => (Lamp::Look, format!("{count} to read")),
        Standing::Held(_, count) => (Lamp::Bad, format!("{count} hold")),
        Standing::Off(_) => (Lamp::Unknown, "off".to_owned()),
    };
    let (shape, role) = match lamp {
        Lamp::Unknown => (pen.glyphs.dash, Role::Muted),
        lamp => (pen.glyphs.lamp(lamp), say::role(lamp)),
    };
    let kinds = if one.kinds.is_empty() { String::new() } else { format!(": {}", one.kinds.join(", ")) };
    let intent = &one.intent;
    let what = format!(" {} {}{}{}{kinds}", intent.playbook, intent.from, pen.glyphs.arrow, intent.to);
    Text::from(vec![
        pen.span(format!("{shape} {word:<9}"), role),
        pen.span(what, Role::Text),
        pen.span(format!("  :{line}"), Role::HintKey),
    ])
}

/// Why it is not simply free: the first of the reasons.
fn reason(pen: &Pen<'_>, standing: &Standing) -> Option<Text> {
    let first = match standing {
        Standing::Free => return None,
        Standing::Off(why) => why.clone(),
        Standing::Warned(first, _) | Standing::Held(first, _) => {
            format!("{}{}", asked(&first.name), first.verdict.reason().unwrap_or_default())
        }
    };
    Some(text(pen, format!("  {}", paint::clean(&first))))
}

/// The steps of an open run that touch it, and how each stands.
fn under_way(pen: &Pen<'_>, subject: Subject<'_>) -> Vec<Text> {
    let Some(run) = pen.scene.run.filter(|run| run.is_open()) else { return Vec::new() };
    let steps = related::touching(pen.scene.world.topology(), &run.plan, subject);
    let short: String = run.run.0.chars().take(4).collect();
    let line = |step: &&crate::plan::Step| {
        let (shape, word, role) = Stand::of(run, step).look(pen);
        Text::from(vec![
            pen.span(format!("{shape} {word:<9}"), role),
            pen.span(format!(" run {short} step {}: {}", step.id, paint::clean(&step.title)), Role::Text),
        ])
    };
    steps.iter().map(line).collect()
}
