//! Resolvers between the clients and the name servers: where each is, which answers it holds and for how long.
//! It must never choose an answer: `choice` does; a resolver only remembers it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::Record;
use super::choice::{self, Vantage};
use crate::sim::world::{World, noise};

/// TTL of a load balancer's own name, and of what an alias to it answers (aws-facts section 6).
const ALB_TTL: u32 = 60;
/// Seconds for which a name that is not there stays so.
const NEGATIVE_TTL: u32 = 60;
/// CNAMEs followed before a resolver gives up.
const LONGEST_CHAIN: usize = 8;

/// A resolver.
#[derive(Clone, Debug, Serialize)]
pub struct Resolver {
    /// Its name.
    pub name: String,
    /// The Region it is near to.
    pub near: usize,
    /// It stands inside that Region and is gone with it.
    pub inside: bool,
    /// Seconds for which it holds an answer at least, whatever the TTL says.
    pub holds: u32,
    /// What it holds, by name and type.
    #[serde(skip)]
    held: BTreeMap<(String, String), Held>,
}

#[derive(Clone, Debug)]
struct Held {
    answer: Answer,
    since: Timestamp,
    ttl: u32,
}

/// What is answered to a question; no record in it is NODATA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether there is such a name.
    pub exists: bool,
    /// Records, from the name that was asked for on.
    pub found: Vec<Found>,
}

/// One record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Name, with the final dot.
    pub name: String,
    /// `A`, `CNAME`, `TXT`, …
    pub kind: String,
    /// Seconds left.
    pub ttl: u32,
    /// Its value as in a zone file.
    pub value: String,
}

impl Resolver {
    /// A resolver that holds nothing yet and keeps to the TTL.
    #[must_use]
    pub fn new(name: &str, near: usize) -> Self {
        Self { name: name.to_owned(), near, inside: false, holds: 0, held: BTreeMap::new() }
    }
}

impl World {
    /// What a resolver answers now; `None` when no answer ever comes.
    pub fn ask_resolver(&mut self, resolver: usize, name: &str, kind: &str) -> Option<Answer> {
        let asked = self.dns.resolvers.get(resolver)?;
        if asked.inside && self.regions.get(asked.near).is_some_and(|region| region.now.lost) {
            return None;
        }
        let key = (name.to_ascii_lowercase(), kind.to_owned());
        if asked.held.get(&key).is_none_or(|held| left(held, self.now) == 0) {
            self.fetch(resolver, key.clone(), self.now);
        }
        let held = self.dns.resolvers.get(resolver)?.held.get(&key)?;
        let left = left(held, self.now);
        let mut answer = held.answer.clone();
        // What it holds it lets go of together.
        answer.found.iter_mut().for_each(|found| found.ttl = left);
        Some(answer)
    }

    /// The clients ask all the time, so a resolver renews the answer for their name as soon as it runs out.
    pub(in crate::sim::world) fn renew_resolvers(&mut self) {
        let keys: Vec<_> = self.dns.names.iter().map(|name| (name.clone(), "A".to_owned())).collect();
        for (at, key) in (0..self.dns.resolvers.len()).flat_map(|at| keys.iter().map(move |key| (at, key))) {
            let known = self.dns.resolvers[at].held.get(key);
            match known {
                Some(held) if left(held, self.now) > 0 => {}
                Some(_) => self.fetch(at, key.clone(), self.now),
                // No two resolvers ran out in the same second when the world began.
                None => {
                    let name = noise::key(&self.dns.resolvers[at].name);
                    let spent = noise::between(self.seed, 0, name, 0.0, f64::from(self.dns.ttl));
                    #[expect(clippy::cast_possible_truncation, reason = "a TTL in seconds")]
                    let spent = SignedDuration::from_secs(spent as i64);
                    let since = self.now.saturating_sub(spent).unwrap_or(self.now);
                    self.fetch(at, key.clone(), since);
                }
            }
        }
    }

    fn fetch(&mut self, resolver: usize, key: (String, String), since: Timestamp) {
        let Some(asking) = self.dns.resolvers.get(resolver) else { return };
        let luck = noise::unit(self.seed, self.ticked, noise::key(&asking.name));
        let answer = self.answer_of(asking.near, luck, &key.0, &key.1);
        let ttl = answer.found.iter().map(|found| found.ttl).min().unwrap_or(NEGATIVE_TTL);
        let ttl = ttl.max(asking.holds);
        self.dns.resolvers[resolver].held.insert(key, Held { answer, since, ttl });
    }

    /// What the name servers answer somebody near a Region; `luck`, 0 to 1, decides between weights.
    #[must_use]
    pub fn answer_of(&self, near: usize, luck: f64, name: &str, kind: &str) -> Answer {
        let mut answer = Answer { exists: false, found: Vec::new() };
        let mut name = name.to_owned();
        for _ in 0..LONGEST_CHAIN {
            let (exists, next) = self.link_of(near, luck, &name, kind, &mut answer.found);
            answer.exists |= exists;
            match next {
                Some(next) => name = next,
                None => break,
            }
        }
        answer
    }

    /// Adds the records of one name of a chain; whether the name exists, and the name it goes on at.
    fn link_of(
        &self,
        near: usize,
        luck: f64,
        name: &str,
        kind: &str,
        out: &mut Vec<Found>,
    ) -> (bool, Option<String>) {
        if let Some(region) = self.region_behind(name) {
            let addresses = if kind == "A" { addresses(&self.regions[region].alb_dns) } else { Vec::new() };
            out.extend(addresses.into_iter().map(|value| found(name, "A", ALB_TTL, value)));
            return (true, None);
        }
        let live = || self.dns.zones.iter().flat_map(|zone| &zone.live).filter(|r| r.name == name);
        let of_kind = |kind: &str| live().filter(|r| r.kind == kind).collect::<Vec<&Record>>();
        if let Some(record) = self.pick(&of_kind(kind), near, luck) {
            if let Some(alias) = &record.alias {
                let behind = self.region_behind(&alias.dns_name).filter(|_| kind == "A");
                let behind = behind.map(|region| addresses(&self.regions[region].alb_dns));
                let behind = behind.into_iter().flatten();
                out.extend(behind.map(|value| found(name, "A", ALB_TTL, value)));
            }
            let ttl = record.ttl.unwrap_or(ALB_TTL);
            out.extend(record.values.iter().map(|value| found(name, kind, ttl, value.clone())));
            return (true, None);
        }
        if let Some(record) = self.pick(&of_kind("CNAME"), near, luck) {
            let value = record.values.first().cloned().unwrap_or_default();
            out.push(found(name, "CNAME", record.ttl.unwrap_or(ALB_TTL), value.clone()));
            return (true, Some(value));
        }
        (live().next().is_some(), None)
    }

    fn pick<'r>(&'r self, records: &[&'r Record], near: usize, luck: f64) -> Option<&'r Record> {
        let region = self.regions.get(near)?;
        let latency = self.groups.get(near).map(|group| group.latency.as_slice()).unwrap_or_default();
        let from = Vantage { country: &region.country, continent: &region.continent, latency };
        let mut before = 0.0;
        let chosen = choice::choose(records, &from, |record| self.record_healthy(record));
        let last = chosen.last().map(|(record, _)| *record);
        let hit = chosen.into_iter().find(|(_, share)| {
            before += share;
            luck < before
        });
        hit.map(|(record, _)| record).or(last)
    }

    /// The Region whose load balancer has this name.
    fn region_behind(&self, name: &str) -> Option<usize> {
        let name = name.strip_suffix('.').unwrap_or(name);
        self.regions.iter().position(|region| region.alb_dns.eq_ignore_ascii_case(name))
    }
}

fn found(name: &str, kind: &str, ttl: u32, value: String) -> Found {
    Found { name: name.to_owned(), kind: kind.to_owned(), ttl, value }
}

/// Whole seconds until an answer runs out.
fn left(held: &Held, now: Timestamp) -> u32 {
    let spent = now.duration_since(held.since).as_secs();
    held.ttl.saturating_sub(u32::try_from(spent).unwrap_or(u32::MAX))
}

/// The addresses of a load balancer, one in each of three zones; the same in every run.
fn addresses(alb: &str) -> Vec<String> {
    let key = noise::key(alb);
    let net = (key >> 16) % 200 + 10;
    (1..=3_u64).map(|zone| format!("10.{net}.{zone}.{}", (key >> (8 * zone)) % 200 + 20)).collect()
}
