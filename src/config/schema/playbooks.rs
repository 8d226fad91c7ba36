//! The sections of a playbook of the operators' own.
//!
//! Data only: what the keys of a kind mean together is for the reader of playbooks.

use super::sections::{may, must};
use super::{Kind, Section};
use crate::config::playbooks::PROOFS;

/// A file of `playbooks/`.
pub(in crate::config) static PLAYBOOK: Section = Section {
    header: "playbooks/NAME.toml",
    means: "A playbook of your own, in a file of its own in the folder `playbooks` beside `pointsman.toml`.",
    fields: &[
        must("about", Kind::Text, "What it is for, in one sentence."),
        must("steps", Kind::Tables(&STEP), "Its steps, in any order."),
    ],
};

/// `[[steps]]` of a playbook.
pub(in crate::config) static STEP: Section = Section {
    header: "[[steps]]",
    means: "A step of a playbook: the keys that every kind has, then those that some kinds have.",
    fields: &[
        must("id", Kind::Text, "Its name, for `needs`."),
        must("kind", Kind::Text, "What it does; the kinds are below."),
        may("title", Kind::Text, "What it does, in a few words of your own."),
        may("needs", Kind::List(&Kind::Text), "Steps that must be confirmed or skipped first."),
        may("interlocks", Kind::Tables(&CONDITION), "What must hold when its turn comes."),
        may("proof", Kind::Choice(PROOFS), "What confirms it; else the strongest that can be proved."),
        may("deadline", Kind::Span, "After so long it holds; else 10m, 1h for what waits."),
        may("usual", Kind::Span, "How long it usually takes; past twice that it is late."),
        may("on_trouble", Kind::Text, "What to do when it is in trouble, for whoever is called then."),
        may("store", Kind::Text, "A store of the workload."),
        may("from", Kind::Text, "`from` or `to`, the Regions of the run, or a Region's name."),
        may("to", Kind::Text, "The same."),
        may("region", Kind::Text, "The same."),
        may("on", Kind::List(&Kind::Text), "The same, several."),
        may("off", Kind::List(&Kind::Text), "The same, several."),
        may("panel", Kind::Text, "A name under `[[routing.panels]]`."),
        may("service", Kind::Text, "A name under `[[services]]`."),
        may("tasks", Kind::Whole, "A number of tasks."),
        may("runbook", Kind::Text, "A name under `[[runbooks]]`."),
        may("name", Kind::Text, "A name under `[[dns]]`."),
        may("least", Kind::Whole, "At least so many resolvers."),
        may("back", Kind::Flag, "The health check is turned back."),
        may("plan", Kind::Text, "A name under `[[plans]]`."),
        may(
            "action",
            Kind::Choice(&["activate", "deactivate"]),
            "Which of the plan's workflows; `activate` when it is left out.",
        ),
        may("ungraceful", Kind::Flag, "Time counts more than what has not replicated."),
        may("experiment", Kind::Text, "A name under `[[experiments]]`."),
        may("engage", Kind::Flag, "Whether the lever is engaged; it is when it is left out."),
        may("reason", Kind::Text, "Why, as FIS keeps it."),
        may("lossless", Kind::Flag, "It waits until nothing is behind, instead of showing the loss."),
        may("below", Kind::Span, "At most so far behind."),
        may("for", Kind::Wait, "For so long; left out, the newest point is enough."),
        may("signal", Kind::Text, "The label of a signal of the Region."),
        may("keeps", Kind::Limit, "The limit it must keep; left out, its lamp must be ok."),
        may("of", Kind::Text, "What is approved, in a sentence."),
        may(
            "by",
            Kind::List(&Kind::Text),
            "Who may approve; anybody but who started the run when it is left out.",
        ),
        may("text", Kind::Text, "What to do by hand."),
    ],
};

/// `[[steps.interlocks]]` of a playbook.
pub(in crate::config) static CONDITION: Section = Section {
    header: "[[steps.interlocks]]",
    means: "A condition: one of the kinds that only wait, with its keys.",
    fields: &[
        must("kind", Kind::Text, "`wait.lag`, `wait.metric`, `wait.canary` or `wait.dns`."),
        may("name", Kind::Text, "A name under `[[dns]]`."),
        may("least", Kind::Whole, "At least so many resolvers."),
        may("store", Kind::Text, "A store of the workload."),
        may("from", Kind::Text, "`from` or `to`, the Regions of the run, or a Region's name."),
        may("to", Kind::Text, "The same."),
        may("region", Kind::Text, "The same."),
        may("below", Kind::Span, "At most so far behind."),
        may("for", Kind::Wait, "For so long; left out, the newest point is enough."),
        may("signal", Kind::Text, "The label of a signal of the Region."),
        may("keeps", Kind::Limit, "The limit it must keep; left out, its lamp must be ok."),
    ],
};
