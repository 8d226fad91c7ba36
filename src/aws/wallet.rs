//! The credentials of all clients: found once, remembered, and renewed in time.
//!
//! Nothing is looked up before the first request. A search that failed is not repeated at once, and one that is slow
//! holds back nothing but what needs it.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future::ProvideCredentials as Providing;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use jiff::Timestamp;
use tokio::sync::watch;

use super::credentials::{Finder, Found};
use crate::clock::Clock;
use crate::model::reading::{Trouble, TroubleKind};

/// Credentials are renewed this long before they end.
const RENEW_BEFORE: Duration = Duration::from_mins(5);
/// After a failure nobody is asked again for this long: a dozen sources ask at once.
const REST: Duration = Duration::from_secs(5);
/// The longest search, for sign-ins that ask a person.
const SEARCH: Duration = Duration::from_mins(1);

/// No credentials, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(super) struct NoCredentials {
    pub(super) kind: TroubleKind,
    pub(super) text: String,
}

impl NoCredentials {
    fn told(self) -> Trouble {
        Trouble { kind: self.kind, text: self.text, request_id: None }
    }
}

/// A search that goes on by itself; whoever waits may give up.
type Search = Shared<BoxFuture<'static, Result<Found, NoCredentials>>>;

/// The credentials of all clients.
pub(super) struct Wallet {
    finder: Finder,
    clock: Clock,
    purse: Mutex<Purse>,
    /// How often there were credentials again after there were none.
    renewals: watch::Sender<u64>,
}

/// What is known of the credentials.
#[derive(Default)]
struct Purse {
    held: Option<Found>,
    search: Option<Search>,
    failed: Option<(Timestamp, NoCredentials)>,
    /// The code of a device, for the next search and no other.
    code: Option<String>,
}

impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wallet")
    }
}

impl Wallet {
    pub(super) fn new(finder: Finder, clock: Clock) -> Self {
        Self { finder, clock, purse: Mutex::default(), renewals: watch::Sender::default() }
    }

    /// Waits until there are credentials, so that a slow sign-in does not count as a slow answer.
    pub(super) async fn ready(&self) -> Result<(), Trouble> {
        self.credentials().await.map(drop).map_err(NoCredentials::told)
    }

    /// When the credentials in hand end, if they say so.
    pub(super) fn expires(&self) -> Option<Timestamp> {
        self.purse().held.as_ref().and_then(|held| end_of(&held.credentials))
    }

    /// Where the credentials in hand are from, in words.
    pub(super) fn via(&self) -> Option<String> {
        self.purse().held.as_ref().map(|held| held.via.clone())
    }

    /// Looks afresh, with the code of a device where a profile asks for one. What is in hand serves until then.
    pub(super) fn give_code(&self, code: String) {
        let mut purse = self.purse();
        (purse.code, purse.failed) = (Some(code), None);
    }

    /// Looks at once, with the code of a device where a profile asks for one; what is in hand serves until then.
    pub(super) async fn renew(&self, code: Option<String>) -> Result<(), Trouble> {
        let found = self.search(code).await.map_err(NoCredentials::told)?;
        *self.purse() = Purse { held: Some(found), ..Purse::default() };
        self.renewals.send_modify(|times| *times += 1);
        Ok(())
    }

    /// Tells whenever there are credentials again.
    pub(super) fn renewals(&self) -> watch::Receiver<u64> {
        self.renewals.subscribe()
    }

    /// Drops what is in hand and what is under way, as after a sign-in: the next request looks afresh.
    pub(super) fn look_again(&self) {
        let mut purse = self.purse();
        (purse.held, purse.failed, purse.search) = (None, None, None);
    }

    /// What looks for credentials.
    pub(super) fn finder(&self) -> &Finder {
        &self.finder
    }

    /// Drops what a service said has ended, so that the next request looks again.
    pub(super) fn forget(&self) {
        self.purse().held = None;
    }

    async fn credentials(&self) -> Result<Credentials, NoCredentials> {
        let search = match self.at_hand() {
            Ok(known) => return known,
            Err(search) => search,
        };
        let found = search.await;
        self.settle();
        found.map(|found| found.credentials)
    }

    /// What is known already, or the search to wait for. Credentials near their end are used while new ones are
    /// looked for.
    fn at_hand(&self) -> Result<Result<Credentials, NoCredentials>, Search> {
        self.settle();
        let now = self.clock.now();
        let mut purse = self.purse();
        let held = purse.held.as_ref().map(|held| held.credentials.clone());
        if let Some(held) = held.as_ref().filter(|held| lasts(held, now, RENEW_BEFORE)) {
            return Ok(Ok(held.clone()));
        }
        let resting = purse.failed.as_ref().filter(|(at, _)| now.duration_since(*at).unsigned_abs() < REST);
        let resting = resting.map(|(_, none)| none.clone());
        if let Some(held) = held.filter(|held| lasts(held, now, Duration::ZERO)) {
            if resting.is_none() && purse.search.is_none() {
                let code = purse.code.take();
                purse.search = Some(self.search(code));
            }
            return Ok(Ok(held));
        }
        if let Some(none) = resting {
            return Ok(Err(none));
        }
        let search = match purse.search.take() {
            Some(search) => search,
            None => self.search(purse.code.take()),
        };
        purse.search = Some(search.clone());
        Err(search)
    }

    fn search(&self, code: Option<String>) -> Search {
        let finder = self.finder.clone().with_code(code);
        let clock = self.clock.clone();
        let search = tokio::spawn(async move {
            tokio::select! {
                biased;
                found = finder.find() => found,
                () = clock.sleep(SEARCH) => Err(none("no credentials came in time")),
            }
        });
        async { search.await.unwrap_or_else(|fallen| Err(none(&fallen.to_string()))) }.boxed().shared()
    }

    /// Takes in what a finished search found.
    fn settle(&self) {
        if self.purse().settle(self.clock.now()) {
            self.renewals.send_modify(|times| *times += 1);
        }
    }

    fn purse(&self) -> MutexGuard<'_, Purse> {
        self.purse.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Purse {
    /// Takes in what a finished search found; true when there was nothing to be found before.
    fn settle(&mut self, now: Timestamp) -> bool {
        let Some(found) = self.search.as_ref().and_then(|search| search.clone().now_or_never()) else {
            return false;
        };
        self.search = None;
        match found {
            Ok(credentials) => {
                self.held = Some(credentials);
                self.failed.take().is_some()
            }
            Err(none) => {
                self.failed = Some((now, none));
                false
            }
        }
    }
}

impl ProvideCredentials for Wallet {
    fn provide_credentials<'a>(&'a self) -> Providing<'a>
    where
        Self: 'a,
    {
        Providing::new(async { self.credentials().await.map_err(CredentialsError::provider_error) })
    }
}

fn end_of(credentials: &Credentials) -> Option<Timestamp> {
    credentials.expiry().and_then(|end| Timestamp::try_from(end).ok())
}

fn lasts(credentials: &Credentials, now: Timestamp, spare: Duration) -> bool {
    end_of(credentials).is_none_or(|end| end > now.saturating_add(spare).unwrap_or(Timestamp::MAX))
}

pub(super) fn none(text: &str) -> NoCredentials {
    NoCredentials { kind: TroubleKind::NoCredentials, text: text.to_owned() }
}
