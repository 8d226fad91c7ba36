//! Journal: the newest lines of the record, oldest first.

use ratatui::text::Line;

use crate::plan::event::{self, Answer, Event, Outcome, RungState};
use crate::ui::Stage;
use crate::ui::theme::Role;
use crate::ui::widgets::list::Listing;
use crate::ui::widgets::say;

pub(super) fn need(_stage: &Stage<'_>) -> usize {
    8
}

pub(super) fn listing(stage: &Stage<'_>, _room: usize) -> Listing {
    let mut listing = Listing::default();
    if stage.scene.journal.is_empty() {
        let text = "nothing yet: an act is written here before it leaves";
        listing.say(Line::from(stage.span(text, Role::Muted)));
    }
    for (at, entry) in stage.scene.journal.iter().enumerate() {
        let step = entry.event.step().map_or_else(String::new, |step| step.to_string());
        listing.push(Line::from(vec![
            stage.span(say::clock(entry.at), Role::Muted),
            stage.span(format!(" {step:>2} "), Role::Text),
            stage.span(event::line(entry, &stage.scene.journal[..at]), role(&entry.event)),
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
        _ => Role::Text,
    }
}
