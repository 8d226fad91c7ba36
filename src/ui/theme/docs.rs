//! `docs/themes.md` as text, from the same roles and themes that the screen is drawn by.

use std::fmt::Write as _;

use super::file::COLORS;
use super::{Depth, Role, Shelf, Theme};

const HEAD: &str = "\
# Themes

This page is written by `POINTSMAN_WRITE=1 cargo test` from the roles and themes of the program; a test compares them.

`pointsman themes` lists every theme there is, with the lamps in its colours; `pointsman themes NAME` draws one with a
small console and every role; `--svg` makes a picture of it.

## Which one

`--theme NAME`, else `POINTSMAN_THEME`, else `[screen] theme`, else `dark`; in production without any of these
`production`. A name is that of a file `themes/NAME.toml` beside `pointsman.toml`, else of one in
`$XDG_CONFIG_HOME/pointsman/themes` (`~/.config` when that is not set), else of a theme that comes with the program. A
name with a `/` or that ends in `.toml` is a file.

";

const RULES: &str = "
## How many colours

- `--color always`, `never` or `auto` wins over `POINTSMAN_COLOR` and `[screen] color`, which win over `NO_COLOR`, which
  wins over what the terminal says of itself. So `NO_COLOR` is honoured wherever nothing more particular was said, as
  <https://no-color.org> asks for, and a flag wins over a file, as it does everywhere in this program.
- The terminal says sixteen colours, unless `TERM` says `256color`, or `COLORTERM` says `truecolor` or `24bit`. GNU
  screen is taken to have 256 at most, and the Linux console sixteen. `dumb` and `vt100` have none.
- Where there are fewer than a theme names, the nearest are taken. Where there are none, what has a colour is drawn as
  `mono` has it: bold, underlined, dim, reversed.

## Production

Where the environment begins with `prod`, or `[production]` in the config names the account or the environment, the
word is on every frame in `env.production`, and every dialog that acts has the word and a border in
`border.production`. A theme that gives these two neither a ground of their own nor `reverse` gets them reversed and
bold, without colours too; nothing switches it off.

## ASCII

`--ascii`, `[screen] ascii = true`, or a locale (`LC_ALL`, else `LC_CTYPE`, else `LANG`) that is not UTF-8 draws
everything in ASCII: lamps `o ^ # ?`, borders, charts, dashes. Where only braille cannot be read, `[screen] chart` is
`blocks` or `ascii`.

## A theme of your own

```toml
about = \"mine\"             # a sentence for the list
ground = \"dark\"            # or \"light\": the background it is made for
inherits = \"dark\"          # everything that is not said here

[palette]
ok = \"#5fd7af\"                          # a colour by a name of your own
bad = [\"#ff8700\", \"208\", \"light-red\"]   # the first that the terminal has

[roles]
\"lamp.ok\" = \"ok\"
\"lamp.bad\" = { fg = \"black\", bg = \"bad\", bold = true }
\"lamp.bad.text\" = { fg = \"bad\", underline = true }
```

- A role that a theme and what it inherits do not name is drawn as the name before its last dot: `lamp.bad.text` as
  `lamp.bad`, that as `lamp`. A style is taken whole, never mixed with that of another name.
- A theme that inherits may change only the palette: roles are looked up in it when all is read.
- A colour is a name of the palette, a `#rrggbb`, a number from 0 to 255, or COLORS.
- Beside `fg` and `bg` there are `bold`, `dim`, `italic`, `underline`, `reverse` and `crossed`.
- A theme named like one that comes with the program stands in its place, and may inherit from it by that name. Themes
  that inherit from each other in a circle are refused.
- A wrong file is refused with everything that is wrong in it, as `file:line:column: key: what`. While the console
  runs, a theme is read again when it is saved; a wrong one is told of on the screen, and the old one stays.
";

/// The page about themes.
#[must_use]
pub fn docs() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("| name | |\n|---|---|\n");
    let shelf = Shelf::default();
    for name in Theme::NAMES {
        let theme = shelf.find(name, Depth::True);
        let about = theme.as_ref().map(Theme::about).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| `{name}` | {about} |");
    }
    let colors: Vec<String> = COLORS.iter().map(|color| format!("`{color}`")).collect();
    page.push_str(&RULES.replace("COLORS", &colors.join(", ")));
    page.push_str("\n## Roles\n\n| role | falls back to | drawn in it |\n|---|---|---|\n");
    for role in Role::ALL {
        let back: Vec<String> = role.names().skip(1).map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "| `{}` | {} | {} |", role.name(), back.join(", "), role.about());
    }
    page
}
