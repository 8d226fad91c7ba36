//! Plan: each step of the run with its state, its time against the usual, its rungs; or what could be run.

pub(super) mod ladder;
mod state;
mod step;

use ratatui::text::{Line, Span};

use crate::plan::Playbook;
use crate::plan::aftermath::aftermath;
use crate::plan::progress::Progress;
use crate::ui::Pen;
use crate::ui::action::Action;
use crate::ui::theme::Role;
use crate::ui::view::Pane;
use crate::ui::widgets::list::Listing;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::say;

pub(super) use state::Stand;
use step::Depth;

/// How many lines an idle pane has.
const IDLE: usize = 6;

pub(super) fn need(pen: &Pen<'_>) -> usize {
    pen.scene.run.map_or(IDLE, |run| (run.plan.steps.len() * 2 + 2).clamp(IDLE, 30))
}

/// The place of the step to look at: held, else under way, else the next one.
pub(super) fn current(pen: &Pen<'_>) -> Option<usize> {
    let run = pen.scene.run?;
    let stands: Vec<Stand<'_>> = run.plan.steps.iter().map(|step| Stand::of(run, step)).collect();
    let held = stands.iter().position(Stand::is_held);
    let active = || stands.iter().position(Stand::is_active);
    held.or_else(active).or_else(|| stands.iter().position(Stand::is_waiting))
}

/// What the run is for and how far it is, on the frame.
pub(super) fn note(pen: &Pen<'_>) -> Text {
    let Some(run) = pen.scene.run else { return Line::default() };
    let intent = &run.plan.intent;
    let topology = pen.scene.world.topology();
    let way = format!("{}{}{}", topology.short(&intent.from), pen.glyphs.arrow, topology.short(&intent.to));
    let done = run.plan.steps.iter().filter(|step| Stand::of(run, step).is_done()).count();
    let done = format!("{done} of {} confirmed", run.plan.steps.len());
    let mut spans = vec![pen.span(format!("{} {way}  {done}", intent.playbook), Role::Muted)];
    if run.paused && run.is_open() {
        spans.insert(0, pen.span("PAUSED ", Role::ModeArmed));
    }
    Line::from(spans)
}

/// `run 3f9a  00:41 of ~02:10`.
pub(in super::super) fn clock(pen: &Pen<'_>, run: &Progress) -> String {
    let end = run.closed.as_ref().map_or(pen.scene.now, |(at, ..)| *at);
    let short: String = run.run.0.chars().take(4).collect();
    let elapsed = say::stopwatch(say::since(end, run.started));
    if run.is_open() {
        format!("run {short}  {elapsed} of ~{}", say::stopwatch(run.plan.usual().p50))
    } else {
        format!("run {short}  took {elapsed}")
    }
}

pub(super) fn listing(pen: &Pen<'_>, room: usize, height: usize) -> Listing {
    let Some(run) = pen.scene.run else { return idle(pen, room) };
    let zoomed = pen.scene.view.zoomed && pen.scene.view.pane == Pane::Plan;
    let depths = Depth::FALLING.into_iter().filter(|depth| !zoomed || *depth >= Depth::Active);
    let mut least = Listing::default();
    for depth in depths {
        least = steps(pen, run, room, depth);
        if least.rows.len() <= height {
            break;
        }
    }
    least
}

/// The row that is selected: what was chosen, else the step to look at.
fn selected(pen: &Pen<'_>, run: &Progress) -> usize {
    let last = run.plan.steps.len().saturating_sub(1);
    pen.scene.view.rows.get(&Pane::Plan).copied().or_else(|| current(pen)).unwrap_or_default().min(last)
}

fn idle(pen: &Pen<'_>, room: usize) -> Listing {
    let mut listing = Listing::default();
    listing.say(Line::from(vec![
        pen.span("no run.  ", Role::Text),
        pen.span(pen.scene.view.keymap.spoken(Action::Act), Role::HintKey),
        pen.span(" act", Role::Text),
    ]));
    for playbook in Playbook::ALL {
        let lines = paint::wrap(playbook.about(), room.saturating_sub(12));
        for (at, line) in lines.into_iter().enumerate() {
            let word = if at == 0 { playbook.word() } else { "" };
            let spans = vec![pen.span(format!("{word:<12}"), Role::Title), pen.span(line, Role::Muted)];
            if at == 0 { listing.push(Line::from(spans)) } else { listing.follow(Line::from(spans)) }
        }
    }
    listing
}

fn steps(pen: &Pen<'_>, run: &Progress, room: usize, depth: Depth) -> Listing {
    let (full, selected) = (depth == Depth::All, selected(pen, run));
    let mut listing = Listing::default();
    if let Some((at, end, summary)) = &run.closed {
        let text = format!("{end} at {}: {summary}", say::clock(*at));
        for line in paint::wrap(&text, room) {
            listing.say(Line::from(pen.span(line, Role::Title)));
        }
        for line in left(pen, run, room, full) {
            listing.say(line);
        }
    }
    let line_at = run.plan.point_of_no_return();
    let (_, lines) = step::table(pen, run, room).lines(room, pen.theme, pen.glyphs);
    for (at, (step, line)) in run.plan.steps.iter().zip(lines).enumerate() {
        if line_at == Some(step.id) {
            listing.say(no_return(pen, run.plan.way_back(), room));
        }
        listing.push(line);
        for more in step::below(pen, run, step, room, (depth, at == selected)) {
            listing.follow(more);
        }
    }
    listing
}

/// What is left to people, a line each where there is no room for more.
fn left(pen: &Pen<'_>, run: &Progress, room: usize, full: bool) -> Vec<Text> {
    let mut lines = Vec::new();
    for text in aftermath(run, pen.scene.world, pen.scene.now) {
        let room = room.saturating_sub(2);
        let texts = if full {
            paint::wrap(&text, room)
        } else {
            vec![paint::cut(&say::shortened(pen, text, room), room)]
        };
        for (at, line) in texts.into_iter().enumerate() {
            let mark = if at == 0 { pen.glyphs.running } else { " " };
            lines.push(Line::from(vec![
                pen.span(format!("{mark} "), Role::LampLook),
                pen.span(line, Role::Text),
            ]));
        }
    }
    lines
}

/// The double rule between what can be undone and what cannot.
fn no_return(pen: &Pen<'_>, back: &str, room: usize) -> Text {
    let words =
        [format!(" below this line the only way back is {back} "), format!(" no way back but {back} ")];
    let words = words.into_iter().find(|w| paint::width(w) + 6 <= room).unwrap_or_default();
    let rest = room.saturating_sub(paint::width(&words));
    let rule = |columns: usize| Span::styled(pen.glyphs.double.repeat(columns), pen.style(Role::Danger));
    Line::from(vec![rule(rest / 2), pen.span(words, Role::Danger), rule(rest - rest / 2)])
}
