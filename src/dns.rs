//! Asks resolvers what users are answered: the addresses of a name, how long they will keep them, and what the same
//! resolver answers for the names that stand behind its records.
//!
//! Each resolver is asked on its own, nothing is remembered between two questions, and nobody is asked who is not
//! declared. It must never see AWS, and never judge an answer: `model::verdict` does.

mod host;
mod way;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures::future::join_all;
use hickory_resolver::Resolver as Asker;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::rr::{Name, RData, RecordType};

use crate::model::reading::{Resolved, Trouble, TroubleKind};
use crate::model::topology::{DnsName, Resolver, Topology};

pub use way::{Letter, Post, Way};

/// The longest one question may take, its one repetition not counted.
const PATIENCE: Duration = Duration::from_secs(2);

/// The declared resolvers, ready to be asked; making it sends nothing.
#[derive(Clone, Debug)]
pub struct Resolvers {
    way: Way,
    known: BTreeMap<String, Option<SocketAddr>>,
}

impl Resolvers {
    /// The resolvers that a workload declares, reached that way.
    #[must_use]
    pub fn new(topology: &Topology, way: Way) -> Self {
        let known = topology.resolvers.iter().map(|Resolver { name, address }| (name.clone(), *address));
        Self { way, known: known.collect() }
    }

    /// The same resolvers, reached another way.
    #[must_use]
    pub fn by(self, way: Way) -> Self {
        Self { way, ..self }
    }

    /// The resolvers that another declaration names, reached the same way.
    #[must_use]
    pub fn of(&self, topology: &Topology) -> Self {
        Self::new(topology, self.way.clone())
    }

    /// What a resolver answers for a name, all its questions asked at the same time.
    ///
    /// # Errors
    /// When it is not declared, cannot be reached, does not answer in time, or refuses.
    pub async fn ask(&self, dns: &DnsName, resolver: &str) -> Result<Resolved, Trouble> {
        let asker = self.asker(resolver)?;
        let kind = if dns.kind == "AAAA" { RecordType::AAAA } else { RecordType::A };
        let behind = dns.records.iter().filter_map(|record| {
            let target = record.target.as_deref()?;
            Some((record.region.clone(), target))
        });
        let behind = join_all(behind.map(async |(region, target)| {
            // A target that cannot be asked for only makes the answer say less.
            let lookup = look_up(&asker, target, kind).await.ok().flatten();
            (region, lookup.map(|lookup| addresses(&lookup)).unwrap_or_default())
        }));
        let (own, behind) = tokio::join!(look_up(&asker, &dns.name, kind), behind);
        let Some(own) = own? else {
            return Ok(Resolved { behind: behind.into_iter().collect(), ..Resolved::default() });
        };
        Ok(Resolved {
            addresses: addresses(&own),
            chain: chain(&own),
            ttl: ttl(&own),
            behind: behind.into_iter().collect(),
        })
    }

    /// A client of one resolver that remembers nothing.
    fn asker(&self, resolver: &str) -> Result<Asker<Way>, Trouble> {
        let declared = self.known.get(resolver);
        let missing = || trouble(TroubleKind::NotFound, format!("no resolver {resolver} is declared"));
        let address = match declared.ok_or_else(missing)? {
            Some(address) => *address,
            None => host::resolver().map_err(|why| trouble(TroubleKind::NotFound, why))?,
        };
        let connection = |mut one: ConnectionConfig| {
            one.port = address.port();
            one
        };
        let connections = vec![connection(ConnectionConfig::udp()), connection(ConnectionConfig::tcp())];
        // What it says is taken, also that there is nothing: it is asked for what it tells users.
        let server = NameServerConfig::new(address.ip(), true, connections);
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        let builder = Asker::builder_with_config(config, self.way.clone()).with_options(options());
        builder.build().map_err(|error| trouble(TroubleKind::Faulty, error.to_string()))
    }
}

fn options() -> ResolverOpts {
    let mut options = ResolverOpts::default();
    options.timeout = PATIENCE;
    options.attempts = 1;
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options
}

/// The answer; `None` when there is no such name or no such record.
async fn look_up(asker: &Asker<Way>, name: &str, kind: RecordType) -> Result<Option<Lookup>, Trouble> {
    let mut asked = Name::from_ascii(name)
        .map_err(|error| trouble(TroubleKind::Refused, format!("{name} is no name: {error}")))?;
    // Without it the search domains of this host would be tried.
    asked.set_fqdn(true);
    match asker.lookup(asked, kind).await {
        Ok(lookup) => Ok(Some(lookup)),
        Err(NetError::Dns(DnsError::NoRecordsFound(_))) => Ok(None),
        Err(error) => Err(told(&error)),
    }
}

fn addresses(lookup: &Lookup) -> Vec<IpAddr> {
    let mut all: Vec<IpAddr> = lookup.answers().iter().filter_map(|record| record.data.ip_addr()).collect();
    all.sort_unstable();
    all
}

fn chain(lookup: &Lookup) -> Vec<String> {
    let next = |data: &RData| match data {
        RData::CNAME(next) => Some(next.0.to_ascii().trim_end_matches('.').to_owned()),
        _ => None,
    };
    lookup.answers().iter().filter_map(|record| next(&record.data)).collect()
}

/// The first record to run out makes the resolver ask again.
fn ttl(lookup: &Lookup) -> Duration {
    let seconds = lookup.answers().iter().map(|record| record.ttl).min().unwrap_or_default();
    Duration::from_secs(u64::from(seconds))
}

fn told(error: &NetError) -> Trouble {
    let kind = match error {
        NetError::Timeout => TroubleKind::TimedOut,
        NetError::Io(_) | NetError::NoConnections => TroubleKind::Unreachable,
        NetError::Dns(DnsError::ResponseCode(_)) => TroubleKind::Refused,
        _ => TroubleKind::Faulty,
    };
    trouble(kind, error.to_string())
}

fn trouble(kind: TroubleKind, text: String) -> Trouble {
    Trouble { kind, text, request_id: None }
}
