//! One second of the world: each part of the physics in its order.
//! It must never depend on a request having come.

use super::World;

impl World {
    pub(super) fn tick(&mut self) {
        self.turn_faults();
        self.sync_changes();
        let now = self.now;
        for table in &mut self.tables {
            table.replicate(now);
        }
    }
}
