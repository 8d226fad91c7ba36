//! STS: who is calling.
//!
//! It must never refuse a key: every key is the same simulated user.

use super::Call;
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;

/// Performs an STS operation.
pub(super) fn perform(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    match call.operation.as_str() {
        "GetCallerIdentity" => Ok(caller_identity(world)),
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
