//! `docs/config.md` as text, from the same tables that the reader reads by.

use std::fmt::Write as _;

use super::layers::VARIABLES;
use super::playbooks::KINDS;
use super::preset::{Dimensions, PERIOD, PRESETS, Preset, PresetSignal, Shape};
use super::schema::{Kind, Need, SECTIONS, Section};
use crate::model::topology::{Missing, Threshold, Unit};

const HEAD: &str = "\
# pointsman.toml

This page is written by `POINTSMAN_WRITE=1 cargo test` from the tables that the file is read by; a test compares them.

The file is the one that `--config` names, else the one that `POINTSMAN_CONFIG` names, else the first that is there of
`./pointsman.toml`, `./pointsman.d` and the same two in `$XDG_CONFIG_HOME/pointsman` (`~/.config` when that is not set).

A folder has one file for each of several workloads: every `NAME.toml` in it, with its own playbooks in
`NAME/playbooks/`, or those in `playbooks/` that all of them share. `--workload` says which one is meant, by its name, as
`NAME-ENVIRONMENT` or by its file; where there are several, none is taken without it. `status --all` and `check --all`
go through all of them. Of the environment only `POINTSMAN_HOME` and `POINTSMAN_THEME` count for the files of a folder:
one profile, role or URL for all of them would lead some to another's account. A plan names the workload that it was
made for, and is carried out on no other.

What counts is, in this order: flags, environment, file, default. A wrong file is refused with every problem that is
in it, each as `file:line:column: key: what is wrong`.

A *span* is written as `30s`, `10m` or `1h30m`; a *limit* as `< 95` or `> 5`, or `never` for none; a *list* as
`[\"a\", \"b\"]`; a *map* as `{ Name = \"value\" }`.
";

const KINDS_HEAD: &str = "
### Kinds of steps

A key with a question mark may be left out. A step that moves traffic must need every step that moves a writer.

| kind | keys | what it does |
|---|---|---|
";

const PRESETS_HEAD: &str = "
## Presets

A preset gives namespace, metrics, statistic, unit and limits, and says which dimensions are needed. All have a
point each MINUTE. Of several signals the first is the one that the keys of the table are for; the others are
called by their *key* in `without` and `others`. A limit of your own drops a preset's limit that it contradicts.

*Sparse* is a metric that is published only when there is something to count: its absence is zero. The absence of any
other is unknown.
";

/// The page about the file: every section and key, every preset, every variable.
#[must_use]
pub fn docs() -> String {
    let mut page = HEAD.to_owned();
    for section in SECTIONS {
        self::section(&mut page, section);
    }
    kinds(&mut page);
    page.push_str("\n## Environment\n\n| variable | stands in for |\n|---|---|\n");
    for (variable, key, _) in VARIABLES {
        row(&mut page, &[&code(variable), &code(key)]);
    }
    page.push_str(&PRESETS_HEAD.replace("MINUTE", &format!("{PERIOD} seconds")));
    for preset in PRESETS {
        self::preset(&mut page, preset);
    }
    page
}

fn section(page: &mut String, section: &Section) {
    let title = if section.header.is_empty() { "The file".to_owned() } else { code(section.header) };
    // Writing to a String cannot fail.
    let _ = writeln!(
        page,
        "\n## {title}\n\n{}\n\n| key | type | default | meaning |\n|---|---|---|---|",
        section.means
    );
    for field in section.fields {
        let default = match field.need {
            Need::Required => "*required*".to_owned(),
            Need::Optional => String::new(),
            Need::Default(text) => code(text),
        };
        row(page, &[&code(field.name), &kind(field.kind), &default, field.means]);
    }
}

/// The kinds of steps, with their keys.
fn kinds(page: &mut String) {
    page.push_str(KINDS_HEAD);
    for kind in KINDS {
        let must = kind.must.iter().map(|key| code(key));
        let may = kind.may.iter().map(|key| format!("{}?", code(key)));
        let keys = must.chain(may).collect::<Vec<_>>().join(" ");
        row(page, &[&code(kind.name), &keys, kind.means]);
    }
}

fn kind(kind: Kind) -> String {
    let plain = match kind {
        Kind::Text => "text",
        Kind::Number => "number",
        Kind::Whole => "whole number",
        Kind::Flag => "`true` or `false`",
        Kind::Span | Kind::Wait | Kind::Period => "span",
        Kind::Limit => "limit",
        Kind::Statistic => "statistic",
        Kind::Region => "Region",
        Kind::Url => "URL",
        Kind::Account => "account",
        Kind::Zone => "hosted zone id",
        Kind::HealthCheck => "health check id",
        Kind::DnsName => "DNS name",
        Kind::Resolver => "address, or `system`",
        Kind::Preset => "preset",
        Kind::List(Kind::Region) => "list of Regions",
        Kind::List(_) => "list",
        Kind::Map(Kind::Arn(_)) => "map of ARNs",
        Kind::Map(_) => "map",
        Kind::Arn(kind) => return code(kind.form()),
        Kind::Choice(words) => return words.iter().map(|word| code(word)).collect::<Vec<_>>().join(", "),
        Kind::Table(section) | Kind::Tables(section) | Kind::Named(section) => return code(section.header),
    };
    plain.to_owned()
}

fn preset(page: &mut String, preset: &Preset) {
    let _ = writeln!(page, "\n### `{}`\n\n{}\n", preset.name, preset.means);
    if !preset.namespace.is_empty() {
        let lag = if preset.lag { "; its first signal can be a link" } else { "" };
        let _ = writeln!(page, "Namespace `{}`; family *{}*{lag}.", preset.namespace, preset.family);
    }
    let _ = writeln!(page, "Dimensions: {}.\n", dimensions(&preset.dimensions));
    page.push_str("| key | label | value | statistic | unit | look | bad | sparse |\n|---|---|---|---|---|---|---|---|\n");
    for signal in preset.signals {
        let cells = [
            code(signal.key),
            signal.label.to_owned(),
            value(signal),
            if matches!(signal.shape, Shape::Alarm) { String::new() } else { code(signal.statistic) },
            unit(signal.unit).to_owned(),
            limit(signal.look),
            limit(signal.bad),
            if signal.missing == Missing::Zero { "yes" } else { "" }.to_owned(),
        ];
        row(page, &cells.each_ref().map(String::as_str));
    }
}

fn dimensions(dimensions: &Dimensions) -> String {
    let list = |names: &[&str]| names.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ");
    let mut parts = Vec::new();
    if !dimensions.required.is_empty() {
        parts.push(list(dimensions.required));
    }
    if !dimensions.either.is_empty() {
        parts.push(format!("one of {}", list(dimensions.either)));
    }
    if !dimensions.detail.is_empty() {
        parts.push(format!("if wanted, {}", list(dimensions.detail)));
    }
    for (name, value) in dimensions.fixed {
        parts.push(format!("always `{name}` = `{value}`"));
    }
    parts.join("; ")
}

fn value(signal: &PresetSignal) -> String {
    let value = match signal.shape {
        Shape::Value(metric) => code(metric),
        Shape::Share(part, whole) => format!("`{part}` in percent of `{whole}`"),
        Shape::Of(part, whole) => format!("`{part}` of `{whole}`"),
        Shape::Alarm => "the alarm's state".to_owned(),
    };
    signal.when.map_or_else(|| value.clone(), |needs| format!("{value}, with `{needs}`"))
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "percent",
        Unit::Count => "count",
        Unit::Seconds => "seconds",
        Unit::Milliseconds => "milliseconds",
        Unit::Bytes => "bytes",
        Unit::State => "state",
    }
}

fn limit(limit: Option<Threshold>) -> String {
    match limit {
        None => String::new(),
        Some(Threshold::Below(number)) => format!("`< {number}`"),
        Some(Threshold::Above(number)) => format!("`> {number}`"),
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn row(page: &mut String, cells: &[&str]) {
    page.push('|');
    for cell in cells {
        let _ = write!(page, " {} |", cell.replace('|', "\\|"));
    }
    page.push('\n');
}
