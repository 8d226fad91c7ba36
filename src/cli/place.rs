//! Where this console runs: its state folder, its operator, its host.
//!
//! It reads the environment once and passes values down; nothing below `cli` reads an environment variable for these.
//! Of the state folder's layout it must never forget a part: `WORKLOAD-ENVIRONMENT/journal.db` is the journal,
//! `pointsman.log` beside it the program's own log, `conch` the lock of whoever acts.

use std::env;
use std::path::{Path, PathBuf};

use color_eyre::eyre::{Result, eyre};
use sha2::{Digest, Sha256};
use tracing_appender::non_blocking::WorkerGuard;

use super::Common;
use crate::model::topology::Topology;
use crate::runtime::Operator;

/// The folder of all workloads.
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

/// The folder of one workload in one environment.
///
/// # Errors
/// When neither a flag nor the environment says where.
pub(super) fn state_of(common: &Common, topology: &Topology) -> Result<PathBuf> {
    Ok(state_dir(common)?.join(folder(&topology.workload, &topology.environment)))
}

/// A name of letters, digits, `.`, `_` and `-`; where that changes something, a digest keeps two of them apart.
pub(super) fn folder(workload: &str, environment: &str) -> String {
    let name = format!("{workload}-{environment}");
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    if name.chars().all(is_plain) && !name.starts_with('.') {
        return name;
    }
    let plain: String = name.chars().map(|letter| if is_plain(letter) { letter } else { '-' }).collect();
    let digest = Sha256::digest(name.as_bytes());
    let digest = digest.iter().take(4).fold(0_u32, |digest, byte| digest << 8 | u32::from(*byte));
    format!("{}-{digest:08x}", plain.trim_start_matches('.'))
}

/// Writes the program's own log beside the journal while the guard lives: the screen is taken, or the run's.
pub(super) fn log_in(folder: &Path) -> Option<WorkerGuard> {
    let file = tracing_appender::rolling::never(folder, "pointsman.log");
    let (writer, guard) = tracing_appender::non_blocking(file);
    let filter = tracing_subscriber::EnvFilter::try_from_env("POINTSMAN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,pointsman=info"));
    let taken =
        tracing_subscriber::fmt().with_writer(writer).with_ansi(false).with_env_filter(filter).try_init();
    taken.ok().map(|()| guard)
}

/// Who acts, and from where.
pub(super) fn operator() -> Operator {
    Operator { who: who(), host: host() }
}

fn who() -> String {
    ["SUDO_USER", "USER", "LOGNAME"]
        .iter()
        .find_map(|name| env::var(name).ok().filter(|who| !who.is_empty()))
        .unwrap_or_else(of_the_process)
}

/// The name of whoever the process belongs to; where the system has none, as in a container, their number.
fn of_the_process() -> String {
    let uid = rustix::process::getuid().as_raw();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_of(uid, &users).unwrap_or_else(|| format!("uid {uid}"))
}

/// The name of a user in the lines of `/etc/passwd`: `ana:x:1000:…`.
fn name_of(uid: u32, users: &str) -> Option<String> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

fn host() -> String {
    let from_file = || std::fs::read_to_string("/etc/hostname").ok().map(|s| s.trim().to_owned());
    env::var("HOSTNAME")
        .ok()
        .or_else(from_file)
        .filter(|s| !s.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_the_process_belongs_to_is_found_by_number() {
        let users = "root:x:0:0:root:/root:/bin/sh\nana:x:1000:1000::/home/ana:/bin/sh\n:x:7:\nbroken\n";
        assert_eq!(name_of(1000, users).as_deref(), Some("ana"));
        assert_eq!((name_of(7, users), name_of(10, users)), (None, None));
    }

    #[test]
    fn a_workload_has_one_folder_in_the_state_folder() {
        assert_eq!(folder("retail-store", "production"), "retail-store-production");
        assert_eq!(folder("shop", "eu.west_1"), "shop-eu.west_1");
        for (workload, environment) in [("../../etc", "passwd"), ("..", "x"), ("a/b", "c"), ("Läden", "prod")]
        {
            let folder = folder(workload, environment);
            assert!(
                !folder.contains(['/', ' ']) && !folder.starts_with('.') && folder.is_ascii(),
                "{folder}"
            );
        }
        assert_ne!(folder("a/b", "c"), folder("a?b", "c"));
    }
}
