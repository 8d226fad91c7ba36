//! Where this console runs: its state folder, its operator, its host.
//!
//! It reads the environment once and passes values down; nothing below `cli` reads an environment variable for these.

use std::env;
use std::path::PathBuf;

use color_eyre::eyre::{Result, eyre};

use super::Common;

/// The folder of the journal and the log.
///
/// # Errors
/// When neither a flag nor the environment says where.
pub(super) fn state_dir(common: &Common) -> Result<PathBuf> {
    if let Some(folder) = &common.state_dir {
        return Ok(folder.clone());
    }
    if let Some(state) = env::var_os("XDG_STATE_HOME").filter(|v| !v.is_empty()) {
        return Ok(PathBuf::from(state).join("pointsman"));
    }
    let home = env::var_os("HOME").filter(|v| !v.is_empty());
    let home =
        home.ok_or_else(|| eyre!("no place for the journal: set --state-dir, XDG_STATE_HOME or HOME"))?;
    Ok(PathBuf::from(home).join(".local/state/pointsman"))
}

/// The operator's name on this host.
pub(super) fn operator() -> String {
    ["SUDO_USER", "USER", "LOGNAME"]
        .iter()
        .find_map(|name| env::var(name).ok())
        .unwrap_or_else(|| "unknown".to_owned())
}

/// This host's name.
pub(super) fn host() -> String {
    let from_file = || std::fs::read_to_string("/etc/hostname").ok().map(|s| s.trim().to_owned());
    env::var("HOSTNAME")
        .ok()
        .or_else(from_file)
        .filter(|s| !s.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}
