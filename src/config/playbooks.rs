//! Reads the operators' own playbooks: `playbooks/*.toml` beside `pointsman.toml`, one playbook a file.
//!
//! A playbook is refused with every problem at its line: keys that its kinds do not have, names that the workload does
//! not declare, cycles, and traffic that would move before a writer. What a step sends is for the plan to say.

mod kinds;
mod order;

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::check;
use super::cursor::{Cursor, Placed};
use super::problem::{Place, Problems, Sink, hint};
use super::schema::PLAYBOOK;
use crate::model::recipe::{Param, Params, Recipe, RecipeStep};
use crate::model::topology::Topology;
pub(super) use kinds::{Does, KINDS, StepKind};

/// The folder of playbooks, beside the config.
const FOLDER: &str = "playbooks";

/// The playbooks that are built in, whose names are taken.
const BUILT_IN: [&str; 5] = ["switchover", "failover", "evacuate", "failback", "restore"];

/// What may confirm a step, by its word in a playbook.
pub(super) const PROOFS: &[&str] = &["read back", "health check", "dns", "traffic", "canary", "orders"];

/// Where the playbooks of a config are: a folder of its own beside it, so that workloads that share a folder need not
/// share playbooks, else the one that all of that folder share.
pub(super) fn folder(config: &Path) -> PathBuf {
    let own = config.with_extension("").join(FOLDER);
    if own.is_dir() { own } else { config.with_file_name(FOLDER) }
}

/// The files of playbooks that belong to a config, in the order of their names.
pub(super) fn files(config: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder(config)).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files
}

/// Reads one playbook, which is called `name` and whose file is called `file` in problems.
///
/// # Errors
/// Every problem in the text, in the order of its lines.
pub(super) fn read(text: &str, (name, file): (&str, &str), topology: &Topology) -> Result<Recipe, Problems> {
    let sink = Sink::new(file, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        sink.syntax(error.span(), error.message());
    }
    let root = Cursor::root(table.get_ref(), &PLAYBOOK, &sink);
    check::check(&root);
    if BUILT_IN.contains(&name) {
        sink.refuse(&Place::new("", 0..0), format!("{name} is built in; give the file another name"));
    }
    let tables = root.tables("steps");
    let read: Vec<Option<Placed<RecipeStep>>> = tables.iter().map(|table| step(table, topology)).collect();
    let whole = read.iter().all(Option::is_some);
    let steps = order::sorted(&root, read.into_iter().flatten().collect(), whole);
    let about = root.text("about").map(|about| about.value);
    sink.finish()?;
    let recipe = about.zip(steps).map(|(about, steps)| Recipe { name: name.to_owned(), about, steps });
    recipe.ok_or_else(|| Problems::unforeseen(file))
}

fn step(table: &Cursor<'_>, topology: &Topology) -> Option<Placed<RecipeStep>> {
    let id = table.text("id");
    let word = table.text("kind");
    let kind = word.as_ref().and_then(|word| known(table, word));
    let with = kind.map(|kind| params(table, kind, STEP_KEYS, topology));
    if kind.is_some_and(|kind| kind.name == "routing.set") {
        panel(table, topology);
    }
    let interlocks = table.tables("interlocks");
    let interlocks: Vec<_> = interlocks.iter().filter_map(|table| condition(table, topology)).collect();
    let needs = table.texts("needs").unwrap_or_default().into_iter().map(|need| need.value).collect();
    let text = |key: &str| table.text(key).map(|text| text.value);
    let span = |key: &str| table.span(key).map(|span| span.value);
    let id = id?;
    Some(Placed::new(
        RecipeStep {
            id: id.value,
            title: text("title"),
            kind: kind?.name.to_owned(),
            with: with?,
            needs,
            interlocks,
            proof: text("proof"),
            deadline: span("deadline"),
            usual: span("usual"),
            on_trouble: text("on_trouble"),
        },
        id.place,
    ))
}

/// One call changes one panel, so where there are several a step says which.
fn panel(table: &Cursor<'_>, topology: &Topology) {
    let panels = topology.routing.iter().flat_map(|routing| &routing.panels);
    let names: Vec<&str> = panels.filter_map(|panel| panel.name.as_deref()).collect();
    if names.len() > 1 && !table.has("panel") {
        table.miss(format!("\"panel\" is missing, for one call changes one panel: {}", names.join(" or ")));
    }
}

/// Keys of a step that every kind has.
const STEP_KEYS: &[&str] =
    &["id", "kind", "title", "needs", "interlocks", "proof", "deadline", "usual", "on_trouble"];

/// A condition: a kind that only looks, and its keys.
fn condition(table: &Cursor<'_>, topology: &Topology) -> Option<(String, Params)> {
    let word = table.text("kind")?;
    let kind = known(table, &word)?;
    if kind.does != Does::Looks {
        table.refuse("kind", format!("{} does something; a condition only looks", kind.name));
        return None;
    }
    Some((kind.name.to_owned(), params(table, kind, &["kind"], topology)))
}

fn known(table: &Cursor<'_>, word: &Placed<String>) -> Option<&'static StepKind> {
    let kind = kinds::find(&word.value);
    if kind.is_none() {
        let names = KINDS.iter().map(|kind| kind.name);
        let near = hint(&word.value, names.clone());
        let near = if near.is_empty() {
            format!("; there are {}", names.collect::<Vec<_>>().join(", "))
        } else {
            near
        };
        table.refuse("kind", format!("there is no kind \"{}\"{near}", word.value));
    }
    kind
}

/// The keys of a kind, with those that it does not have refused and those that it needs missed.
fn params(table: &Cursor<'_>, kind: &StepKind, common: &[&str], topology: &Topology) -> Params {
    let mut params = Params::default();
    for (key, value) in table.table {
        let name = key.get_ref().as_ref();
        let own = kind.must.contains(&name) || kind.may.contains(&name);
        if own {
            if let Some(param) = param(table, name, value.get_ref(), topology) {
                params.set(name, param);
            }
        } else if !common.contains(&name) && table.section.field(name).is_some() {
            table.sink.refuse(&table.at(name, key.span()), format!("{} has no such key", kind.name));
        }
    }
    for name in kind.must.iter().filter(|name| !table.has(name)) {
        table.miss(format!("\"{name}\" is missing, which {} needs", kind.name));
    }
    params
}

fn param(table: &Cursor<'_>, name: &str, value: &DeValue<'_>, topology: &Topology) -> Option<Param> {
    match value {
        DeValue::String(_) if matches!(name, "below" | "for") => Some(Param::Span(table.span(name)?.value)),
        DeValue::String(_) => {
            let text = table.text(name)?;
            declared(table, name, &text, topology);
            Some(Param::Text(text.value))
        }
        DeValue::Integer(_) => Some(Param::Whole(u32::try_from(table.whole(name)?.value).ok()?)),
        DeValue::Boolean(yes) => Some(Param::Whole(u32::from(*yes))),
        DeValue::Array(_) => {
            let texts = table.texts(name)?;
            for text in &texts {
                declared(table, name, text, topology);
            }
            Some(Param::Texts(texts.into_iter().map(|text| text.value).collect()))
        }
        DeValue::Table(_) => {
            let pairs = table.map(name)?;
            Some(Param::Map(pairs.into_iter().map(|(key, text)| (key.value, text.value)).collect()))
        }
        _ => None,
    }
}

/// Names must be declared where the workload is.
fn declared(table: &Cursor<'_>, key: &str, word: &Placed<String>, topology: &Topology) {
    let (noun, known): (&str, Vec<&str>) = match key {
        "from" | "to" | "region" | "on" | "off" => {
            let regions = topology.regions.iter().map(|region| region.name.as_str());
            ("Region", regions.chain(["from", "to"]).collect())
        }
        "store" => {
            let auroras = topology.auroras.iter().map(|aurora| aurora.store.as_str());
            let replicas = topology.replicas.iter().map(|replica| replica.store.as_str());
            let tables = topology.tables.iter().map(|table| table.store.as_str());
            let links = topology.lag_links.iter().map(|link| link.store.as_str());
            ("store", auroras.chain(replicas).chain(tables).chain(links).collect())
        }
        "panel" => {
            let panels = topology.routing.iter().flat_map(|routing| &routing.panels);
            ("control panel", panels.filter_map(|panel| panel.name.as_deref()).collect())
        }
        "service" => ("service", topology.services.iter().map(|service| service.name.as_str()).collect()),
        "runbook" => ("runbook", topology.runbooks.iter().map(|runbook| runbook.name.as_str()).collect()),
        "plan" => ("Region switch plan", topology.plans.iter().map(|plan| plan.name.as_str()).collect()),
        "experiment" => {
            let experiments = topology.experiments.iter();
            ("experiment", experiments.map(|experiment| experiment.name.as_str()).collect())
        }
        "name" => ("name under [[dns]]", topology.dns.iter().map(|dns| dns.name.as_str()).collect()),
        _ => return,
    };
    if !known.contains(&word.value.as_str()) {
        let near = hint(&word.value, known.iter().copied());
        let what = format!("\"{}\" is no {noun} of the workload{near}", word.value);
        table.sink.refuse(&word.place, what);
    }
}
