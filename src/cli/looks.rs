//! How the screen is drawn here: theme, colours and shapes, from flags, environment, config and terminal.
//!
//! The order is told in `docs/themes.md`, which must stay true to this.

use std::path::{Path, PathBuf};

use super::Common;
use crate::config::{Chart, Color, Screen};
use crate::runtime::terminal::Kind;
use crate::ui::theme::{Depth, Glyphs, Problems, Shelf, Theme, choose};
use crate::ui::widgets::chart::Dots;

/// Everything that decides how the screen is drawn but the themes' files.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// Folders of themes, of which the first counts most.
    pub(super) folders: Vec<PathBuf>,
    /// The flag.
    pub(super) theme: Option<String>,
    /// The flag.
    pub(super) color: Option<Color>,
    /// The flag, or a locale that cannot write anything else.
    pub(super) ascii: bool,
    /// `NO_COLOR` is set and not empty.
    pub(super) no_color: bool,
    /// What the terminal says of itself.
    pub(super) terminal: Depth,
}

impl Wish {
    /// What flags and environment of this process ask for; `config` is the file of the workload, if there is one.
    pub(super) fn of(common: &Common, config: Option<&Path>) -> Self {
        Self::from(common, config, |name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn from(common: &Common, config: Option<&Path>, variable: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            folders: folders(config, &variable),
            theme: common.theme.clone(),
            color: common.color.map(Color::from),
            ascii: common.ascii || !is_utf8(&variable),
            no_color: variable("NO_COLOR").is_some(),
            terminal: Depth::of_terminal(&variable),
        }
    }

    /// The same on a terminal of this kind, which may have neither colours nor shapes.
    pub(super) fn on(mut self, kind: Kind) -> Self {
        if !kind.has_colors() {
            self.terminal = Depth::None;
        }
        self.ascii |= !kind.has_shapes();
        self
    }

    /// How many colours there are to be.
    pub(super) fn depth(&self, screen: &Screen) -> Depth {
        match self.color.or(screen.color).unwrap_or(Color::Auto) {
            Color::Always => self.terminal.max(Depth::Sixteen),
            Color::Never => Depth::None,
            Color::Auto if self.no_color => Depth::None,
            Color::Auto => self.terminal,
        }
    }

    /// The shapes.
    pub(super) fn glyphs(&self, screen: &Screen) -> Glyphs {
        let shapes = if self.ascii || screen.ascii { Glyphs::ascii() } else { Glyphs::unicode() };
        let dots = screen.chart.map(|chart| match chart {
            Chart::Braille => Dots::Braille,
            Chart::Blocks => Dots::Blocks,
            Chart::Ascii => Dots::Ascii,
        });
        dots.map_or(shapes, |dots| shapes.charting(dots))
    }

    /// The name of the theme.
    pub(super) fn name<'a>(&'a self, screen: &'a Screen, production: bool) -> &'a str {
        choose(self.theme.as_deref(), screen.theme.as_deref(), production)
    }

    /// The names of the themes that can be had, those of the operator first.
    pub(super) fn themes(&self) -> Vec<String> {
        Shelf::read(&self.folders).names().into_iter().map(str::to_owned).collect()
    }

    /// The theme and the shapes.
    ///
    /// # Errors
    /// When there is no such theme, or something in it is wrong; all problems at once.
    pub(super) fn look(&self, screen: &Screen, production: bool) -> Result<(Theme, Glyphs), Problems> {
        let shelf = Shelf::read(&self.folders);
        let theme = shelf.find(self.name(screen, production), self.depth(screen))?;
        Ok((theme, self.glyphs(screen)))
    }
}

/// `themes/` beside the config, then that of the operator.
fn folders(config: Option<&Path>, variable: &impl Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let beside = config.map(|file| file.parent().unwrap_or_else(|| Path::new(".")).join("themes"));
    let own = variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let own = own.or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".config")));
    let mut folders: Vec<PathBuf> =
        beside.into_iter().chain(own.map(|own| own.join("pointsman").join("themes"))).collect();
    folders.dedup();
    folders
}

/// The locale can write what the console draws; no locale at all counts as UTF-8, as most terminals are.
fn is_utf8(variable: &impl Fn(&str) -> Option<String>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name));
    set.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ColorArg;

    type Variables<'a> = &'a [(&'a str, &'a str)];

    fn common(color: Option<ColorArg>, ascii: bool) -> Common {
        Common {
            config: None,
            workload: None,
            state_dir: None,
            drill: false,
            theme: None,
            color,
            ascii,
            plain: false,
            bytes_per_second: None,
        }
    }

    fn wish(color: Option<ColorArg>, pairs: &[(&str, &str)]) -> Wish {
        let variable =
            |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Wish::from(&common(color, false), Some(Path::new("/srv/pointsman.toml")), variable)
    }

    #[test]
    fn the_flag_wins_over_the_config_and_that_over_no_color() {
        use ColorArg::{Always, Auto, Never};
        let (plain, rich) = (&[("NO_COLOR", "1"), ("TERM", "xterm-256color")], &[("TERM", "xterm-256color")]);
        let (none, sixteen, many) = (Depth::None, Depth::Sixteen, Depth::Indexed);
        let cases: [(Option<ColorArg>, Option<Color>, Variables<'_>, Depth); 11] = [
            (None, None, rich, many),
            (None, None, plain, none),
            (None, Some(Color::Auto), plain, none),
            (None, Some(Color::Always), plain, many),
            (None, Some(Color::Never), rich, none),
            (Some(Auto), Some(Color::Always), plain, none),
            (Some(Auto), Some(Color::Never), rich, many),
            (Some(Always), Some(Color::Never), plain, many),
            (Some(Never), Some(Color::Always), rich, none),
            (Some(Always), None, &[("TERM", "vt100")], sixteen),
            (None, None, &[("TERM", "vt100")], none),
        ];
        for (flag, color, variables, wanted) in cases {
            let screen = Screen { color, ..Screen::default() };
            assert_eq!(wish(flag, variables).depth(&screen), wanted, "{flag:?} {color:?} {variables:?}");
        }
    }

    #[test]
    fn ascii_is_for_whoever_asks_and_for_locales_without_more() {
        let cases: [(&[(&str, &str)], bool); 6] = [
            (&[], false),
            (&[("LANG", "C")], true),
            (&[("LANG", "de_DE.UTF-8")], false),
            (&[("LC_ALL", "POSIX"), ("LANG", "de_DE.UTF-8")], true),
            (&[("LC_CTYPE", "en_US.utf8"), ("LANG", "C")], false),
            (&[("LC_CTYPE", "de_DE.ISO-8859-1")], true),
        ];
        for (variables, wanted) in cases {
            let glyphs = wish(None, variables).glyphs(&Screen::default());
            assert_eq!(glyphs.is_ascii(), wanted, "{variables:?}");
        }
        let config = Screen { ascii: true, chart: Some(Chart::Blocks), ..Screen::default() };
        assert_eq!(wish(None, &[]).glyphs(&config), Glyphs::ascii());
        let config = Screen { chart: Some(Chart::Blocks), ..Screen::default() };
        assert_eq!(wish(None, &[]).glyphs(&config).dots(), Dots::Blocks);
        assert_eq!(wish(None, &[("LANG", "C")]).glyphs(&config).dots(), Dots::Ascii);
        assert!(Wish::from(&common(None, true), None, |_| None).glyphs(&Screen::default()).is_ascii());
    }

    #[test]
    fn themes_beside_the_config_come_before_those_of_the_operator() {
        let of = |pairs| wish(None, pairs).folders;
        assert_eq!(
            of(&[("HOME", "/home/ana")]),
            [PathBuf::from("/srv/themes"), PathBuf::from("/home/ana/.config/pointsman/themes")]
        );
        assert_eq!(of(&[("XDG_CONFIG_HOME", "/x")])[1], PathBuf::from("/x/pointsman/themes"));
        assert_eq!(of(&[]), [PathBuf::from("/srv/themes")]);
    }
}
