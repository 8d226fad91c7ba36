//! What follows when files were saved: complaints about them, and another declaration of the workload.
//!
//! A run, a sheet and the reads made for one rest on the declaration they began with: it is never changed under them.

use std::sync::Arc;

use super::App;
use crate::model::reading::Source;
use crate::model::topology::Topology;
use crate::plan::progress::Progress;

impl App {
    /// Nothing rests on the workload as it is declared: no run that has not ended, no dialog, no reads for one.
    #[must_use]
    pub fn may_redeclare(&self) -> bool {
        let open = self.run.as_ref().is_some_and(Progress::is_open);
        !open && self.view.dialog.is_none() && self.reading_for.is_none() && self.unclaimed.is_none()
    }

    /// Goes by another declaration of the workload, which is read from these sources.
    pub fn redeclare(&mut self, topology: Arc<Topology>, sources: &[Source]) {
        self.world = self.world.clone().redeclared(topology, sources);
        self.console.identity = crate::model::verdict::identity(&self.world).cloned();
    }

    /// What was wrong is mended.
    pub(super) fn mended(&mut self, of: &str, said: &str) {
        self.view.done_with(of);
        if !said.is_empty() {
            self.view.say(said);
        }
    }
}
