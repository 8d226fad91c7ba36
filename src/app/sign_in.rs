//! Signing in: which attempt news belongs to.
//!
//! It waits for nothing: what is asked is an effect, and what comes of it an event, which may be about an attempt that
//! was given up since.

use jiff::Timestamp;

use super::{App, Effect};
use crate::ui::dialog::{Ask, News};

/// Which sign-in something is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempt(u64);

impl App {
    /// The operator asks; to begin or to leave is to be done with what came before.
    pub(super) fn ask_sign_in(&mut self, ask: Ask) -> Vec<Effect> {
        if matches!(ask, Ask::Begin | Ask::Leave) {
            self.attempt.0 += 1;
        }
        vec![Effect::SignIn(self.attempt, ask)]
    }

    /// Something came of an attempt.
    pub(super) fn hear_sign_in(&mut self, attempt: Attempt, news: News, now: Timestamp) {
        if attempt == self.attempt {
            self.with_view(now, |view, facts| view.hear(news, facts));
        }
    }
}
