//! All that a screen says, as facts with a name: a change of state is news, a change of a number is not.

use crate::model::reading::{ControlState, TroubleKind};
use crate::model::topology::Region;
use crate::model::verdict::{self, Answered, Lamp, LinkVerdict};
use crate::plan::event::End;
use crate::plan::progress::{Pace, Progress};
use crate::ui::digest::{Digest, RegionDigest};
use crate::ui::{Mode, Scene};

/// One thing that is so.
pub(super) struct Fact {
    pub(super) what: String,
    /// What it is now.
    pub(super) state: String,
    /// What it was before it was ever looked at; empty where its first state is no news.
    pub(super) before: String,
    /// What else there is to know when it changes.
    pub(super) detail: String,
    /// That it is read for the first time and is well is no news: another fact covers it.
    pub(super) covered: bool,
}

impl Fact {
    /// A fact that begins as `before`.
    fn from(before: &str, what: impl Into<String>, state: impl Into<String>) -> Self {
        let (what, state, before) = (what.into(), state.into(), before.to_owned());
        Self { what, state, before, detail: String::new(), covered: false }
    }

    /// A fact whose first state is no news.
    fn quiet(what: impl Into<String>, state: impl Into<String>) -> Self {
        Self::from("", what, state)
    }

    fn with(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}

/// What is so in a scene, the weightiest first.
pub(super) fn of(scene: &Scene<'_>) -> Vec<Fact> {
    let digest = Digest::of(scene.world, scene.now);
    let mut facts = vec![Fact::from("WATCH", "mode", mode(scene)), whole(&digest), account(scene)];
    facts.extend(digest.regions.iter().flat_map(region));
    facts.extend(digest.links.iter().map(|link| self::link(scene, link)));
    facts.extend(controls(&digest));
    facts.extend(digest.rules.iter().map(|rule| {
        let state = match rule.holds {
            Some(true) => "holds",
            Some(false) => "does not hold",
            None => "unknown",
        };
        Fact::from("unknown", format!("rule {}", rule.rule.name), state)
    }));
    facts.extend(digest.answers.iter().map(answer));
    let now = scene.now;
    let conch = scene.console.conch.words(now).pop().unwrap_or_default();
    facts.push(Fact::quiet("conch", conch));
    facts.extend(scene.run.into_iter().flat_map(|run| of_run(scene, run)));
    facts.extend(scene.world.feeds().map(|(source, feed)| {
        let trouble = feed.trouble().map(|(trouble, _)| trouble);
        let state = trouble.map_or_else(|| "answers".to_owned(), |trouble| trouble.kind.to_string());
        let detail = trouble.filter(|trouble| trouble.kind == TroubleKind::Denied);
        Fact::from("answers", source.to_string(), state)
            .with(detail.map(|t| t.text.clone()).unwrap_or_default())
    }));
    facts
}

fn mode(scene: &Scene<'_>) -> String {
    let word = match scene.console.mode {
        Mode::Armed { .. } => "ARMED",
        mode => mode.word(),
    };
    if scene.console.drill { format!("{word} DRILL") } else { word.to_owned() }
}

fn whole(digest: &Digest<'_>) -> Fact {
    let situation = &digest.situation;
    Fact::from("unknown", "all", situation.lamp.to_string()).with(situation.text.clone())
}

fn account(scene: &Scene<'_>) -> Fact {
    let state = scene.console.identity.as_ref().map_or_else(
        || "not read".to_owned(),
        |identity| {
            let ended = identity.expires.is_some_and(|at| at <= scene.now);
            let ended = if ended { " EXPIRED" } else { "" };
            format!("{}/{}{ended}", identity.account, identity.role())
        },
    );
    Fact::from("not read", "account", state)
}

fn region(region: &RegionDigest<'_>) -> Vec<Fact> {
    let (name, it) = (&region.spec.name, &region.verdict);
    let lamp = |lamp: Lamp| lamp.to_string();
    let drained = if it.drained { " drained" } else { "" };
    let disagree = it.disagreement.as_ref().map(|words| format!(" ({words})")).unwrap_or_default();
    let mut facts = vec![
        Fact::from("unknown", name.as_str(), lamp(it.lamp)).with(format!("{}{disagree}", it.reason)),
        Fact::from("–", format!("{name} role"), format!("{}{drained}", it.role)),
    ];
    // At the start only what is not well is said of each signal; the Region's line covers the rest.
    let of_signal = |what: String, of: Lamp, detail: String| Fact {
        covered: true,
        ..Fact::from("unknown", what, lamp(of)).with(detail)
    };
    facts.extend(region.signals.iter().map(|signal| {
        let what = format!("{name} {}", signal.signal.name);
        of_signal(what, signal.lamp, signal.text())
    }));
    facts.extend(region.orders.iter().map(|orders| {
        let rate = orders.rate.as_ref().map_or_else(
            || verdict::NOTHING.to_owned(),
            |rate| verdict::aged(format!("{:.0}/min", rate.value), rate.freshness),
        );
        let usual = orders.baseline.map(|usual| format!(", usual {usual:.0}")).unwrap_or_default();
        of_signal(format!("{name} orders"), orders.lamp, format!("{rate}{usual}"))
    }));
    facts
}

fn link(scene: &Scene<'_>, link: &LinkVerdict) -> Fact {
    let topology = scene.world.topology();
    let what = format!("{} {}→{}", link.store, topology.short(&link.from), topology.short(&link.to));
    let state = if !link.live {
        "not live".to_owned()
    } else if link.stopped.is_some() {
        format!("{} STOPPED", link.lamp)
    } else {
        link.lamp.to_string()
    };
    let lag = link.lag.as_ref().filter(|_| link.live);
    let lag =
        lag.map(|lag| format!("{} behind, ", verdict::aged(format!("{:.1}s", lag.value), lag.freshness)));
    let detail = format!("{}RPO {}", lag.unwrap_or_default(), verdict::limit_text(link.rpo));
    let before = if link.live { "unknown" } else { "" };
    Fact::from(before, what, state).with(detail)
}

fn controls(digest: &Digest<'_>) -> Vec<Fact> {
    let all = digest.controls.iter().map(|control| {
        let state = match control.state {
            Some(ControlState::On) => "On",
            Some(ControlState::Off) => "Off",
            None => "unknown",
        };
        let split = if control.split { ", endpoints disagree" } else { "" };
        let told = control.cells.iter().filter(|cell| cell.state.is_some()).count();
        Fact::from("unknown", format!("control {}", control.name), format!("{state}{split}"))
            .with(format!("{told} of {} endpoints", control.cells.len()))
    });
    all.collect()
}

fn answer(answered: &Answered<'_>) -> Fact {
    let what = format!("{} at {}", answered.name.name, answered.resolver);
    let state = answered.seen.as_ref().map_or_else(
        || "unknown".to_owned(),
        |seen| {
            let leads: Vec<&str> = seen.leads.iter().map(Region::as_str).collect();
            match (leads.is_empty(), seen.strange) {
                (_, true) => "strange".to_owned(),
                (true, false) => "nothing".to_owned(),
                (false, false) => leads.join(" "),
            }
        },
    );
    Fact::from("unknown", what, state)
}

/// How a run stands, and which of its steps take longer than they should; its journal tells the rest.
fn of_run(scene: &Scene<'_>, run: &Progress) -> Vec<Fact> {
    let intent = &run.plan.intent;
    let name = format!("run {}", run.run.short());
    let state = match (&run.closed, run.held().first()) {
        (Some((_, End::Confirmed, _)), _) => "confirmed".to_owned(),
        (Some((_, end, _)), _) => end.to_string(),
        (None, Some(step)) => format!("ON HOLD at step {step}"),
        (None, None) if run.paused => "paused".to_owned(),
        (None, None) if scene.console.mode == Mode::Running => "in flight".to_owned(),
        (None, None) => "driven by nobody".to_owned(),
    };
    let why = run.held().first().and_then(|step| run.steps.get(step)).map(|step| step.why.clone());
    let detail = why.unwrap_or_else(|| format!("{} {} → {}", intent.playbook.verb(), intent.from, intent.to));
    let closed = run.closed.is_some();
    let first = if closed { "" } else { "none" };
    let mut facts = vec![Fact::from(first, name.clone(), state).with(detail)];
    facts.extend(run.plan.steps.iter().filter(|_| !closed).map(|step| {
        let pace = match run.pace(step, scene.now) {
            Pace::InTime => "in time",
            Pace::Late => "LATE",
            Pace::Stuck => "STUCK",
        };
        Fact::from("in time", format!("{name} step {}", step.id), pace).with(step.title.clone())
    }));
    facts
}
