//! `pointsman status`: how the workload is now, for people, scripts and pagers.

use std::fmt::Write as _;
use std::process::ExitCode;

use color_eyre::eyre::Result;
use futures::future::join_all;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::setup::{Reader, fleet, load};
use super::{Common, exit, say, who};
use crate::clock::Clock;
use crate::config::Fleet;
use crate::model::World;
use crate::model::reading::Freshness;
use crate::model::verdict::{self, Dated, Lamp};

/// Reads everything once and prints it.
pub(super) async fn status(common: &Common, as_json: bool) -> Result<ExitCode> {
    let reader = Reader::new(load(common)?, Clock::wall());
    let world = reader.world().await;
    Ok(print(&world, reader.clock.now(), as_json))
}

/// The same of every workload of the config folder, one after the other; all are read at the same time.
pub(super) async fn all(common: &Common, as_json: bool) -> Result<ExitCode> {
    let Fleet { members, wrong } = fleet(common)?;
    let readers: Vec<Reader> =
        members.into_iter().map(|member| Reader::new(member.config, Clock::wall())).collect();
    let worlds = join_all(readers.iter().map(Reader::world)).await;
    let seen: Vec<_> = worlds.iter().zip(readers.iter().map(|reader| reader.clock.now())).collect();
    if as_json {
        let all: Vec<Value> = seen.iter().map(|(world, now)| as_value(world, *now)).collect();
        say::record(format_args!("{:#}", Value::Array(all)));
    } else {
        let text = |(world, now): &(&World, Timestamp)| {
            format!("== {}\n{}", world.topology().which(), as_text(world, *now))
        };
        say::text(&seen.iter().map(text).collect::<Vec<_>>().join("\n"));
    }
    for problems in &wrong {
        say::err(problems);
    }
    let unread = (!wrong.is_empty()).then_some(Lamp::Unknown);
    let worst = seen.iter().map(|(world, now)| worst(world, *now)).chain(unread).max();
    Ok(code(worst.unwrap_or(Lamp::Unknown)).into())
}

/// Prints the status of a world and says it in an exit code.
pub(super) fn print(world: &World, now: Timestamp, as_json: bool) -> ExitCode {
    if as_json {
        say::record(format_args!("{:#}", as_value(world, now)));
    } else {
        say::text(&as_text(world, now));
    }
    code(worst(world, now)).into()
}

fn code(lamp: Lamp) -> u8 {
    match lamp {
        Lamp::Ok => 0,
        Lamp::Look => exit::LOOK,
        Lamp::Bad => exit::BAD,
        Lamp::Unknown => exit::UNKNOWN,
    }
}

/// The worst lamp of all Regions, live links and controls, in the order in which the situation ranks them too.
fn worst(world: &World, now: Timestamp) -> Lamp {
    let regions = world.topology().regions.iter().map(|r| verdict::region(world, &r.name, now).lamp);
    let links = verdict::links(world, now).into_iter().filter(|l| l.live).map(|l| l.lamp);
    let controls = verdict::controls(world, now).into_iter().map(|c| match (c.state, c.split) {
        (_, true) => Lamp::Bad,
        (None, false) => Lamp::Unknown,
        (Some(_), false) => Lamp::Ok,
    });
    let splits = verdict::panel_splits(world, now).into_iter().map(|_| Lamp::Look);
    regions.chain(links).chain(controls).chain(splits).max().unwrap_or(Lamp::Unknown)
}

fn as_text(world: &World, now: Timestamp) -> String {
    let mut text = format!("{}\n{}\n\n", verdict::situation(world, now).text, who::line(world, now));
    regions_text(&mut text, world, now);
    links_text(&mut text, world, now);
    controls_text(&mut text, world, now);
    troubles_text(&mut text, world);
    text
}

fn regions_text(text: &mut String, world: &World, now: Timestamp) {
    let topology = world.topology();
    let widest = topology.regions.iter().map(|r| r.name.as_str().len()).max().unwrap_or_default();
    for spec in &topology.regions {
        let it = verdict::region(world, &spec.name, now);
        let share = shown(it.traffic.as_ref(), |share| format!("{:.0}%", share * 100.0));
        let orders = verdict::orders(world, &spec.name, now).and_then(|o| o.rate);
        let orders = shown(orders.as_ref(), |rate| format!("{rate:.0}"));
        let _ok = writeln!(
            text,
            "{:widest$}  {:7}  {:6}  traffic {share:>4}  orders/min {orders:>5}  {}",
            spec.name, it.lamp, it.role, it.reason
        );
    }
}

/// A number with `~` when it is not of now, and [`verdict::NOTHING`] when it is not known any more.
fn shown(dated: Option<&Dated<f64>>, text: impl Fn(f64) -> String) -> String {
    dated.map_or_else(
        || verdict::NOTHING.to_owned(),
        |dated| verdict::aged(text(dated.value), dated.freshness),
    )
}

fn links_text(text: &mut String, world: &World, now: Timestamp) {
    let links = verdict::links(world, now);
    if links.is_empty() {
        return;
    }
    text.push('\n');
    for link in links.iter().filter(|l| l.live) {
        let lag = shown(link.lag.as_ref(), |lag| format!("{lag:.1}s"));
        let _ok = writeln!(
            text,
            "{:10}  {} → {}  {:7}  lag {lag:>6}  RPO {}",
            link.store,
            link.from,
            link.to,
            link.lamp,
            verdict::span(link.rpo)
        );
    }
}

fn controls_text(text: &mut String, world: &World, now: Timestamp) {
    let controls = verdict::controls(world, now);
    if controls.is_empty() {
        return;
    }
    text.push('\n');
    for control in &controls {
        let state = control.state.map_or_else(|| "?".to_owned(), |state| state.to_string());
        let fresh = |c: &&verdict::ControlCell| {
            c.state
                .as_ref()
                .is_some_and(|s| s.freshness == Freshness::Fresh && Some(s.value) == control.state)
        };
        let agree = control.cells.iter().filter(fresh).count();
        let split = if control.split { "  SPLIT: endpoints contradict each other" } else { "" };
        let _ok = writeln!(
            text,
            "control {}  {state}  {agree} of {} endpoints{split}",
            control.name,
            control.cells.len()
        );
    }
    for split in verdict::panel_splits(world, now) {
        let _ok = writeln!(text, "panels disagree: {split}");
    }
}

fn troubles_text(text: &mut String, world: &World) {
    let mut first = true;
    for (source, feed) in world.feeds() {
        let Some((trouble, _)) = feed.trouble() else { continue };
        if std::mem::take(&mut first) {
            text.push('\n');
        }
        let _ok = writeln!(text, "{source}: {trouble}");
    }
}

fn as_value(world: &World, now: Timestamp) -> Value {
    let regions: Vec<Value> = world
        .topology()
        .regions
        .iter()
        .map(|spec| {
            let it = verdict::region(world, &spec.name, now);
            let orders = verdict::orders(world, &spec.name, now);
            json!({
                "region": it.region, "lamp": it.lamp, "since": it.since, "reason": it.reason,
                "disagreement": it.disagreement, "role": it.role, "traffic": it.traffic,
                "orders_per_minute": orders.as_ref().and_then(|o| o.rate.clone()),
                "orders_baseline": orders.and_then(|o| o.baseline),
            })
        })
        .collect();
    let links: Vec<Value> = verdict::links(world, now)
        .iter()
        .map(|l| {
            json!({ "store": l.store, "from": l.from, "to": l.to, "live": l.live, "lamp": l.lamp,
                    "lag_seconds": l.lag, "rpo_seconds": l.rpo.as_secs() })
        })
        .collect();
    let controls: Vec<Value> = verdict::controls(world, now)
        .iter()
        .map(|c| json!({ "control": c.name, "state": c.state, "split": c.split }))
        .collect();
    let troubles: Vec<Value> = world
        .feeds()
        .filter_map(|(source, feed)| feed.trouble().map(|(t, since)| (source, t, since)))
        .map(|(source, t, since)| json!({ "source": source.to_string(), "since": since, "trouble": t }))
        .collect();
    let situation = verdict::situation(world, now);
    let splits: Vec<Value> = verdict::panel_splits(world, now)
        .iter()
        .map(|split| json!({ "region": split.region, "on": split.on, "off": split.off }))
        .collect();
    json!({
        "at": now, "workload": world.topology().workload, "environment": world.topology().environment,
        "identity": who::value(world),
        "lamp": worst(world, now), "situation": situation.text, "regions": regions, "links": links,
        "controls": controls, "panels_disagree": splits, "at_risk": verdict::at_risk(world, now), "troubles": troubles,
    })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::model::fixture::Scene;

    #[test]
    fn an_old_number_is_not_printed_as_one_of_now() {
        let scene = Scene::calm();
        let of_now = as_text(&scene.world, scene.now);
        assert!(!of_now.contains('~') && !of_now.contains("traffic   --"), "{of_now}");
        let hours = scene.now + SignedDuration::from_hours(2);
        let old = as_text(&scene.world, hours);
        assert!(old.contains("traffic   --  orders/min    --") && old.contains("lag     --"), "{old}");
    }
}
