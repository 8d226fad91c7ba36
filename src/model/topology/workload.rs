//! Which workload something belongs to, so that nothing meant for one is done to another.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Topology;

/// A workload by what tells it from every other: its name, its environment and the account it must be in.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Workload {
    /// Its name.
    pub name: String,
    /// Its environment word.
    pub environment: String,
    /// The twelve digits of its account, where the config says them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

impl Topology {
    /// Which workload this is.
    #[must_use]
    pub fn which(&self) -> Workload {
        Workload {
            name: self.workload.clone(),
            environment: self.environment.clone(),
            account: self.account.clone(),
        }
    }
}

impl Workload {
    /// Something says which workload it is for; what was written down before anything did is for none.
    #[must_use]
    pub fn is_known(&self) -> bool {
        *self != Self::default()
    }

    /// Both are the same workload in the same account. An account that only one of them knows contradicts nothing.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let accounts = self.account.as_ref().zip(other.account.as_ref());
        self.name == other.name
            && self.environment == other.environment
            && accounts.is_none_or(|(mine, others)| mine == others)
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.name, self.environment)?;
        match &self.account {
            Some(account) => write!(f, ", account {account}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(name: &str, environment: &str, account: Option<&str>) -> Workload {
        Workload {
            name: name.to_owned(),
            environment: environment.to_owned(),
            account: account.map(str::to_owned),
        }
    }

    #[test]
    fn name_environment_and_account_tell_them_apart() {
        let shop = workload("shop", "production", Some("111122223333"));
        assert!(shop.is_same(&shop) && shop.is_same(&workload("shop", "production", None)));
        for other in [
            workload("shop", "staging", Some("111122223333")),
            workload("shop", "production", Some("444455556666")),
            workload("till", "production", Some("111122223333")),
            Workload::default(),
        ] {
            assert!(!shop.is_same(&other) && !other.is_same(&shop), "{other}");
        }
        assert_eq!(shop.to_string(), "shop in production, account 111122223333");
    }
}
