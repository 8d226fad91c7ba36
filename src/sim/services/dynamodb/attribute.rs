//! Attribute values in the service's own JSON, `{"N": "7"}`: checked, compared, added.
//!
//! It must never take two types for equal, or compare them.

use std::cmp::Ordering;

use serde_json::{Value as Json, json};

use super::invalid;
use crate::sim::wire::Refusal;
use crate::sim::world::table::Item;

const KINDS: [&str; 10] = ["S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"];

/// The type letters and the value inside.
pub(super) fn parts(attribute: &Json) -> Option<(&str, &Json)> {
    let (kind, inner) = attribute.as_object()?.iter().next()?;
    Some((kind.as_str(), inner))
}

/// Refuses what is not exactly one of the ten types, at any depth.
pub(super) fn check(attribute: &Json) -> Result<(), Refusal> {
    let members = attribute.as_object().map_or(0, serde_json::Map::len);
    let Some((kind, inner)) = parts(attribute).filter(|(kind, _)| members == 1 && KINDS.contains(kind))
    else {
        let words = if members > 1 { "has more than one datatypes set" } else { "is empty" };
        return Err(invalid(format!(
            "Supplied AttributeValue {words}, must contain exactly one of the supported datatypes"
        )));
    };
    let texts = || inner.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(Json::is_string));
    let fits = match kind {
        "S" | "B" => inner.is_string(),
        "N" => return check_number(inner),
        "SS" | "BS" => texts(),
        "NS" if texts() => return inner.as_array().into_iter().flatten().try_for_each(check_number),
        "BOOL" => inner.is_boolean(),
        "NULL" => *inner == Json::Bool(true),
        "L" => return inner.as_array().into_iter().flatten().try_for_each(check),
        "M" => return inner.as_object().into_iter().flatten().try_for_each(|(_, value)| check(value)),
        _ => false,
    };
    fits.then_some(()).ok_or_else(|| {
        invalid(format!("One or more parameter values were invalid: the value of type {kind} is not valid"))
    })
}

fn check_number(inner: &Json) -> Result<(), Refusal> {
    let text = inner.as_str().unwrap_or_default();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(()),
        _ => Err(invalid(format!("The parameter cannot be converted to a numeric value: {text}"))),
    }
}

/// Checks every attribute of an item.
pub(super) fn check_item(item: &Item) -> Result<(), Refusal> {
    item.values().try_for_each(check)
}

/// The order of two values of one comparable type; none for others.
pub(super) fn order(one: &Json, other: &Json) -> Option<Ordering> {
    match (parts(one)?, parts(other)?) {
        (("S", one), ("S", other)) | (("B", one), ("B", other)) => Some(one.as_str()?.cmp(other.as_str()?)),
        (("N", one), ("N", other)) => order_numbers(one.as_str()?, other.as_str()?),
        _ => None,
    }
}

/// Exact for whole numbers, as a double otherwise.
fn order_numbers(one: &str, other: &str) -> Option<Ordering> {
    match (one.parse::<i128>(), other.parse::<i128>()) {
        (Ok(one), Ok(other)) => Some(one.cmp(&other)),
        _ => one.parse::<f64>().ok()?.partial_cmp(&other.parse::<f64>().ok()?),
    }
}

/// Whether two values are the same; sets have no order.
pub(super) fn equal(one: &Json, other: &Json) -> bool {
    match (parts(one), parts(other)) {
        (Some((kind @ ("SS" | "NS" | "BS"), one)), Some((same, other))) if kind == same => {
            let sorted = |set: &Json| {
                let mut texts: Vec<String> = set
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Json::as_str)
                    .map(str::to_owned)
                    .collect();
                texts.sort_unstable();
                texts
            };
            sorted(one) == sorted(other)
        }
        _ => order(one, other).map_or_else(|| one == other, Ordering::is_eq),
    }
}

/// The sum (or, with `minus`, the difference) of two numbers.
pub(super) fn sum(one: &Json, other: &Json, minus: bool) -> Option<Json> {
    let (("N", one), ("N", other)) = (parts(one)?, parts(other)?) else { return None };
    let (one, other) = (one.as_str()?, other.as_str()?);
    let text = match (one.parse::<i128>(), other.parse::<i128>()) {
        (Ok(one), Ok(other)) if minus => one.checked_sub(other)?.to_string(),
        (Ok(one), Ok(other)) => one.checked_add(other)?.to_string(),
        _ => {
            let (one, other): (f64, f64) = (one.parse().ok()?, other.parse().ok()?);
            (if minus { one - other } else { one + other }).to_string()
        }
    };
    Some(json!({ "N": text }))
}

/// Two sets of one type as one, or, with `minus`, the first without the second, which may leave it empty.
pub(super) fn merge_sets(one: &Json, other: &Json, minus: bool) -> Option<Json> {
    let ((kind @ ("SS" | "NS" | "BS"), one), (same, other)) = (parts(one)?, parts(other)?) else {
        return None;
    };
    if kind != same {
        return None;
    }
    let (one, other) = (one.as_array()?, other.as_array()?);
    let mut all: Vec<Json> = one.iter().filter(|text| !(minus && other.contains(text))).cloned().collect();
    if !minus {
        all.extend(other.iter().filter(|text| !one.contains(text)).cloned());
    }
    Some(json!({ kind: all }))
}

/// The size that `size(…)` gives: bytes, characters' bytes, or members.
pub(super) fn size(attribute: &Json) -> Option<usize> {
    let (kind, inner) = parts(attribute)?;
    match kind {
        "S" => inner.as_str().map(str::len),
        "B" => inner.as_str().map(|base64| base64.trim_end_matches('=').len() * 3 / 4),
        "SS" | "NS" | "BS" | "L" => inner.as_array().map(Vec::len),
        "M" => inner.as_object().map(serde_json::Map::len),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_as_numbers_and_types_never_mix() {
        assert_eq!(order(&json!({"N": "10"}), &json!({"N": "9"})), Some(Ordering::Greater));
        assert_eq!(order(&json!({"N": "1.50"}), &json!({"N": "1.5"})), Some(Ordering::Equal));
        assert_eq!(order(&json!({"N": "1"}), &json!({"S": "1"})), None);
        assert!(!equal(&json!({"N": "1"}), &json!({"S": "1"})));
        assert!(equal(&json!({"SS": ["a", "b"]}), &json!({"SS": ["b", "a"]})));
        assert_eq!(sum(&json!({"N": "41"}), &json!({"N": "1"}), false), Some(json!({"N": "42"})));
    }

    #[test]
    fn an_attribute_is_exactly_one_type() {
        assert!(check(&json!({"S": "x"})).is_ok());
        assert!(check(&json!({"L": [{"M": {"a": {"NULL": true}}}]})).is_ok());
        for wrong in
            [json!({}), json!({"S": "x", "N": "1"}), json!({"N": "x"}), json!({"X": "x"}), json!({"SS": []})]
        {
            assert!(check(&wrong).is_err(), "{wrong}");
        }
    }
}
