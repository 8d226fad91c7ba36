//! Signing in at IAM Identity Center with a code that a person confirms in a browser.
//!
//! It begins only because a person asked. The token goes where the AWS CLI keeps its own, readable by nobody else, and
//! is never said or logged.

use std::fmt::{self, Write as _};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sdk_ssooidc::Client;
use aws_sdk_ssooidc::operation::create_token::{CreateTokenError, CreateTokenOutput};
use aws_sdk_sts::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use jiff::Timestamp;
use serde::Serialize;
use sha1::{Digest, Sha1};

use super::Clients;
use super::error::trouble;
use super::profiles::Session;
use crate::model::reading::TroubleKind;

/// How often the token is asked for where the service does not say, and by how much slower where it asks for that.
const USUAL: Duration = Duration::from_secs(5);

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What a person confirms in a browser.
#[derive(Clone)]
pub struct Device {
    /// The page, which shows the code already.
    pub url: String,
    /// The code that the page must show.
    pub code: String,
    /// Until when it can be confirmed.
    pub until: Timestamp,
    every: Duration,
    secret: String,
    client: Registered,
    session: Session,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device").field("url", &self.url).field("until", &self.until).finish_non_exhaustive()
    }
}

/// This program, as the service knows it.
#[derive(Clone)]
struct Registered {
    id: String,
    secret: String,
    until: Option<Timestamp>,
}

/// Why nobody was signed in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSignedIn {
    /// There is nothing to sign in at.
    #[error("{0}")]
    Nowhere(String),
    /// It was said no to, or not confirmed in time.
    #[error("{0}")]
    Refused(String),
    /// The service did not answer, or not so that it can be used.
    #[error("{0}")]
    Unknown(String),
}

/// What the AWS CLI and the SDKs read.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kept<'a> {
    start_url: &'a str,
    region: &'a str,
    access_token: &'a str,
    expires_at: String,
    client_id: &'a str,
    client_secret: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
}

impl Clients {
    /// Asks for a code that a person confirms, at the sign-in that the profile of the config leads to.
    ///
    /// # Errors
    /// When the profile leads to none, or the service does not answer.
    pub async fn begin_sign_in(&self) -> Result<Device, NotSignedIn> {
        let session = self.inner.wallet.finder().session().await.map_err(NotSignedIn::Nowhere)?;
        let client = self.oidc(&session);
        let ask = client.register_client().client_name("pointsman").client_type("public");
        let scopes = Some(session.scopes.clone()).filter(|scopes| !scopes.is_empty());
        let told = ask
            .set_scopes(scopes)
            .send()
            .await
            .map_err(|error| NotSignedIn::Unknown(trouble(error).to_string()))?;
        let registered = Registered {
            id: told.client_id.unwrap_or_default(),
            secret: told.client_secret.unwrap_or_default(),
            until: Timestamp::from_second(told.client_secret_expires_at).ok().filter(|at| at.as_second() > 0),
        };
        let ask = client.start_device_authorization().client_id(&registered.id);
        let ask = ask.client_secret(&registered.secret).start_url(&session.start_url);
        let told = ask.send().await.map_err(|error| NotSignedIn::Unknown(trouble(error).to_string()))?;
        let url = told.verification_uri_complete.or(told.verification_uri);
        let missing = || NotSignedIn::Unknown("the sign-in service gave no page or code".to_owned());
        let every = u64::try_from(told.interval).ok().filter(|seconds| *seconds > 0);
        Ok(Device {
            url: url.ok_or_else(missing)?,
            code: told.user_code.ok_or_else(missing)?,
            until: self.after(told.expires_in),
            every: every.map_or(USUAL, Duration::from_secs),
            secret: told.device_code.ok_or_else(missing)?,
            client: registered,
            session,
        })
    }

    /// Waits until a person has confirmed the code, and keeps the token. Clients that wait for credentials find it with
    /// their next look.
    ///
    /// # Errors
    /// When it was refused or has run out, or the token cannot be kept.
    pub async fn finish_sign_in(&self, device: &Device) -> Result<(), NotSignedIn> {
        let client = self.oidc(&device.session);
        let mut every = device.every;
        loop {
            self.inner.clock.sleep(every).await;
            let ask = client.create_token().grant_type(GRANT).device_code(&device.secret);
            let asked = ask.client_id(&device.client.id).client_secret(&device.client.secret).send().await;
            match asked {
                Ok(token) => return self.keep(device, &token),
                Err(error) => every += wait(error)?,
            }
            if self.inner.clock.now() >= device.until {
                return Err(NotSignedIn::Refused("the code was not confirmed in time".to_owned()));
            }
        }
    }

    fn keep(&self, device: &Device, told: &CreateTokenOutput) -> Result<(), NotSignedIn> {
        let session = &device.session;
        let text = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let given = told.access_token();
        let token = Kept {
            start_url: &session.start_url,
            region: &session.region,
            access_token: given.ok_or_else(|| NotSignedIn::Unknown("no token was given".to_owned()))?,
            expires_at: text(self.after(told.expires_in())),
            client_id: &device.client.id,
            client_secret: &device.client.secret,
            registration_expires_at: device.client.until.map(text),
            refresh_token: told.refresh_token(),
        };
        let home =
            std::env::var_os("HOME").ok_or_else(|| NotSignedIn::Unknown("HOME is not set".to_owned()))?;
        let path = cached(Path::new(&home), session);
        write(&path, &token).map_err(|why| NotSignedIn::Unknown(format!("{}: {why}", path.display())))?;
        self.inner.wallet.look_again();
        Ok(())
    }

    /// So many seconds from now.
    fn after(&self, seconds: i32) -> Timestamp {
        let now = self.inner.clock.now();
        now.checked_add(jiff::SignedDuration::from_secs(i64::from(seconds))).unwrap_or(now)
    }

    fn oidc(&self, session: &Session) -> Client {
        Client::new(&self.inner.wallet.finder().config(&session.region))
    }
}

/// By how much slower to ask again after this answer; the error where asking again is of no use.
fn wait(error: SdkError<CreateTokenError, HttpResponse>) -> Result<Duration, NotSignedIn> {
    match error.as_service_error() {
        Some(CreateTokenError::AuthorizationPendingException(_)) => Ok(Duration::ZERO),
        Some(CreateTokenError::SlowDownException(_)) => Ok(USUAL),
        Some(CreateTokenError::ExpiredTokenException(_)) => {
            Err(NotSignedIn::Refused("the code was not confirmed in time".to_owned()))
        }
        _ => match trouble(error) {
            // The code may still be confirmed when the service answers again.
            again if may_pass(again.kind) => Ok(Duration::ZERO),
            told => Err(NotSignedIn::Refused(told.to_string())),
        },
    }
}

fn may_pass(kind: TroubleKind) -> bool {
    matches!(
        kind,
        TroubleKind::Throttled | TroubleKind::Unreachable | TroubleKind::TimedOut | TroubleKind::Faulty
    )
}

/// Where the AWS CLI and the SDKs look for the token of a session.
fn cached(home: &Path, session: &Session) -> PathBuf {
    let name = session.name.as_deref().unwrap_or(&session.start_url);
    let mut hex = String::new();
    for byte in Sha1::digest(name.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    home.join(".aws/sso/cache").join(format!("{hex}.json"))
}

/// Puts it in place whole, so that nobody reads half of it.
fn write(path: &Path, token: &Kept<'_>) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    let new = path.with_extension(format!("{}.new", std::process::id()));
    let _none = fs::remove_file(&new);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(serde_json::to_string(token)?.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_smithy_runtime_api::client::http::SharedHttpClient;

    use super::super::script::{Reply, Script};
    use super::*;
    use crate::clock::Clock;
    use crate::config::Access;
    use crate::model::topology::Topology;

    const START: &str = "2026-03-02T09:00:00Z";

    /// Clients whose sign-in answers with these errors in turn, the last of them for ever.
    fn clients(errors: &'static [&'static str]) -> (Clients, Script) {
        let asked = AtomicUsize::new(0);
        let script = Script::new(move |_| {
            let turn = asked.fetch_add(1, Ordering::Relaxed).min(errors.len() - 1);
            Reply::Says(400, format!("{{\"__type\":\"{}\",\"message\":\"as told\"}}", errors[turn]))
        });
        let clock = Clock::starting_at(START.parse().unwrap(), 1);
        let http = SharedHttpClient::new(script.clone());
        (Clients::new(&Access::default(), Arc::new(Topology::default()), clock, Some(http)), script)
    }

    fn device() -> Device {
        Device {
            url: "https://corp.example/start/device?user_code=ABCD-EFGH".to_owned(),
            code: "ABCD-EFGH".to_owned(),
            until: "2026-03-02T09:10:00Z".parse().unwrap(),
            every: USUAL,
            secret: "device".to_owned(),
            client: Registered { id: "client".to_owned(), secret: "secret".to_owned(), until: None },
            session: session(Some("corp")),
        }
    }

    fn session(name: Option<&str>) -> Session {
        Session {
            name: name.map(str::to_owned),
            start_url: "https://d-92671207e4.awsapps.com/start".to_owned(),
            region: "eu-west-1".to_owned(),
            scopes: Vec::new(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_asks_as_often_as_the_service_wants_and_no_more_after_a_no() {
        let (clients, script) = clients(&[
            "AuthorizationPendingException",
            "SlowDownException",
            "AuthorizationPendingException",
            "AccessDeniedException",
        ]);
        let began = tokio::time::Instant::now();
        let refused = clients.finish_sign_in(&device()).await.unwrap_err();
        assert_eq!(refused, NotSignedIn::Refused("denied: AccessDeniedException: as told".to_owned()));
        assert_eq!(began.elapsed().as_secs(), 5 + 5 + 10 + 10);
        let sent = script.sent();
        assert_eq!(sent.len(), 4);
        assert_eq!(sent[0].url, "https://oidc.eu-west-1.amazonaws.com/token");
        assert_eq!(sent[0].key, "", "nobody signs it");
    }

    #[tokio::test(start_paused = true)]
    async fn a_code_that_nobody_confirms_runs_out() {
        for errors in [&["ExpiredTokenException"][..], &["AuthorizationPendingException"]] {
            let (clients, _) = clients(errors);
            let refused = clients.finish_sign_in(&device()).await.unwrap_err();
            assert_eq!(refused.to_string(), "the code was not confirmed in time");
        }
    }

    #[test]
    fn the_token_is_where_the_aws_cli_looks() {
        let at = |name| cached(Path::new("/home/ana"), &session(name)).display().to_string();
        // The sums are those of `printf %s corp | sha1sum` and of the URL.
        assert_eq!(
            at(Some("corp")),
            "/home/ana/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
        );
        assert_eq!(at(None), "/home/ana/.aws/sso/cache/13f9d35043871d073ab260e020f0ffde092cb14b.json");
    }
}
