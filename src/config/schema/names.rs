//! The sections of names: what users resolve, and whom we ask.

use super::sections::{POLICIES, RECORD_TYPES, may, must, or};
use super::{Kind, Section};

/// `[[dns]]`.
pub(in crate::config) static DNS: Section = Section {
    header: "[[dns]]",
    means: "A name that users resolve, in a Route 53 hosted zone.",
    fields: &[
        must("name", Kind::DnsName, "The full name."),
        must("zone", Kind::Zone, "The hosted zone's id."),
        or("type", Kind::Choice(RECORD_TYPES), "A", "The type of its records."),
        must("policy", Kind::Choice(POLICIES), "The routing policy that its records share."),
        or(
            "ttl",
            Kind::Span,
            "60s",
            "How long resolvers keep an answer; an alias to a load balancer has 60 s.",
        ),
        must("records", Kind::Tables(&RECORD), "Its records."),
    ],
};

/// `[[dns.records]]`.
pub(in crate::config) static RECORD: Section = Section {
    header: "[[dns.records]]",
    means: "A record of the name.",
    fields: &[
        must("id", Kind::Text, "Its `SetIdentifier`, unique in the name."),
        must("region", Kind::Region, "The Region it leads to."),
        may("health_check", Kind::HealthCheck, "The id of the health check that decides on it."),
        may(
            "target",
            Kind::DnsName,
            "The DNS name that stands behind it in its Region, such as a load balancer's. It tells which Region an \
            answer leads to, and is what a record is written back to.",
        ),
        may("target_zone", Kind::Zone, "The hosted zone id of `target`, which an alias record needs."),
    ],
};

/// `[[resolvers]]`.
pub(in crate::config) static RESOLVER: Section = Section {
    header: "[[resolvers]]",
    means: "A resolver that is asked for the names under [[dns]], to prove that users are answered with the Region \
            that receives. Left out, it is the one this host uses, and none on a simulated platform; nothing else is \
            asked.",
    fields: &[
        must("name", Kind::Text, "Its name on the screen."),
        must(
            "address",
            Kind::Resolver,
            "Its address, with a port if it is not 53; `system` is the one this host uses.",
        ),
    ],
};
