//! Who signs: finds credentials where the AWS CLI would, remembers them for all clients, and renews them in time.
//!
//! Nothing is looked up before the first request, and the instance metadata service only on an EC2 instance:
//! elsewhere its address only hangs. STS is called in a Region, never at its global endpoint (aws-facts section 8).

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_config::{Region as SdkRegion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future::ProvideCredentials as Providing;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use jiff::Timestamp;

use super::bound::plain_config;
use super::time::SdkClock;
use crate::clock::Clock;
use crate::config::Access;
use crate::model::reading::TroubleKind;
use crate::model::topology::{Region, Topology};

/// Credentials are renewed this long before they end.
const RENEW_BEFORE: Duration = Duration::from_mins(5);
/// After a failure nobody is asked again for this long: a dozen sources ask at once.
const REST: Duration = Duration::from_secs(5);

/// No credentials, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(super) struct NoPurse {
    pub(super) kind: TroubleKind,
    pub(super) text: String,
}

type Loading = Shared<BoxFuture<'static, Result<Credentials, NoPurse>>>;

#[derive(Default)]
enum State {
    #[default]
    Empty,
    Loading(Loading),
    Held(Credentials),
    Failed(Timestamp, NoPurse),
}

/// The credentials of all clients.
pub(super) struct Wallet {
    finder: Finder,
    clock: Clock,
    state: Mutex<State>,
}

impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wallet")
    }
}

impl Wallet {
    pub(super) fn new(access: &Access, topology: &Topology, clock: &Clock, http: &SharedHttpClient) -> Self {
        let mut base = plain_config(clock, http.clone()).into_builder();
        base.set_endpoint_url(access.endpoint_url.clone());
        let finder = Finder {
            access: access.clone(),
            regions: sts_regions(topology),
            base: base.build(),
            http: http.clone(),
            clock: clock.clone(),
        };
        Self { finder, clock: clock.clone(), state: Mutex::default() }
    }

    /// When the credentials in hand end, if they say so.
    pub(super) fn expires(&self) -> Option<Timestamp> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Held(credentials) => end_of(credentials),
            _ => None,
        }
    }

    /// Drops what a service said has ended, so that the next request looks again.
    pub(super) fn forget(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Held(_)) {
            *state = State::Empty;
        }
    }

    async fn credentials(&self) -> Result<Credentials, NoPurse> {
        let loading = match self.at_hand() {
            Ok(credentials) => return credentials,
            Err(loading) => loading,
        };
        let found = loading.await;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Loading(_)) {
            *state = match &found {
                Ok(credentials) => State::Held(credentials.clone()),
                Err(none) => State::Failed(self.clock.now(), none.clone()),
            };
        }
        found
    }

    /// What is known already, or the search that is under way.
    fn at_hand(&self) -> Result<Result<Credentials, NoPurse>, Loading> {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Held(credentials) if lasts(credentials, now) => return Ok(Ok(credentials.clone())),
            State::Failed(at, none) if now.duration_since(*at).unsigned_abs() < REST => {
                return Ok(Err(none.clone()));
            }
            State::Loading(loading) => return Err(loading.clone()),
            _ => {}
        }
        // A task of its own: whoever asked may give up, and a slow sign-in must still come to its end.
        let search = tokio::spawn(self.finder.clone().find());
        let loading = async { search.await.unwrap_or_else(|e| Err(none(&e.to_string()))) }.boxed().shared();
        *state = State::Loading(loading.clone());
        Err(loading)
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

fn lasts(credentials: &Credentials, now: Timestamp) -> bool {
    end_of(credentials).is_none_or(|end| end > now.saturating_add(RENEW_BEFORE).unwrap_or(Timestamp::MAX))
}

fn none(text: &str) -> NoPurse {
    NoPurse { kind: TroubleKind::NoCredentials, text: text.to_owned() }
}

/// The Regions whose STS is asked, the host's own first: the one being left may be the one that is down.
fn sts_regions(topology: &Topology) -> Vec<Region> {
    let all = topology.regions.iter().map(|region| &region.name);
    let mut regions: Vec<Region> = topology.home.iter().cloned().collect();
    regions.extend(all.filter(|name| topology.home.as_ref() != Some(name)).cloned());
    regions
}

/// Looks for credentials; every search starts afresh, so that a renewed sign-in on disk is found.
#[derive(Clone)]
struct Finder {
    access: Access,
    regions: Vec<Region>,
    base: SdkConfig,
    http: SharedHttpClient,
    clock: Clock,
}

impl Finder {
    async fn find(self) -> Result<Credentials, NoPurse> {
        let base = self.base_provider();
        let Some(role) = &self.access.assume_role else {
            return base.provide_credentials().await.map_err(|e| explain(&e));
        };
        let mut last = none("no Region is declared whose STS could be asked");
        for region in &self.regions {
            match self.assume(role, region, base.clone()).await {
                Ok(credentials) => return Ok(credentials),
                Err(none) => last = none,
            }
        }
        Err(last)
    }

    async fn assume(
        &self,
        role: &str,
        region: &Region,
        base: SharedCredentialsProvider,
    ) -> Result<Credentials, NoPurse> {
        let provider = AssumeRoleProvider::builder(role)
            .configure(&self.base)
            .region(SdkRegion::new(region.as_str().to_owned()))
            .session_name("pointsman")
            .build_from_provider(base)
            .await;
        provider.provide_credentials().await.map_err(|e| explain(&e))
    }

    /// Where the AWS CLI looks, in its order; a named profile comes before the environment.
    fn base_provider(&self) -> SharedCredentialsProvider {
        let config = self.provider_config();
        let environment = EnvironmentVariableCredentialsProvider::new();
        if let Some(name) = &self.access.profile {
            let profile = ProfileFileCredentialsProvider::builder().configure(&config).profile_name(name);
            return SharedCredentialsProvider::new(profile.build());
        }
        let chain = CredentialsProviderChain::first_try("Environment", environment);
        if self.access.endpoint_url.as_deref().is_some_and(is_loopback) {
            return SharedCredentialsProvider::new(chain.or_else("Simulated", simulated()));
        }
        let mut chain = chain
            .or_else("Profile", ProfileFileCredentialsProvider::builder().configure(&config).build())
            .or_else(
                "WebIdentityToken",
                WebIdentityTokenCredentialsProvider::builder().configure(&config).build(),
            )
            .or_else("EcsContainer", EcsCredentialsProvider::builder().configure(&config).build());
        if on_ec2() {
            chain =
                chain.or_else("InstanceRole", ImdsCredentialsProvider::builder().configure(&config).build());
        }
        SharedCredentialsProvider::new(chain)
    }

    fn provider_config(&self) -> ProviderConfig {
        let region = self.regions.first().map(|region| SdkRegion::new(region.as_str().to_owned()));
        ProviderConfig::empty()
            .with_region(region)
            .with_http_client(self.http.clone())
            .with_time_source(SdkClock(self.clock.clone()))
            .with_sleep_impl(SdkClock(self.clock.clone()))
    }
}

/// The machine says that it is an EC2 instance; nothing is sent to find out.
fn on_ec2() -> bool {
    let vendor = std::fs::read_to_string("/sys/devices/virtual/dmi/id/sys_vendor").unwrap_or_default();
    let xen = std::fs::read_to_string("/sys/hypervisor/uuid").unwrap_or_default();
    vendor.trim() == "Amazon EC2" || xen.starts_with("ec2")
}

/// A simulator on this host checks no signature, so a demo needs no account.
fn simulated() -> Credentials {
    Credentials::new("AKIDSIMULATED", "simulated", None, None, "Simulated")
}

fn is_loopback(url: &str) -> bool {
    let Ok(url) = url.parse::<http::Uri>() else { return false };
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// What the operator is told when credentials cannot be had.
fn explain(error: &CredentialsError) -> NoPurse {
    let chain = std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |e| e.source());
    let mut words: Vec<String> = chain.map(ToString::to_string).collect();
    words.dedup();
    let text = words.join(": ");
    let ended = text.to_ascii_lowercase().contains("expired");
    NoPurse { kind: if ended { TroubleKind::Expired } else { TroubleKind::NoCredentials }, text }
}
