//! Reads a theme file: palette, roles, `inherits`; every problem with its file, line and key.
//!
//! It reads text and never the disk: what a theme may inherit from is handed in.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Depth, Ground, Problem, Problems, Role};

/// A theme file: its name, what it is called in messages, and its text or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) text: Result<String, String>,
}

/// What a theme file comes to, with everything it inherits.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) about: String,
    pub(super) ground: Ground,
    pub(super) styles: [Style; Role::ALL.len()],
}

/// A role's style as the file writes it; colours are still names, so that a heir may change the palette.
#[derive(Clone, Debug)]
struct Draft {
    fg: Option<Named>,
    bg: Option<Named>,
    modifiers: Modifier,
    at: Place,
}

/// A colour as the file names it: the names to choose from, the best first, with the place where it does.
#[derive(Clone, Debug)]
struct Named {
    names: Vec<String>,
    at: Place,
}

/// A place in one of the files of a chain of inheritance.
#[derive(Clone, Debug)]
struct Place {
    file: String,
    at: (usize, usize),
    key: String,
}

#[derive(Default)]
struct Parts {
    about: String,
    ground: Ground,
    palette: BTreeMap<String, Vec<Color>>,
    roles: BTreeMap<String, Draft>,
    problems: Vec<Problem>,
}

const KEYS: [&str; 5] = ["about", "ground", "inherits", "palette", "roles"];
const ATTRIBUTES: [(&str, Modifier); 6] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
    ("crossed", Modifier::CROSSED_OUT),
];

/// Reads a theme and what it inherits from among `shelf`, and resolves one style for each role in these colours.
pub(super) fn load(source: &Source, shelf: &[Source], depth: Depth) -> Result<Read, Problems> {
    let mut parts = Parts::default();
    collect(source, &mut Line { shelf, heirs: Vec::new() }, &mut parts);
    let styles = Role::ALL.map(|role| {
        let draft = role.names().find_map(|name| parts.roles.get(name));
        draft.map_or_else(Style::new, |draft| style(draft, &parts.palette, depth, &mut parts.problems))
    });
    if parts.problems.is_empty() {
        return Ok(Read { about: parts.about, ground: parts.ground, styles });
    }
    let mut problems = parts.problems;
    problems.sort_by(|a, b| (&a.file, a.at, &a.message).cmp(&(&b.file, b.at, &b.message)));
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

/// A chain of inheritance, as far as it was followed.
struct Line<'a> {
    shelf: &'a [Source],
    heirs: Vec<Source>,
}

impl Line<'_> {
    /// The theme of a name that the last heir inherits from: of its own name only one that stands further back.
    fn parent(&self, name: &str) -> Option<&Source> {
        let own = self.heirs.last().filter(|heir| heir.name == name);
        let mut named = self.shelf.iter().filter(|source| source.name == name);
        match own {
            Some(own) if named.clone().any(|source| source.file == own.file) => {
                named.skip_while(|source| source.file != own.file).nth(1)
            }
            _ => named.next(),
        }
    }

    /// The names from a theme on to itself again, if it is in the chain.
    fn circle(&self, to: &Source) -> Option<String> {
        let from = self.heirs.iter().position(|heir| heir.file == to.file)?;
        let names = self.heirs[from..].iter().chain([to]).map(|heir| heir.name.as_str());
        Some(names.collect::<Vec<_>>().join(" → "))
    }
}

fn collect(source: &Source, line: &mut Line<'_>, parts: &mut Parts) {
    let text = match &source.text {
        Ok(text) => text,
        Err(why) => {
            parts.problems.push(Problem { file: source.file.clone(), at: None, message: why.clone() });
            return;
        }
    };
    let document = Document { file: &source.file, text };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        parts.problems.push(document.problem(&span, "", error.message()));
    }
    let table = table.into_inner();
    line.heirs.push(source.clone());
    if let Some(value) = table.get("inherits") {
        document.inherit(value, line, parts);
    }
    for (key, value) in &table {
        match key.get_ref().as_ref() {
            "inherits" => {}
            "about" => document.about(value, parts),
            "ground" => document.ground(value, parts),
            "palette" => document.each(value, "palette", parts, Document::color),
            "roles" => document.each(value, "roles", parts, Document::role),
            other => parts.problems.push(document.unknown(&key.span(), "", ("key", other), KEYS)),
        }
    }
}

struct Document<'a> {
    file: &'a str,
    text: &'a str,
}

type Key<'a, 'i> = &'a Spanned<Cow<'i, str>>;
type Value<'a, 'i> = &'a Spanned<DeValue<'i>>;

impl Document<'_> {
    fn inherit(&self, value: Value<'_, '_>, line: &mut Line<'_>, parts: &mut Parts) {
        let Some(name) = value.get_ref().as_str() else {
            parts.problems.push(self.wrong_type(value, "inherits", "the name of a theme"));
            return;
        };
        let Some(parent) = line.parent(name).cloned() else {
            let names = line.shelf.iter().map(|source| source.name.as_str());
            parts.problems.push(self.unknown(&value.span(), "inherits", ("theme", name), names));
            return;
        };
        if let Some(circle) = line.circle(&parent) {
            let message = format!("themes inherit from each other in a circle: {circle}");
            parts.problems.push(self.problem(&value.span(), "inherits", &message));
            return;
        }
        collect(&parent, line, parts);
    }

    fn about(&self, value: Value<'_, '_>, parts: &mut Parts) {
        match value.get_ref().as_str() {
            Some(about) => about.clone_into(&mut parts.about),
            None => parts.problems.push(self.wrong_type(value, "about", "a sentence")),
        }
    }

    fn ground(&self, value: Value<'_, '_>, parts: &mut Parts) {
        match value.get_ref().as_str() {
            Some("dark") => parts.ground = Ground::Dark,
            Some("light") => parts.ground = Ground::Light,
            Some(other) => {
                let unknown = self.unknown(&value.span(), "ground", ("ground", other), ["dark", "light"]);
                parts.problems.push(unknown);
            }
            None => parts.problems.push(self.wrong_type(value, "ground", "`dark` or `light`")),
        }
    }

    fn each(
        &self,
        value: Value<'_, '_>,
        what: &str,
        parts: &mut Parts,
        take: impl Fn(&Self, Key<'_, '_>, Value<'_, '_>, &mut Parts),
    ) {
        let Some(table) = value.get_ref().as_table() else {
            parts.problems.push(self.wrong_type(value, what, &format!("a table, as in `[{what}]`")));
            return;
        };
        for (key, value) in table {
            take(self, key, value, parts);
        }
    }

    fn color(&self, key: Key<'_, '_>, value: Value<'_, '_>, parts: &mut Parts) {
        let path = format!("palette.{}", key.get_ref());
        let mut colors = Vec::new();
        for (name, span) in self.words(value, &path, &mut parts.problems) {
            match terminal_color(&name) {
                Some(color) => colors.push(color),
                None => parts.problems.push(self.unknown(&span, &path, ("colour", &name), COLORS)),
            }
        }
        // A colour that was refused is a name all the same, so that whoever uses it is not refused too.
        parts.palette.insert(key.get_ref().to_string(), colors);
    }

    fn role(&self, key: Key<'_, '_>, value: Value<'_, '_>, parts: &mut Parts) {
        let name = key.get_ref().as_ref();
        let path = format!("roles.\"{name}\"");
        let mut names = Role::ALL.into_iter().flat_map(Role::names);
        if !names.any(|known| known == name) {
            let all = Role::ALL.into_iter().flat_map(Role::names);
            parts.problems.push(self.unknown(&key.span(), "roles", ("role", name), all));
        }
        let mut draft =
            Draft { fg: None, bg: None, modifiers: Modifier::empty(), at: self.place(&key.span(), &path) };
        match value.get_ref() {
            DeValue::Table(table) => self.fill(&mut draft, table, &path, &mut parts.problems),
            DeValue::String(_) | DeValue::Array(_) => {
                draft.fg = Some(self.named(value, &path, &mut parts.problems));
            }
            _ => {
                parts.problems.push(self.wrong_type(value, &path, "a colour or a table"));
                return;
            }
        }
        parts.roles.insert(name.to_owned(), draft);
    }

    fn fill(&self, draft: &mut Draft, table: &DeTable<'_>, path: &str, problems: &mut Vec<Problem>) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let own = format!("{path}.{name}");
            let attribute = ATTRIBUTES.iter().find(|(known, _)| *known == name);
            match (name, attribute, value.get_ref()) {
                ("fg", ..) => draft.fg = Some(self.named(value, &own, problems)),
                ("bg", ..) => draft.bg = Some(self.named(value, &own, problems)),
                (_, Some((_, modifier)), DeValue::Boolean(true)) => draft.modifiers |= *modifier,
                (_, Some(_), DeValue::Boolean(false)) => {}
                (_, Some(_), _) => problems.push(self.wrong_type(value, &own, "true or false")),
                _ => {
                    let known = ["fg", "bg"].into_iter().chain(ATTRIBUTES.map(|(known, _)| known));
                    problems.push(self.unknown(&key.span(), path, ("key", name), known));
                }
            }
        }
    }

    fn named(&self, value: Value<'_, '_>, path: &str, problems: &mut Vec<Problem>) -> Named {
        let names = self.words(value, path, problems).into_iter().map(|(name, _)| name).collect();
        Named { names, at: self.place(&value.span(), path) }
    }

    /// One text, or the texts of a list, each with its place.
    fn words(
        &self,
        value: Value<'_, '_>,
        path: &str,
        problems: &mut Vec<Problem>,
    ) -> Vec<(String, Range<usize>)> {
        let word = |value: Value<'_, '_>| Some((value.get_ref().as_str()?.to_owned(), value.span()));
        let all = match value.get_ref() {
            DeValue::Array(list) if !list.is_empty() => list.iter().map(word).collect(),
            _ => word(value).map(|word| vec![word]),
        };
        all.unwrap_or_else(|| {
            problems.push(self.wrong_type(value, path, "a colour, or a list of colours"));
            Vec::new()
        })
    }

    fn unknown<'n>(
        &self,
        span: &Range<usize>,
        path: &str,
        (what, wrong): (&str, &str),
        right: impl IntoIterator<Item = &'n str>,
    ) -> Problem {
        let near = nearest(wrong, right);
        self.problem(span, path, &format!("unknown {what} `{wrong}`{near}"))
    }

    fn wrong_type(&self, value: Value<'_, '_>, path: &str, wanted: &str) -> Problem {
        let kind = value.get_ref().type_str();
        self.problem(&value.span(), path, &format!("this is {kind}, wanted is {wanted}"))
    }

    fn problem(&self, span: &Range<usize>, path: &str, message: &str) -> Problem {
        self.place(span, path).problem(message)
    }

    fn place(&self, span: &Range<usize>, path: &str) -> Place {
        Place { file: self.file.to_owned(), at: self.position(span.start), key: path.to_owned() }
    }

    /// Line and column of a byte, both from 1, the column in characters.
    fn position(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

impl Place {
    fn problem(&self, message: &str) -> Problem {
        let key = if self.key.is_empty() { String::new() } else { format!("{}: ", self.key) };
        Problem { file: self.file.clone(), at: Some(self.at), message: format!("{key}{message}") }
    }
}

fn style(
    draft: &Draft,
    palette: &BTreeMap<String, Vec<Color>>,
    depth: Depth,
    problems: &mut Vec<Problem>,
) -> Style {
    let mut resolve = |named: &Option<Named>| Some(choices(named.as_ref()?, palette, problems));
    let (fg, bg) = (resolve(&draft.fg), resolve(&draft.bg));
    let same = fg.iter().flatten().zip(bg.iter().flatten()).find(|(fg, bg)| fg == bg && **fg != Color::Reset);
    if same.is_some() {
        problems.push(draft.at.problem("cannot be seen: `fg` and `bg` are the same colour"));
    }
    let best = |colors: Option<Vec<Color>>| {
        let colors = colors?;
        colors.iter().find(|color| depth.has(**color)).or(colors.last()).copied()
    };
    depth.style(Style { fg: best(fg), bg: best(bg), add_modifier: draft.modifiers, ..Style::new() })
}

/// The colours that a name of the palette or of the terminal stands for, the best first.
fn choices(named: &Named, palette: &BTreeMap<String, Vec<Color>>, problems: &mut Vec<Problem>) -> Vec<Color> {
    let mut colors = Vec::new();
    for name in &named.names {
        match (palette.get(name), terminal_color(name)) {
            (Some(known), _) => colors.extend(known),
            (None, Some(color)) => colors.push(color),
            (None, None) => {
                let near = nearest(name, palette.keys().map(String::as_str).chain(COLORS));
                problems.push(named.at.problem(&format!("unknown colour `{name}`{near}")));
            }
        }
    }
    colors
}

/// The names of the terminal's own sixteen colours, and of leaving the colour as it is.
pub(super) const COLORS: [&str; 17] = [
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
