//! The `Filters` of the Describe operations.
//!
//! It must never ignore a filter it does not know: the caller would get more than it asked for.

use crate::sim::services::Call;
use crate::sim::wire::Refusal;

/// Refuses filters with other names than these, and filters without values.
pub(super) fn check(call: &Call, known: &[&str]) -> Result<(), Refusal> {
    for filter in call.input.items("Filters") {
        let name = filter.text("Name").ok_or_else(|| call.service.missing("Filters.Filter.Name"))?;
        if !known.contains(&name) {
            return Err(call.service.invalid(format!("Unrecognized filter name: {name}")));
        }
        if filter.texts("Values").is_empty() {
            return Err(call.service.missing("Filters.Filter.Values"));
        }
    }
    Ok(())
}

/// Whether a thing whose filterable properties are `of` passes every filter.
pub(super) fn passes(call: &Call, of: impl Fn(&str) -> Vec<String>) -> bool {
    call.input.items("Filters").iter().all(|filter| {
        let have = filter.text("Name").map(&of).unwrap_or_default();
        filter.texts("Values").iter().any(|value| have.iter().any(|own| own.eq_ignore_ascii_case(value)))
    })
}
