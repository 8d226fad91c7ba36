//! Reads a theme file: palette, roles, `inherits`; every problem with its line and column.
//!
//! It reads text and never the disk, so the file of an operator may inherit only from a built-in theme.

use std::collections::BTreeMap;
use std::ops::Range;

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{BUILT_IN, Problem, Problems, Role};

/// A role's style as the file writes it; colours are still names, so that a heir may change the palette.
#[derive(Clone, Debug, Default)]
struct Draft {
    fg: Option<Named>,
    bg: Option<Named>,
    modifiers: Modifier,
}

/// A colour as the file names it, with the place where it does.
#[derive(Clone, Debug)]
struct Named {
    name: String,
    at: Place,
}

/// A place in one of the files of a chain of inheritance.
#[derive(Clone, Debug)]
struct Place {
    file: String,
    at: (usize, usize),
}

#[derive(Default)]
struct Parts {
    palette: BTreeMap<String, Color>,
    roles: BTreeMap<String, Draft>,
    problems: Vec<Problem>,
}

const KEYS: [&str; 3] = ["inherits", "palette", "roles"];
const ATTRIBUTES: [(&str, Modifier); 6] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
    ("crossed", Modifier::CROSSED_OUT),
];

/// Reads a theme and what it inherits from, and resolves one style for each role.
pub(super) fn load(file: &str, text: &str) -> Result<[Style; Role::ALL.len()], Problems> {
    let mut parts = Parts::default();
    collect(file, text, &mut parts, &mut Vec::new());
    let styles = Role::ALL.map(|role| {
        let draft = role.names().find_map(|name| parts.roles.get(name)).cloned().unwrap_or_default();
        style(&draft, &parts.palette, &mut parts.problems)
    });
    if parts.problems.is_empty() {
        return Ok(styles);
    }
    let mut problems = parts.problems;
    problems.sort_by(|a, b| (&a.file, a.at).cmp(&(&b.file, b.at)));
    problems.dedup();
    Err(Problems(problems))
}

/// `; did you mean …?` when one of the right names is near enough.
pub(super) fn nearest<'a>(wrong: &str, right: impl IntoIterator<Item = &'a str>) -> String {
    right
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .min()
        .filter(|(distance, name)| *distance <= name.len().max(3) / 2)
        .map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"))
}

fn collect(file: &str, text: &str, parts: &mut Parts, heirs: &mut Vec<String>) {
    let document = Document { file, text };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        parts.problems.push(document.problem(&span, error.message().to_owned()));
    }
    let table = table.into_inner();
    heirs.push(file.to_owned());
    if let Some((key, value)) = table.get_key_value("inherits") {
        document.inherit(key.span(), value, parts, heirs);
    }
    for (key, value) in &table {
        match key.get_ref().as_ref() {
            "inherits" => {}
            "palette" => document.each(value, "palette", parts, Document::color),
            "roles" => document.each(value, "roles", parts, Document::role),
            other => parts.problems.push(document.unknown(key.span(), "key", other, KEYS)),
        }
    }
}

struct Document<'a> {
    file: &'a str,
    text: &'a str,
}

type Key<'a, 'i> = &'a Spanned<std::borrow::Cow<'i, str>>;
type Value<'a, 'i> = &'a Spanned<DeValue<'i>>;

impl Document<'_> {
    fn inherit(&self, key: Range<usize>, value: Value<'_, '_>, parts: &mut Parts, heirs: &mut Vec<String>) {
        let Some(name) = value.get_ref().as_str() else {
            parts.problems.push(self.wrong_type(value, "the name of a theme"));
            return;
        };
        if heirs.iter().any(|heir| heir == name) {
            parts.problems.push(self.problem(&key, format!("`{name}` inherits from itself")));
            return;
        }
        let Some((_, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) else {
            let names = BUILT_IN.map(|(built_in, _)| built_in);
            parts.problems.push(self.unknown(value.span(), "theme", name, names));
            return;
        };
        collect(name, text, parts, heirs);
    }

    fn each(
        &self,
        value: Value<'_, '_>,
        what: &str,
        parts: &mut Parts,
        take: impl Fn(&Self, Key<'_, '_>, Value<'_, '_>, &mut Parts),
    ) {
        let Some(table) = value.get_ref().as_table() else {
            parts.problems.push(self.wrong_type(value, &format!("a table, as in `[{what}]`")));
            return;
        };
        for (key, value) in table {
            take(self, key, value, parts);
        }
    }

    fn color(&self, key: Key<'_, '_>, value: Value<'_, '_>, parts: &mut Parts) {
        let Some(name) = value.get_ref().as_str() else {
            parts.problems.push(self.wrong_type(value, "a colour"));
            return;
        };
        match terminal_color(name) {
            Some(color) => {
                parts.palette.insert(key.get_ref().to_string(), color);
            }
            None => parts.problems.push(self.unknown(value.span(), "colour", name, COLORS)),
        }
    }

    fn role(&self, key: Key<'_, '_>, value: Value<'_, '_>, parts: &mut Parts) {
        let name = key.get_ref().as_ref();
        let mut names = Role::ALL.into_iter().flat_map(Role::names);
        if !names.any(|known| known == name) {
            let all = Role::ALL.into_iter().flat_map(Role::names);
            parts.problems.push(self.unknown(key.span(), "role", name, all));
        }
        let draft = match value.get_ref() {
            DeValue::String(color) => Draft { fg: Some(self.named(value, color)), ..Draft::default() },
            DeValue::Table(table) => self.draft(table, &mut parts.problems),
            _ => {
                parts.problems.push(self.wrong_type(value, "a colour or a table"));
                return;
            }
        };
        parts.roles.insert(name.to_owned(), draft);
    }

    fn draft(&self, table: &DeTable<'_>, problems: &mut Vec<Problem>) -> Draft {
        let mut draft = Draft::default();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let attribute = ATTRIBUTES.iter().find(|(known, _)| *known == name);
            match (name, attribute, value.get_ref()) {
                ("fg", _, DeValue::String(color)) => draft.fg = Some(self.named(value, color)),
                ("bg", _, DeValue::String(color)) => draft.bg = Some(self.named(value, color)),
                ("fg" | "bg", ..) => problems.push(self.wrong_type(value, "a colour")),
                (_, Some((_, modifier)), DeValue::Boolean(true)) => draft.modifiers |= *modifier,
                (_, Some(_), DeValue::Boolean(false)) => {}
                (_, Some(_), _) => problems.push(self.wrong_type(value, "true or false")),
                _ => {
                    let known = ["fg", "bg"].into_iter().chain(ATTRIBUTES.map(|(known, _)| known));
                    problems.push(self.unknown(key.span(), "key", name, known));
                }
            }
        }
        draft
    }

    fn named(&self, value: Value<'_, '_>, color: &str) -> Named {
        let at = Place { file: self.file.to_owned(), at: self.position(value.span().start) };
        Named { name: color.to_owned(), at }
    }

    fn unknown<'n>(
        &self,
        span: Range<usize>,
        what: &str,
        wrong: &str,
        right: impl IntoIterator<Item = &'n str>,
    ) -> Problem {
        let near = nearest(wrong, right);
        self.problem(&span, format!("unknown {what} `{wrong}`{near}"))
    }

    fn wrong_type(&self, value: Value<'_, '_>, wanted: &str) -> Problem {
        let kind = value.get_ref().type_str();
        self.problem(&value.span(), format!("this is {kind}, wanted is {wanted}"))
    }

    fn problem(&self, span: &Range<usize>, message: String) -> Problem {
        Problem { file: self.file.to_owned(), at: Some(self.position(span.start)), message }
    }

    /// Line and column of a byte, both from 1, the column in characters.
    fn position(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

fn style(draft: &Draft, palette: &BTreeMap<String, Color>, problems: &mut Vec<Problem>) -> Style {
    let mut resolve = |named: &Option<Named>| {
        let named = named.as_ref()?;
        let color = palette.get(&named.name).copied().or_else(|| terminal_color(&named.name));
        if color.is_none() {
            let near = nearest(&named.name, palette.keys().map(String::as_str).chain(COLORS));
            let message = format!("unknown colour `{}`{near}", named.name);
            problems.push(Problem { file: named.at.file.clone(), at: Some(named.at.at), message });
        }
        color
    };
    let (fg, bg) = (resolve(&draft.fg), resolve(&draft.bg));
    Style { fg, bg, add_modifier: draft.modifiers, ..Style::new() }
}

/// The names of the terminal's own sixteen colours, and of leaving the colour as it is.
const COLORS: [&str; 17] = [
    "default",
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "dark-gray",
    "light-red",
    "light-green",
    "light-yellow",
    "light-blue",
    "light-magenta",
    "light-cyan",
    "white",
];

fn terminal_color(name: &str) -> Option<Color> {
    if name == "default" {
        return Some(Color::Reset);
    }
    // Any other spelling that ratatui would take for a name is refused, so that a file has one way to say it.
    (COLORS.contains(&name) || name.starts_with('#') || name.parse::<u8>().is_ok())
        .then(|| name.parse().ok())
        .flatten()
}
