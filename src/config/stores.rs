//! Reads `[[aurora]]`, `[[replicas]]`, `[[tables]]`, `[[replication]]` and `[shared]`: what is replicated between the
//! Regions.
//!
//! A store's name is its identity on the screen and in plans; nothing here may give one name to two stores.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::arn::{self, ArnKind};
use super::context::{Context, Unique};
use super::cursor::{Cursor, Placed};
use super::metric::{self, Origin};
use super::preset::{PRESETS, Preset, Shape};
use crate::model::topology::{
    Aurora, LagLink, Metric, Region, Replica, ReplicaEngine, SharedTable, Table, Unit,
};

/// All stores of the file.
pub(super) struct Stores {
    pub(super) auroras: Vec<Aurora>,
    pub(super) replicas: Vec<Replica>,
    pub(super) tables: Vec<Table>,
    pub(super) lag_links: Vec<LagLink>,
}

pub(super) fn read(root: &Cursor<'_>, context: &Context<'_>) -> Stores {
    let mut names = Unique::new(context.sink, "store");
    let auroras =
        root.tables("aurora").iter().filter_map(|table| aurora(table, &mut names, context)).collect();
    let replicas =
        root.tables("replicas").iter().filter_map(|table| replica(table, &mut names, context)).collect();
    let tables =
        root.tables("tables").iter().filter_map(|table| global_table(table, &mut names, context)).collect();
    let mut links = Unique::new(context.sink, "link");
    let lag_links = root
        .tables("replication")
        .iter()
        .filter_map(|table| {
            let (link, store) = link(table, context)?;
            // A store of links may have several, but not the name of a store of another kind.
            if names.has(&store.value) {
                names.take(&store.value, &store.place);
            }
            links.take(&format!("{} {}→{}", link.store, link.from, link.to), &store.place);
            Some(link)
        })
        .collect();
    Stores { auroras, replicas, tables, lag_links }
}

/// The table of the bastions: one Region or several, and never none.
pub(super) fn shared(table: &Cursor<'_>) -> Option<SharedTable> {
    let one = table.text("region");
    let several = table.texts("regions").unwrap_or_default();
    if table.has("region") && table.has("regions") {
        table.refuse("regions", "stands beside region; one of them says where the table is");
    }
    if !table.has("region") && !table.has("regions") {
        table
            .miss("\"region\" is missing: a Region such as \"us-east-1\", or \"regions\" for a global table");
    }
    if table.has("regions") && several.len() < 2 {
        table.refuse("regions", "needs at least two Regions; one is a `region`");
    }
    let mut once = Unique::new(table.sink, "Region");
    let mut regions = Vec::new();
    for word in one.iter().chain(&several) {
        table.sink.doubt(&word.place, &word.value);
        if once.take(&word.value, &word.place) {
            regions.push(Region::new(&word.value));
        }
    }
    Some(SharedTable { table: table.text("table")?.value, regions })
        .filter(|shared| !shared.regions.is_empty())
}

fn rpo(table: &Cursor<'_>, context: &Context<'_>) -> Duration {
    table.span("rpo").map_or(context.rpo, |rpo| rpo.value)
}

fn aurora(table: &Cursor<'_>, names: &mut Unique<'_>, context: &Context<'_>) -> Option<Aurora> {
    let store = table.text("store");
    if let Some(store) = &store {
        names.take(&store.value, &store.place);
    }
    let global = table.text("global");
    let rpo = rpo(table, context);
    let clusters = databases(table, "clusters", ArnKind::RdsCluster, context);
    Some(Aurora { store: store?.value, global: global?.value, clusters, rpo })
}

fn replica(table: &Cursor<'_>, names: &mut Unique<'_>, context: &Context<'_>) -> Option<Replica> {
    let store = table.text("store");
    if let Some(store) = &store {
        names.take(&store.value, &store.place);
    }
    let engine = match table.text("engine").as_ref().map(|engine| engine.value.as_str()) {
        Some("aurora-binlog") => Some(ReplicaEngine::AuroraBinlog),
        Some("rds") => Some(ReplicaEngine::Rds),
        _ => None,
    };
    let rpo = rpo(table, context);
    let kind = match engine? {
        ReplicaEngine::AuroraBinlog => ArnKind::RdsCluster,
        ReplicaEngine::Rds => ArnKind::RdsInstance,
    };
    let databases = databases(table, "databases", kind, context);
    Some(Replica { store: store?.value, engine: engine?, databases, rpo })
}

/// The ARN of one kind under each Region's name.
fn databases(
    table: &Cursor<'_>,
    key: &'static str,
    kind: ArnKind,
    context: &Context<'_>,
) -> BTreeMap<Region, String> {
    let pairs = table.map(key);
    if table.has(key) && pairs.as_ref().is_some_and(|pairs| pairs.len() < 2) {
        context.sink.miss(&table.place_of(key), format!("needs {key} in at least two Regions"));
    }
    let mut once = Unique::new(context.sink, key.trim_end_matches('s'));
    let mut clusters = BTreeMap::new();
    for (name, text) in pairs.unwrap_or_default() {
        let region = context.serving(&name);
        let arn = match arn::parse(kind, &text.value) {
            Ok(arn) => arn,
            // What is wrong with the ARN of a cluster was told where its form was read.
            Err(why) if key == "databases" => {
                context.sink.refuse(&text.place, why);
                continue;
            }
            Err(_) => continue,
        };
        let arn = Placed::new(arn, text.place);
        context.own(&arn);
        once.take(&arn.value.text, &arn.place);
        if arn.value.region != name.value {
            context
                .sink
                .refuse(&arn.place, format!("is in {}, but stands under {}", arn.value.region, name.value));
        }
        if let Some(region) = region {
            clusters.insert(region, arn.value.text);
        }
    }
    clusters
}

fn global_table(table: &Cursor<'_>, names: &mut Unique<'_>, context: &Context<'_>) -> Option<Table> {
    let store = table.text("store");
    if let Some(store) = &store {
        names.take(&store.value, &store.place);
    }
    let name = table.text("table");
    let rpo = rpo(table, context);
    let words = table.texts("regions");
    if words.as_ref().is_some_and(|words| words.len() < 2) {
        context.sink.miss(&table.place_of("regions"), "needs at least two Regions");
    }
    let mut once = Unique::new(context.sink, "Region");
    let mut regions = Vec::new();
    for word in words.unwrap_or_default() {
        let first = once.take(&word.value, &word.place);
        regions.extend(context.serving(&word).filter(|_| first));
    }
    Some(Table { store: store?.value, table: name?.value, regions, rpo })
}

fn link(table: &Cursor<'_>, context: &Context<'_>) -> Option<(LagLink, Placed<String>)> {
    let store = table.text("store");
    let from = table.text("from").and_then(|from| context.serving(&from));
    let to_word = table.text("to");
    let to = to_word.as_ref().and_then(|to| context.serving(to));
    if let (Some(from), Some(to), Some(place)) = (&from, &to, to_word.map(|to| to.place))
        && from == to
    {
        context.sink.refuse(&place, "must be another Region than from");
    }
    let at = table.text("region").and_then(|region| context.watching(&region)).or_else(|| to.clone());
    let rpo = rpo(table, context);
    let (metric, unit) = lag_metric(table, context, at)?;
    let store = store?;
    Some((LagLink { store: store.value.clone(), from: from?, to: to?, metric, unit, rpo }, store))
}

fn lag_metric(table: &Cursor<'_>, context: &Context<'_>, at: Option<Region>) -> Option<(Metric, Unit)> {
    let unit = metric::unit(table);
    let period = metric::period(table);
    let (namespace, name, dimensions, usual) = match metric::origin(table, &["namespace", "metric"])? {
        Origin::Preset(preset) => {
            measures_lag(&preset, context)?;
            let dimensions = metric::preset_dimensions(table, preset.value);
            let lag = preset.value.signals_with(&dimensions).next()?;
            let Shape::Value(metric) = lag.shape else { return None };
            (preset.value.namespace.to_owned(), metric.to_owned(), dimensions, (lag.statistic, lag.unit))
        }
        Origin::Plain { namespace, metric } => {
            (namespace, metric.value, metric::plain_dimensions(table), ("Maximum", Unit::Seconds))
        }
    };
    let metric = Metric {
        region: at?,
        namespace: namespace.into(),
        name: name.into(),
        dimensions: Arc::new(dimensions),
        statistic: metric::statistic(table, usual.0).into(),
        period,
    };
    Some((metric, unit.unwrap_or(usual.1)))
}

fn measures_lag(preset: &Placed<&'static Preset>, context: &Context<'_>) -> Option<()> {
    if preset.value.lag {
        return Some(());
    }
    let lags: Vec<_> = PRESETS.iter().filter(|preset| preset.lag).map(|preset| preset.name).collect();
    context.sink.refuse(&preset.place, format!("measures no lag; these do: {}", lags.join(", ")));
    None
}
