//! The table of the bastions, which is no part of the workload.

use super::Region;

/// The table in which the conch and a copy of the journal are kept, for several bastions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedTable {
    /// Its name, the same in every Region.
    pub table: String,
    /// Where it is reached, in the order of trying; several only if its copies are strongly consistent.
    pub regions: Vec<Region>,
}
