//! STS: who is calling, and the roles they take on.
//!
//! It must never refuse a key: every key is the same simulated user.

use jiff::SignedDuration;

use super::Call;
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;

/// Seconds that a session lasts where nothing else is asked for.
const LASTS: i64 = 3600;

/// The one code that no device shows.
const WRONG_CODE: &str = "000000";

/// Performs an STS operation.
pub(super) fn perform(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    match call.operation.as_str() {
        "GetCallerIdentity" => Ok(caller_identity(world)),
        "AssumeRole" => assume_role(world, call),
        other => Err(call.service.unknown_operation(other)),
    }
}

fn caller_identity(world: &World) -> Value {
    let account = world.account.as_str();
    Record::new()
        .with("Arn", format!("arn:aws:sts::{account}:assumed-role/simulated/pointsman"))
        .with("UserId", "AROASIMULATED0000000:pointsman")
        .with("Account", account)
        .into()
}

fn assume_role(world: &World, call: &Call) -> Result<Value, Refusal> {
    let (role, session) = (call.required("RoleArn")?, call.required("RoleSessionName")?);
    if call.input.text("SerialNumber").is_some() {
        check_code(call.input.text("TokenCode"))?;
    }
    let name = role.rsplit('/').next().unwrap_or(role);
    let lasts = call.input.int("DurationSeconds").unwrap_or(LASTS);
    let end = world.now.saturating_add(SignedDuration::from_secs(lasts)).unwrap_or(world.now);
    let account = world.account.as_str();
    let credentials = Record::new()
        .with("AccessKeyId", "ASIASIMULATED")
        .with("SecretAccessKey", "simulated")
        .with("SessionToken", "simulated")
        .with("Expiration", end);
    let user = Record::new()
        .with("AssumedRoleId", format!("AROASIMULATED0000000:{session}"))
        .with("Arn", format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"));
    Ok(Record::new().with("Credentials", credentials).with("AssumedRoleUser", user).into())
}

/// The code of a device, as STS takes it.
fn check_code(code: Option<&str>) -> Result<(), Refusal> {
    let words = match code {
        None => {
            "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
        }
        Some(code) if code.len() != 6 || code == WRONG_CODE => {
            "MultiFactorAuthentication failed with invalid MFA one time pass code."
        }
        Some(_) => return Ok(()),
    };
    Err(Refusal::new("AccessDenied", words).status(403))
}
