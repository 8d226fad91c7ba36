//! Writes the `pointsman.toml` that points at a simulated world.
//! It must never write what the world does not publish.

use super::world::World;

/// The configuration of a world served at `base_url` (no final slash).
#[must_use]
pub fn config(world: &World, base_url: &str) -> String {
    format!(
        "[workload]\nname = \"retail-store\"\naccount = \"{}\"\nendpoint_url = \"{base_url}\"\n",
        world.account
    )
}
