//! The records of a name as they are, and what resolvers answer with how long they will go on.
//!
//! An old answer is marked, and one that was never given is not guessed.

use ratatui::text::{Line, Span};

use crate::model::reading::{Freshness, RecordRouting};
use crate::model::topology::{DnsName, Region};
use crate::model::verdict::{self, Answered, Discord, Lamp, NameAnswer, NamedRecord};
use crate::ui::Pen;
use crate::ui::digest::Digest;
use crate::ui::theme::Role;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::say;

/// Records whose routing says something that the policy alone does not.
pub(super) fn has_records(digest: &Digest<'_>, name: &DnsName) -> bool {
    of(digest, name)
        .any(|record| !matches!(record.record.routing, RecordRouting::Latency(_)) || is_elsewhere(&record))
}

fn of<'p>(digest: &'p Digest<'_>, name: &'p DnsName) -> impl Iterator<Item = NamedRecord<'p>> {
    digest.records.iter().filter(move |record| record.name == name).cloned()
}

/// It was made to lead to another Region than it is declared for.
fn is_elsewhere(record: &NamedRecord<'_>) -> bool {
    let declared = record.name.records.iter().find(|one| verdict::is_record(record.name, one, record.record));
    declared.zip(record.region).is_some_and(|(declared, region)| declared.region != *region)
}

/// `use1 130  usw2 70`, `PRIMARY use1  SECONDARY usw2`; a record that leads elsewhere than it is declared to is marked.
pub(super) fn records(pen: &Pen<'_>, name: &DnsName, room: usize) -> Vec<Span<'static>> {
    let spans: Vec<Span<'static>> = of(pen.digest, name)
        .map(|record| {
            let region = record.region.map_or_else(|| "?".to_owned(), |region| short(pen, region));
            let text = match &record.record.routing {
                RecordRouting::Weight(weight) => format!("{region} {weight}"),
                RecordRouting::First | RecordRouting::Second => format!("{} {region}", record.record.routing),
                _ => match &record.record.id {
                    Some(id) => format!("{id}→{region}"),
                    None => format!("→{region}"),
                },
            };
            if is_elsewhere(&record) {
                pen.span(format!("{} {text}  ", pen.glyphs.look), Role::LampLook)
            } else {
                pen.span(format!("{text}  "), Role::Text)
            }
        })
        .collect();
    if spans.iter().map(Span::width).sum::<usize>() > room + 2 {
        let words = of(pen.digest, name).map(|record| record.record.routing.to_string()).collect::<Vec<_>>();
        return vec![pen.span(paint::cut(&words.join(", "), room), Role::Text)];
    }
    spans
}

/// Each resolver with the Region it answers and its TTL left; counted by Region where there is no room for all.
pub(super) fn answers(pen: &Pen<'_>, name: &DnsName, room: usize) -> Vec<Span<'static>> {
    let all: Vec<&Answered<'_>> = pen.digest.answers.iter().filter(|answer| answer.name == name).collect();
    let look = super::discord(pen.digest, name).filter(|discord| discord.lamp() != Lamp::Ok);
    let mark: Vec<Span<'static>> =
        look.iter().map(|_| pen.span(format!("{} ", pen.glyphs.look), Role::LampLook)).collect();
    let room = room.saturating_sub(mark.iter().map(Span::width).sum());
    let mut short = counted(pen, name, &all, false);
    while short.len() > 1 && !fits(&short, room) {
        short.pop();
    }
    let forms = [all.iter().map(|answer| one(pen, answer)).collect(), counted(pen, name, &all, true)];
    let spans = forms.into_iter().find(|spans| fits(spans, room)).unwrap_or(short);
    mark.into_iter().chain(spans).collect()
}

/// The gap after the last is not needed.
fn fits(spans: &[Span<'static>], room: usize) -> bool {
    let text: String = spans.iter().map(|span| span.content.as_ref()).collect();
    paint::width(text.trim_end()) <= room
}

/// That resolvers disagree, in as many words as fit.
pub(in crate::ui::panes) fn discord(pen: &Pen<'_>, discord: &Discord<'_>, room: usize) -> Span<'static> {
    let words = discord.words(|region| short(pen, region));
    let (mark, role) = match discord.lamp() {
        Lamp::Ok => (String::new(), Role::Muted),
        lamp => (format!("{} ", pen.glyphs.lamp(lamp)), say::role(lamp)),
    };
    let forms: Vec<String> = words.iter().map(|words| format!("{mark}{words}")).collect();
    let text = forms.iter().find(|text| paint::width(text) <= room).or(forms.last());
    pen.span(text.cloned().unwrap_or_default(), role)
}

fn one(pen: &Pen<'_>, answer: &Answered<'_>) -> Span<'static> {
    let (words, role) = said(pen, answer);
    pen.span(format!("{} {words}  ", answer.resolver), role)
}

fn said(pen: &Pen<'_>, answer: &Answered<'_>) -> (String, Role) {
    let Some(seen) = &answer.seen else { return (say::NOTHING.to_owned(), say::role(Lamp::Unknown)) };
    match seen.freshness {
        Freshness::Gone => (say::NOTHING.to_owned(), say::role(Lamp::Unknown)),
        Freshness::Stale => (format!("~{}", told(pen, seen)), Role::Stale),
        Freshness::Fresh if seen.leads.is_empty() => (told(pen, seen), Role::LampLook),
        Freshness::Fresh => (told(pen, seen), Role::Text),
    }
}

fn told(pen: &Pen<'_>, seen: &NameAnswer) -> String {
    let leads: Vec<String> = seen.leads.iter().map(|region| short(pen, region)).collect();
    let leads = match (leads.is_empty(), seen.strange) {
        (false, _) => leads.join("+"),
        (true, true) => "other".to_owned(),
        (true, false) => "nothing".to_owned(),
    };
    format!("{leads} {}", verdict::span(seen.left))
}

/// `use1 2 of 5, 37s  usw2 3 of 5, 42s`: how many, and the longest TTL left among them; `use1 2 37s` in short.
fn counted(pen: &Pen<'_>, name: &DnsName, all: &[&Answered<'_>], long: bool) -> Vec<Span<'static>> {
    let fresh: Vec<&NameAnswer> = all
        .iter()
        .filter_map(|answer| answer.seen.as_ref())
        .filter(|seen| seen.freshness != Freshness::Gone)
        .collect();
    let mut spans = Vec::new();
    for record in &name.records {
        let here: Vec<&&NameAnswer> =
            fresh.iter().filter(|seen| seen.leads.contains(&record.region)).collect();
        let Some(longest) = here.iter().map(|seen| seen.left).max() else { continue };
        let of = if long { format!(" of {},", all.len()) } else { String::new() };
        let gap = if long { "  " } else { " " };
        let text =
            format!("{} {}{of} {}{gap}", short(pen, &record.region), here.len(), verdict::span(longest));
        spans.push(pen.span(text, Role::Text));
    }
    let rest = all.len() - fresh.iter().filter(|seen| !seen.leads.is_empty()).count();
    if rest > 0 {
        spans.push(pen.span(format!("{} {rest}", pen.glyphs.lamp(Lamp::Unknown)), say::role(Lamp::Unknown)));
    }
    spans
}

fn short(pen: &Pen<'_>, region: &Region) -> String {
    pen.scene.world.topology().short(region)
}

/// A resolver in full, for the detail view.
pub(in crate::ui::panes) fn answer(pen: &Pen<'_>, answer: &Answered<'_>) -> Text {
    let (words, role) = said(pen, answer);
    let age = answer.seen.as_ref().map_or_else(String::new, |seen| {
        format!(" of TTL left, asked {}", verdict::age_text(seen.asked, pen.scene.now))
    });
    let trouble = answer.trouble.map_or_else(String::new, |trouble| format!("; {trouble}"));
    Line::from(pen.span(format!("resolver {}: {words}{age}{trouble}", answer.resolver), role))
}
