//! Traffic: every control at every endpoint, the rules that guard them, the health checks, the names.
//!
//! One endpoint away is normal and looks so; three away or two that disagree do not.

mod grid;

use ratatui::text::{Line, Span};

use crate::model::reading::Freshness;
use crate::model::topology::{DnsName, Rule, RuleKind, RuleLogic};
use crate::model::verdict::{self, HealthCheckVerdict, Lamp, RuleVerdict};
use crate::ui::Stage;
use crate::ui::theme::Role;
use crate::ui::widgets::list::Listing;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::say;

pub(super) use grid::full as endpoint;

/// The columns of the labels below the grid.
const LABEL: usize = 8;

/// What a selected row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Control(usize),
    Endpoints,
    Rule(usize),
    Checks,
    Name(usize),
}

/// The rows in their order.
pub(super) fn items(stage: &Stage<'_>) -> Vec<Item> {
    let topology = stage.scene.world.topology();
    let mut items: Vec<Item> = (0..stage.digest.controls.len()).map(Item::Control).collect();
    if topology.routing.is_some() {
        items.push(Item::Endpoints);
        items.extend((0..stage.digest.rules.len()).map(Item::Rule));
    }
    if !stage.digest.checks.is_empty() {
        items.push(Item::Checks);
    }
    items.extend((0..topology.dns.len()).map(Item::Name));
    items
}

pub(super) fn need(stage: &Stage<'_>) -> usize {
    (1 + items(stage).len() + usize::from(unguarded(stage))).clamp(4, 14)
}

pub(super) fn listing(stage: &Stage<'_>, room: usize) -> Listing {
    let mut listing = Listing::default();
    let items = items(stage);
    if items.is_empty() {
        listing.say(Line::from(stage.span("no routing control and no name is declared", Role::Muted)));
        return listing;
    }
    let (head, controls) = grid::lines(stage, room);
    listing.head.extend(head);
    for item in items {
        match item {
            Item::Control(at) => listing.push(controls.get(at).cloned().unwrap_or_default()),
            Item::Endpoints => {
                listing.push(labelled(
                    stage,
                    "answers",
                    grid::answers(stage, room.saturating_sub(LABEL)),
                    room,
                ));
                if unguarded(stage) {
                    let warning = "no rule guards the controls: all can be Off";
                    let text = format!("{} {warning}", stage.glyphs.look);
                    listing.say(Line::from(stage.span(paint::cut(&text, room), Role::LampLook)));
                }
            }
            Item::Rule(at) => listing.push(rule(stage, &stage.digest.rules[at], room)),
            Item::Checks => {
                listing.push(labelled(stage, "checks", checks(stage, room.saturating_sub(LABEL)), room))
            }
            Item::Name(at) => listing.push(name(stage, &stage.scene.world.topology().dns[at], room)),
        }
    }
    listing
}

fn unguarded(stage: &Stage<'_>) -> bool {
    stage
        .scene
        .world
        .topology()
        .routing
        .as_ref()
        .is_some_and(|r| r.rules.is_empty() && !r.controls.is_empty())
}

fn labelled(stage: &Stage<'_>, label: &str, spans: Vec<Span<'static>>, room: usize) -> Text {
    let mut all = vec![stage.span(format!("{label:<LABEL$}"), Role::Muted)];
    all.extend(spans);
    paint::cut_line(Line::from(all), room)
}

/// `rule    at-least-one-on  ● holds`, the verdict never cut off.
fn rule(stage: &Stage<'_>, verdict: &RuleVerdict<'_>, room: usize) -> Text {
    let gate = matches!(verdict.rule.kind, RuleKind::Gating { .. });
    let (lamp, word) = match (verdict.holds, gate) {
        (Some(true), false) => (Lamp::Ok, "holds"),
        (Some(false), false) => (Lamp::Bad, "broken"),
        (Some(true), true) => (Lamp::Ok, "open"),
        (Some(false), true) => (Lamp::Look, "closed"),
        (None, _) => (Lamp::Unknown, "unknown"),
    };
    let said = format!(" {} {word}", stage.glyphs.lamp(lamp));
    let left = room.saturating_sub(LABEL + paint::width(&said));
    let text = logic(verdict.rule);
    let text = if paint::width(&text) <= left { text } else { verdict.rule.name.clone() };
    let spans = vec![stage.span(paint::cut(&text, left), Role::Text), stage.span(said, say::role(lamp))];
    labelled(stage, "rule", spans, room)
}

/// A rule in words.
pub(super) fn logic(rule: &Rule) -> String {
    let (watched, after) = match &rule.kind {
        RuleKind::Assertion { asserted } => (asserted, String::new()),
        RuleKind::Gating { gating, targets } => (gating, format!(" opens {}", targets.join(", "))),
    };
    let text = match rule.logic {
        RuleLogic::AtLeast(count) => format!("at least {count} of {} on", watched.len()),
        RuleLogic::And => format!("{} on", watched.join(" and ")),
        RuleLogic::Or => format!("{} on", watched.join(" or ")),
    };
    let not = if rule.inverted { "not " } else { "" };
    format!("{not}{text}{after}")
}

/// Each health check in words, shortened until it fits; counted when there are too many.
fn checks(stage: &Stage<'_>, room: usize) -> Vec<Span<'static>> {
    let all = &stage.digest.checks;
    let forms = [("healthy", "unhealthy"), ("ok", "bad")];
    for words in forms {
        let spans: Vec<Span<'static>> = all.iter().flat_map(|c| check(stage, c, words)).collect();
        if spans.iter().map(Span::width).sum::<usize>() <= room + 2 {
            return spans;
        }
    }
    let count = |wanted: Option<bool>| all.iter().filter(|c| seen(c) == wanted).count();
    let said = [
        (Some(false), Lamp::Bad, "unhealthy"),
        (None, Lamp::Unknown, "unknown"),
        (Some(true), Lamp::Ok, "healthy"),
    ];
    let said =
        said.into_iter().map(|(wanted, lamp, word)| (count(wanted), lamp, word)).filter(|(n, ..)| *n > 0);
    said.map(|(n, lamp, word)| {
        stage.span(format!("{} {n} {word}  ", stage.glyphs.lamp(lamp)), say::role(lamp))
    })
    .collect()
}

fn seen(check: &HealthCheckVerdict) -> Option<bool> {
    check.healthy.as_ref().filter(|h| h.freshness != Freshness::Gone).map(|h| h.value)
}

fn check(stage: &Stage<'_>, check: &HealthCheckVerdict, words: (&str, &str)) -> [Span<'static>; 2] {
    let (lamp, word) = match seen(check) {
        Some(true) => (Lamp::Ok, words.0),
        Some(false) => (Lamp::Bad, words.1),
        None => (Lamp::Unknown, say::NOTHING),
    };
    let stale = check.healthy.as_ref().is_some_and(|h| h.freshness == Freshness::Stale);
    let (tilde, role) = if stale { ("~", Role::Stale) } else { ("", say::role(lamp)) };
    [
        stage.span(format!("{} ", stage.scene.world.topology().short(&check.region)), Role::Text),
        stage.span(format!("{} {tilde}{word}  ", stage.glyphs.lamp(lamp)), role),
    ]
}

/// `dns     latency, TTL 60s  61% / 39%`, with the name where there is room.
fn name(stage: &Stage<'_>, dns: &DnsName, room: usize) -> Text {
    let ttl = verdict::limit_text(dns.ttl);
    let policy = format!("{}, TTL {ttl}", dns.policy);
    let long = format!("{} {policy}{}", dns.name, shares(stage, true));
    let middle = format!("{policy}{}", shares(stage, true));
    let short = format!("{policy}{}", shares(stage, false));
    let fits = [long, middle, short].into_iter().find(|text| paint::width(text) + LABEL <= room);
    labelled(stage, "dns", vec![stage.span(fits.unwrap_or(policy), Role::Text)], room)
}

fn shares(stage: &Stage<'_>, named: bool) -> String {
    let share = |region: &crate::ui::digest::RegionDigest<'_>| {
        let known = region.verdict.traffic.as_ref();
        let text = known.map_or_else(
            || say::NOTHING.to_owned(),
            |share| match share.freshness {
                Freshness::Fresh => say::share(share.value),
                Freshness::Stale => format!("~{}", say::share(share.value)),
                Freshness::Gone => say::NOTHING.to_owned(),
            },
        );
        if named { format!("{} {text}", region.spec.short) } else { text }
    };
    let all: Vec<String> = stage.digest.regions.iter().map(share).collect();
    format!("  {}", all.join(if named { "  " } else { " / " }))
}
