//! `[production]` and `[screen]`, as data.

use super::sections::may;
use super::{Kind, Section};
use crate::config::{Chart, Color};

/// `[production]`.
pub(in crate::config) static PRODUCTION: Section = Section {
    header: "[production]",
    means: "What is production: there the word and its colour are in the header and on every dialog that acts, \
        whatever theme and flags say, and arming asks for a reason. An environment that begins with `prod` always is.",
    fields: &[
        may("accounts", Kind::List(&Kind::Text), "Patterns of account numbers, such as `\"1111*\"`."),
        may("environments", Kind::List(&Kind::Text), "Patterns of environment words, such as `\"live*\"`."),
    ],
};

/// `[screen]`.
pub(in crate::config) static SCREEN: Section = Section {
    header: "[screen]",
    means: "How it is drawn. It is read again when the file is saved.",
    fields: &[
        may(
            "theme",
            Kind::Text,
            "The name of a theme that comes with the program or is in `themes/NAME.toml` beside this file \
             ([themes.md](themes.md)), or a file; left out, `dark`, in production `production`.",
        ),
        may(
            "color",
            Kind::Choice(&Color::WORDS),
            "Whether there is colour. `--color` wins over it, and it wins over `NO_COLOR`; left out, `auto`.",
        ),
        may("ascii", Kind::Flag, "Draw with ASCII only, as `--ascii` and a locale without UTF-8 do."),
        may(
            "chart",
            Kind::Choice(&Chart::WORDS),
            "What charts and trends are drawn with; left out, `braille`. Where only ASCII is drawn it is `ascii`, \
             whatever stands here.",
        ),
        may("tick", Kind::Span, "How often clocks tick, `5s` on a slow line; once a second at the most."),
        may(
            "bytes_per_second",
            Kind::Whole,
            "What the line to the terminal may carry: charts are left out first, then clocks tick slowly; alarms and \
             keys never wait. `--bytes-per-second` goes before it; 0 and left out are no limit.",
        ),
    ],
};
