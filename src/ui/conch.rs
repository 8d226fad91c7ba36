//! Who may act and how far the shared copy of the journal is behind, as values; the header and the journal pane say it.
//!
//! It knows no colour and no table: what was read, and when, is all there is.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::verdict;

/// Who may act.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Conch {
    /// No table is declared: whoever has the lock of this host.
    #[default]
    Host,
    /// The table was not read yet.
    Unread,
    /// Nobody has it.
    Free,
    /// This console has it.
    You,
    /// Somebody else has it.
    Other {
        /// Who.
        who: String,
        /// Since when.
        since: Timestamp,
    },
    /// Somebody had it, and neither gave it back nor was heard of in time.
    RanOut {
        /// Who.
        who: String,
        /// When they were last heard of.
        heard: Timestamp,
    },
    /// The table gives no answer.
    Silent {
        /// Since when.
        since: Timestamp,
    },
    /// The table must not be used as it is declared.
    Unfit,
}

/// How urgently it is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// It is as it should be.
    Calm,
    /// It is worth a look.
    Look,
    /// It keeps people from acting.
    Bad,
}

/// How far the shared copy of the journal is behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mirror {
    /// Lines that are not copied yet.
    pub lines: u64,
    /// When the oldest of them was written.
    pub since: Option<Timestamp>,
    /// Why nothing is copied now, if that is so.
    pub trouble: Option<String>,
    /// How often all that was found in the journal was copied.
    pub looks: u64,
}

impl Conch {
    /// In words, the longest first: `maria since 14:01Z`, `maria`.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> Vec<String> {
        let clock = |at: &Timestamp| at.strftime("%H:%MZ").to_string();
        let ago = |at: &Timestamp| verdict::span(verdict::age(*at, now));
        match self {
            Self::Host => vec!["this host only".to_owned()],
            Self::Unread => vec!["not read yet".to_owned(), "?".to_owned()],
            Self::Free => vec!["free".to_owned()],
            Self::You => vec!["you".to_owned()],
            Self::Other { who, since } => vec![format!("{who} since {}", clock(since)), who.clone()],
            Self::RanOut { who, heard } => {
                vec![format!("{who}, silent {}", ago(heard)), format!("{who} SILENT")]
            }
            Self::Silent { since } => vec![format!("table SILENT {}", ago(since)), "SILENT".to_owned()],
            Self::Unfit => vec!["table REFUSED".to_owned(), "REFUSED".to_owned()],
        }
    }

    /// How urgently it is to be looked at.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        match self {
            Self::Host | Self::Unread | Self::Free | Self::You | Self::Other { .. } => Urgency::Calm,
            Self::RanOut { .. } => Urgency::Look,
            Self::Silent { .. } | Self::Unfit => Urgency::Bad,
        }
    }
}

/// So long a copy may be behind before that is said.
const SAID_AFTER: Duration = Duration::from_secs(5);

impl Mirror {
    /// In words, when there is something to say: `copy 3 lines behind, 12s`.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> Option<String> {
        let behind = self.since.map(|since| verdict::age(since, now)).unwrap_or_default();
        if self.lines == 0 || behind < SAID_AFTER {
            return None;
        }
        let lines = if self.lines == 1 { "line" } else { "lines" };
        Some(format!("copy {} {lines} behind, {}", self.lines, verdict::span(behind)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_holder_is_named_with_the_time() {
        let now = at("2026-11-20T14:03:10Z");
        let other = Conch::Other { who: "maria".to_owned(), since: at("2026-11-20T14:01:40Z") };
        assert_eq!(other.words(now), ["maria since 14:01Z", "maria"]);
        let gone = Conch::RanOut { who: "maria".to_owned(), heard: at("2026-11-20T14:02:20Z") };
        assert_eq!(gone.words(now), ["maria, silent 50s", "maria SILENT"]);
        assert_eq!(gone.urgency(), Urgency::Look);
        assert_eq!(Conch::Host.words(now), ["this host only"]);
    }

    #[test]
    fn a_copy_that_keeps_up_is_not_spoken_of() {
        let now = at("2026-11-20T14:03:10Z");
        let behind = |seconds: i64| Mirror {
            lines: 3,
            since: Some(now - jiff::SignedDuration::from_secs(seconds)),
            trouble: None,
            looks: 1,
        };
        assert_eq!(behind(4).words(now), None);
        assert_eq!(behind(12).words(now).as_deref(), Some("copy 3 lines behind, 12s"));
        assert_eq!(Mirror::default().words(now), None);
    }
}
