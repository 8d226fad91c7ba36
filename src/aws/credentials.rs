//! Where credentials are looked for: where the AWS CLI looks, in its order.
//!
//! The instance metadata service is asked only where the config says so: elsewhere its address only hangs. STS is
//! called in a declared Region, never at its global endpoint, which lives in us-east-1.

use std::path::PathBuf;
use std::time::SystemTime;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_config::{Region as SdkRegion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use jiff::Timestamp;

use super::bound::{ATTEMPT, plain_config, time_outs};
use super::error::fault;
use super::profiles::{self, Chain, Hop, Leaf, Session, Unfit};
use super::sign_in::WayIn;
use super::sso::SignedOut;
use super::time::SdkClock;
use super::wallet::{NoCredentials, none};
use crate::clock::Clock;
use crate::config::Access;
use crate::model::reading::TroubleKind;
use crate::model::topology::{Region, Topology};

/// Whose STS is asked where no Region is declared, as in a config that is only looked at.
const NO_REGION: &str = "us-west-2";

/// The profile that is meant when none is named.
pub(super) const DEFAULT: &str = "default";

const NOWHERE: &str = "none in the environment, the shared AWS files, a web identity token or the container; an \
                       instance role is asked for only with instance_role = true under [workload]";

/// Credentials, and where they are from.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) credentials: Credentials,
    /// The source and the roles after it, in words: `SSO corp of profile people → role ops-failover`.
    pub(super) via: String,
}

/// A person has to say the code of a device first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the profile {profile} asks for the code of {device}: give it as POINTSMAN_MFA_CODE")]
pub(super) struct NeedsCode {
    pub(super) profile: String,
    pub(super) device: String,
}

#[derive(Debug, thiserror::Error)]
#[error("an instance role is asked for only with instance_role = true under [workload]")]
struct NoInstance;

#[derive(Debug, thiserror::Error)]
#[error("role {role} was not given: {why}")]
struct NotGiven {
    role: String,
    why: String,
}

/// The Regions whose STS is asked, the host's own first: the one being left may be the one that is down.
fn sts_regions(topology: &Topology) -> Vec<Region> {
    let all = topology.regions.iter().map(|region| &region.name);
    let mut regions: Vec<Region> = topology.home.iter().cloned().collect();
    regions.extend(all.filter(|name| topology.home.as_ref() != Some(name)).cloned());
    if regions.is_empty() {
        regions.push(Region::new(NO_REGION));
    }
    regions
}

/// Looks for credentials; every search starts afresh, so that a renewed sign-in on disk is found.
#[derive(Clone)]
pub(super) struct Finder {
    access: Access,
    regions: Vec<Region>,
    base: SdkConfig,
    http: SharedHttpClient,
    clock: Clock,
    code: Option<String>,
}

impl Finder {
    pub(super) fn new(access: &Access, topology: &Topology, clock: &Clock, http: &SharedHttpClient) -> Self {
        let mut base = plain_config(clock, http.clone()).into_builder();
        base.set_endpoint_url(access.endpoint_url.clone());
        Self {
            access: access.clone(),
            regions: sts_regions(topology),
            base: base.build(),
            http: http.clone(),
            clock: clock.clone(),
            code: None,
        }
    }

    /// The same, and a chain that asks for the code of a device takes this one, once.
    pub(super) fn with_code(mut self, code: Option<String>) -> Self {
        self.code = code;
        self
    }

    pub(super) async fn find(self) -> Result<Found, NoCredentials> {
        let mut last = none("no Region is declared whose STS could be asked");
        for region in &self.regions {
            match self.find_by(region).await {
                Ok(found) => return Ok(found),
                Err(error) => {
                    last = Self::explain(&error);
                    if !may_do_better(&error) {
                        break;
                    }
                }
            }
        }
        Err(last)
    }

    /// Looks for credentials where every STS call, the profile's own ones too, goes to this Region.
    async fn find_by(&self, region: &Region) -> Result<Found, CredentialsError> {
        let base = self.base(region).await?;
        let Some(role) = &self.access.assume_role else { return Ok(base) };
        let via = format!("{} → role {}", base.via, profiles::role_name(role));
        let hop = Hop {
            profile: "of the config".to_owned(),
            role: role.clone(),
            external_id: None,
            session: None,
            lasts: None,
            mfa: None,
        };
        Ok(Found { credentials: self.take_on(&hop, region, base.credentials).await?, via })
    }

    /// The first credentials there are, where the AWS CLI looks and in its order; a named profile comes before the
    /// environment.
    async fn base(&self, region: &Region) -> Result<Found, CredentialsError> {
        if let Some(name) = &self.access.profile {
            let chain = self.chain(name).await?;
            return self.follow(&chain, region).await;
        }
        let found = |via: &str| {
            let via = via.to_owned();
            move |credentials| Found { credentials, via }
        };
        if let Some(asked) = environment().await {
            return asked.map(found("environment"));
        }
        if self.access.is_simulated() {
            return Ok(found("simulated")(simulated()));
        }
        match self.chain(DEFAULT).await {
            Ok(chain) => return self.follow(&chain, region).await,
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(error),
        }
        let config = self.provider_config(region);
        let web = WebIdentityTokenCredentialsProvider::builder().configure(&config).build();
        match web.provide_credentials().await {
            Err(CredentialsError::CredentialsNotLoaded(_)) => {}
            asked => return asked.map(found("web identity token")),
        }
        let container = EcsCredentialsProvider::builder().configure(&config).build();
        match container.provide_credentials().await {
            Err(CredentialsError::CredentialsNotLoaded(_)) if self.access.instance_role => {}
            asked => return asked.map(found("container role")),
        }
        self.instance(&config).await.map(found("instance role"))
    }

    /// The sign-in that the profile leads to; the error says in words why it leads to none.
    pub(super) async fn session(&self) -> Result<Session, String> {
        self.declared().await?.session()
    }

    /// What a person can do about credentials; the error says in words why there is nothing.
    pub(super) async fn way_in(&self) -> Result<WayIn, String> {
        if self.access.profile.is_none() && environment().await.is_some() {
            return Err(
                "the credentials are those of the environment: there is nothing to sign in at".to_owned()
            );
        }
        if self.access.profile.is_none() && self.access.is_simulated() {
            return Err("the credentials are simulated ones: there is nothing to sign in at".to_owned());
        }
        let chain = self.declared().await?;
        let by = chain.to_string();
        let signed_out = match &chain.leaf {
            Leaf::Sso(session, _) => self.token(session).await.is_err(),
            _ => false,
        };
        match (chain.mfa(), &chain.leaf) {
            (Some((profile, device)), _) if !signed_out => {
                Ok(WayIn::Code { by, profile: profile.to_owned(), device: device.to_owned() })
            }
            (_, Leaf::Sso(..)) => Ok(WayIn::Browser { by }),
            _ => Err(format!("the credentials are {by}: there is nothing to sign in at")),
        }
    }

    /// The chain of the profile that is meant, whether or not it asks for a code.
    async fn declared(&self) -> Result<Chain, String> {
        let set = profiles::load(self.access.folder.as_deref()).await.map_err(|error| error.to_string())?;
        let name = self.access.profile.as_deref().unwrap_or(DEFAULT);
        Chain::of(&set, name).map_err(|unfit| unfit.to_string())
    }

    /// What a client of a Region is made with that needs no credentials.
    pub(super) fn config(&self, region: &str) -> SdkConfig {
        self.base.to_builder().region(SdkRegion::new(region.to_owned())).build()
    }

    /// The client of a sign-in, which nobody signs.
    pub(super) fn oidc(&self, session: &Session) -> aws_sdk_ssooidc::Client {
        aws_sdk_ssooidc::Client::new(&self.config(&session.region))
    }

    /// The folder of the AWS files; `None` where there is no home to have one in.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        let own = self.access.folder.clone();
        own.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".aws")))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// So many seconds from now.
    pub(super) fn after(&self, seconds: i32) -> Timestamp {
        let now = self.now();
        now.checked_add(jiff::SignedDuration::from_secs(i64::from(seconds))).unwrap_or(now)
    }

    /// The chain of a profile, as the files are now: they may have been changed since.
    async fn chain(&self, name: &str) -> Result<Chain, CredentialsError> {
        let set = profiles::load(self.access.folder.as_deref()).await;
        let set = set.map_err(CredentialsError::invalid_configuration)?;
        let chain = Chain::of(&set, name).map_err(CredentialsError::invalid_configuration)?;
        match chain.mfa() {
            Some((profile, device)) if self.code.is_none() => {
                let (profile, device) = (profile.to_owned(), device.to_owned());
                Err(CredentialsError::invalid_configuration(NeedsCode { profile, device }))
            }
            _ => Ok(chain),
        }
    }

    async fn follow(&self, chain: &Chain, region: &Region) -> Result<Found, CredentialsError> {
        let mut credentials = self.leaf(chain, region).await?;
        for hop in &chain.hops {
            credentials = self.take_on(hop, region, credentials).await?;
        }
        Ok(Found { credentials, via: chain.to_string() })
    }

    async fn leaf(&self, chain: &Chain, region: &Region) -> Result<Credentials, CredentialsError> {
        let config = self.provider_config(region);
        match &chain.leaf {
            Leaf::Keys(keys) => Ok(keys.clone()),
            Leaf::Sso(session, grant) => self.granted(session, grant.as_ref()).await,
            Leaf::Process | Leaf::WebIdentity => {
                let profile = profiles::provider(self.access.folder.as_deref()).configure(&config);
                profile.profile_name(&chain.profile).build().provide_credentials().await
            }
            Leaf::Environment => EnvironmentVariableCredentialsProvider::new().provide_credentials().await,
            Leaf::Container => {
                EcsCredentialsProvider::builder().configure(&config).build().provide_credentials().await
            }
            Leaf::Instance => self.instance(&config).await,
        }
    }

    /// The role of the instance; elsewhere than on one its address only hangs, so it is asked where that is configured.
    async fn instance(&self, config: &ProviderConfig) -> Result<Credentials, CredentialsError> {
        if !self.access.instance_role {
            return Err(CredentialsError::invalid_configuration(NoInstance));
        }
        ImdsCredentialsProvider::builder().configure(config).build().provide_credentials().await
    }

    /// Takes on a role by the STS of a Region, with the code of a device where it asks for one.
    async fn take_on(
        &self,
        hop: &Hop,
        region: &Region,
        base: Credentials,
    ) -> Result<Credentials, CredentialsError> {
        let config = self.config(region.as_str()).into_builder();
        let config = config.credentials_provider(SharedCredentialsProvider::new(base)).build();
        let ask = aws_sdk_sts::Client::new(&config).assume_role().role_arn(&hop.role);
        let ask = ask.role_session_name(hop.session.as_deref().unwrap_or("pointsman"));
        let ask = ask.set_external_id(hop.external_id.clone()).set_duration_seconds(hop.lasts);
        let code = hop.mfa.as_ref().and(self.code.clone());
        let answer = ask.set_serial_number(hop.mfa.clone()).set_token_code(code).send().await;
        let answer = answer.map_err(|error| refused(hop, &error))?;
        let given = answer.credentials.ok_or_else(|| {
            CredentialsError::unhandled(format!("STS {region} gave no credentials for {}", hop.role))
        })?;
        let end = SystemTime::try_from(given.expiration).map_err(CredentialsError::unhandled)?;
        let token = Some(given.session_token);
        Ok(Credentials::new(given.access_key_id, given.secret_access_key, token, Some(end), "AssumeRole"))
    }

    /// What the operator is told when credentials cannot be had.
    fn explain(error: &CredentialsError) -> NoCredentials {
        if matches!(error, CredentialsError::CredentialsNotLoaded(_)) {
            return none(NOWHERE);
        }
        let chain = std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |e| e.source());
        // What is wrong in the files, and what a service said, says all of it itself.
        let says =
            matches!(error, CredentialsError::InvalidConfiguration(_) | CredentialsError::ProviderError(_));
        let wraps = usize::from(says && std::error::Error::source(error).is_some());
        let mut words: Vec<String> = chain.skip(wraps).map(ToString::to_string).collect();
        words.dedup();
        let text = words.join(": ").replace('\n', " ");
        // Whoever is not signed in has no credentials, also where a token of theirs has run out.
        let out = std::error::Error::source(error).and_then(|source| source.downcast_ref::<SignedOut>());
        let ended = out.is_none() && text.to_ascii_lowercase().contains("expired");
        NoCredentials { kind: if ended { TroubleKind::Expired } else { TroubleKind::NoCredentials }, text }
    }

    fn provider_config(&self, region: &Region) -> ProviderConfig {
        ProviderConfig::empty()
            .with_region(Some(SdkRegion::new(region.as_str().to_owned())))
            .with_http_client(self.http.clone())
            .with_time_source(SdkClock(self.clock.clone()))
            .with_sleep_impl(SdkClock(self.clock.clone()))
            .with_timeout_config(time_outs(ATTEMPT))
    }
}

/// What the environment says of credentials, if anything.
async fn environment() -> Option<Result<Credentials, CredentialsError>> {
    match EnvironmentVariableCredentialsProvider::new().provide_credentials().await {
        Err(CredentialsError::CredentialsNotLoaded(_)) => None,
        asked => Some(asked),
    }
}

/// Whether another Region's STS may do better: where there are no credentials, or they are written wrongly, it will
/// not.
fn may_do_better(error: &CredentialsError) -> bool {
    !matches!(error, CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_))
}

/// The files name no credentials, so others may be looked for.
fn is_absent(error: &CredentialsError) -> bool {
    let unfit = std::error::Error::source(error).and_then(|source| source.downcast_ref::<Unfit>());
    matches!(unfit, Some(Unfit::NoProfile(name) | Unfit::Empty(name)) if name == DEFAULT)
}

/// A role that was not given. The words of STS say why; who is in the way is the role.
fn refused(hop: &Hop, error: &SdkError<AssumeRoleError, HttpResponse>) -> CredentialsError {
    let why = fault(error).trouble;
    CredentialsError::provider_error(NotGiven { role: hop.role.clone(), why: why.to_string() })
}

/// A simulator on this host checks no signature, so a demo needs no account.
fn simulated() -> Credentials {
    Credentials::new("AKIDSIMULATED", "simulated", None, None, "Simulated")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::script::{Reply, Script};
    use super::*;

    const ROLE: &str = "arn:aws:iam::111122223333:role/ops-failover";

    fn hop(mfa: Option<&str>) -> Hop {
        let (profile, role, mfa) = ("ops".to_owned(), ROLE.to_owned(), mfa.map(str::to_owned));
        Hop { profile, role, external_id: Some("outside".to_owned()), session: None, lasts: Some(900), mfa }
    }

    fn finder(script: &Script) -> Finder {
        let topology = Topology { home: Some(Region::new("eu-west-1")), ..Topology::default() };
        let (clock, http) = (Clock::wall(), SharedHttpClient::new(script.clone()));
        Finder::new(&Access::default(), &topology, &clock, &http)
    }

    #[tokio::test(start_paused = true)]
    async fn a_role_is_asked_for_at_the_regional_sts_with_the_code_of_the_device() {
        let given = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>SESSION</AccessKeyId>\
                     <SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>\
                     <Expiration>2026-03-02T10:00:00Z</Expiration></Credentials></AssumeRoleResult>\
                     </AssumeRoleResponse>";
        let script = Script::new(move |_| Reply::Says(200, given.to_owned()));
        let finder = finder(&script).with_code(Some("123456".to_owned()));
        for (region, mfa) in [("eu-west-1", None), ("us-east-1", Some("arn:aws:iam::111122223333:mfa/maria"))]
        {
            let credentials = finder.take_on(&hop(mfa), &Region::new(region), simulated()).await.unwrap();
            assert_eq!(credentials.access_key_id(), "SESSION");
            let sent = script.sent().pop().unwrap();
            assert_eq!(sent.url, format!("https://sts.{region}.amazonaws.com/"));
            assert_eq!((sent.region.as_str(), sent.key.as_str()), (region, "AKIDSIMULATED"));
            assert!(sent.body.contains("ExternalId=outside") && sent.body.contains("DurationSeconds=900"));
            let coded = sent.body.contains("mfa%2Fmaria") && sent.body.contains("TokenCode=123456");
            assert_eq!(coded, mfa.is_some(), "{}", sent.body);
            assert_eq!(sent.body.contains("123456"), mfa.is_some());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_role_that_is_not_given_is_named_with_the_words_of_sts() {
        let told = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>";
        let script = Script::new(move |_| Reply::Says(403, told.to_owned()));
        let finder = finder(&script);
        let error = finder.take_on(&hop(None), &Region::new("eu-west-1"), simulated()).await.unwrap_err();
        let none = Finder::explain(&error);
        assert_eq!(none.kind, TroubleKind::NoCredentials);
        assert!(
            none.text.contains(&format!("role {ROLE} was not given: denied: AccessDenied: not you")),
            "{none}"
        );
    }

    #[test]
    fn another_regions_sts_is_asked_when_this_one_fails_and_not_when_there_is_nothing_to_sign_with() {
        assert!(may_do_better(&CredentialsError::provider_error("no connection")));
        assert!(may_do_better(&CredentialsError::provider_timed_out(Duration::from_secs(3))));
        assert!(may_do_better(&CredentialsError::unhandled("the service failed")));
        assert!(!may_do_better(&CredentialsError::not_loaded("none in the profile")));
        assert!(!may_do_better(&CredentialsError::invalid_configuration("no such profile")));
    }
}
