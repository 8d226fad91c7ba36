//! What this console leans on, from its config and from the AWS files of this host.
//!
//! Nothing is asked of anyone, least of all of the instance metadata service: what is not declared is not known.

use std::path::PathBuf;

use crate::config::Config;
use crate::model::own::{Lean, Own, Part};
use crate::model::topology::Region;

/// How many profiles a profile may lean on in a row.
const DEEP: usize = 5;

/// What the console of this config leans on. `variable` reads the environment.
pub(super) fn own(config: &Config, variable: impl Fn(&str) -> Option<String>) -> Own {
    let mut leans = Vec::new();
    if let Some(home) = &config.topology.home {
        let name = "this host and its resolver".to_owned();
        leans.push(Lean { part: Part::Host, name, regions: vec![home.clone()] });
    }
    if !config.simulated {
        let profile = config.access.profile.clone().or_else(|| variable("AWS_PROFILE"));
        let profile = profile.unwrap_or_else(|| "default".to_owned());
        let beside = config.access.folder.as_ref().map(|folder| folder.join("config"));
        let file = beside.or_else(|| file(&variable));
        let text = file.and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
        if let Some(region) = sign_in(&text, &profile) {
            let name = format!("the sign-in of profile {profile}");
            leans.push(Lean { part: Part::SignIn, name, regions: vec![region] });
        }
    }
    if let Some(shared) = &config.shared {
        let name = format!("the table {}", shared.table);
        leans.push(Lean { part: Part::Table, name, regions: shared.regions.clone() });
    }
    Own { leans }
}

/// The shared config file, where the AWS CLI looks for it.
fn file(variable: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let named = variable("AWS_CONFIG_FILE").filter(|name| !name.is_empty()).map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".aws/config")))
}

/// The Region of IAM Identity Center that a profile signs in at, its own or that of the one it takes its role from.
fn sign_in(text: &str, profile: &str) -> Option<Region> {
    let mut profile = profile.to_owned();
    for _ in 0..DEEP {
        let header = if profile == "default" { "default".to_owned() } else { format!("profile {profile}") };
        let value = |key: &str| value(text, &header, key);
        let session = value("sso_session");
        let of_session =
            session.and_then(|session| self::value(text, &format!("sso-session {session}"), "sso_region"));
        if let Some(region) = of_session.or_else(|| value("sso_region")) {
            return Some(Region::new(region));
        }
        value("source_profile")?.clone_into(&mut profile);
    }
    None
}

/// The value of a key in a section of an INI text.
fn value<'a>(text: &'a str, header: &str, key: &str) -> Option<&'a str> {
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            inside = name.split_whitespace().eq(header.split_whitespace());
        } else if inside
            && let Some((name, value)) = line.split_once('=')
            && name.trim() == key
        {
            return Some(value.trim());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
[default]
region = us-west-2
[profile ops]
role_arn = arn:aws:iam::111122223333:role/ops-failover
source_profile = people
[profile people]
sso_session = corp
[sso-session corp]
sso_region = eu-west-1
[profile old]
sso_region=us-east-1
[profile round]
source_profile = round
";

    #[test]
    fn the_sign_in_of_a_profile_is_found_through_what_it_leans_on() {
        let of = |profile| sign_in(FILE, profile).map(|region| region.to_string());
        assert_eq!(of("ops").as_deref(), Some("eu-west-1"));
        assert_eq!(of("old").as_deref(), Some("us-east-1"));
        assert_eq!((of("default"), of("none"), of("round")), (None, None, None));
    }
}
