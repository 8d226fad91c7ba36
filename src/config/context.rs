//! What one section must know of the others: the declared Regions, the account, the default RPO.
//!
//! It answers questions between sections and reports what does not fit; it reads no keys of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use super::arn::Arn;
use super::cursor::Placed;
use super::problem::{Place, Sink, hint};
use crate::model::topology::Region;

/// What is known of the whole file before its parts are read.
pub(super) struct Context<'a> {
    pub(super) sink: &'a Sink<'a>,
    /// The Regions that serve, in their order.
    pub(super) regions: Vec<String>,
    /// Regions that only observe.
    pub(super) observers: Vec<String>,
    /// Every name could be read; if not, a strange name may be one of the unread.
    pub(super) complete: bool,
    pub(super) account: Option<String>,
    /// `objectives.rpo`.
    pub(super) rpo: Duration,
    /// Everything but the cluster endpoints leads to this machine; `None` when `workload.endpoint_url` is wrong.
    pub(super) simulated: Option<bool>,
}

impl Context<'_> {
    /// A Region that serves the workload.
    pub(super) fn serving(&self, name: &Placed<String>) -> Option<Region> {
        self.among(name, self.regions.iter())
    }

    /// A Region that serves or observes.
    pub(super) fn watching(&self, name: &Placed<String>) -> Option<Region> {
        self.among(name, self.regions.iter().chain(&self.observers))
    }

    fn among<'n>(
        &self,
        name: &Placed<String>,
        mut known: impl Iterator<Item = &'n String> + Clone,
    ) -> Option<Region> {
        if known.clone().any(|known| *known == name.value) {
            return Some(Region::new(&name.value));
        }
        if self.complete {
            let near = hint(&name.value, known.by_ref().map(String::as_str));
            let what = format!("\"{}\" is none of the Regions under [[regions]]{near}", name.value);
            self.sink.refuse(&name.place, what);
        }
        None
    }

    /// An ARN of the workload's account.
    pub(super) fn own(&self, arn: &Placed<Arn>) {
        if let Some(account) = &self.account
            && arn.value.account != *account
        {
            let what = format!("in account {}, but workload.account is {account}", arn.value.account);
            self.sink.refuse(&arn.place, what);
        }
    }
}

/// Values that must not come twice.
pub(super) struct Unique<'a> {
    sink: &'a Sink<'a>,
    noun: &'static str,
    seen: BTreeMap<String, String>,
}

impl<'a> Unique<'a> {
    pub(super) fn new(sink: &'a Sink<'a>, noun: &'static str) -> Self {
        Self { sink, noun, seen: BTreeMap::new() }
    }

    /// Whether it came already.
    pub(super) fn has(&self, value: &str) -> bool {
        self.seen.contains_key(value)
    }

    /// Reports the second one and says where the first is; true for the first.
    pub(super) fn take(&mut self, value: &str, place: &Place) -> bool {
        if let Some(first) = self.seen.get(value) {
            let noun = self.noun;
            self.sink.refuse(place, format!("{noun} \"{value}\" is there already, at {first}"));
            return false;
        }
        self.seen.insert(value.to_owned(), place.key.clone());
        true
    }
}
