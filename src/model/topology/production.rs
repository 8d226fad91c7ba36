//! Which accounts and environments are production: where a mistake reaches customers.
//!
//! An environment word that begins with `prod` always is; what is declared only adds to that and never takes away.

/// The pattern of environment words that always are production.
const ALWAYS: &str = "prod*";

/// Declared patterns, in which `*` stands for any letters; case does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Production {
    /// Patterns of account numbers.
    pub accounts: Vec<String>,
    /// Patterns of environment words, beside `prod*`.
    pub environments: Vec<String>,
}

impl Production {
    /// An account of this number is production.
    #[must_use]
    pub fn has_account(&self, account: &str) -> bool {
        self.accounts.iter().any(|pattern| fits(account, pattern))
    }

    /// An environment of this word is production.
    #[must_use]
    pub fn has_environment(&self, word: &str) -> bool {
        fits(word, ALWAYS) || self.environments.iter().any(|pattern| fits(word, pattern))
    }
}

/// The text is what the pattern says, with any letters for each `*`.
fn fits(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.to_lowercase(), pattern.to_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_letters() {
        for (text, pattern) in [
            ("production", "prod*"),
            ("PROD-eu", "prod*"),
            ("111122223333", "1111*"),
            ("eu-live-1", "*live*"),
            ("live", "live"),
            ("abcabd", "a*b*d"),
            ("", "*"),
        ] {
            assert!(fits(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in [
            ("nonprod", "prod*"),
            ("live-2", "live"),
            ("222", "1*"),
            ("ab", "a*bb"),
            ("aba", "ab*ba"),
            ("x", ""),
        ] {
            assert!(!fits(text, pattern), "{text} {pattern}");
        }
    }

    #[test]
    fn what_begins_with_prod_is_production_whatever_is_declared() {
        let declared = Production { accounts: vec!["1111*".into()], environments: vec!["live".into()] };
        for production in [Production::default(), declared.clone()] {
            assert!(production.has_environment("Prod"));
            assert!(!production.has_environment("staging"));
        }
        assert!(declared.has_environment("LIVE") && declared.has_account("111122223333"));
        assert!(!declared.has_account("222211113333"));
    }
}
