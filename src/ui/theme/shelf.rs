//! The themes that can be had: those of the operator, then those that come with the program.
//!
//! Its texts are read once; to see what was saved since, it is read again, never while a frame is drawn.

use std::path::{Path, PathBuf};

use super::file::{self, Source, nearest};
use super::{Depth, Problems, Theme};

/// The themes that come with the program, by name, with their files' text; the first is the default.
const BUILT_IN: [(&str, &str); 7] = [
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("deuteranopia", include_str!("../../../themes/deuteranopia.toml")),
    ("protanopia", include_str!("../../../themes/protanopia.toml")),
    ("production", include_str!("../../../themes/production.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// The names of the themes that come with the program.
pub(super) const NAMES: [&str; BUILT_IN.len()] = {
    let mut names = [""; BUILT_IN.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = BUILT_IN[at].0;
        at += 1;
    }
    names
};

/// Themes by name. One of the operator stands before one of the same name that comes with the program, and may
/// inherit from it by that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    sources: Vec<Source>,
}

impl Default for Shelf {
    fn default() -> Self {
        let built_in = |(name, text): (&str, &str)| Source {
            name: name.to_owned(),
            file: format!("the built-in theme {name}"),
            text: Ok(text.to_owned()),
        };
        Self { sources: BUILT_IN.map(built_in).into() }
    }
}

impl Shelf {
    /// Reads `*.toml` in these folders, of which the first counts most; a folder that is not there holds nothing.
    #[must_use]
    pub fn read(folders: &[PathBuf]) -> Self {
        let mut sources: Vec<Source> =
            folders.iter().flat_map(|folder| files(folder)).map(|path| source(&path)).collect();
        sources.extend(Self::default().sources);
        Self { sources }
    }

    /// The names of all themes, each once: those of the operator first.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for source in &self.sources {
            if !names.contains(&source.name.as_str()) {
                names.push(&source.name);
            }
        }
        names
    }

    /// Where the theme of a name comes from, in words.
    #[must_use]
    pub fn origin(&self, name: &str) -> Option<&str> {
        self.sources.iter().find(|source| source.name == name).map(|source| source.file.as_str())
    }

    /// The theme of that name, or of that file when it has a `/` or ends in `.toml`, in these colours.
    ///
    /// # Errors
    /// When no theme has the name, the file cannot be read, or something in it is wrong; all problems at once.
    pub fn find(&self, name_or_path: &str, depth: Depth) -> Result<Theme, Problems> {
        let found;
        let source = if is_file(name_or_path) {
            found = source(Path::new(name_or_path));
            &found
        } else {
            let by_name = self.sources.iter().find(|source| source.name == name_or_path);
            by_name.ok_or_else(|| {
                let near = nearest(name_or_path, self.sources.iter().map(|source| source.name.as_str()));
                Problems::whole(name_or_path, &format!("there is no theme of this name{near}"))
            })?
        };
        self.load(source, name_or_path, depth)
    }

    /// The theme of a text; `file` is its name in messages.
    ///
    /// # Errors
    /// When something in it is wrong; all problems at once.
    pub(super) fn parse(&self, file: &str, text: &str) -> Result<Theme, Problems> {
        let source = Source { name: file.to_owned(), file: file.to_owned(), text: Ok(text.to_owned()) };
        self.load(&source, file, Depth::True)
    }

    fn load(&self, source: &Source, name: &str, depth: Depth) -> Result<Theme, Problems> {
        let read = file::load(source, &self.sources, depth)?;
        let mono = file::load(&Self::mono(), &self.sources, Depth::True);
        Ok(Theme::of(name, read, depth, mono.ok().as_ref()))
    }

    fn mono() -> Source {
        let text = BUILT_IN.iter().find(|(name, _)| *name == "mono").map_or("", |(_, text)| text);
        Source { name: "mono".to_owned(), file: "mono".to_owned(), text: Ok(text.to_owned()) }
    }
}

/// It names a file and not a theme.
#[must_use]
pub fn is_file(name_or_path: &str) -> bool {
    name_or_path.contains('/') || Path::new(name_or_path).extension().is_some()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect();
    files.sort();
    files
}

fn source(path: &Path) -> Source {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"));
    Source { name, file: path.display().to_string(), text }
}
