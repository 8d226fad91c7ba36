//! Who may act, how far the shared copy of the journal is behind, and how old what is shown of another host's run is, as
//! values; the header and the journal pane say it.
//!
//! It knows no colour and no table: what was read, and when, is all there is.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::verdict;
use crate::plan::event::RunId;

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
        /// Who, and on which host: `maria@bastion-1`.
        who: String,
        /// Since when.
        since: Timestamp,
        /// Until when, unless it is renewed.
        until: Timestamp,
        /// The run they act in, if they do.
        run: Option<RunId>,
    },
    /// Somebody had it, and neither gave it back nor was heard of in time.
    RanOut {
        /// Who, and on which host.
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
            Self::Other { who, since, .. } => {
                vec![format!("{who} since {}", clock(since)), who.clone(), person(who).to_owned()]
            }
            Self::RanOut { who, heard } => {
                vec![format!("{who}, silent {}", ago(heard)), format!("{} SILENT", person(who))]
            }
            Self::Silent { since } => vec![format!("table SILENT {}", ago(since)), "SILENT".to_owned()],
            Self::Unfit => vec!["table REFUSED".to_owned(), "REFUSED".to_owned()],
        }
    }

    /// The run that somebody else drives, elsewhere.
    #[must_use]
    pub fn run(&self) -> Option<&RunId> {
        match self {
            Self::Other { run, .. } => run.as_ref(),
            _ => None,
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

/// `maria` of `maria@bastion-1`.
fn person(who: &str) -> &str {
    who.split_once('@').map_or(who, |(person, _)| person)
}

/// Who drives a run of another host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Driver {
    /// This process does, in words: `maria on bastion-1 (process 4711)`.
    Drives {
        /// Which.
        by: String,
    },
    /// This one did, and neither said that it stopped nor was heard of in time.
    Silent {
        /// Which.
        by: String,
        /// When it was last heard of.
        heard: Timestamp,
    },
    /// Nobody does: it was left on hold, or paused.
    Nobody,
}

/// The run of another host that is shown, as far as its copy tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abroad {
    /// The host in whose journal it goes on.
    pub host: String,
    /// Who drives it.
    pub driver: Driver,
    /// When the journal held no more than is shown; none where that is not known.
    pub whole: Option<Timestamp>,
    /// Why nothing more can be read now, if that is so.
    pub trouble: Option<String>,
}

/// So long what is shown may be old before that is worth a look,
const OLD: Duration = Duration::from_secs(15);

/// and so long before nobody should act on it.
const TOO_OLD: Duration = Duration::from_mins(1);

impl Abroad {
    /// In words, the longest first: `mirror 4s behind`, `mirror 4s`.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> Vec<String> {
        let Some(whole) = self.whole else {
            return vec!["mirror of unknown age".to_owned(), "mirror ?".to_owned()];
        };
        let behind = verdict::span(verdict::age(whole, now));
        match self.trouble {
            None => vec![format!("mirror {behind} behind"), format!("mirror {behind}")],
            Some(_) => vec![format!("SILENT, mirror {behind} behind"), format!("SILENT {behind}")],
        }
    }

    /// How urgently it is to be looked at.
    #[must_use]
    pub fn urgency(&self, now: Timestamp) -> Urgency {
        let behind = self.whole.map(|whole| verdict::age(whole, now));
        match behind {
            Some(behind) if behind < OLD && self.trouble.is_none() => Urgency::Calm,
            Some(behind) if behind < TOO_OLD => Urgency::Look,
            _ => Urgency::Bad,
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
        let who = "maria@bastion-1".to_owned();
        let (since, until) = (at("2026-11-20T14:01:40Z"), at("2026-11-20T14:03:30Z"));
        let other = Conch::Other { who: who.clone(), since, until, run: None };
        assert_eq!(other.words(now), ["maria@bastion-1 since 14:01Z", "maria@bastion-1", "maria"]);
        let gone = Conch::RanOut { who, heard: at("2026-11-20T14:02:20Z") };
        assert_eq!(gone.words(now), ["maria@bastion-1, silent 50s", "maria SILENT"]);
        assert_eq!(gone.urgency(), Urgency::Look);
        assert_eq!(Conch::Host.words(now), ["this host only"]);
    }

    #[test]
    fn what_is_shown_of_another_host_says_how_old_it_is() {
        let now = at("2026-11-20T14:03:10Z");
        let abroad = |seconds: i64, trouble: Option<&str>| Abroad {
            host: "bastion-1".to_owned(),
            driver: Driver::Nobody,
            whole: Some(now - jiff::SignedDuration::from_secs(seconds)),
            trouble: trouble.map(str::to_owned),
        };
        assert_eq!(abroad(4, None).words(now), ["mirror 4s behind", "mirror 4s"]);
        assert_eq!(abroad(4, Some("throttled")).words(now), ["SILENT, mirror 4s behind", "SILENT 4s"]);
        let urgencies = [abroad(4, None), abroad(4, Some("x")), abroad(20, None), abroad(90, None)];
        let urgencies = urgencies.map(|abroad| abroad.urgency(now));
        assert_eq!(urgencies, [Urgency::Calm, Urgency::Look, Urgency::Look, Urgency::Bad]);
        assert_eq!(Abroad { whole: None, ..abroad(0, None) }.urgency(now), Urgency::Bad);
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
