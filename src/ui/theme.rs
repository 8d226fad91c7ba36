//! The look by role: which style a role is drawn in, from `themes/*.toml` or a file of the operator.
//!
//! State never knows its colours: it names a [`Role`], and the theme answers with a style.
//! A theme must never be the only carrier of a meaning; `mono` draws everything without a colour.

mod file;
mod glyphs;
mod role;

use std::fmt;
use std::path::Path;

use ratatui::style::Style;

pub use glyphs::Glyphs;
pub use role::Role;

/// One style for each role.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    name: String,
    styles: [Style; Role::ALL.len()],
}

/// The themes that come with the program, by name, with their files' text.
const BUILT_IN: [(&str, &str); 4] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
];

impl Theme {
    /// The names of the themes that come with the program; the first is the default.
    pub const NAMES: [&str; 4] = [BUILT_IN[0].0, BUILT_IN[1].0, BUILT_IN[2].0, BUILT_IN[3].0];

    /// The theme of that name, or of that file when it has a `/` or ends in `.toml`.
    ///
    /// # Errors
    /// When no theme has the name, the file cannot be read, or something in it is wrong; all problems at once.
    pub fn find(name_or_path: &str) -> Result<Self, Problems> {
        let is_file = name_or_path.contains('/') || Path::new(name_or_path).extension().is_some();
        if is_file {
            let text = std::fs::read_to_string(name_or_path)
                .map_err(|error| Problems::whole(name_or_path, &format!("cannot be read: {error}")))?;
            return Self::parse(name_or_path, &text);
        }
        let Some((name, text)) = BUILT_IN.iter().find(|(name, _)| *name == name_or_path) else {
            let near = file::nearest(name_or_path, Self::NAMES);
            return Err(Problems::whole(name_or_path, &format!("there is no theme of this name{near}")));
        };
        Self::parse(name, text)
    }

    /// Reads a theme; `file` is its name in messages.
    ///
    /// # Errors
    /// When something in it is wrong; all problems at once, each with line and column.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problems> {
        file::load(file, text).map(|styles| Self { name: file.to_owned(), styles })
    }

    /// A theme without any style: what is left when no other can be had.
    #[must_use]
    pub fn plain() -> Self {
        Self { name: "plain".to_owned(), styles: [Style::new(); Role::ALL.len()] }
    }

    /// The name it was found by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The first role with exactly this style: how a test tells a cell's role from its look.
    #[must_use]
    pub fn role_of(&self, style: Style) -> Option<Role> {
        Role::ALL.into_iter().find(|role| self.style(*role) == style)
    }
}

/// Which theme to use: the flag wins over the config, and both over `NO_COLOR`, which asks for `mono`.
#[must_use]
pub fn choose<'a>(flag: Option<&'a str>, config: Option<&'a str>, no_color: bool) -> &'a str {
    let fallback = if no_color { "mono" } else { Theme::NAMES[0] };
    flag.or(config).unwrap_or(fallback)
}

/// One thing wrong in a theme file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, or the name that was asked for.
    pub file: String,
    /// Line and column, both from 1; `None` when it is about the file as a whole.
    pub at: Option<(usize, usize)>,
    /// What is wrong, and the nearest right name where there is one.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some((line, column)) => write!(f, "{}:{line}:{column}: {}", self.file, self.message),
            None => write!(f, "theme {}: {}", self.file, self.message),
        }
    }
}

/// Everything wrong in a theme file, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    fn whole(file: &str, message: &str) -> Self {
        Self(vec![Problem { file: file.to_owned(), at: None, message: message.to_owned() }])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            let line_end = if at == 0 { "" } else { "\n" };
            write!(f, "{line_end}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
