//! Every write the simulator accepted: the ground truth of what was sent, which tests compare with the journal.
//! It must never hold a read, a refused call, or what moves nothing: items of tables and points of metrics.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::World;

/// A write that took effect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WriteRecord {
    /// When.
    pub at: Timestamp,
    /// Region (for ARC: of the endpoint).
    pub region: String,
    /// Service as signed.
    pub service: String,
    /// Operation.
    pub operation: String,
    /// What it said.
    pub detail: Value,
    /// Request id of the answer, when the door has told it.
    pub request_id: Option<String>,
}

impl World {
    pub(in crate::sim) fn record(&mut self, region: &str, service: &str, operation: &str, detail: Value) {
        self.log.push(WriteRecord {
            at: self.now,
            region: region.to_owned(),
            service: service.to_owned(),
            operation: operation.to_owned(),
            detail,
            request_id: None,
        });
    }

    /// Writes the request id of the call just served beside its record; the door calls it after a write.
    pub fn name_last_write(&mut self, request_id: &str) {
        if let Some(last) = self.log.last_mut().filter(|w| w.request_id.is_none()) {
            last.request_id = Some(request_id.to_owned());
        }
    }
}
