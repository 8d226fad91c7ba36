//! The look by role: which style a role is drawn in, from `themes/*.toml` or a file of the operator.
//!
//! State never knows its colours: it names a [`Role`], and the theme answers with a style.
//! A theme must never be the only carrier of a meaning; `mono` draws everything without a colour. And no theme may
//! hide that this is production.

mod depth;
mod docs;
mod file;
mod glyphs;
pub mod preview;
mod role;
mod shelf;

use std::fmt;

use ratatui::style::{Color, Modifier, Style};

pub use depth::{Depth, rgb};
pub use docs::docs;
pub use glyphs::Glyphs;
pub use role::Role;
pub use shelf::{Shelf, is_file};

/// One style for each role.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    name: String,
    about: String,
    ground: Ground,
    styles: [Style; Role::ALL.len()],
}

/// What a theme is made to stand on: the terminal's own background.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// Pale text on dark.
    #[default]
    Dark,
    /// Dark text on pale.
    Light,
}

impl Theme {
    /// The names of the themes that come with the program; the first is the default.
    pub const NAMES: [&str; shelf::NAMES.len()] = shelf::NAMES;

    /// The theme of that name that comes with the program, or of that file when it has a `/` or ends in `.toml`, in
    /// every colour that it names.
    ///
    /// # Errors
    /// When no theme has the name, the file cannot be read, or something in it is wrong; all problems at once.
    pub fn find(name_or_path: &str) -> Result<Self, Problems> {
        Shelf::default().find(name_or_path, Depth::True)
    }

    /// Reads a theme; `file` is its name in messages.
    ///
    /// # Errors
    /// When something in it is wrong; all problems at once, each with line and column.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problems> {
        Shelf::default().parse(file, text)
    }

    /// A theme without any style but that of production: what is left when no other can be had.
    #[must_use]
    pub fn plain() -> Self {
        let styles = [Style::new(); Role::ALL.len()];
        Self { name: "plain".to_owned(), about: String::new(), ground: Ground::Dark, styles }.loud()
    }

    /// What was read, in these colours; where there are none, what has a colour is drawn as `mono` has it.
    fn of(name: &str, read: file::Read, depth: Depth, mono: Option<&file::Read>) -> Self {
        let file::Read { about, ground, mut styles } = read;
        if let (Depth::None, Some(mono)) = (depth, mono) {
            let has = |color: Option<Color>| color.is_some();
            for (style, plain) in styles.iter_mut().zip(mono.styles) {
                if has(style.fg) || has(style.bg) {
                    *style = plain;
                }
            }
        }
        Self { name: name.to_owned(), about, ground, styles }.loud()
    }

    /// The same, with production so that it cannot be missed: on a ground of its own, or reversed.
    fn loud(mut self) -> Self {
        for role in [Role::EnvProduction, Role::BorderProduction] {
            let style = &mut self.styles[role as usize];
            let ground = style.bg.is_some_and(|bg| bg != Color::Reset && style.fg != Some(bg));
            if !ground && !style.add_modifier.contains(Modifier::REVERSED) {
                style.add_modifier = style.add_modifier.difference(Modifier::DIM);
                style.add_modifier |= Modifier::BOLD | Modifier::REVERSED;
            }
        }
        self
    }

    /// The name it was found by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for, in a sentence; empty when its file does not say.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// What it is made to stand on.
    #[must_use]
    pub fn ground(&self) -> Ground {
        self.ground
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

/// Which theme to use: the flag wins over the config; left to itself, production has a look of its own.
#[must_use]
pub fn choose<'a>(flag: Option<&'a str>, config: Option<&'a str>, production: bool) -> &'a str {
    let fallback = if production { "production" } else { Theme::NAMES[0] };
    flag.or(config).unwrap_or(fallback)
}

/// One thing wrong in a theme file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, or the name that was asked for.
    pub file: String,
    /// Line and column, both from 1; `None` when it is about the file as a whole.
    pub at: Option<(usize, usize)>,
    /// The key, what is wrong with it, and the nearest right name where there is one.
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
