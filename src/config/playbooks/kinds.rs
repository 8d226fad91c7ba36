//! The kinds of steps that a playbook may have, and the keys of each.
//!
//! Data only; the reader of playbooks, its refusals and `docs/config.md` come from here.

/// One kind of step.
pub(in crate::config) struct StepKind {
    pub(in crate::config) name: &'static str,
    /// Keys that must be there.
    pub(in crate::config) must: &'static [&'static str],
    /// Keys that may be there.
    pub(in crate::config) may: &'static [&'static str],
    pub(in crate::config) does: Does,
    pub(in crate::config) means: &'static str,
}

/// What a kind does to the workload, which decides what must come before what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config) enum Does {
    /// It moves a store's writer.
    MovesWriter,
    /// It moves users' traffic.
    MovesTraffic,
    /// It only looks: it may stand as a condition too.
    Looks,
    /// Anything else.
    Else,
}

const fn kind(
    name: &'static str,
    must: &'static [&'static str],
    may: &'static [&'static str],
    does: Does,
    means: &'static str,
) -> StepKind {
    StepKind { name, must, may, does, means }
}

/// Every kind, in the order of the docs.
pub(in crate::config) static KINDS: &[StepKind] = &[
    kind("record", &[], &[], Does::Else, "Freezes lag and orders at risk into the journal."),
    kind(
        "routing.set",
        &[],
        &["on", "off", "panel"],
        Does::MovesTraffic,
        "Sets the routing controls of Regions On and Off, all in one call; `panel` is needed where there are several.",
    ),
    kind(
        "aurora.switchover",
        &["store", "to"],
        &[],
        Does::MovesWriter,
        "Moves a global database's writer with nothing lost.",
    ),
    kind(
        "aurora.failover",
        &["store", "to"],
        &[],
        Does::MovesWriter,
        "Moves a global database's writer and allows loss.",
    ),
    kind(
        "aurora.detach",
        &["store", "to"],
        &[],
        Does::MovesWriter,
        "Takes a member out of its global database, so that it writes alone.",
    ),
    kind(
        "replica.promote",
        &["store", "to"],
        &["lossless"],
        Does::MovesWriter,
        "Promotes a read replica in another Region, for good.",
    ),
    kind(
        "snapshot.copy",
        &["store", "region"],
        &[],
        Does::Else,
        "Copies what an unplanned failover left behind, before it expires.",
    ),
    kind(
        "dns.set",
        &["name", "to"],
        &[],
        Does::MovesTraffic,
        "Moves a name to a Region, by the weights of its records or by where they lead, in one batch; the second of \
         failover records goes on to name the standby.",
    ),
    kind(
        "healthcheck.invert",
        &["name", "region"],
        &["back"],
        Does::MovesTraffic,
        "Drains a Region by turning its record's health check round, or turns it back.",
    ),
    kind(
        "ecs.scale",
        &["service", "region"],
        &["tasks"],
        Does::Else,
        "Sets the desired count of a service: `tasks`, else what the service itself says it needs to receive.",
    ),
    kind("ssm.run", &["runbook"], &[], Does::Else, "Starts a runbook of the file and follows it to its end."),
    kind(
        "regionswitch.run",
        &["plan"],
        &["action", "ungraceful"],
        Does::MovesWriter,
        "Runs an ARC Region switch plan and follows it; what it moves counts as its writers.",
    ),
    kind(
        "fis.start",
        &["experiment"],
        &[],
        Does::Else,
        "Starts a FIS experiment, for a drill; `fis.stop` is its undo.",
    ),
    kind("fis.stop", &["experiment"], &[], Does::Else, "Stops a FIS experiment."),
    kind(
        "fis.lever",
        &["region", "reason"],
        &["engage"],
        Does::Else,
        "Engages the safety lever of a Region's FIS, which stops what runs, or lets it go with `engage = false`.",
    ),
    kind(
        "wait.lag",
        &["store", "below"],
        &["from", "to", "for"],
        Does::Looks,
        "Until a link is at most so far behind, for so long.",
    ),
    kind(
        "wait.metric",
        &["region", "signal"],
        &["keeps", "for"],
        Does::Looks,
        "Until a signal of a Region keeps a limit, or its lamp is ok, for so long.",
    ),
    kind(
        "wait.canary",
        &["region"],
        &["for"],
        Does::Looks,
        "Until every canary of a Region succeeds, for so long.",
    ),
    kind(
        "wait.dns",
        &["name", "to"],
        &["least"],
        Does::Looks,
        "Until resolvers answer a name with one Region alone: at least so many of them, else all that answer.",
    ),
    kind(
        "approve",
        &["of"],
        &["by"],
        Does::Else,
        "Waits for the word of a second person, from a console of their own.",
    ),
    kind("note", &["text"], &[], Does::Else, "Something that a person does by hand and ticks off."),
];

/// The kind of that name.
pub(in crate::config) fn find(name: &str) -> Option<&'static StepKind> {
    KINDS.iter().find(|kind| kind.name == name)
}
