//! What this console itself leans on, and in which Regions each of it lives: with a Region that is lost it goes too.
//!
//! Declared or read from files of this host, never asked for: a host that stands in a lost Region must not wait for it.

use super::topology::Region;

/// Something that the console needs and does not have within itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The machine it runs on, with that machine's resolver.
    Host,
    /// Where people sign in: without it credentials that end cannot be renewed.
    SignIn,
    /// The table of the conch and of the journal's copy.
    Table,
}

/// One thing that the console leans on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lean {
    /// Which part of it.
    pub part: Part,
    /// Its name for people: `table pointsmanLock`.
    pub name: String,
    /// Where it lives; while one of them lives, so does it.
    pub regions: Vec<Region>,
}

/// Everything that the console leans on, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// In the order in which it is said.
    pub leans: Vec<Lean>,
}

impl Own {
    /// What goes with a Region.
    pub fn lost_with<'a>(&'a self, region: &'a Region) -> impl Iterator<Item = &'a Lean> {
        self.leans.iter().filter(move |lean| lean.dies_with(region))
    }
}

impl Lean {
    /// It lives in this Region and nowhere else.
    #[must_use]
    pub fn dies_with(&self, region: &Region) -> bool {
        !self.regions.is_empty() && self.regions.iter().all(|home| home == region)
    }

    /// What it means when it goes, in words.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        match self.part {
            Part::Host => "this console goes with it: act from a host elsewhere",
            Part::SignIn => "credentials that end cannot be renewed there: sign in before, for long enough",
            Part::Table => "no other host then sees who acts: the conch and the journal of this host go on",
        }
    }
}
