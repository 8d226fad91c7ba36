//! A scenario: a world, what happens in it, what an operator does, and what must come of it; one TOML each.
//! It must never run anything: it is read, and the world and the tests act on it.

pub mod expect;
pub mod playbooks;
pub mod runbook;
#[cfg(test)]
mod tests;
pub mod world;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use expect::{Expect, That};
pub use world::World;

use super::fault::Injection;

/// A scenario file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is.
    pub scenario: About,
    /// The world it starts from.
    #[serde(default)]
    pub world: World,
    /// What happens.
    #[serde(default)]
    pub timeline: Vec<Moment>,
    /// What the operator does.
    #[serde(default)]
    pub act: Vec<Act>,
    /// What people say to a run that waits for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub say: Vec<Say>,
    /// What must come of it.
    #[serde(default)]
    pub expect: Vec<Expect>,
}

/// What a scenario is, in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Its name, as on the command line.
    pub name: String,
    /// One sentence.
    pub about: String,
    /// How long it runs when nobody stops it.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub length: Duration,
}

/// A fault at a moment, counted from the start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// When.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub at: Duration,
    /// What.
    pub fault: Injection,
    /// What a person who watches should notice, for the drill's record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What the operator does at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// When.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub at: Duration,
    /// Playbook: a built-in one (`switchover`, `failover`, `evacuate`, `failback`, `restore`), or one of
    /// `docs/playbooks` by its name, which is then handed out with the world.
    pub playbook: String,
    /// Region that is left.
    pub from: String,
    /// Region that receives.
    pub to: String,
}

/// What a person says to a run that waits for one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Say {
    /// When.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub at: Duration,
    /// To a step that asks for a second person: `approve`. To one that asks for a hand: `tick`. To what a step
    /// started: `approve`, `reject`, `resume`, `skip`, `ungraceful`, `stop`.
    pub word: String,
    /// Who; without, the operator or, where a second person is asked for, somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

/// ARC endpoints taken away in turn, as AWS does for maintenance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Time from one endpoint's turn to the next one's.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub every: Duration,
    /// How long each is away.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub away: Duration,
}

impl Scenario {
    /// The operators' own playbooks that it is played with, each once, in the order of the acts.
    #[must_use]
    pub fn playbooks(&self) -> Vec<playbooks::Playbook> {
        let mut own: Vec<playbooks::Playbook> = Vec::new();
        for found in self.act.iter().filter_map(|act| playbooks::find(&act.playbook)) {
            if !own.contains(&found) {
                own.push(found);
            }
        }
        own
    }
}

/// The scenarios in the binary, by name.
const FILES: &[(&str, &str)] = &[
    ("calm", include_str!("../../scenarios/calm.toml")),
    ("region-loss", include_str!("../../scenarios/region-loss.toml")),
    ("lag-spike", include_str!("../../scenarios/lag-spike.toml")),
    ("endpoint-rotation", include_str!("../../scenarios/endpoint-rotation.toml")),
    ("safety-rule-blocks", include_str!("../../scenarios/safety-rule-blocks.toml")),
    ("partition", include_str!("../../scenarios/partition.toml")),
    ("three-regions", include_str!("../../scenarios/three-regions.toml")),
    ("endpoints-three-down", include_str!("../../scenarios/endpoints-three-down.toml")),
    ("endpoints-four-down", include_str!("../../scenarios/endpoints-four-down.toml")),
    ("throttled", include_str!("../../scenarios/throttled.toml")),
    ("denied", include_str!("../../scenarios/denied.toml")),
    ("expired-token", include_str!("../../scenarios/expired-token.toml")),
    ("partition-during-promotion", include_str!("../../scenarios/partition-during-promotion.toml")),
    ("region-gone", include_str!("../../scenarios/region-gone.toml")),
    ("pilot-light", include_str!("../../scenarios/pilot-light.toml")),
    ("runbook", include_str!("../../scenarios/runbook.toml")),
    ("runbook-lies", include_str!("../../scenarios/runbook-lies.toml")),
    ("warm-standby", include_str!("../../scenarios/warm-standby.toml")),
    ("game-day", include_str!("../../scenarios/game-day.toml")),
    ("region-switch", include_str!("../../scenarios/region-switch.toml")),
    ("lost-answer", include_str!("../../scenarios/lost-answer.toml")),
    ("dns-weights", include_str!("../../scenarios/dns-weights.toml")),
    ("two-panels", include_str!("../../scenarios/two-panels.toml")),
    ("failback", include_str!("../../scenarios/failback.toml")),
    ("restore", include_str!("../../scenarios/restore.toml")),
    ("detach", include_str!("../../scenarios/detach.toml")),
    ("inverted-check", include_str!("../../scenarios/inverted-check.toml")),
    ("sso-expired", include_str!("../../scenarios/sso-expired.toml")),
    ("mfa-code", include_str!("../../scenarios/mfa-code.toml")),
    ("safety-lever", include_str!("../../scenarios/safety-lever.toml")),
];

/// The scenario that `demo` and `sim` run unless told.
pub const USUAL: &str = "region-loss";

/// The names of the scenarios in the binary.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// The scenario with this name.
///
/// # Errors
/// A sentence that names the scenarios there are, or says what is wrong with the file.
pub fn find(name: &str) -> Result<Scenario, String> {
    let Some((_, text)) = FILES.iter().find(|(n, _)| *n == name) else {
        let known: Vec<_> = names().collect();
        return Err(format!("no scenario {name:?}; there are {}", known.join(", ")));
    };
    parse(text).map_err(|e| format!("scenario {name}: {e}"))
}

/// Reads a scenario file.
///
/// # Errors
/// What the TOML or its keys have wrong, with line and column, or which quota of ARC the world exceeds.
pub fn parse(text: &str) -> Result<Scenario, toml::de::Error> {
    let scenario: Scenario = toml::from_str(text)?;
    scenario.world.within_quotas().map_err(serde::de::Error::custom)?;
    Ok(scenario)
}
