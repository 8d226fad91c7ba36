//! What is wrong with the journal file, in words and with what the operator can do.
//!
//! The database's own words are kept at the end, for whoever has to look deeper.

use std::path::Path;

use rusqlite::ErrorCode;

use super::holder;
use crate::ledger::Broken;
use crate::plan::event::RunId;
use crate::plan::run::LedgerError;

pub(super) fn io(what: &str, path: &Path, error: &std::io::Error) -> LedgerError {
    LedgerError {
        what: format!("could not {what} {}", path.display()),
        why: error.to_string(),
        next: "Give a directory that can be written, by XDG_STATE_HOME".to_owned(),
    }
}

pub(super) fn sql(what: &str, path: &Path, error: &rusqlite::Error) -> LedgerError {
    let (why, next) = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => ("the disk is full".to_owned(), "Make room; nothing is sent before"),
        Some(ErrorCode::ReadOnly) => {
            ("it is read-only".to_owned(), "Make it writable, or set XDG_STATE_HOME to a directory that is")
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => (
            "it may not be opened by this user, or its directory may not be written".to_owned(),
            "Make it writable, or set XDG_STATE_HOME to a directory that is",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (format!("{} holds it", holder::name(path)), "Wait for it or end it, then try again")
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => (
            "it is damaged or no journal".to_owned(),
            "Keep it for the record, move it away and start again; what runs in AWS is not touched by this",
        ),
        Some(ErrorCode::SystemIoFailure) => {
            ("the disk does not take it".to_owned(), "Look after the disk; nothing is sent before")
        }
        _ => ("the database refused".to_owned(), "Look at the file with `pointsman journal verify`"),
    };
    LedgerError {
        what: format!("could not {what} the journal {}", path.display()),
        why: format!("{why} ({error})"),
        next: next.to_owned(),
    }
}

pub(super) fn broken(path: &Path, broken: &Broken) -> LedgerError {
    LedgerError {
        what: format!("could not trust the journal {}", path.display()),
        why: broken.to_string(),
        next: "Look at it with `pointsman journal verify`, keep it for the record and move it away"
            .to_owned(),
    }
}

pub(super) fn unsound(path: &Path, why: &str) -> LedgerError {
    LedgerError {
        what: format!("could not trust the journal {}", path.display()),
        why: format!("its lines are whole, but the file around them is damaged ({why})"),
        next: "Export its runs, keep it for the record and move it away".to_owned(),
    }
}

pub(super) fn emptied(path: &Path) -> LedgerError {
    LedgerError {
        what: format!("could not open the journal {}", path.display()),
        why: "it is as good as empty, although this folder has been in use: it was cut to nothing".to_owned(),
        next:
            "Put it back from a copy; or remove it, and the next start begins a new one without earlier runs"
                .to_owned(),
    }
}

pub(super) fn unfollowed(path: &Path, last: u64) -> LedgerError {
    LedgerError {
        what: format!("could not write the journal {}", path.display()),
        why: format!("its end is not as it was written: line {last} is not the last line that was noted"),
        next: "Nothing was sent. Look at it with `pointsman journal verify`, keep it for the record and move it away"
            .to_owned(),
    }
}

pub(super) fn unwritable(path: &Path, why: &str) -> LedgerError {
    LedgerError {
        what: format!("could not write the journal {}", path.display()),
        why: format!("the line could not be read back as it was meant: {why}"),
        next: "Nothing was sent; please report this".to_owned(),
    }
}

pub(super) fn parted(path: &Path, run: &RunId) -> LedgerError {
    LedgerError {
        what: format!("could not take run {run} over into the journal {}", path.display()),
        why: "its lines here and there have gone different ways since".to_owned(),
        next: format!("`pointsman close {run} --reason TEXT` ends this host's copy; it goes on where it is"),
    }
}
