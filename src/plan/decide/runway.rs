//! Whether the credentials last: a run pauses itself before it sends with ones that have ended.
//!
//! It never stops what has left, and never goes on by itself: a person renews, and a person resumes.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::World;
use crate::model::reading::TroubleKind;
use crate::model::verdict::{self, Credentials};
use crate::plan::event::{Event, Pause};
use crate::plan::progress::{Progress, StepProgress};

/// Who pauses a run when nobody did.
pub const ITSELF: &str = "pointsman";

/// Credentials that end sooner than this send nothing more: a request must not meet their end on its way.
const SPARE: Duration = Duration::from_secs(15);

/// Why nothing can be sent or read any more, in words; `None` while the credentials last.
#[must_use]
pub fn ended(progress: &Progress, world: &World, now: Timestamp) -> Option<String> {
    let refused = progress.steps.values().filter(|at| was_turned_away(progress, at));
    let refused = refused.filter_map(|at| at.answered).max();
    let turned_away = || Some("a write was turned away for them".to_owned());
    match verdict::credentials(world) {
        Credentials::Ended(trouble) => Some(trouble.to_string()),
        Credentials::Held(_, read) if refused > Some(read) => turned_away(),
        Credentials::Held(identity, _) => runs_out(identity.expires?, now),
        Credentials::Unread(_) => refused.and_then(|_| turned_away()),
    }
}

fn runs_out(end: Timestamp, now: Timestamp) -> Option<String> {
    if end <= now {
        return Some(format!("they ended at {}", clock(end)));
    }
    (verdict::age(now, end) <= SPARE).then(|| format!("they end at {}", clock(end)))
}

/// A write was turned away because there was nobody to sign it, and nobody has resumed the run since.
pub(super) fn was_turned_away(progress: &Progress, at: &StepProgress) -> bool {
    let kind = at.answer.as_ref().and_then(|answer| answer.trouble()).map(|trouble| trouble.kind);
    let is_for_credentials = matches!(kind, Some(TroubleKind::Expired | TroubleKind::NoCredentials));
    is_for_credentials && at.state.is_under_way() && at.answered > progress.resumed
}

/// The line that pauses the run because the credentials have ended, if they have.
pub(super) fn pause(progress: &Progress, world: &World, now: Timestamp) -> Option<Event> {
    if progress.paused {
        return None;
    }
    let why = ended(progress, world, now)?;
    let text = format!("credentials: {why}. Renew them, then resume the run");
    Some(Event::Paused { who: ITSELF.to_owned(), why: Pause::Credentials { text } })
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S UTC").to_string()
}
