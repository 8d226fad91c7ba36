//! Conditions on the world that a step waits for or is interlocked by, as data, and how they stand.
//!
//! A condition is judged by readings that are fresh; what cannot be seen never counts as met. It decides nothing.

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::model::World;
use crate::model::reading::{ControlState, Freshness, Reading, Source};
use crate::model::topology::{Formula, Region, Resolver, Signal, Threshold};
use crate::model::verdict::{self, CANARY, Lamp};

/// Something that must be so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "condition", rename_all = "snake_case")]
pub enum Condition {
    /// A store's link is at most so far behind, in every point of the window.
    Lag {
        /// The store.
        store: String,
        /// Where its data comes from.
        from: Region,
        /// Where it goes.
        to: Region,
        /// At most so far behind.
        below: Duration,
        /// For so long; zero asks for the newest point alone.
        window: Duration,
    },
    /// A signal of a Region is within a limit, or its lamp is ok, in every period of the window.
    Signal {
        /// The Region.
        region: Region,
        /// The signal's name in that Region.
        signal: String,
        /// The limit it must keep; without one its lamp must be ok.
        keeps: Option<Limit>,
        /// For so long; zero asks for the newest period alone.
        window: Duration,
    },
    /// Every canary of a Region succeeds, in every period of the window.
    Canary {
        /// The Region.
        region: Region,
        /// For so long; zero asks for the newest period alone.
        window: Duration,
    },
    /// A service has at least so many tasks that run, and as many as it wants.
    Tasks {
        /// The service's name in the config.
        service: String,
        /// The Region.
        region: Region,
        /// At least so many.
        least: u32,
    },
    /// A routing control is in a state, by what a quorum of the cluster endpoints says.
    Control {
        /// The control's name.
        control: String,
        /// The state.
        state: ControlState,
    },
    /// Resolvers answer a name with one Region alone.
    Dns {
        /// The name.
        name: String,
        /// The Region.
        to: Region,
        /// At least so many of them; without, all that answer.
        least: Option<usize>,
    },
}

/// One side of a value that is to be kept to.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// It stays below this.
    Below(f64),
    /// It stays above this.
    Above(f64),
}

/// By the total order, so that a limit equals itself, whatever number it is.
impl PartialEq for Limit {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Below(one), Self::Below(two)) | (Self::Above(one), Self::Above(two)) => {
                one.total_cmp(two).is_eq()
            }
            _ => false,
        }
    }
}

impl Eq for Limit {}

/// How a condition stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds; with what shows it.
    Met(String),
    /// It does not hold, or not for long enough; with what shows it.
    Unmet(String),
    /// It cannot be seen now; with why.
    Unseen(String),
}

impl Standing {
    /// What shows it, or why it cannot be seen.
    #[must_use]
    pub fn evidence(&self) -> &str {
        match self {
            Self::Met(evidence) | Self::Unmet(evidence) | Self::Unseen(evidence) => evidence,
        }
    }
}

impl Limit {
    fn kept(self, value: f64) -> bool {
        match self {
            Self::Below(limit) => value < limit,
            Self::Above(limit) => value > limit,
        }
    }
}

impl From<Threshold> for Limit {
    fn from(threshold: Threshold) -> Self {
        match threshold {
            Threshold::Below(limit) => Self::Below(limit),
            Threshold::Above(limit) => Self::Above(limit),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Below(limit) => write!(f, "< {limit}"),
            Self::Above(limit) => write!(f, "> {limit}"),
        }
    }
}

impl Condition {
    /// The kind's name, as playbooks write it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Lag { .. } => "wait.lag",
            Self::Signal { .. } => "wait.metric",
            Self::Canary { .. } => "wait.canary",
            Self::Tasks { .. } => "wait.tasks",
            Self::Control { .. } => "wait.control",
            Self::Dns { .. } => "wait.dns",
        }
    }

    /// How it stands by what is known now.
    #[must_use]
    pub fn judge(&self, world: &World, now: Timestamp) -> Standing {
        match self {
            Self::Lag { store, from, to, below, window } => {
                lag(world, (store, from, to), (*below, *window), now)
            }
            Self::Signal { region, signal, keeps, window } => {
                let specs = world.topology().region(region).map(|spec| spec.signals.as_slice());
                match specs.unwrap_or_default().iter().find(|spec| spec.name == *signal) {
                    Some(spec) => signals(world, &[spec], *keeps, *window, now),
                    None => Standing::Unseen(format!("{region} has no signal {signal}")),
                }
            }
            Self::Canary { region, window } => {
                let specs = world.topology().region(region).map(|spec| spec.signals.as_slice());
                let canaries: Vec<&Signal> =
                    specs.unwrap_or_default().iter().filter(|spec| spec.family == CANARY).collect();
                signals(world, &canaries, None, *window, now)
            }
            Self::Tasks { service, region, least } => tasks(world, (service, region), *least, now),
            Self::Control { control, state } => self::control(world, control, *state, now),
            Self::Dns { name, to, least } => answered(world, (name, to), *least, now),
        }
    }

    /// The sources to read afresh while it is waited for; metrics are read at their own pace.
    #[must_use]
    pub fn sources(&self, world: &World) -> Vec<Source> {
        match self {
            Self::Lag { .. } | Self::Canary { .. } => Vec::new(),
            Self::Tasks { service, region, .. } => {
                vec![Source::Service(service.clone(), region.clone())]
            }
            Self::Control { .. } => {
                let endpoints = world.topology().routing.iter().flat_map(|routing| &routing.endpoints);
                endpoints.map(|endpoint| Source::Endpoint(endpoint.region.clone())).collect()
            }
            Self::Dns { name, .. } => {
                let of = |resolver: &Resolver| Source::Resolver(name.clone(), resolver.name.clone());
                world.topology().resolvers.iter().map(of).collect()
            }
            Self::Signal { region, signal, .. } => {
                let specs = world.topology().region(region).map(|spec| spec.signals.as_slice());
                let spec = specs.unwrap_or_default().iter().find(|spec| spec.name == *signal);
                match spec.map(|spec| &spec.formula) {
                    Some(Formula::Alarm { region, .. }) => vec![Source::Alarms(region.clone())],
                    _ => Vec::new(),
                }
            }
        }
    }
}

/// What the resolvers answer that were asked a moment ago; one that does not answer has no vote.
fn answered(world: &World, (name, to): (&str, &Region), least: Option<usize>, now: Timestamp) -> Standing {
    let all = verdict::answers(world, now).into_iter().filter(|answer| answer.name.name == name);
    let seen = all.filter_map(|answer| Some((answer.resolver, answer.seen?)));
    let fresh: Vec<_> = seen.filter(|(_, seen)| seen.freshness == Freshness::Fresh).collect();
    if fresh.is_empty() {
        return Standing::Unseen(format!("no resolver answers for {name}"));
    }
    let agree = fresh.iter().filter(|(_, seen)| seen.leads == [to.clone()]).count();
    let other = fresh.iter().find(|(_, seen)| seen.leads != [to.clone()]);
    let mut words = format!("{agree} of {} resolvers answer {to}", fresh.len());
    if let Some((resolver, seen)) = other {
        let leads = seen.leads.first().map_or_else(|| "something else".to_owned(), ToString::to_string);
        words = format!("{words}; {resolver} answers {leads}, {} of TTL left", verdict::span(seen.left));
    }
    if agree >= least.unwrap_or(fresh.len()) { Standing::Met(words) } else { Standing::Unmet(words) }
}

fn lag(
    world: &World,
    (store, from, to): (&str, &Region, &Region),
    (below, window): (Duration, Duration),
    now: Timestamp,
) -> Standing {
    let samples = verdict::lag_samples(world, store, from, to);
    let Some((newest, value)) = samples.first().copied() else {
        return Standing::Unseen(format!("no lag of {store} {from}→{to} was measured"));
    };
    if verdict::metric_freshness(newest, 60, now) != Freshness::Fresh {
        return Standing::Unseen(format!("the newest lag of {store} is {} old", age(newest, now)));
    }
    let limit = below.as_secs_f64();
    let words = format!("{store} {value:.1}s behind");
    let held = held(&samples, |value| value <= limit);
    enough(held, newest, window, words, &format!("over {}", verdict::limit_text(below)))
}

fn tasks(world: &World, (service, region): (&str, &Region), least: u32, now: Timestamp) -> Standing {
    let source = Source::Service(service.to_owned(), region.clone());
    let seen = world.feed(&source).and_then(|feed| Some((feed.seen()?, feed.freshness(now))));
    let Some(((Reading::Service(reading), at), freshness)) = seen else {
        return Standing::Unseen(format!("no answer from {source} yet"));
    };
    if freshness != Freshness::Fresh {
        return Standing::Unseen(format!("{source} was read {} ago", age(at, now)));
    }
    let words = format!("{} of {} tasks of {service} run in {region}", reading.running, reading.desired);
    let enough = reading.running >= least && reading.running >= reading.desired;
    if enough { Standing::Met(words) } else { Standing::Unmet(words) }
}

fn control(world: &World, control: &str, state: ControlState, now: Timestamp) -> Standing {
    let known = verdict::controls(world, now).into_iter().find(|one| one.name == control);
    match known.and_then(|one| one.state) {
        None => Standing::Unseen(format!("no quorum of endpoints tells the state of {control}")),
        Some(is) if is == state => Standing::Met(format!("{control} {is}")),
        Some(is) => Standing::Unmet(format!("{control} {is}")),
    }
}

fn signals(
    world: &World,
    specs: &[&Signal],
    keeps: Option<Limit>,
    window: Duration,
    now: Timestamp,
) -> Standing {
    let mut met = Vec::new();
    for spec in specs {
        match one(world, spec, keeps, window, now) {
            Standing::Met(evidence) => met.push(evidence),
            other => return other,
        }
    }
    if met.is_empty() {
        Standing::Unseen("no canary is declared there".to_owned())
    } else {
        Standing::Met(met.join(", "))
    }
}

fn one(world: &World, spec: &Signal, keeps: Option<Limit>, window: Duration, now: Timestamp) -> Standing {
    let seen = verdict::signal(world, spec, now);
    let words = format!("{} {}", spec.name, seen.text());
    match &seen.value {
        None => return Standing::Unseen(format!("{} has no value", spec.name)),
        Some(value) if value.freshness != Freshness::Fresh => {
            return Standing::Unseen(format!("{words}, {} old", age(value.at, now)));
        }
        Some(_) => {}
    }
    let fine = |value: f64| {
        keeps.map_or_else(|| verdict::judged(spec, value) == Lamp::Ok, |limit| limit.kept(value))
    };
    let samples = match (&spec.formula, &seen.value) {
        // An alarm has no history here: its window is the service's own.
        (Formula::Alarm { .. }, Some(value)) => {
            let state = if fine(value.value) { Standing::Met } else { Standing::Unmet };
            return state(words);
        }
        _ => verdict::signal_samples(world, spec),
    };
    let Some((newest, _)) = samples.first().copied() else { return Standing::Unseen(words) };
    enough(held(&samples, fine), newest, window, words, "not as wanted")
}

/// Since when every sample in a row was fine: the end of the period before the first of them; `None` when the newest
/// is not. Samples are newest first, at the end of their periods, and a gap ends the row.
fn held(samples: &[(Timestamp, f64)], fine: impl Fn(f64) -> bool) -> Option<Timestamp> {
    let mut since = None;
    let mut last: Option<Timestamp> = None;
    for (at, value) in samples {
        let gap = last.is_some_and(|last| last.duration_since(*at) > GAP);
        if gap || !fine(*value) {
            break;
        }
        since = Some(at.saturating_sub(PERIOD).unwrap_or(*at));
        last = Some(*at);
    }
    since
}

/// The usual period of a metric.
const PERIOD: SignedDuration = SignedDuration::from_secs(60);

/// Two samples further apart than this have one missing between them.
const GAP: SignedDuration = SignedDuration::from_secs(90);

fn enough(
    since: Option<Timestamp>,
    newest: Timestamp,
    window: Duration,
    words: String,
    but: &str,
) -> Standing {
    let Some(since) = since else { return Standing::Unmet(format!("{words}, {but}")) };
    let held = verdict::age(since, newest);
    if window.is_zero() {
        Standing::Met(words)
    } else if held >= window {
        Standing::Met(format!("{words} for {}", verdict::span(held)))
    } else {
        Standing::Unmet(format!("{words} for {} of {}", verdict::span(held), verdict::span(window)))
    }
}

fn age(at: Timestamp, now: Timestamp) -> String {
    verdict::span(verdict::age(at, now))
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let window = match self {
            Self::Lag { store, from, to, below, window } => {
                write!(f, "{store} {from}→{to} at most {} behind", verdict::limit_text(*below))?;
                window
            }
            Self::Signal { region, signal, keeps, window } => {
                match keeps {
                    Some(limit) => write!(f, "{signal} of {region} {limit}")?,
                    None => write!(f, "{signal} of {region} ok")?,
                }
                window
            }
            Self::Canary { region, window } => {
                write!(f, "canaries of {region} ok")?;
                window
            }
            Self::Tasks { service, region, least } => {
                return write!(f, "at least {least} tasks of {service} run in {region}");
            }
            Self::Control { control, state } => return write!(f, "{control} {state}"),
            Self::Dns { name, to, least: None } => return write!(f, "resolvers answer {name} with {to}"),
            Self::Dns { name, to, least: Some(least) } => {
                return write!(f, "at least {least} resolvers answer {name} with {to}");
            }
        };
        if window.is_zero() { Ok(()) } else { write!(f, " for {}", verdict::limit_text(*window)) }
    }
}
