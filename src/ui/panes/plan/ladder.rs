//! The proof ladder of a step: its rungs in one line, or a row for each with its time, its age and its evidence.
//!
//! What is not proved yet is told by what `plan::proof` sees now; nothing is judged here.

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::step::{INDENT, flow};
use crate::model::verdict;
use crate::plan::event::{Answer, RungState};
use crate::plan::progress::StepProgress;
use crate::plan::proof::{self, Shown, Stance, Witness};
use crate::plan::{Rung, Step};
use crate::ui::Pen;
use crate::ui::theme::Role;
use crate::ui::widgets::paint::{self, Text};
use crate::ui::widgets::say;

/// The columns of a rung's word.
const WORD: usize = 12;

/// The columns of an age.
const AGE: usize = 6;

/// Before whoever said yes; the rung says it already.
const BY: &str = "accepted by ";

/// One rung as it is shown.
pub(in super::super) struct Climb<'a> {
    /// Which rung.
    pub(in super::super) rung: Rung,
    /// Its shape, and the role of that.
    pub(in super::super) mark: (&'static str, Role),
    /// When it was reached, or was last reported.
    pub(in super::super) at: Option<Timestamp>,
    /// What shows it.
    pub(in super::super) evidence: String,
    /// What is seen of it now.
    pub(in super::super) live: Option<&'a Shown>,
}

/// The rungs of a step with a write, the weakest first, with what is seen of them now.
pub(in super::super) fn climbs<'a>(
    pen: &Pen<'_>,
    step: &Step,
    progress: &StepProgress,
    seen: &'a [Shown],
) -> Vec<Climb<'a>> {
    // Where the world already was so, nothing was sent and nobody said yes to it.
    let needless = progress.sent.is_none() && progress.proved(Rung::ReadBack);
    let ladder = ladder(pen, step, Some(progress)).into_iter();
    let ladder: Vec<Rung> = ladder.filter(|rung| !needless || *rung > Rung::Accepted).collect();
    let next = ladder.iter().find(|rung| !has_reached(progress, **rung)).copied();
    let climb = |rung: Rung| {
        let (at, evidence) = told(step, progress, rung);
        let live = seen.iter().find(|shown| shown.rung == rung);
        Climb { rung, mark: mark(pen, Some(progress), rung, next), at, evidence, live }
    };
    ladder.into_iter().map(climb).collect()
}

/// `✓ sent  ✓ accepted  … read back  · health check`.
pub(super) fn line(pen: &Pen<'_>, step: &Step, progress: Option<&StepProgress>, room: usize) -> Vec<Text> {
    let ladder = ladder(pen, step, progress);
    let next = progress.and_then(|p| ladder.iter().find(|rung| !has_reached(p, **rung))).copied();
    let word = |rung: &Rung| {
        let (shape, role) = mark(pen, progress, *rung, next);
        vec![pen.span(format!("{shape} {rung}"), role)]
    };
    flow(ladder.iter().map(word).collect(), room.saturating_sub(INDENT))
}

/// Which rungs have a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    /// Each.
    All,
    /// Each but the request whose answer is there.
    Spare,
    /// The first above the service's yes that is not reached.
    Next,
}

/// A row for each of these rungs.
pub(super) fn rows(
    pen: &Pen<'_>,
    step: &Step,
    progress: &StepProgress,
    room: usize,
    which: Rows,
) -> Vec<Text> {
    if step.operation().is_none() {
        return Vec::new();
    }
    let seen = pen.digest.seen.get(&step.id).map(Vec::as_slice).unwrap_or_default();
    let climbs = climbs(pen, step, progress, seen);
    let open = |climb: &&Climb<'_>| climb.rung > Rung::Accepted && !has_reached(progress, climb.rung);
    let next = climbs.iter().find(open).map(|climb| climb.rung);
    let answered = has_reached(progress, Rung::Accepted);
    let wanted = |climb: &&Climb<'_>| match which {
        Rows::All => true,
        Rows::Spare => !(answered && climb.rung == Rung::Sent),
        Rows::Next => next == Some(climb.rung),
    };
    climbs.iter().filter(wanted).map(|climb| row(pen, climb, room)).collect()
}

fn row(pen: &Pen<'_>, climb: &Climb<'_>, room: usize) -> Text {
    let (shape, role) = climb.mark;
    let word = format!("{shape} {}", climb.rung);
    let mut spans = vec![paint::blank(INDENT), pen.span(format!("{word:<width$}  ", width = WORD + 2), role)];
    let room = room.saturating_sub(INDENT + WORD + 4);
    let open = climb.live.filter(|_| shape != pen.glyphs.check);
    let (room, evidence) = match (open, climb.at) {
        (Some(live), _) => (room, &live.evidence),
        (None, Some(at)) => {
            let age = verdict::span(verdict::age(at, pen.scene.now));
            let when = format!("{} {age:>AGE$}  ", say::clock(at));
            let left = room.saturating_sub(paint::width(&when));
            spans.push(pen.span(when, Role::Muted));
            (left, &climb.evidence)
        }
        (None, None) => return Line::from(spans),
    };
    let words = || vec![pen.span(fitted(pen, evidence, room), Role::Text)];
    spans.extend(grid(pen, climb.live, room).unwrap_or_else(words));
    Line::from(spans)
}

/// Who says what of a rung now, where several are asked and that fits.
fn grid(pen: &Pen<'_>, live: Option<&Shown>, room: usize) -> Option<Vec<Span<'static>>> {
    let live = live.filter(|live| match live.rung {
        Rung::ReadBack => live.witnesses.len() > 2,
        rung => rung == Rung::Dns && !live.witnesses.is_empty(),
    })?;
    let fits = |grid: &Vec<Span<'static>>| grid.iter().map(Span::width).sum::<usize>() <= room;
    grids(pen, live).into_iter().find(fits)
}

/// `use1 ?  usw2 ✓  apse2 ?  apne1 ✓  euw1 ?  2 of 5`; shorter, those that do not agree: `2 of 5  use1 ?  …`.
fn grids(pen: &Pen<'_>, live: &Shown) -> [Vec<Span<'static>>; 2] {
    let word = |witness: &Witness, before: &str, after: &str| {
        let (shape, role) = stance(pen, witness.stance);
        let who = say::shortened(pen, witness.who.clone(), 0);
        [pen.span(format!("{before}{who} "), Role::Muted), pen.span(format!("{shape}{after}"), role)]
    };
    let agrees = |witness: &&Witness| witness.stance == Stance::Agrees;
    let others = || live.witnesses.iter().filter(|witness| !agrees(witness));
    let count = format!("{} of {}", live.witnesses.iter().filter(agrees).count(), live.witnesses.len());
    let longest = others().filter_map(|witness| witness.left).max().filter(|left| !left.is_zero());
    let left = longest.map_or_else(String::new, |left| format!(", longest TTL left {}", verdict::span(left)));
    let sum = pen.span(format!("{count}{left}"), Role::Text);
    let all = live.witnesses.iter().flat_map(|witness| word(witness, "", "  ")).chain([sum.clone()]);
    let some = std::iter::once(sum).chain(others().flat_map(|witness| word(witness, "  ", "")));
    [all.collect(), some.collect()]
}

/// One source's word in full: `us-east-1        ✓ us-east-1 Off, us-west-2 On, 2s ago, took 80 ms`.
pub(in super::super) fn witness(pen: &Pen<'_>, witness: &Witness) -> Text {
    let (shape, role) = stance(pen, witness.stance);
    let age = witness.at.map(|at| verdict::age_text(at, pen.scene.now));
    let took = witness.took.map(|took| format!("took {} ms", took.as_millis()));
    let left = witness.left.map(|left| format!("{} of TTL left", verdict::span(left)));
    let says = Some(witness.says.clone()).filter(|says| !says.is_empty());
    let words: Vec<String> = [says, age, took, left].into_iter().flatten().collect();
    Line::from(vec![
        pen.span(format!("    {:<16} ", witness.who), Role::Muted),
        pen.span(format!("{shape} "), role),
        pen.span(paint::clean(&words.join(", ")).into_owned(), Role::Text),
    ])
}

fn stance(pen: &Pen<'_>, stance: Stance) -> (&'static str, Role) {
    match stance {
        Stance::Agrees => (pen.glyphs.check, Role::Proved),
        Stance::Differs => (pen.glyphs.look, Role::LampLook),
        Stance::Silent => (pen.glyphs.unknown, Role::LampUnknown),
        Stance::Unheard => (pen.glyphs.bullet, Role::Open),
    }
}

fn fitted(pen: &Pen<'_>, text: &str, room: usize) -> String {
    paint::cut(&say::shortened(pen, paint::clean(text).into_owned(), room), room)
}

/// When a rung was reported, and what shows it.
fn told(step: &Step, progress: &StepProgress, rung: Rung) -> (Option<Timestamp>, String) {
    match rung {
        Rung::Sent => {
            let api = progress.operation.as_ref().or(step.operation()).map_or("", |write| write.api());
            let again = if progress.attempts > 1 {
                format!(", attempt {}", progress.attempts)
            } else {
                String::new()
            };
            (progress.sent, format!("{api}{again}"))
        }
        Rung::Accepted => {
            let words = answered(progress);
            let by = words.strip_prefix(BY).map(str::to_owned);
            (progress.answered.or(progress.sent), by.unwrap_or(words))
        }
        rung => progress
            .rungs
            .get(&rung)
            .map_or((None, String::new()), |(at, _, evidence)| (Some(*at), evidence.clone())),
    }
}

/// What came back from the newest attempt: `accepted by us-west-2, request 8c1f`.
pub(super) fn answered(progress: &StepProgress) -> String {
    match progress.answer.as_ref() {
        None => "no answer yet".to_owned(),
        Some(Answer::Accepted { endpoint, request_id: Some(id), .. }) => {
            format!("{BY}{endpoint}, request {id}")
        }
        Some(Answer::Accepted { endpoint, .. }) => format!("{BY}{endpoint}"),
        Some(Answer::Refused { code, trouble }) if trouble.text.starts_with(code.as_str()) => {
            format!("refused: {}", trouble.text)
        }
        Some(Answer::Refused { code, trouble }) => format!("refused ({code}): {}", trouble.text),
        Some(Answer::NotSent { trouble }) => format!("could not leave: {trouble}"),
        Some(Answer::Lost { trouble }) => format!("no answer: {trouble}"),
    }
}

fn mark(
    pen: &Pen<'_>,
    progress: Option<&StepProgress>,
    rung: Rung,
    next: Option<Rung>,
) -> (&'static str, Role) {
    let state = progress.and_then(|p| p.rungs.get(&rung)).map(|(_, state, _)| *state);
    let no = rung == Rung::Accepted
        && progress
            .is_some_and(|p| matches!(p.answer, Some(Answer::Refused { .. } | Answer::NotSent { .. })));
    let lost =
        rung == Rung::Accepted && progress.is_some_and(|p| matches!(p.answer, Some(Answer::Lost { .. })));
    match state {
        _ if progress.is_some_and(|p| has_reached(p, rung)) => (pen.glyphs.check, Role::Proved),
        _ if no => (pen.glyphs.bad, Role::LampBad),
        Some(RungState::Blind) => (pen.glyphs.unknown, Role::Blind),
        _ if lost => (pen.glyphs.unknown, Role::Blind),
        _ if next == Some(rung) => (pen.glyphs.ellipsis, Role::Text),
        _ => (pen.glyphs.bullet, Role::Open),
    }
}

fn has_reached(progress: &StepProgress, rung: Rung) -> bool {
    match rung {
        Rung::Sent => progress.sent.is_some(),
        Rung::Accepted => matches!(progress.answer, Some(Answer::Accepted { .. })),
        _ => progress.proved(rung),
    }
}

fn ladder(pen: &Pen<'_>, step: &Step, progress: Option<&StepProgress>) -> Vec<Rung> {
    if step.operation().is_none() {
        return Vec::new();
    }
    let mut ladder = proof::ladder(step, pen.scene.world);
    ladder.extend(progress.into_iter().flat_map(|p| p.rungs.keys().copied()));
    ladder.extend([Rung::Sent, Rung::Accepted, step.rung]);
    ladder.sort_unstable();
    ladder.dedup();
    ladder
}
