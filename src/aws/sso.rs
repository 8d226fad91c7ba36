//! Credentials of a role by the token of a sign-in at IAM Identity Center.
//!
//! It renews a token where the sign-in said how, and must never begin a sign-in: that is for a person to ask for.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;
use jiff::Timestamp;

use super::credentials::Finder;
use super::error::trouble;
use super::profiles::{Grant, Session};
use super::token::Token;

/// A token is renewed this long before it ends.
const RENEW_BEFORE: Duration = Duration::from_mins(5);

const GRANT: &str = "refresh_token";

/// Nobody is signed in where the profile says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody is signed in at SSO {session}: {why}. Sign in with pointsman login")]
pub(super) struct SignedOut {
    session: String,
    why: String,
}

impl SignedOut {
    fn new(session: &Session, why: impl Into<String>) -> Self {
        Self { session: session.to_string(), why: why.into() }
    }
}

/// The role was not given, and not for want of a sign-in.
#[derive(Debug, thiserror::Error)]
#[error("SSO {session} gave no credentials for the role {role}: {why}")]
struct NotGiven {
    session: String,
    role: String,
    why: String,
}

impl Finder {
    /// Credentials of the role that the profile names, by the token of its sign-in.
    pub(super) async fn granted(
        &self,
        session: &Session,
        grant: Option<&Grant>,
    ) -> Result<Credentials, CredentialsError> {
        let out = |why: String| CredentialsError::invalid_configuration(SignedOut::new(session, why));
        let grant = grant.ok_or_else(|| {
            CredentialsError::invalid_configuration("the profile has no sso_account_id and sso_role_name")
        })?;
        let token = self.token(session).await.map_err(CredentialsError::invalid_configuration)?;
        let client = aws_sdk_sso::Client::new(&self.config(&session.region));
        let ask = client.get_role_credentials().access_token(&token.access);
        let answer = ask.account_id(&grant.account).role_name(&grant.role).send().await;
        let answer = answer.map_err(|error| {
            let ended =
                matches!(error.as_service_error(), Some(GetRoleCredentialsError::UnauthorizedException(_)));
            let why = trouble(error).to_string();
            if ended {
                return out(format!("its token is not taken: {why}"));
            }
            let (session, role) = (session.to_string(), grant.role.clone());
            CredentialsError::provider_error(NotGiven { session, role, why })
        })?;
        let unusable = || CredentialsError::unhandled("SSO gave no credentials");
        let given = answer.role_credentials.ok_or_else(unusable)?;
        let end = Timestamp::from_millisecond(given.expiration).ok().map(SystemTime::from);
        let (key, secret) = given.access_key_id.zip(given.secret_access_key).ok_or_else(unusable)?;
        Ok(Credentials::new(key, secret, given.session_token, end, "SSO"))
    }

    /// The token of a session, renewed where it is about to end and can be.
    ///
    /// # Errors
    /// When there is none that still counts.
    pub(super) async fn token(&self, session: &Session) -> Result<Token, SignedOut> {
        let folder = self.folder().ok_or_else(|| SignedOut::new(session, "HOME is not set"))?;
        let kept = Token::read(&folder, session).map_err(|why| SignedOut::new(session, why))?;
        let token = kept.ok_or_else(|| SignedOut::new(session, "there is no token of a sign-in"))?;
        let now = self.now();
        if token.expires_at > now.saturating_add(RENEW_BEFORE).unwrap_or(Timestamp::MAX) {
            return Ok(token);
        }
        if let Some(newer) = self.renewed(session, &token).await {
            if let Err(why) = newer.keep(&folder, session) {
                tracing::warn!(why, "the renewed sign-in cannot be kept");
            }
            return Ok(newer);
        }
        if token.expires_at > now {
            return Ok(token);
        }
        let ended = token.expires_at.strftime("%Y-%m-%d %H:%M UTC");
        Err(SignedOut::new(session, format!("the sign-in ran out at {ended}")))
    }

    /// The token that comes after this one; `None` where the sign-in gave no way to it, or the service does not.
    async fn renewed(&self, session: &Session, token: &Token) -> Option<Token> {
        let by = &token.renewal;
        let registered = by.registration_expires_at.is_some_and(|end| end > self.now());
        let (id, secret) = by.client_id.as_ref().zip(by.client_secret.as_ref()).filter(|_| registered)?;
        let ask = self.oidc(session).create_token().grant_type(GRANT).client_id(id).client_secret(secret);
        let told = ask.refresh_token(by.refresh_token.as_ref()?).send().await;
        let told = told.map_err(|error| tracing::warn!(why = %trouble(error), "the sign-in was not renewed"));
        let told = told.ok()?;
        let mut newer = Token { access: told.access_token?, ..token.clone() };
        newer.expires_at = self.after(told.expires_in);
        newer.renewal.refresh_token = told.refresh_token.or(newer.renewal.refresh_token);
        Some(newer)
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::http::SharedHttpClient;
    use tempfile::TempDir;

    use super::super::script::{Reply, Script};
    use super::super::token::Renewal;
    use super::*;
    use crate::clock::Clock;
    use crate::config::Access;
    use crate::model::topology::Topology;

    const START: &str = "2026-03-02T09:00:00Z";

    fn corp() -> Session {
        Session {
            name: Some("corp".to_owned()),
            start_url: "https://corp.example/start".to_owned(),
            region: "eu-west-1".to_owned(),
            scopes: Vec::new(),
        }
    }

    fn grant() -> Grant {
        Grant { account: "111122223333".to_owned(), role: "people".to_owned() }
    }

    /// Keeps a token that ends then, with the way to a newer one or without.
    fn keep(folder: &TempDir, ends: &str, renewable: bool) {
        let mut renewal = Renewal::default();
        if renewable {
            renewal = Renewal {
                client_id: Some("client".to_owned()),
                client_secret: Some("hidden".to_owned()),
                registration_expires_at: Some("2026-05-31T09:00:00Z".parse().unwrap()),
                refresh_token: Some("again".to_owned()),
            };
        }
        let (start_url, region) = (corp().start_url, corp().region);
        let (access, expires_at) = ("token-1".to_owned(), ends.parse().unwrap());
        Token { start_url, region, access, expires_at, renewal }.keep(folder.path(), &corp()).unwrap();
    }

    fn finder(folder: &TempDir, script: &Script) -> Finder {
        let access = Access { folder: Some(folder.path().to_owned()), ..Access::default() };
        let clock = Clock::starting_at(START.parse().unwrap(), 1);
        Finder::new(&access, &Topology::default(), &clock, &SharedHttpClient::new(script.clone()))
    }

    /// A portal and the sign-in behind it, of which this one renews.
    fn portal(renews: bool) -> Script {
        Script::new(move |sent| {
            if sent.url.starts_with("https://oidc.eu-west-1.amazonaws.com/token") {
                let told = r#"{"accessToken": "token-2", "expiresIn": 3600, "refreshToken": "and again"}"#;
                let no = r#"{"__type": "InvalidGrantException", "error": "invalid_grant"}"#;
                return if renews { Reply::Says(200, told.into()) } else { Reply::Says(400, no.into()) };
            }
            let role = r#"{"roleCredentials": {"accessKeyId": "ASIAPEOPLE", "secretAccessKey": "secret",
                "sessionToken": "session", "expiration": 1772445600000}}"#;
            Reply::Says(200, role.to_owned())
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_role_is_given_by_the_token_at_the_portal_of_the_sessions_region() {
        let (folder, script) = (TempDir::new().unwrap(), portal(false));
        keep(&folder, "2026-03-02T17:00:00Z", true);
        let given = finder(&folder, &script).granted(&corp(), Some(&grant())).await.unwrap();
        assert_eq!(given.access_key_id(), "ASIAPEOPLE");
        assert_eq!(
            given.expiry(),
            Some(SystemTime::from("2026-03-02T10:00:00Z".parse::<Timestamp>().unwrap()))
        );
        let sent = script.sent();
        assert_eq!(sent.len(), 1, "a token that lasts is not renewed");
        assert!(
            sent[0].url.starts_with("https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?")
        );
        assert!(sent[0].url.contains("role_name=people") && sent[0].url.contains("account_id=111122223333"));
        assert_eq!(sent[0].key, "", "nobody signs it");
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_about_to_end_is_renewed_and_kept_and_one_that_cannot_be_serves_to_its_end() {
        for (ends, renews, tokens) in [
            ("2026-03-02T09:04:00Z", true, Some("token-2")),
            ("2026-03-02T08:00:00Z", true, Some("token-2")),
            ("2026-03-02T09:04:00Z", false, Some("token-1")),
            ("2026-03-02T08:00:00Z", false, None),
        ] {
            let folder = TempDir::new().unwrap();
            keep(&folder, ends, true);
            let finder = finder(&folder, &portal(renews));
            let token = finder.token(&corp()).await.ok().map(|token| token.access);
            assert_eq!(token.as_deref(), tokens, "{ends} {renews}");
            let kept = Token::read(folder.path(), &corp()).unwrap().unwrap();
            let again = if renews { "and again" } else { "again" };
            assert_eq!(kept.renewal.refresh_token.as_deref(), Some(again), "{ends} {renews}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_being_signed_in_is_said_with_why_and_nothing_is_asked() {
        let (folder, script) = (TempDir::new().unwrap(), portal(true));
        let finder = finder(&folder, &script);
        let none = finder.token(&corp()).await.unwrap_err().to_string();
        let hint = ". Sign in with pointsman login";
        assert_eq!(none, format!("nobody is signed in at SSO corp: there is no token of a sign-in{hint}"));
        keep(&folder, "2026-03-01T17:02:00Z", false);
        let over = finder.token(&corp()).await.unwrap_err().to_string();
        let why = "the sign-in ran out at 2026-03-01 17:02 UTC";
        assert_eq!(over, format!("nobody is signed in at SSO corp: {why}{hint}"));
        assert_eq!(script.sent(), []);
    }
}
