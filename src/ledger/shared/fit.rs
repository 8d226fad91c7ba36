//! Whether a table can hold a lease: its keys, and how its copies in several Regions agree.
//!
//! It judges what the table says of itself and never guesses: an ordinary global table looks well in each Region and
//! lets two of them hold the conch at once.

use std::collections::BTreeSet;

use crate::model::topology::{Region, SharedTable};

/// What a table says of itself in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The Region that says so.
    pub region: Region,
    /// `ACTIVE` when it can be used.
    pub status: String,
    /// Name and kind of each key, such as `pk HASH S`.
    pub keys: Vec<String>,
    /// The Regions with a copy of it, with or without this one; none when it is no global table.
    pub replicas: BTreeSet<Region>,
    /// Its copies agree before a write is answered (`MultiRegionConsistency` is `STRONG`).
    pub strong: bool,
}

/// The keys that the table must have.
const KEYS: [&str; 2] = ["pk HASH S", "sk RANGE S"];

/// How a table fits: nothing to say, or something worth knowing.
///
/// # Errors
/// In words, when it must not be used as it is declared.
pub fn fits(declared: &SharedTable, shapes: &[Shape]) -> Result<Option<String>, String> {
    let name = &declared.table;
    for shape in shapes {
        one(declared, shape)?;
    }
    let other = |shape: &&Shape| shape.replicas.iter().any(|region| *region != shape.region);
    match shapes.iter().find(other) {
        Some(shape) if !shape.strong => Ok(Some(format!(
            "{name} is replicated with eventual consistency; only its copy in {} counts, and a write to another copy \
             may replace the conch",
            shape.region
        ))),
        _ => Ok(None),
    }
}

fn one(declared: &SharedTable, shape: &Shape) -> Result<(), String> {
    let (name, region) = (&declared.table, &shape.region);
    if shape.keys != KEYS {
        return Err(format!(
            "{name} in {region} has the keys {}; it needs a partition key `pk` and a sort key `sk`, both texts",
            shape.keys.join(", ")
        ));
    }
    if shape.status != "ACTIVE" && shape.status != "UPDATING" {
        return Err(format!("{name} in {region} is {}", shape.status));
    }
    if declared.regions.len() < 2 {
        return Ok(());
    }
    if !shape.strong {
        return Err(format!(
            "{name} is an ordinary global table (eventual consistency): each Region judges a condition by its own \
             copy, so two Regions could hold the conch at once. Declare one `region`, or make a table with \
             multi-Region strong consistency"
        ));
    }
    let has = |copy: &Region| copy == region || shape.replicas.contains(copy);
    match declared.regions.iter().find(|copy| !has(copy)) {
        Some(absent) => Err(format!("{name} has no copy in {absent}, as {region} tells it")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(name: &str) -> Region {
        Region::new(name)
    }

    fn declared(regions: &[&str]) -> SharedTable {
        SharedTable {
            table: "pointsmanLock".to_owned(),
            regions: regions.iter().map(|name| region(name)).collect(),
        }
    }

    fn shape(at: &str, replicas: &[&str], strong: bool) -> Shape {
        Shape {
            region: region(at),
            status: "ACTIVE".to_owned(),
            keys: KEYS.map(str::to_owned).to_vec(),
            replicas: replicas.iter().map(|name| region(name)).collect(),
            strong,
        }
    }

    #[test]
    fn a_table_of_one_region_and_a_strong_one_of_two_fit() {
        assert_eq!(fits(&declared(&["us-west-2"]), &[shape("us-west-2", &[], false)]), Ok(None));
        let both = ["us-east-1", "us-west-2"];
        let shapes = both.map(|at| shape(at, &both, true));
        assert_eq!(fits(&declared(&both), &shapes), Ok(None));
    }

    #[test]
    fn an_ordinary_global_table_is_refused_across_regions_and_doubted_in_one() {
        let both = ["us-east-1", "us-west-2"];
        let why = fits(&declared(&both), &[shape("us-east-1", &both, false)]).unwrap_err();
        assert!(why.contains("two Regions could hold the conch at once"), "{why}");
        let note = fits(&declared(&["us-west-2"]), &[shape("us-west-2", &both, false)]).unwrap().unwrap();
        assert!(note.contains("only its copy in us-west-2 counts"), "{note}");
    }

    #[test]
    fn other_keys_a_missing_copy_and_a_table_in_the_making_are_refused() {
        let mut other = shape("us-west-2", &[], false);
        other.keys = vec!["id HASH S".to_owned()];
        assert!(fits(&declared(&["us-west-2"]), &[other]).unwrap_err().contains("has the keys id HASH S"));
        let mut young = shape("us-west-2", &[], false);
        young.status = "CREATING".to_owned();
        assert!(fits(&declared(&["us-west-2"]), &[young]).unwrap_err().ends_with("is CREATING"));
        let why = fits(&declared(&["us-east-1", "eu-west-1"]), &[shape("us-east-1", &["us-east-1"], true)]);
        assert!(why.unwrap_err().contains("no copy in eu-west-1"));
    }
}
