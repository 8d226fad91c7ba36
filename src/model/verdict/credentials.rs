//! Whether there are credentials to act with, by what every source last said.
//!
//! It knows nothing of how they are renewed, and a source that is merely silent says nothing about them.

use jiff::Timestamp;

use crate::model::World;
use crate::model::reading::{Feed, Identity, Reading, Source, Trouble, TroubleKind};

/// How the credentials stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Credentials<'a> {
    /// No STS has told whose they are; the newest trouble of any STS, if there is one.
    Unread(Option<&'a Trouble>),
    /// They are these, as STS said at this time; when they end is in the identity, where that is known.
    Held(&'a Identity, Timestamp),
    /// A service has said since that they are none any more.
    Ended(&'a Trouble),
}

/// How the credentials stand by everything that was read.
#[must_use]
pub fn credentials(world: &World) -> Credentials<'_> {
    let known = world.feeds().filter_map(|(source, feed)| identity(source, feed));
    let Some((identity, read)) = known.max_by_key(|(_, at)| *at) else {
        let sts = world.feeds().filter(|(source, _)| matches!(source, Source::Identity(_)));
        let newest = sts.filter_map(|(_, feed)| feed.trouble()).max_by_key(|(_, since)| *since);
        return Credentials::Unread(newest.map(|(trouble, _)| trouble));
    };
    let refused = world.feeds().filter_map(|(source, feed)| {
        let (trouble, failed) = feed.trouble().map(|(trouble, _)| trouble).zip(feed.failed())?;
        (is_no(source, trouble.kind) && failed > read).then_some((trouble, failed))
    });
    match refused.max_by_key(|(_, failed)| *failed) {
        Some((trouble, _)) => Credentials::Ended(trouble),
        None => Credentials::Held(identity, read),
    }
}

fn identity<'a>(source: &Source, feed: &'a Feed) -> Option<(&'a Identity, Timestamp)> {
    match (source, feed.seen()) {
        (Source::Identity(_), Some((Reading::Identity(identity), at))) => Some((identity, at)),
        _ => None,
    }
}

/// The service's word on the credentials themselves. That one service denies one call says nothing; STS denies none.
fn is_no(source: &Source, kind: TroubleKind) -> bool {
    match kind {
        TroubleKind::Expired | TroubleKind::NoCredentials => true,
        TroubleKind::Denied => matches!(source, Source::Identity(_)),
        _ => false,
    }
}
