//! The safety-rule solver: whether a routing change is allowed, and everything that blocks it.
//!
//! ARC names one blocking rule at a time (aws-facts section 2); this lists all of them before anything is sent.
