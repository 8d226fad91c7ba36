//! The sections of what acts for the workload: services, runbooks, experiments and Region switch plans.

use super::sections::{STATES, may, must, or};
use super::{Kind, Section};
use crate::config::arn::ArnKind;

/// `[[services]]`.
pub(in crate::config) static SERVICE: Section = Section {
    header: "[[services]]",
    means: "An ECS service that answers users, the same in each of its Regions.",
    fields: &[
        must("name", Kind::Text, "Its name on the screen, unique among services."),
        must("cluster", Kind::Text, "The cluster's name; `{region}` in it stands for each Region's name."),
        may("service", Kind::Text, "The service's name in ECS, as the cluster's; left out, `name`."),
        may("regions", Kind::List(&Kind::Region), "Where it runs; left out, in every Region."),
        may(
            "receive",
            Kind::Text,
            "The tasks that a Region must have before it takes another's users: a number in quotes, or `sum` for \
            those of both Regions. A failover then scales the receiver first. Left out, it always has enough.",
        ),
    ],
};

/// `[[runbooks]]`.
pub(in crate::config) static RUNBOOK: Section = Section {
    header: "[[runbooks]]",
    means: "An Automation document of Systems Manager that a plan may start.",
    fields: &[
        must("name", Kind::Text, "Its name on the screen and in playbooks, unique among runbooks."),
        must("document", Kind::Text, "The document's name or ARN."),
        must("region", Kind::Region, "The Region whose Automation runs it."),
        may("parameters", Kind::Map(&Kind::Text), "What it is started with."),
        or(
            "failover",
            Kind::Flag,
            "false",
            "A failover to its Region starts it beside the promotions, and moves traffic only once it is proved.",
        ),
        may(
            "service",
            Kind::Text,
            "What it must have brought about, with `tasks`: a service under `[[services]]` in its Region. \
            A runbook that ends well without it is `unknown`.",
        ),
        may("tasks", Kind::Whole, "How many of the service's tasks must run then, at least."),
        may(
            "control",
            Kind::Text,
            "What it must have brought about, with `state`: a routing control by its name.",
        ),
        may("state", Kind::Choice(STATES), "The state that the control must be in then."),
    ],
};

/// `[[experiments]]`.
pub(in crate::config) static EXPERIMENT: Section = Section {
    header: "[[experiments]]",
    means: "A FIS experiment template, for `fis.start` and `fis.stop`. It is read only while a run needs it.",
    fields: &[
        must("name", Kind::Text, "Its name on the screen and in playbooks."),
        must("region", Kind::Region, "The Region whose FIS has it; the safety lever is that Region's."),
        must("template", Kind::Text, "The template's id, `EXT…`."),
        may("about", Kind::Text, "What it hurts, and what should follow."),
    ],
};

/// `[[plans]]`.
pub(in crate::config) static PLAN: Section = Section {
    header: "[[plans]]",
    means: "An ARC Region switch plan, for `regionswitch.run`. It is read only while a run needs it, from the data \
        plane of the Region that is activated.",
    fields: &[
        must("name", Kind::Text, "Its name on the screen and in playbooks."),
        must("arn", Kind::Arn(ArnKind::SwitchPlan), "Its ARN; the plan may be shared by another account."),
        must("regions", Kind::List(&Kind::Region), "Its two Regions."),
    ],
};
