//! Signing in, as far as a person has a part in it: a code confirmed in a browser, or the code of a device.
//!
//! It begins only because a person asked. No code and no token is ever said or logged.

use std::fmt;
use std::time::Duration;

use aws_sdk_ssooidc::operation::create_token::{CreateTokenError, CreateTokenOutput};
use aws_sdk_sts::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use jiff::Timestamp;

use super::Clients;
use super::error::trouble;
use super::profiles::Session;
use super::token::{Renewal, Token};
use crate::model::reading::{Trouble, TroubleKind};

/// How often the token is asked for where the service does not say, and by how much slower where it asks for that.
const USUAL: Duration = Duration::from_secs(5);

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What a person can do so that there are credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayIn {
    /// Sign in at IAM Identity Center, in a browser.
    Browser {
        /// The source of the credentials and the roles after it, in words.
        by: String,
    },
    /// Say the code that a device shows.
    Code {
        /// The source of the credentials and the roles after it, in words.
        by: String,
        /// The profile that asks for it.
        profile: String,
        /// The device: its ARN, or the serial number of a physical one.
        device: String,
    },
}

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

impl Clients {
    /// What a person can do about the credentials that the config leads to.
    ///
    /// # Errors
    /// When there is nothing to sign in at.
    pub async fn way_in(&self) -> Result<WayIn, NotSignedIn> {
        self.inner.wallet.finder().way_in().await.map_err(NotSignedIn::Nowhere)
    }

    /// Looks for credentials at once, with the code of a device where a profile asks for one; all clients go on with
    /// what is found. What is in hand serves until then.
    ///
    /// # Errors
    /// When there are none by that; a code that was refused is used up.
    pub async fn renew(&self, code: Option<String>) -> Result<(), Trouble> {
        self.inner.wallet.renew(code).await
    }

    /// Asks for a code that a person confirms, at the sign-in that the profile of the config leads to.
    ///
    /// # Errors
    /// When the profile leads to none, or the service does not answer.
    pub async fn begin_sign_in(&self) -> Result<Device, NotSignedIn> {
        let session = self.inner.wallet.finder().session().await.map_err(NotSignedIn::Nowhere)?;
        let client = self.inner.wallet.finder().oidc(&session);
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
            until: self.inner.wallet.finder().after(told.expires_in),
            every: every.map_or(USUAL, Duration::from_secs),
            secret: told.device_code.ok_or_else(missing)?,
            client: registered,
            session,
        })
    }

    /// Waits until a person has confirmed the code, and keeps the token. Clients that wait for credentials find it with
    /// their next look. `heard` is told what came of each asking that decided nothing: that the person is waited for,
    /// or why there was no answer.
    ///
    /// # Errors
    /// When it was refused or has run out, or the token cannot be kept.
    pub async fn finish_sign_in(
        &self,
        device: &Device,
        mut heard: impl FnMut(Result<(), Trouble>) + Send,
    ) -> Result<(), NotSignedIn> {
        let client = self.inner.wallet.finder().oidc(&device.session);
        let mut every = device.every;
        loop {
            self.inner.clock.sleep(every).await;
            let ask = client.create_token().grant_type(GRANT).device_code(&device.secret);
            let asked = ask.client_id(&device.client.id).client_secret(&device.client.secret).send().await;
            match asked {
                Ok(token) => return self.keep(device, &token),
                Err(error) => {
                    let (slower, answer) = wait(error)?;
                    every += slower;
                    heard(answer);
                }
            }
            if self.inner.clock.now() >= device.until {
                return Err(NotSignedIn::Refused("the code was not confirmed in time".to_owned()));
            }
        }
    }

    fn keep(&self, device: &Device, told: &CreateTokenOutput) -> Result<(), NotSignedIn> {
        let (session, finder) = (&device.session, self.inner.wallet.finder());
        let given = told.access_token();
        let token = Token {
            start_url: session.start_url.clone(),
            region: session.region.clone(),
            access: given.ok_or_else(|| NotSignedIn::Unknown("no token was given".to_owned()))?.to_owned(),
            expires_at: finder.after(told.expires_in()),
            renewal: Renewal {
                client_id: Some(device.client.id.clone()),
                client_secret: Some(device.client.secret.clone()),
                registration_expires_at: device.client.until,
                refresh_token: told.refresh_token().map(str::to_owned),
            },
        };
        let folder = finder.folder().ok_or_else(|| NotSignedIn::Unknown("HOME is not set".to_owned()))?;
        token.keep(&folder, session).map_err(NotSignedIn::Unknown)?;
        self.inner.wallet.look_again();
        Ok(())
    }
}

/// By how much slower to ask again after this answer, and what it is; the error where asking again is of no use.
fn wait(
    error: SdkError<CreateTokenError, HttpResponse>,
) -> Result<(Duration, Result<(), Trouble>), NotSignedIn> {
    match error.as_service_error() {
        Some(CreateTokenError::AuthorizationPendingException(_)) => Ok((Duration::ZERO, Ok(()))),
        Some(CreateTokenError::SlowDownException(_)) => Ok((USUAL, Ok(()))),
        Some(CreateTokenError::ExpiredTokenException(_)) => {
            Err(NotSignedIn::Refused("the code was not confirmed in time".to_owned()))
        }
        _ => match trouble(error) {
            // The code may still be confirmed when the service answers again.
            again if may_pass(again.kind) => Ok((Duration::ZERO, Err(again))),
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
            session: Session {
                name: Some("corp".to_owned()),
                start_url: "https://d-92671207e4.awsapps.com/start".to_owned(),
                region: "eu-west-1".to_owned(),
                scopes: Vec::new(),
            },
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
        let refused = clients.finish_sign_in(&device(), |_| ()).await.unwrap_err();
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
            let refused = clients.finish_sign_in(&device(), |_| ()).await.unwrap_err();
            assert_eq!(refused.to_string(), "the code was not confirmed in time");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_is_silent_for_a_while_is_told_of_and_asked_again() {
        let (clients, _) =
            clients(&["InternalServerException", "AuthorizationPendingException", "InvalidGrantException"]);
        let mut heard = Vec::new();
        let told = |answer: Result<(), Trouble>| heard.push(answer.map_err(|trouble| trouble.kind));
        let refused = clients.finish_sign_in(&device(), told).await.unwrap_err();
        assert!(matches!(refused, NotSignedIn::Refused(_)), "{refused}");
        assert_eq!(heard, [Err(TroubleKind::Faulty), Ok(())]);
    }
}
