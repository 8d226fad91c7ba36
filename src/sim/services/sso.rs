//! IAM Identity Center: a code that somebody confirms in a browser, and the credentials that come of it.
//!
//! It must never ask for a signature: the token is all that there is. Nobody sits at the browser, so a code is confirmed
//! a while after it was asked for.

use jiff::{SignedDuration, Timestamp};

use super::Call;
use crate::sim::fault::{Fault, Injection};
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;

/// Seconds after which the person has confirmed,
const CONFIRMED: i64 = 12;

/// after which a code can no longer be confirmed,
const RUNS_OUT: i64 = 600;

/// between two askings,
const EVERY: i64 = 1;

/// and that a token and its credentials last.
const LASTS: i64 = 3600;

/// What a token begins with.
const TOKEN: &str = "simulated-token-";

/// Performs an operation of the sign-in.
pub(super) fn perform(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    match call.operation.as_str() {
        "RegisterClient" => Ok(register(world)),
        "StartDeviceAuthorization" => start(world, call),
        "CreateToken" => create_token(world, call),
        "GetRoleCredentials" => role_credentials(world, call),
        other => Err(call.service.unknown_operation(other)),
    }
}

fn register(world: &World) -> Value {
    Record::new()
        .with("clientId", "simulated-client")
        .with("clientSecret", "simulated-secret")
        .with("clientIdIssuedAt", world.now.as_second())
        .with("clientSecretExpiresAt", world.now.as_second() + 90 * 24 * LASTS)
        .into()
}

fn start(world: &World, call: &Call) -> Result<Value, Refusal> {
    let page = call.required("startUrl")?;
    let since = world.now.as_second();
    let code = format!("SIML-{:04}", since.rem_euclid(10_000));
    Ok(Record::new()
        .with("deviceCode", format!("device-{since}"))
        .with("verificationUri", format!("{page}/device"))
        .with("verificationUriComplete", format!("{page}/device?user_code={code}"))
        .with("userCode", code)
        .with("expiresIn", RUNS_OUT)
        .with("interval", EVERY)
        .into())
}

/// A confirmed code gives a token, and the caller's session goes on.
fn create_token(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let device = call.required("deviceCode")?.strip_prefix("device-").and_then(|since| since.parse().ok());
    let since: i64 = device.ok_or_else(|| refusal("InvalidGrantException", "invalid_grant", 400))?;
    match world.now.as_second() - since {
        ..CONFIRMED => Err(refusal("AuthorizationPendingException", "authorization_pending", 400)),
        RUNS_OUT.. => Err(refusal("ExpiredTokenException", "expired_token", 400)),
        _ => {
            let of = Some(Fault::ExpiredToken {}.kind().to_owned());
            world.inject(&Injection { lasts: None, fault: Fault::Clear { id: None, of } });
            Ok(Record::new()
                .with("accessToken", format!("{TOKEN}{}", world.now.as_second() + LASTS))
                .with("tokenType", "Bearer")
                .with("expiresIn", LASTS)
                .into())
        }
    }
}

fn role_credentials(world: &World, call: &Call) -> Result<Value, Refusal> {
    let token = call.input.text("accessToken").and_then(|token| token.strip_prefix(TOKEN));
    let end = token.and_then(|end| Timestamp::from_second(end.parse().ok()?).ok());
    if end.is_none_or(|end| end <= world.now) {
        return Err(refusal("UnauthorizedException", "Session token not found or invalid", 401));
    }
    let role = call.required("role_name")?;
    let end = world.now.saturating_add(SignedDuration::from_secs(LASTS)).unwrap_or(world.now);
    let credentials = Record::new()
        .with("accessKeyId", format!("ASIA{role}"))
        .with("secretAccessKey", "simulated")
        .with("sessionToken", "simulated")
        .with("expiration", end.as_millisecond());
    Ok(Record::new().with("roleCredentials", credentials).into())
}

/// The errors of the sign-in say the code of OAuth too.
fn refusal(code: &str, oauth: &str, status: u16) -> Refusal {
    Refusal::new(code, oauth).status(status).member("error", oauth)
}
