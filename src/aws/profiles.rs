//! The profiles of the shared AWS files as a chain: what the first credentials are, and which roles follow.
//!
//! It reads what the files say and sends nothing. A chain that comes back to itself is refused.

use std::fmt;
use std::path::Path;

use aws_config::profile::{Profile, ProfileFileCredentialsProvider, ProfileFileLoadError, ProfileSet};
use aws_credential_types::Credentials;

/// How a profile comes to its credentials.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    /// The profile of the first credentials.
    pub(super) profile: String,
    /// What they are.
    pub(super) leaf: Leaf,
    /// The roles that are taken on with them, in this order.
    pub(super) hops: Vec<Hop>,
}

/// The first credentials of a chain.
#[derive(Clone, Debug)]
pub(super) enum Leaf {
    /// Keys in the files.
    Keys(Credentials),
    /// A sign-in at IAM Identity Center, and the role that it is for.
    Sso(Session, Option<Grant>),
    /// What a program prints.
    Process,
    /// A role by a token in a file.
    WebIdentity,
    /// The variables of the environment.
    Environment,
    /// The role of the container, which the environment names.
    Container,
    /// The role of the instance.
    Instance,
}

/// Where people sign in at IAM Identity Center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    /// Its name; without one it is the older form, named by its URL.
    pub(super) name: Option<String>,
    pub(super) start_url: String,
    pub(super) region: String,
    /// What its tokens may be used for.
    pub(super) scopes: Vec<String>,
}

/// The role that a sign-in gives credentials of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) account: String,
    pub(super) role: String,
}

/// One role of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hop {
    /// The profile that says it.
    pub(super) profile: String,
    pub(super) role: String,
    pub(super) external_id: Option<String>,
    pub(super) session: Option<String>,
    /// Seconds that the session is to last.
    pub(super) lasts: Option<i32>,
    /// The device whose code it asks for.
    pub(super) mfa: Option<String>,
}

/// Why a profile leads to no credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    #[error("there is no profile {0} in the shared AWS files")]
    NoProfile(String),
    #[error("the profile {0} has no credentials and names no source of them")]
    Empty(String),
    #[error("the profiles come back to themselves: {0}")]
    Round(String),
    #[error("the profile {profile}: {what}")]
    Wrong { profile: String, what: String },
}

/// The shared AWS files, as they are now: those of this folder, else where the environment says.
#[expect(clippy::default_trait_access, reason = "the crate that names these types is no dependency")]
pub(super) async fn load(folder: Option<&Path>) -> Result<ProfileSet, ProfileFileLoadError> {
    let (disk, variables) = (Default::default(), Default::default());
    let files = folder.map(files).unwrap_or_default();
    aws_config::profile::load(&disk, &variables, &files, None).await
}

/// What asks for the credentials of a profile whose source the SDK knows how to ask.
pub(super) fn provider(folder: Option<&Path>) -> aws_config::profile::credentials::Builder {
    let provider = ProfileFileCredentialsProvider::builder();
    match folder {
        Some(folder) => provider.profile_files(files(folder)),
        None => provider,
    }
}

#[expect(deprecated, reason = "the newer path is in a crate that is no dependency")]
type Files = aws_config::profile::profile_file::ProfileFiles;

/// Those of the two files that are in a folder.
#[expect(deprecated, reason = "the newer path is in a crate that is no dependency")]
fn files(folder: &Path) -> Files {
    use aws_config::profile::profile_file::ProfileFileKind;
    let mut files = Files::builder();
    for (kind, name) in [(ProfileFileKind::Config, "config"), (ProfileFileKind::Credentials, "credentials")] {
        let file = folder.join(name);
        if file.exists() {
            files = files.with_file(kind, file);
        }
    }
    files.build()
}

/// The longest chain that is followed.
const LONGEST: usize = 10;

impl Chain {
    /// The chain of a profile.
    pub(super) fn of(set: &ProfileSet, name: &str) -> Result<Self, Unfit> {
        let mut seen: Vec<String> = Vec::new();
        let mut hops = Vec::new();
        let mut at = name.to_owned();
        loop {
            let profile = set.get_profile(&at).ok_or_else(|| Unfit::NoProfile(at.clone()))?;
            seen.push(at.clone());
            match next(set, profile, &at)? {
                Next::Leaf(leaf) => return Ok(Self { profile: at, leaf, hops }),
                Next::Role(hop, Base::Leaf(leaf)) => {
                    hops.insert(0, hop);
                    return Ok(Self { profile: at, leaf, hops });
                }
                Next::Role(hop, Base::Profile(source)) => {
                    hops.insert(0, hop);
                    if seen.contains(&source) || seen.len() == LONGEST {
                        seen.push(source);
                        return Err(Unfit::Round(seen.join(" → ")));
                    }
                    at = source;
                }
            }
        }
    }

    /// The device whose code the chain asks for, with the profile that says it.
    pub(super) fn mfa(&self) -> Option<(&str, &str)> {
        self.hops.iter().find_map(|hop| Some((hop.profile.as_str(), hop.mfa.as_deref()?)))
    }
}

impl Chain {
    /// Where its people sign in; the error says what it has instead.
    pub(super) fn session(self) -> Result<Session, String> {
        match self.leaf {
            Leaf::Sso(session, _) => Ok(session),
            _ => Err(format!("the credentials are no sign-in at IAM Identity Center but {self}")),
        }
    }
}

/// What one profile says.
enum Next {
    Leaf(Leaf),
    Role(Hop, Base),
}

/// With what a role is taken on.
enum Base {
    Profile(String),
    Leaf(Leaf),
}

fn next(set: &ProfileSet, profile: &Profile, name: &str) -> Result<Next, Unfit> {
    let wrong = |what: &str| Unfit::Wrong { profile: name.to_owned(), what: what.to_owned() };
    let Some(role) = profile.get("role_arn") else { return leaf(set, profile, name).map(Next::Leaf) };
    if profile.get("web_identity_token_file").is_some() {
        return Ok(Next::Leaf(Leaf::WebIdentity));
    }
    let base = match (profile.get("source_profile"), profile.get("credential_source")) {
        (Some(_), Some(_)) => return Err(wrong("it has both source_profile and credential_source")),
        (None, None) => return Err(wrong("role_arn needs source_profile or credential_source")),
        // A profile may name itself: it then takes on its role with its own keys.
        (Some(source), None) if source == name => {
            Base::Leaf(keys(profile).map(Leaf::Keys).ok_or_else(|| {
                let round = format!("{name} → {name}");
                Unfit::Round(round)
            })?)
        }
        (Some(source), None) => Base::Profile(source.to_owned()),
        (None, Some(source)) => Base::Leaf(named(source).ok_or_else(|| {
            let what = "credential_source is Environment, EcsContainer or Ec2InstanceMetadata";
            wrong(what)
        })?),
    };
    let text = |key: &str| profile.get(key).map(str::to_owned);
    let lasts = profile.get("duration_seconds").map(str::parse).transpose();
    let hop = Hop {
        profile: name.to_owned(),
        role: role.to_owned(),
        external_id: text("external_id"),
        session: text("role_session_name"),
        lasts: lasts.map_err(|_| wrong("duration_seconds is a number of seconds"))?,
        mfa: text("mfa_serial"),
    };
    Ok(Next::Role(hop, base))
}

/// The sources that `credential_source` knows.
fn named(source: &str) -> Option<Leaf> {
    Some(match source {
        "Environment" => Leaf::Environment,
        "EcsContainer" => Leaf::Container,
        "Ec2InstanceMetadata" => Leaf::Instance,
        _ => return None,
    })
}

/// The credentials of a profile without a role, in the order in which the SDK takes them.
fn leaf(set: &ProfileSet, profile: &Profile, name: &str) -> Result<Leaf, Unfit> {
    if let Some(session) = session(set, profile, name)? {
        let text = |key: &str| profile.get(key).map(str::to_owned);
        let grant = text("sso_account_id").zip(text("sso_role_name"));
        return Ok(Leaf::Sso(session, grant.map(|(account, role)| Grant { account, role })));
    }
    if profile.get("credential_process").is_some() {
        return Ok(Leaf::Process);
    }
    keys(profile).map(Leaf::Keys).ok_or_else(|| Unfit::Empty(name.to_owned()))
}

fn session(set: &ProfileSet, profile: &Profile, name: &str) -> Result<Option<Session>, Unfit> {
    let wrong = |what: String| Unfit::Wrong { profile: name.to_owned(), what };
    let Some(session) = profile.get("sso_session") else {
        let Some(start_url) = profile.get("sso_start_url") else { return Ok(None) };
        let region = profile.get("sso_region").ok_or_else(|| wrong("sso_region is missing".to_owned()))?;
        let (start_url, region) = (start_url.to_owned(), region.to_owned());
        return Ok(Some(Session { name: None, start_url, region, scopes: Vec::new() }));
    };
    let of = set.sso_session(session).ok_or_else(|| wrong(format!("there is no [sso-session {session}]")))?;
    let text = |key: &str| {
        of.get(key).map(str::to_owned).ok_or_else(|| wrong(format!("sso-session {session} has no {key}")))
    };
    let scopes = of.get("sso_registration_scopes").unwrap_or("sso:account:access");
    let scopes = scopes.split(',').map(|scope| scope.trim().to_owned()).collect();
    let (start_url, region) = (text("sso_start_url")?, text("sso_region")?);
    Ok(Some(Session { name: Some(session.to_owned()), start_url, region, scopes }))
}

fn keys(profile: &Profile) -> Option<Credentials> {
    let (key, secret) = (profile.get("aws_access_key_id")?, profile.get("aws_secret_access_key")?);
    let token = profile.get("aws_session_token").map(str::to_owned);
    Some(Credentials::new(key, secret, token, None, "Profile"))
}

/// The name of a role, without its account and path.
pub(super) fn role_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.as_deref().unwrap_or(&self.start_url))
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let profile = &self.profile;
        match &self.leaf {
            Leaf::Keys(_) => write!(f, "keys of profile {profile}"),
            Leaf::Sso(session, _) => write!(f, "SSO {session} of profile {profile}"),
            Leaf::Process => write!(f, "credential_process of profile {profile}"),
            Leaf::WebIdentity => write!(f, "web identity token of profile {profile}"),
            Leaf::Environment => f.write_str("environment"),
            Leaf::Container => f.write_str("container role"),
            Leaf::Instance => f.write_str("instance role"),
        }?;
        for hop in &self.hops {
            write!(f, " → role {}", role_name(&hop.role))?;
            if hop.mfa.is_some() {
                f.write_str(" with MFA")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(
        deprecated,
        clippy::default_trait_access,
        reason = "the newer path is in a crate that is no dependency"
    )]
    async fn chain(text: &str, name: &str) -> Result<Chain, Unfit> {
        use aws_config::profile::profile_file::{ProfileFileKind, ProfileFiles};
        let files = ProfileFiles::builder().with_contents(ProfileFileKind::Config, text).build();
        let (disk, variables) = (Default::default(), Default::default());
        let set = aws_config::profile::load(&disk, &variables, &files, None).await.unwrap();
        Chain::of(&set, name)
    }

    const KEYS: &str = "aws_access_key_id = AKID\naws_secret_access_key = secret\n";

    fn role(profile: &str, role: &str, source: &str) -> String {
        let arn = format!("arn:aws:iam::111122223333:role/path/{role}");
        format!("[profile {profile}]\nrole_arn = {arn}\nsource_profile = {source}\n")
    }

    #[tokio::test]
    async fn a_chain_is_followed_to_its_first_credentials() {
        let ops = role("ops", "ops-failover", "middle");
        let device = "mfa_serial = arn:aws:iam::111122223333:mfa/maria\nduration_seconds = 3600\n";
        let middle = role("middle", "hop", "base");
        let text = format!("{ops}{device}{middle}[profile base]\n{KEYS}");
        let found = chain(&text, "ops").await.unwrap();
        assert_eq!(found.to_string(), "keys of profile base → role hop → role ops-failover with MFA");
        assert_eq!(found.mfa(), Some(("ops", "arn:aws:iam::111122223333:mfa/maria")));
        assert_eq!(found.hops[1].lasts, Some(3600));
        let own = format!("{}{KEYS}", role("own", "x", "own"));
        assert_eq!(chain(&own, "own").await.unwrap().to_string(), "keys of profile own → role x");
    }

    #[tokio::test]
    async fn a_chain_that_comes_back_is_refused() {
        let text = format!("{}{}{}", role("a", "x", "b"), role("b", "x", "c"), role("c", "x", "b"));
        let why = chain(&text, "a").await.unwrap_err().to_string();
        assert_eq!(why, "the profiles come back to themselves: a → b → c → b");
        let why = chain(&role("a", "x", "a"), "a").await.unwrap_err().to_string();
        assert_eq!(why, "the profiles come back to themselves: a → a");
    }

    #[tokio::test]
    async fn a_sign_in_is_a_session_or_the_older_form() {
        let session = "[profile ops]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = ops\n\
                       [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n";
        assert_eq!(chain(session, "ops").await.unwrap().to_string(), "SSO corp of profile ops");
        let older = "[profile ops]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n";
        let found = chain(older, "ops").await.unwrap().to_string();
        assert_eq!(found, "SSO https://corp.example/start of profile ops");
    }

    #[tokio::test]
    async fn what_leads_nowhere_is_said() {
        for (text, why) in [
            (role("ops", "x", "gone").as_str(), "there is no profile gone in the shared AWS files"),
            (
                "[profile ops]\nregion = eu-west-1\n",
                "the profile ops has no credentials and names no source of them",
            ),
            ("[profile ops]\nsso_session = corp\n", "the profile ops: there is no [sso-session corp]"),
            (
                "[profile ops]\nrole_arn = arn:aws:iam::111122223333:role/x\n",
                "the profile ops: role_arn needs source_profile or credential_source",
            ),
        ] {
            assert_eq!(chain(text, "ops").await.unwrap_err().to_string(), why);
        }
    }
}
