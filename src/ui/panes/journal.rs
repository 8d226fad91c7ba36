//! Journal: the newest lines of the record, oldest first.

use ratatui::text::Line;

use crate::plan::event::{self, Answer, Event, Outcome, RungState};
use crate::plan::interlock;
use crate::ui::Pen;
use crate::ui::theme::Role;
use crate::ui::widgets::list::Listing;
use crate::ui::widgets::say;

/// The columns of the time and the step.
const BEFORE: usize = 12;

pub(super) fn need(_stage: &Pen<'_>) -> usize {
    8
}

/// Whose journal it is, where it is another host's; else how far the shared copy is behind, when it is.
pub(super) fn note(pen: &Pen<'_>) -> Line<'static> {
    if let Some(abroad) = &pen.scene.console.abroad {
        return Line::from(pen.span(format!("of {}", abroad.host), Role::ModeRunning));
    }
    let words = pen.scene.console.mirror.as_ref().and_then(|mirror| mirror.words(pen.scene.now));
    words.map_or_else(Line::default, |words| Line::from(pen.span(words, Role::LampLook)))
}

pub(super) fn listing(pen: &Pen<'_>, room: usize) -> Listing {
    let mut listing = Listing::default();
    if pen.scene.journal.is_empty() {
        let text = "nothing yet: an act is written here before it leaves";
        listing.say(Line::from(pen.span(text, Role::Muted)));
    }
    for (at, entry) in pen.scene.journal.iter().enumerate() {
        let text = event::line(entry, &pen.scene.journal[..at]);
        let text = say::shortened(pen, text, room.saturating_sub(BEFORE));
        let step = entry.event.step().map_or_else(String::new, |step| step.to_string());
        listing.push(Line::from(vec![
            pen.span(say::clock(entry.at), Role::Muted),
            pen.span(format!(" {step:>2} "), Role::Text),
            pen.span(text, role(&entry.event)),
        ]));
    }
    listing
}

fn role(event: &Event) -> Role {
    match event {
        Event::Answered { answer: Answer::Lost { .. }, .. } => Role::LampUnknown,
        Event::Answered { answer: Answer::Refused { .. } | Answer::NotSent { .. }, .. }
        | Event::Ended { outcome: Outcome::Refused | Outcome::Failed, .. }
        | Event::ConfirmationRefused { .. } => Role::LampBad,
        Event::Ended { outcome: Outcome::Confirmed, .. }
        | Event::Climbed { state: RungState::Proved, .. } => Role::Proved,
        Event::Ended { outcome: Outcome::Unknown, .. } | Event::Climbed { state: RungState::Blind, .. } => {
            Role::Blind
        }
        Event::Intended { operation: Some(operation), .. } if !operation.overrides().is_empty() => {
            Role::Danger
        }
        Event::Started { plan, .. } if !interlock::overridden(plan).is_empty() => Role::Danger,
        _ => Role::Text,
    }
}
