//! Looking back: the screen as it was at a minute of the last hour.
//!
//! It stands still there as when it is frozen, so that nothing is done from what is long past.

use jiff::{SignedDuration, Timestamp};

use super::View;

/// One is kept each minute, sooner or later in it: within half a minute before one there is no other.
const HALF: SignedDuration = SignedDuration::from_secs(30);

impl View {
    /// Ends a standstill; false when there was none.
    pub(super) fn thaws(&mut self) -> bool {
        self.replays = false;
        self.frozen.take().is_some()
    }

    /// A minute back from what is shown, as far as it goes.
    pub(super) fn look_back(&mut self, now: Timestamp) {
        let Some(oldest) = self.oldest else { return };
        let shown = self.frozen.unwrap_or(now);
        let wanted = shown.saturating_sub(HALF).unwrap_or(shown);
        if wanted < oldest {
            self.say("nothing older is kept");
        }
        (self.frozen, self.replays) = (Some(wanted.max(oldest)), true);
    }

    /// A minute on; past the newest it is now again.
    pub(super) fn look_on(&mut self, now: Timestamp) {
        let Some(shown) = self.frozen else { return };
        match shown.saturating_add(HALF * 3) {
            Ok(wanted) if wanted < now => (self.frozen, self.replays) = (Some(wanted), true),
            _ => {
                self.thaws();
                self.say("this is now");
            }
        }
    }
}
