//! Plan: each step of the run with its state, its time against the usual, its rungs; or what could be run.

mod state;
mod step;

use ratatui::text::{Line, Span};

use crate::plan::Playbook;
use crate::plan::progress::Progress;
use crate::ui::Stage;
use crate::ui::theme::Role;
use crate::ui::widgets::list::Listing;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::say;

pub(super) use state::Stand;

/// How many lines an idle pane has.
const IDLE: usize = 6;

pub(super) fn need(stage: &Stage<'_>) -> usize {
    stage.scene.run.map_or(IDLE, |run| (run.plan.steps.len() * 2 + 2).clamp(IDLE, 30))
}

/// The place of the step to look at: held, else under way, else the next one.
pub(super) fn current(stage: &Stage<'_>) -> Option<usize> {
    let run = stage.scene.run?;
    let find =
        |wanted: fn(&Stand<'_>) -> bool| run.plan.steps.iter().position(|step| wanted(&Stand::of(run, step)));
    find(|s| s.is_held()).or_else(|| find(|s| s.is_active())).or_else(|| find(|s| s.is_waiting()))
}

/// Which run it is and how long it takes, on the frame.
pub(super) fn note(stage: &Stage<'_>) -> Text {
    let Some(run) = stage.scene.run else { return Line::default() };
    let intent = &run.plan.intent;
    let topology = stage.scene.world.topology();
    let way = format!("{}{}{}", topology.short(&intent.from), stage.glyphs.arrow, topology.short(&intent.to));
    let mut spans =
        vec![stage.span(format!("{} {way}  {}", intent.playbook, clock(stage, run)), Role::Muted)];
    if run.paused && run.is_open() {
        spans.insert(0, stage.span("PAUSED ", Role::ModeArmed));
    }
    Line::from(spans)
}

/// `run 3f9a  00:41 of ~02:10`.
pub(in super::super) fn clock(stage: &Stage<'_>, run: &Progress) -> String {
    let end = run.closed.as_ref().map_or(stage.scene.now, |(at, ..)| *at);
    let short: String = run.run.0.chars().take(4).collect();
    let elapsed = say::stopwatch(say::since(end, run.started));
    if run.is_open() {
        format!("run {short}  {elapsed} of ~{}", say::stopwatch(run.plan.usual().p50))
    } else {
        format!("run {short}  took {elapsed}")
    }
}

pub(super) fn listing(stage: &Stage<'_>, room: usize, height: usize) -> Listing {
    let Some(run) = stage.scene.run else { return idle(stage, room) };
    let brief = steps(stage, run, room, false);
    let full = steps(stage, run, room, true);
    if full.rows.len() <= height { full } else { brief }
}

fn idle(stage: &Stage<'_>, room: usize) -> Listing {
    let mut listing = Listing::default();
    listing.say(Line::from(vec![
        stage.span("no run.  ", Role::Text),
        stage.span("a", Role::HintKey),
        stage.span(" act", Role::Text),
    ]));
    for playbook in Playbook::ALL {
        let lines = paint::wrap(playbook.about(), room.saturating_sub(12));
        for (at, line) in lines.into_iter().enumerate() {
            let word = if at == 0 { playbook.word() } else { "" };
            let spans = vec![stage.span(format!("{word:<12}"), Role::Title), stage.span(line, Role::Muted)];
            if at == 0 { listing.push(Line::from(spans)) } else { listing.follow(Line::from(spans)) }
        }
    }
    listing
}

fn steps(stage: &Stage<'_>, run: &Progress, room: usize, full: bool) -> Listing {
    let mut listing = Listing::default();
    if let Some((at, end, summary)) = &run.closed {
        let text = format!("{end} at {}: {summary}", say::clock(*at));
        for line in paint::wrap(&text, room) {
            listing.say(Line::from(stage.span(line, Role::Title)));
        }
    }
    let line_at = run.plan.point_of_no_return();
    let (_, lines) = step::table(stage, run).lines(room, stage.theme, stage.glyphs);
    for (step, line) in run.plan.steps.iter().zip(lines) {
        if line_at == Some(step.id) {
            listing.say(no_return(stage, room));
        }
        listing.push(line);
        for more in step::below(stage, run, step, room, full) {
            listing.follow(more);
        }
    }
    listing
}

/// The double rule between what can be undone and what cannot.
fn no_return(stage: &Stage<'_>, room: usize) -> Text {
    let words = [" below this line the only way back is failback ", " no way back but failback ", ""];
    let words = words.into_iter().find(|w| paint::width(w) + 6 <= room).unwrap_or_default();
    let rest = room.saturating_sub(paint::width(words));
    let rule = |columns: usize| Span::styled(stage.glyphs.double.repeat(columns), stage.style(Role::Danger));
    Line::from(vec![rule(rest / 2), stage.span(words, Role::Danger), rule(rest - rest / 2)])
}
