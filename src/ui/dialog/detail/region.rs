//! All Regions with every signal, and their orders.

use super::{extent_of, field, lamp, trouble, value};
use crate::model::topology::{Region, Unit};
use crate::model::verdict::{self, Lamp, SignalVerdict};
use crate::ui::dialog::page::Para;
use crate::ui::theme::Role;
use crate::ui::view::Facts;

/// Every Region, one after the other.
pub(super) fn regions(facts: &Facts<'_>) -> Vec<Para> {
    let mut body = Vec::new();
    for spec in &facts.world.topology().regions {
        body.extend(region(&spec.name, facts));
        for signal in &spec.signals {
            body.extend(signal_paras(&verdict::signal(facts.world, signal, facts.now), facts));
        }
        body.push(Para::blank());
    }
    body
}

fn region(name: &Region, facts: &Facts<'_>) -> Vec<Para> {
    let verdict = verdict::region(facts.world, name, facts.now);
    let mut body =
        vec![Para::default().add(format!("{name}  {}", verdict.role), Role::Title), lamp(verdict.lamp)];
    if !verdict.reason.is_empty() {
        body.push(field("because", &verdict.reason));
    }
    if let Some(disagreement) = &verdict.disagreement {
        body.push(field("sources disagree", disagreement));
    }
    let share = |share: &f64| format!("{:.0}%", share * 100.0);
    body.push(field("share of traffic", &value(verdict.traffic.as_ref(), facts.now, share)));
    body
}

fn signal_paras(signal: &SignalVerdict<'_>, facts: &Facts<'_>) -> Vec<Para> {
    let shape = match signal.lamp {
        Lamp::Ok => "●",
        Lamp::Look => "▲",
        Lamp::Bad => "■",
        Lamp::Unknown => "?",
    };
    let unit = signal.signal.unit;
    let text = value(signal.value.as_ref(), facts.now, |number| written(*number, unit));
    let counted = match (signal.part, signal.whole) {
        (Some(part), Some(whole)) => format!("; {part:.0} of {whole:.0}"),
        (None, Some(whole)) => format!("; of {whole:.0}"),
        _ => String::new(),
    };
    let name = format!("{shape} {}", signal.signal.name);
    let mut paras = vec![field(&name, &format!("{text}{counted}"))];
    paras.extend(trouble(signal.trouble.as_ref()));
    paras
}

/// A value in its unit.
fn written(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Percent => format!("{value:.1}%"),
        Unit::Count => format!("{value:.0}"),
        Unit::Seconds => format!("{value:.1} s"),
        Unit::Milliseconds if value >= 1000.0 => format!("{:.1} s", value / 1000.0),
        Unit::Milliseconds => format!("{value:.0} ms"),
        Unit::Bytes => format!("{:.1} MiB", value / 1_048_576.0),
        Unit::State => if value >= 0.5 { "healthy" } else { "unhealthy" }.to_owned(),
    }
}

/// Orders of every Region against its own baseline.
pub(super) fn orders(facts: &Facts<'_>) -> Vec<Para> {
    let mut body = Vec::new();
    for spec in &facts.world.topology().regions {
        let Some(orders) = verdict::orders(facts.world, &spec.name, facts.now) else { continue };
        body.push(Para::default().add(spec.name.to_string(), Role::Title));
        body.push(lamp(orders.lamp));
        body.push(field(
            "orders a minute",
            &value(orders.rate.as_ref(), facts.now, |rate| format!("{rate:.0}")),
        ));
        let baseline =
            orders.baseline.map_or_else(|| "not known yet".to_owned(), |rate| format!("{rate:.0}"));
        body.push(field("baseline", &baseline));
        body.push(field("last hour", &extent_of(&orders.trend, "a minute")));
        body.push(Para::blank());
    }
    if let Some(risk) = verdict::at_risk(facts.world, facts.now) {
        let inputs = format!("{:.0} a minute × {:.1} s of {}", risk.rate, risk.lag, risk.store);
        body.push(field("orders at risk", &format!("about {:.0}: {inputs}", risk.orders)));
    }
    if body.is_empty() {
        body.push(Para::new("No orders metric is declared, or nothing was measured."));
    }
    body
}
