//! A screen that stands still: as it was when it was frozen, or as it was at a minute of the last hour.
//!
//! Nothing is done from either; a key that acts goes back to now instead.

use jiff::{SignedDuration, Timestamp};

use super::View;

/// One is kept each minute, sooner or later in it: within half a minute before one there is no other.
const HALF: SignedDuration = SignedDuration::from_secs(30);

/// Of which moment a screen is that does not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Still {
    /// It was held then.
    Frozen(Timestamp),
    /// It is shown again.
    Replay(Timestamp),
}

impl Still {
    /// The moment.
    #[must_use]
    pub fn at(self) -> Timestamp {
        match self {
            Self::Frozen(at) | Self::Replay(at) => at,
        }
    }
}

impl View {
    /// The moment that the screen is of, where it does not go on.
    #[must_use]
    pub fn still_at(&self) -> Option<Timestamp> {
        self.still.map(Still::at)
    }

    /// Ends a standstill; false when there was none.
    pub(super) fn thaws(&mut self) -> bool {
        self.still.take().is_some()
    }

    /// A minute back from what is shown, as far as it goes.
    pub(super) fn look_back(&mut self, now: Timestamp) {
        let Some(oldest) = self.oldest else { return };
        let shown = self.still_at().unwrap_or(now);
        let wanted = shown.saturating_sub(HALF).unwrap_or(shown);
        if wanted < oldest {
            self.say("nothing older is kept");
        }
        self.still = Some(Still::Replay(wanted.max(oldest)));
    }

    /// A minute on; past the newest it is now again.
    pub(super) fn look_on(&mut self, now: Timestamp) {
        let Some(shown) = self.still_at() else { return };
        match shown.saturating_add(HALF * 3) {
            Ok(wanted) if wanted < now => self.still = Some(Still::Replay(wanted)),
            _ => {
                self.thaws();
                self.say("this is now");
            }
        }
    }
}
