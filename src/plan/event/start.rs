//! Who started a run, from where, why, and whether in earnest: what is fixed with its first line.

use serde::{Deserialize, Serialize};

use crate::model::reading::Identity;

/// Who started a run, from where and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The operator.
    pub who: String,
    /// The host.
    pub host: String,
    /// Twelve digits, if the identity was read.
    pub account: Option<String>,
    /// The role that acts, if the identity was read.
    pub role: Option<String>,
    /// The reason given.
    pub reason: String,
    /// It is a drill.
    pub drill: bool,
    /// It acts on a simulated world.
    pub simulated: bool,
}

impl Start {
    /// Who starts a run, from where and why; `identity` is what the credentials were last seen to be.
    #[must_use]
    pub fn new(
        (who, host): (&str, &str),
        identity: Option<&Identity>,
        reason: String,
        simulated: bool,
    ) -> Self {
        Self {
            who: who.to_owned(),
            host: host.to_owned(),
            account: identity.map(|identity| identity.account.clone()),
            role: identity.map(|identity| identity.role().to_owned()),
            reason,
            drill: false,
            simulated,
        }
    }

    /// The same as a drill, or not.
    #[must_use]
    pub fn drilling(self, drill: bool) -> Self {
        Self { drill, ..self }
    }
}
