//! SDK clients bound to a Region or to a cluster endpoint, each made when it is first used.
//!
//! No client repeats a request: reads are repeated by the sampler, writes by a person or the run.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region as SdkRegion, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_sts::config::IdentityCache;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder as HttpBuilder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::time::{HostSleep, SdkClock};
use super::wallet::Wallet;
use crate::clock::Clock;
use crate::config::Access;
use crate::model::topology::{Endpoint, Region, Topology};

/// No connection after this long: the endpoint counts as unreachable.
const CONNECT: Duration = Duration::from_secs(2);
/// The longest one request may take.
pub(super) const ATTEMPT: Duration = Duration::from_secs(5);
/// The same at a cluster endpoint, of which there are four more.
const CLUSTER_ATTEMPT: Duration = Duration::from_secs(3);
/// The same at the bastions' own table, which a run asks before each of its writes.
const SHARED_ATTEMPT: Duration = Duration::from_secs(2);

/// The clients, by Region; those of ARC by the Region of their endpoint.
pub(super) struct Bound {
    base: SdkConfig,
    cloudwatch: Shelf<aws_sdk_cloudwatch::Client>,
    rds: Shelf<aws_sdk_rds::Client>,
    dynamodb: Shelf<aws_sdk_dynamodb::Client>,
    fis: Shelf<aws_sdk_fis::Client>,
    region_switch: Shelf<aws_sdk_arcregionswitch::Client>,
    shared: Shelf<aws_sdk_dynamodb::Client>,
    route53: Shelf<aws_sdk_route53::Client>,
    sts: Shelf<aws_sdk_sts::Client>,
    ecs: Shelf<aws_sdk_ecs::Client>,
    ssm: Shelf<aws_sdk_ssm::Client>,
    cluster: Shelf<aws_sdk_route53recoverycluster::Client>,
    arc_config: Shelf<aws_sdk_route53recoverycontrolconfig::Client>,
}

impl Bound {
    pub(super) fn new(access: &Access, clock: &Clock, http: SharedHttpClient, wallet: &Arc<Wallet>) -> Self {
        let mut base = plain_config(clock, http).into_builder();
        base.set_endpoint_url(access.endpoint_url.clone());
        let signer: Arc<dyn ProvideCredentials> = Arc::<Wallet>::clone(wallet);
        base.set_credentials_provider(Some(SharedCredentialsProvider::new(signer)));
        Self {
            base: base.build(),
            cloudwatch: Shelf::default(),
            rds: Shelf::default(),
            dynamodb: Shelf::default(),
            fis: Shelf::default(),
            region_switch: Shelf::default(),
            shared: Shelf::default(),
            route53: Shelf::default(),
            sts: Shelf::default(),
            ecs: Shelf::default(),
            ssm: Shelf::default(),
            cluster: Shelf::default(),
            arc_config: Shelf::default(),
        }
    }

    pub(super) fn cloudwatch(&self, region: &Region) -> aws_sdk_cloudwatch::Client {
        self.cloudwatch.get(region, || aws_sdk_cloudwatch::Client::new(&self.config(region)))
    }

    pub(super) fn rds(&self, region: &Region) -> aws_sdk_rds::Client {
        self.rds.get(region, || aws_sdk_rds::Client::new(&self.config(region)))
    }

    pub(super) fn dynamodb(&self, region: &Region) -> aws_sdk_dynamodb::Client {
        self.dynamodb.get(region, || aws_sdk_dynamodb::Client::new(&self.config(region)))
    }

    pub(super) fn fis(&self, region: &Region) -> aws_sdk_fis::Client {
        self.fis.get(region, || aws_sdk_fis::Client::new(&self.config(region)))
    }

    pub(super) fn region_switch(&self, region: &Region) -> aws_sdk_arcregionswitch::Client {
        self.region_switch.get(region, || aws_sdk_arcregionswitch::Client::new(&self.config(region)))
    }

    /// The client of the bastions' own table. A lease lasts in the host's time, however fast a simulated world runs, so
    /// an answer about it is waited for in that too.
    pub(super) fn shared_table(&self, region: &Region) -> aws_sdk_dynamodb::Client {
        self.shared.get(region, || {
            let config = self.config(region).into_builder().timeout_config(time_outs(SHARED_ATTEMPT));
            let config = config.sleep_impl(SharedAsyncSleep::new(HostSleep)).build();
            aws_sdk_dynamodb::Client::new(&config)
        })
    }

    pub(super) fn route53(&self, region: &Region) -> aws_sdk_route53::Client {
        self.route53.get(region, || aws_sdk_route53::Client::new(&self.config(region)))
    }

    pub(super) fn sts(&self, region: &Region) -> aws_sdk_sts::Client {
        self.sts.get(region, || aws_sdk_sts::Client::new(&self.config(region)))
    }

    pub(super) fn ecs(&self, region: &Region) -> aws_sdk_ecs::Client {
        self.ecs.get(region, || aws_sdk_ecs::Client::new(&self.config(region)))
    }

    pub(super) fn ssm(&self, region: &Region) -> aws_sdk_ssm::Client {
        self.ssm.get(region, || aws_sdk_ssm::Client::new(&self.config(region)))
    }

    pub(super) fn arc_config(&self, region: &Region) -> aws_sdk_route53recoverycontrolconfig::Client {
        self.arc_config
            .get(region, || aws_sdk_route53recoverycontrolconfig::Client::new(&self.config(region)))
    }

    /// The client of one cluster endpoint; its signature is for the endpoint's own Region.
    pub(super) fn cluster(&self, endpoint: &Endpoint) -> aws_sdk_route53recoverycluster::Client {
        self.cluster.get(&endpoint.region, || {
            let config = self.config(&endpoint.region).into_builder().endpoint_url(&endpoint.url);
            let config = config.timeout_config(time_outs(CLUSTER_ATTEMPT)).build();
            aws_sdk_route53recoverycluster::Client::new(&config)
        })
    }

    fn config(&self, region: &Region) -> SdkConfig {
        self.base.to_builder().region(SdkRegion::new(region.as_str().to_owned())).build()
    }
}

/// Clients of one service.
struct Shelf<C>(Mutex<BTreeMap<Region, C>>);

impl<C> Default for Shelf<C> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<C: Clone> Shelf<C> {
    fn get(&self, region: &Region, make: impl FnOnce() -> C) -> C {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clients.entry(region.clone()).or_insert_with(make).clone()
    }
}

/// What all clients share, without credentials, endpoint and Region.
pub(super) fn plain_config(clock: &Clock, http: SharedHttpClient) -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .time_source(SharedTimeSource::new(SdkClock(clock.clone())))
        .sleep_impl(SharedAsyncSleep::new(SdkClock(clock.clone())))
        .timeout_config(time_outs(ATTEMPT))
        .retry_config(RetryConfig::disabled())
        // The wallet remembers credentials for all clients at once.
        .identity_cache(IdentityCache::no_cache())
        // It measures real time, and no answer here is long.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    config.set_app_name(AppName::new("pointsman").ok());
    config.build()
}

pub(super) fn time_outs(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(attempt).build()
}

/// Real sockets, through the proxy that the environment names, as the AWS CLI does. Without TLS and proxy when
/// everything is on plain HTTP; certificates are loaded with the first connection.
pub(super) fn sockets(access: &Access, topology: &Topology) -> SharedHttpClient {
    let clusters = topology.routing.iter().flat_map(|routing| &routing.endpoints).map(|e| e.url.as_str());
    let mut urls = clusters.chain(access.endpoint_url.as_deref());
    if access.endpoint_url.is_some() && urls.all(|url| url.starts_with("http://")) {
        return HttpBuilder::new().build_http();
    }
    HttpBuilder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.build()
    })
}
