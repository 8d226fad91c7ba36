//! Plays that differ from their scenario in one thing.
