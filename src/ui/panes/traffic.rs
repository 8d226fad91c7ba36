//! Traffic: every control at every endpoint, the rules that guard them, the health checks, the names.
//!
//! One endpoint away is normal and looks so; three away or two that disagree do not.

mod grid;
mod names;

use ratatui::text::{Line, Span};

use crate::model::reading::Freshness;
use crate::model::topology::{DnsName, Panel, Rule, RuleKind, RuleLogic, Topology};
use crate::model::verdict::{self, Discord, HealthCheckVerdict, Lamp, RuleVerdict};
use crate::ui::Pen;
use crate::ui::digest::Digest;
use crate::ui::theme::Role;
use crate::ui::widgets::list::Listing;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::say;

pub(super) use grid::full as endpoint;
pub(super) use names::{answer, discord as discord_words};

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
    Records(usize),
    Answers(usize),
}

/// The rows in their order.
pub(super) fn items(topology: &Topology, digest: &Digest<'_>) -> Vec<Item> {
    let mut items: Vec<Item> = (0..digest.controls.len()).map(Item::Control).collect();
    if topology.routing.is_some() {
        items.push(Item::Endpoints);
        items.extend((0..digest.rules.len()).map(Item::Rule));
    }
    if !digest.checks.is_empty() {
        items.push(Item::Checks);
    }
    for (at, name) in topology.dns.iter().enumerate() {
        items.push(Item::Name(at));
        if names::has_records(digest, name) {
            items.push(Item::Records(at));
        }
        if digest.answers.iter().any(|answer| answer.name == name) {
            items.push(Item::Answers(at));
        }
    }
    items
}

/// Whether each row, in their order, is of something that is not ok.
pub(in crate::ui) fn wrong(topology: &Topology, digest: &Digest<'_>) -> Vec<bool> {
    let wrong = |item: &Item| match *item {
        Item::Control(at) => {
            digest.controls.get(at).is_some_and(|control| control.split || control.state.is_none())
        }
        Item::Answers(at) => {
            let discord = topology.dns.get(at).and_then(|name| discord(digest, name));
            discord.is_some_and(|discord| discord.lamp() != Lamp::Ok)
        }
        _ => false,
    };
    items(topology, digest).iter().map(wrong).collect()
}

/// What resolvers disagree on about a name.
pub(super) fn discord<'d>(digest: &'d Digest<'_>, name: &DnsName) -> Option<&'d Discord<'d>> {
    digest.discords.iter().find(|discord| discord.name == name)
}

/// The rows of a frame.
pub(super) fn rows(pen: &Pen<'_>) -> Vec<Item> {
    items(pen.scene.world.topology(), pen.digest)
}

pub(super) fn need(pen: &Pen<'_>) -> usize {
    (1 + rows(pen).len() + panels(pen).len() + unguarded(pen).len()).clamp(4, 14)
}

pub(super) fn listing(pen: &Pen<'_>, room: usize, height: usize) -> Listing {
    let mut listing = Listing::default();
    let items = rows(pen);
    if items.is_empty() {
        listing.say(Line::from(pen.span("no routing control and no name is declared", Role::Muted)));
        return listing;
    }
    let lines = 1 + items.len() + panels(pen).len() + unguarded(pen).len() + pen.digest.discords.len();
    let grid = grid::lines(pen, room, lines + grid::ANSWERS <= height);
    listing.head.extend(grid.head);
    let alone = grid.answers.is_empty();
    for item in items {
        let below = room.saturating_sub(LABEL);
        let dns = |at: usize| &pen.scene.world.topology().dns[at];
        match item {
            Item::Control(at) => {
                if let Some(panel) = heads(pen, at) {
                    listing.say(heading(pen, panel, room));
                }
                listing.push(grid.controls.get(at).cloned().unwrap_or_default());
            }
            Item::Endpoints => {
                for line in &grid.answers {
                    listing.say(line.clone());
                }
                listing.push(labelled(pen, "answers", grid::answers(pen, below, alone), room));
                for warning in unguarded(pen) {
                    let text = format!("{} {warning}", pen.glyphs.look);
                    listing.say(Line::from(pen.span(paint::cut(&text, room), Role::LampLook)));
                }
            }
            Item::Rule(at) => listing.push(rule(pen, &pen.digest.rules[at], room)),
            Item::Checks => {
                listing.push(labelled(pen, "checks", checks(pen, below), room));
            }
            Item::Name(at) => listing.push(name(pen, dns(at), room)),
            Item::Records(at) => {
                listing.push(labelled(pen, "records", names::records(pen, dns(at), below), room));
            }
            Item::Answers(at) => {
                listing.push(labelled(pen, "resolve", names::answers(pen, dns(at), below), room));
                if let Some(discord) = discord(pen.digest, dns(at)) {
                    listing.follow(labelled(pen, "", vec![names::discord(pen, discord, below)], room));
                }
            }
        }
    }
    listing
}

/// The panels by name, where there are several.
fn panels<'a>(pen: &Pen<'a>) -> Vec<&'a Panel> {
    let routing = pen.scene.world.topology().routing.as_ref().filter(|r| r.has_several_panels());
    routing.map_or_else(Vec::new, |routing| routing.panels.iter().collect())
}

/// The name of the panel whose first control this is, where there are several.
fn heads<'a>(pen: &Pen<'a>, at: usize) -> Option<&'a str> {
    let routing = pen.scene.world.topology().routing.as_ref().filter(|r| r.has_several_panels())?;
    let panel = |at: usize| routing.panel_of(&routing.controls.get(at)?.arn);
    let own = panel(at)?;
    let first = at.checked_sub(1).is_none_or(|before| panel(before) != Some(own));
    own.name.as_deref().filter(|_| first)
}

/// `panel api ▲ use1 Off, On in store`: the Regions that it keeps users out of while others let them in.
fn heading(pen: &Pen<'_>, panel: &str, room: usize) -> Text {
    let topology = pen.scene.world.topology();
    let mut spans = vec![pen.span(format!("panel {panel}"), Role::Muted)];
    for split in pen.digest.splits.iter().filter(|split| split.off.iter().any(|off| off == panel)) {
        let text = format!(
            " {} {} Off, On in {}",
            pen.glyphs.look,
            topology.short(&split.region),
            split.on.join(", ")
        );
        spans.push(pen.span(text, Role::LampLook));
    }
    paint::cut_line(Line::from(spans), room)
}

/// A warning for each panel whose controls no rule guards.
fn unguarded(pen: &Pen<'_>) -> Vec<String> {
    let Some(routing) = &pen.scene.world.topology().routing else { return Vec::new() };
    let bare = |panel: &&Panel| {
        routing.controls_in(panel).next().is_some() && routing.rules_in(panel).next().is_none()
    };
    let named = |panel: &Panel| match panel.name.as_ref().filter(|_| routing.has_several_panels()) {
        Some(name) => format!("no rule guards panel {name}: all can be Off"),
        None => "no rule guards the controls: all can be Off".to_owned(),
    };
    routing.panels.iter().filter(bare).map(named).collect()
}

fn labelled(pen: &Pen<'_>, label: &str, spans: Vec<Span<'static>>, room: usize) -> Text {
    let mut all = vec![pen.span(format!("{label:<LABEL$}"), Role::Muted)];
    all.extend(spans);
    paint::cut_line(Line::from(all), room)
}

/// `rule    at-least-one-on  ● holds`, the verdict never cut off.
fn rule(pen: &Pen<'_>, verdict: &RuleVerdict<'_>, room: usize) -> Text {
    let gate = matches!(verdict.rule.kind, RuleKind::Gating { .. });
    let (lamp, word) = match (verdict.holds, gate) {
        (Some(true), false) => (Lamp::Ok, "holds"),
        (Some(false), false) => (Lamp::Bad, "broken"),
        (Some(true), true) => (Lamp::Ok, "open"),
        (Some(false), true) => (Lamp::Look, "closed"),
        (None, _) => (Lamp::Unknown, "unknown"),
    };
    let said = format!(" {} {word}", pen.glyphs.lamp(lamp));
    let left = room.saturating_sub(LABEL + paint::width(&said));
    let text = logic(pen, verdict.rule);
    let text = if paint::width(&text) <= left { text } else { verdict.rule.name.clone() };
    let spans = vec![pen.span(paint::cut(&text, left), Role::Text), pen.span(said, say::role(lamp))];
    labelled(pen, "rule", spans, room)
}

/// A rule in words, after the name of its panel where there are several.
pub(super) fn logic(pen: &Pen<'_>, rule: &Rule) -> String {
    let routing = pen.scene.world.topology().routing.as_ref().filter(|r| r.has_several_panels());
    let panel = routing.and_then(|routing| routing.panel_of(&rule.arn));
    let own = |names: &[String]| -> Vec<String> {
        names.iter().map(|name| panel.map_or(name.as_str(), |panel| panel.bare(name)).to_owned()).collect()
    };
    let (watched, after) = match &rule.kind {
        RuleKind::Assertion { asserted } => (own(asserted), String::new()),
        RuleKind::Gating { gating, targets } => (own(gating), format!(" opens {}", own(targets).join(", "))),
    };
    let text = match rule.logic {
        RuleLogic::AtLeast(count) => format!("at least {count} of {} on", watched.len()),
        RuleLogic::And => format!("{} on", watched.join(" and ")),
        RuleLogic::Or => format!("{} on", watched.join(" or ")),
    };
    let not = if rule.inverted { "not " } else { "" };
    let within =
        panel.and_then(|panel| panel.name.as_ref()).map_or_else(String::new, |name| format!("{name}: "));
    format!("{within}{not}{text}{after}")
}

/// Each health check in words, shortened until it fits; counted when there are too many.
fn checks(pen: &Pen<'_>, room: usize) -> Vec<Span<'static>> {
    let all = &pen.digest.checks;
    let forms = [("healthy", "unhealthy"), ("ok", "bad")];
    let groups = by_panel(pen);
    for words in forms {
        let group = |(panel, checks): &(Option<&str>, Vec<&HealthCheckVerdict>)| {
            let name = panel.map(|name| pen.span(format!("{name} "), Role::Muted));
            name.into_iter().chain(checks.iter().flat_map(|c| check(pen, c, words))).collect::<Vec<_>>()
        };
        let spans: Vec<Span<'static>> = groups.iter().flat_map(group).collect();
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
    said.map(|(n, lamp, word)| pen.span(format!("{} {n} {word}  ", pen.glyphs.lamp(lamp)), say::role(lamp)))
        .collect()
}

/// The checks by the panel whose control each follows, where there are several; those of none come last.
fn by_panel<'a>(pen: &'a Pen<'_>) -> Vec<(Option<&'a str>, Vec<&'a HealthCheckVerdict>)> {
    let all = &pen.digest.checks;
    let panels = panels(pen);
    let routing = pen.scene.world.topology().routing.as_ref();
    let of = |check: &HealthCheckVerdict| {
        let mut controls = routing?.controls.iter();
        let follows = controls.find(|control| control.health_check.as_ref() == Some(&check.id))?;
        routing?.panel_of(&follows.arn)
    };
    let own = |panel: Option<&Panel>| all.iter().filter(|check| of(check) == panel).collect::<Vec<_>>();
    if panels.is_empty() {
        return vec![(None, all.iter().collect())];
    }
    let named = panels.into_iter().map(|panel| (panel.name.as_deref(), own(Some(panel))));
    named.chain([(None, own(None))]).filter(|(_, checks)| !checks.is_empty()).collect()
}

fn seen(check: &HealthCheckVerdict) -> Option<bool> {
    check.healthy.as_ref().filter(|h| h.freshness != Freshness::Gone).map(|h| h.value)
}

fn check(pen: &Pen<'_>, check: &HealthCheckVerdict, words: (&str, &str)) -> [Span<'static>; 2] {
    let (lamp, word) = match seen(check) {
        Some(true) => (Lamp::Ok, words.0),
        Some(false) => (Lamp::Bad, words.1),
        None => (Lamp::Unknown, say::NOTHING),
    };
    let stale = check.healthy.as_ref().is_some_and(|h| h.freshness == Freshness::Stale);
    let (tilde, role) = if stale { ("~", Role::Stale) } else { ("", say::role(lamp)) };
    [
        pen.span(format!("{} ", pen.scene.world.topology().short(&check.region)), Role::Text),
        pen.span(format!("{} {tilde}{word}  ", pen.glyphs.lamp(lamp)), role),
    ]
}

/// `dns     latency, TTL 60s  61% / 39%`, with the name where there is room.
fn name(pen: &Pen<'_>, dns: &DnsName, room: usize) -> Text {
    let ttl = verdict::limit_text(dns.ttl);
    let policy = format!("{}, TTL {ttl}", dns.policy);
    let long = format!("{} {policy}{}", dns.name, shares(pen, true));
    let middle = format!("{policy}{}", shares(pen, true));
    let short = format!("{policy}{}", shares(pen, false));
    // Of several names each must say which it is.
    let forms = if pen.scene.world.topology().dns.len() > 1 {
        vec![long, format!("{}{}", dns.name, shares(pen, false)), dns.name.clone()]
    } else {
        vec![long, middle, short]
    };
    let fits = forms.into_iter().find(|text| paint::width(text) + LABEL <= room);
    labelled(pen, "dns", vec![pen.span(fits.unwrap_or(policy), Role::Text)], room)
}

fn shares(pen: &Pen<'_>, named: bool) -> String {
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
    let all: Vec<String> = pen.digest.regions.iter().map(share).collect();
    format!("  {}", all.join(if named { "  " } else { " / " }))
}
