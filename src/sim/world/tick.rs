//! One second of the world: each part of the physics in its order.
//! It must never depend on a request having come.

use super::World;

/// Seconds of orders that are remembered, to count what a failover throws away.
const REMEMBERED: usize = 3600;

impl World {
    pub(super) fn tick(&mut self) {
        self.turn_faults();
        self.run_experiments();
        self.feel_faults();
        self.sync_changes();
        self.check_health();
        self.renew_resolvers();
        self.move_clients();
        self.change_writers();
        self.run_plans();
        self.rebuild_members();
        self.keep_snapshots();
        self.promote_replicas();
        self.pull_aurora_links();
        self.pull_table_links();
        self.pull_replicas();
        self.pull_buckets();
        self.serve_clients();
        self.run_automations();
        self.remember_orders();
        if self.ticked % 60 == 0 {
            self.publish();
            self.judge_alarms();
        }
    }

    fn remember_orders(&mut self) {
        let orders: f64 = self.regions.iter().map(|r| r.now.orders / 60.0).sum();
        self.order_history.push_front(orders);
        self.order_history.truncate(REMEMBERED);
    }

    /// Orders completed in the last seconds.
    #[must_use]
    pub fn orders_in_last(&self, seconds: f64) -> f64 {
        let mut left = seconds.max(0.0);
        let mut orders = 0.0;
        for second in &self.order_history {
            orders += second * left.min(1.0);
            left -= 1.0;
            if left <= 0.0 {
                break;
            }
        }
        orders
    }
}
