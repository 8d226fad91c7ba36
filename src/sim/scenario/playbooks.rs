//! Playbooks of operators' own that scenarios are played with, as text; they are handed out with the world.
//! It must never read one: what its steps mean is for whoever plays it.

/// A playbook: its name, which is its file's without `.toml`, and its text.
pub type Playbook = (&'static str, &'static str);

/// The playbooks in the binary.
const FILES: &[Playbook] = &[
    ("game-day", include_str!("../../../docs/playbooks/game-day.toml")),
    ("region-switch", include_str!("../../../docs/playbooks/region-switch.toml")),
    ("runbook", include_str!("../../../docs/playbooks/runbook.toml")),
    ("standby", include_str!("../../../docs/playbooks/standby.toml")),
    ("allow-experiments", include_str!("../../../docs/playbooks/allow-experiments.toml")),
    ("detach", include_str!("../../../docs/playbooks/detach.toml")),
    ("drain", include_str!("../../../docs/playbooks/drain.toml")),
    ("experiment", include_str!("../../../docs/playbooks/experiment.toml")),
    ("keep-snapshots", include_str!("../../../docs/playbooks/keep-snapshots.toml")),
    ("stop-experiments", include_str!("../../../docs/playbooks/stop-experiments.toml")),
    ("undrain", include_str!("../../../docs/playbooks/undrain.toml")),
    ("standby-home", include_str!("../../../docs/playbooks/standby-home.toml")),
];

/// The playbook with this name; none for those that are built in.
#[must_use]
pub fn find(name: &str) -> Option<Playbook> {
    FILES.iter().find(|(own, _)| *own == name).copied()
}

/// The names of the playbooks in the binary.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}
