//! Files that the program writes about itself: compared with what is in the repository, or written there.

use std::path::Path;

/// Compares a file of the repository with what it should hold; with `POINTSMAN_WRITE` set, writes it.
pub(crate) fn compare_or_write(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("POINTSMAN_WRITE").is_some() {
        let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
        let written = folder.and_then(|()| std::fs::write(&file, text));
        assert!(written.is_ok(), "{path}: {written:?}");
        return;
    }
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(there == text, "{path} is not what the code says; `POINTSMAN_WRITE=1 cargo test` rewrites it");
}
