//! Who holds a lock on the journal, so that the message names a process and not a state.
//!
//! It only looks, and says `another process` where the system does not tell.

use std::path::Path;

/// The process that holds a lock on the file: `sqlite3 (pid 4711)`.
pub(super) fn name(path: &Path) -> String {
    find(path).unwrap_or_else(|| "another process".to_owned())
}

/// Linux lists the holders of file locks in `/proc/locks`, by inode.
#[cfg(target_os = "linux")]
fn find(path: &Path) -> Option<String> {
    use std::fs;
    use std::os::unix::fs::MetadataExt;

    let inode = fs::metadata(path).ok()?.ino().to_string();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let own = std::process::id().to_string();
    let holders = locks.lines().filter_map(|line| holder(line, &inode));
    let pid = holders.filter(|pid| **pid != own).find(|pid| *pid != "0")?;
    let command = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(format!("{} (pid {pid})", command.trim()))
}

/// The process of one line such as `1: POSIX  ADVISORY  WRITE 4711 08:01:131074 1073741824 1073742335`.
#[cfg(target_os = "linux")]
fn holder<'a>(line: &'a str, inode: &str) -> Option<&'a str> {
    let mut fields = line.split_whitespace();
    let pid = fields.nth(4).filter(|pid| pid.bytes().all(|byte| byte.is_ascii_digit()))?;
    (fields.next()?.rsplit(':').next()? == inode).then_some(pid)
}

#[cfg(not(target_os = "linux"))]
fn find(_path: &Path) -> Option<String> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::holder;

    #[test]
    fn a_line_of_the_lock_table_names_its_process() {
        let line = "1: POSIX  ADVISORY  WRITE 4711 08:01:131074 1073741824 1073742335";
        assert_eq!(holder(line, "131074"), Some("4711"));
        assert_eq!(holder(line, "131075"), None);
        let waiting = "1: -> POSIX  ADVISORY  WRITE 4712 08:01:131074 0 EOF";
        assert_eq!(holder(waiting, "131074"), None, "it waits and holds nothing");
        assert_eq!(holder("", "131074"), None);
    }
}
