//! Where credentials are looked for: where the AWS CLI looks, in its order.
//!
//! The instance metadata service is asked only on an EC2 instance: elsewhere its address only hangs. STS is called
//! in a Region, never at its global endpoint (aws-facts section 8).

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
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::bound::{ATTEMPT, plain_config, time_outs};
use super::time::SdkClock;
use super::wallet::{NoCredentials, none};
use crate::clock::Clock;
use crate::config::Access;
use crate::model::reading::TroubleKind;
use crate::model::topology::{Region, Topology};

/// The Regions whose STS is asked, the host's own first: the one being left may be the one that is down.
fn sts_regions(topology: &Topology) -> Vec<Region> {
    let all = topology.regions.iter().map(|region| &region.name);
    let mut regions: Vec<Region> = topology.home.iter().cloned().collect();
    regions.extend(all.filter(|name| topology.home.as_ref() != Some(name)).cloned());
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
        }
    }

    pub(super) async fn find(self) -> Result<Credentials, NoCredentials> {
        if self.regions.is_empty() && self.access.assume_role.is_none() {
            let base = self.base_provider(None);
            return base.provide_credentials().await.map_err(|e| self.explain(&e));
        }
        let mut last = none("no Region is declared whose STS could be asked");
        for region in &self.regions {
            match self.find_by(region).await {
                Ok(credentials) => return Ok(credentials),
                Err(error) => {
                    last = self.explain(&error);
                    if !may_do_better(&error) {
                        break;
                    }
                }
            }
        }
        Err(last)
    }

    /// Looks for credentials where every STS call, the profile's own ones too, goes to this Region.
    async fn find_by(&self, region: &Region) -> Result<Credentials, CredentialsError> {
        let base = self.base_provider(Some(region));
        match &self.access.assume_role {
            Some(role) => self.assume(role, region, base).await,
            None => base.provide_credentials().await,
        }
    }

    async fn assume(
        &self,
        role: &str,
        region: &Region,
        base: SharedCredentialsProvider,
    ) -> Result<Credentials, CredentialsError> {
        let provider = AssumeRoleProvider::builder(role)
            .configure(&self.base)
            .region(SdkRegion::new(region.as_str().to_owned()))
            .session_name("pointsman")
            .build_from_provider(base)
            .await;
        provider.provide_credentials().await
    }

    /// What the operator is told when credentials cannot be had.
    fn explain(&self, error: &CredentialsError) -> NoCredentials {
        if matches!(error, CredentialsError::CredentialsNotLoaded(_)) {
            return none(&self.access.profile.as_ref().map_or_else(
                || {
                    "none in the environment, the shared AWS files, a web identity token or the container"
                        .to_owned()
                },
                |name| format!("none in the profile {name}"),
            ));
        }
        let chain = std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |e| e.source());
        let mut words: Vec<String> = chain.map(ToString::to_string).collect();
        words.dedup();
        let text = words.join(": ").replace('\n', " ");
        let ended = text.to_ascii_lowercase().contains("expired");
        NoCredentials { kind: if ended { TroubleKind::Expired } else { TroubleKind::NoCredentials }, text }
    }

    /// Where the AWS CLI looks, in its order; a named profile comes before the environment.
    fn base_provider(&self, region: Option<&Region>) -> SharedCredentialsProvider {
        let config = self.provider_config(region);
        let environment = EnvironmentVariableCredentialsProvider::new();
        if let Some(name) = &self.access.profile {
            let profile = ProfileFileCredentialsProvider::builder().configure(&config).profile_name(name);
            return SharedCredentialsProvider::new(profile.build());
        }
        let chain = CredentialsProviderChain::first_try("Environment", environment);
        if self.access.is_simulated() {
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

    fn provider_config(&self, region: Option<&Region>) -> ProviderConfig {
        ProviderConfig::empty()
            .with_region(region.map(|region| SdkRegion::new(region.as_str().to_owned())))
            .with_http_client(self.http.clone())
            .with_time_source(SdkClock(self.clock.clone()))
            .with_sleep_impl(SdkClock(self.clock.clone()))
            .with_timeout_config(time_outs(ATTEMPT))
    }
}

/// Whether another Region's STS may do better: where there are no credentials, or they are written wrongly, it will
/// not.
fn may_do_better(error: &CredentialsError) -> bool {
    !matches!(error, CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_))
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn another_regions_sts_is_asked_when_this_one_fails_and_not_when_there_is_nothing_to_sign_with() {
        assert!(may_do_better(&CredentialsError::provider_error("no connection")));
        assert!(may_do_better(&CredentialsError::provider_timed_out(Duration::from_secs(3))));
        assert!(may_do_better(&CredentialsError::unhandled("the service failed")));
        assert!(!may_do_better(&CredentialsError::not_loaded("none in the profile")));
        assert!(!may_do_better(&CredentialsError::invalid_configuration("no such profile")));
    }
}
