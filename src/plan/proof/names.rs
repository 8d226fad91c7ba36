//! Proof of a change of records: the name servers have it, and the records are read back as they shall be; then what
//! it does.

use jiff::SignedDuration;

use super::shift::Shift;
use super::{Already, Prove, Shown, Sight, effect};
use crate::model::World;
use crate::model::reading::{ChangeStatus, Feed, Lead, Reading, RecordReading, Source, same_name};
use crate::model::verdict;
use crate::plan::Rung;
use crate::plan::operation::{DnsSet, RecordChange};

/// A change whose id is not known, because its answer was lost, is on all name servers by then (aws-facts section 6).
const GENERALLY: SignedDuration = SignedDuration::from_secs(60);

impl Prove for DnsSet {
    fn sources(&self, world: &World, handle: Option<&str>) -> Vec<Source> {
        let mut sources = vec![Source::Records(self.name.clone())];
        sources.extend(handle.map(|id| Source::RecordChange(id.to_owned())));
        sources.extend(effect::sources(&Shift::of_records(self), world));
        sources
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        let Some((records, asked)) = verdict::records(sight.world, &self.name) else {
            return Already::Unread(unread(self, sight.world));
        };
        if asked < sight.since {
            return Already::Unread(unread(self, sight.world));
        }
        let (wanted, other) = self.compare(records);
        if wanted == self.changes.len() {
            return Already::So(words(&self.changes));
        }
        match other {
            Some(words) => Already::Moving(words),
            None => Already::NotSo(format!("{wanted} of {} records as wanted", self.changes.len())),
        }
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        let status = sight.handle.map(|id| status(id, sight.world));
        let Some((records, _)) =
            verdict::records(sight.world, &self.name).filter(|(_, asked)| *asked > sight.since)
        else {
            return Shown::open(Rung::ReadBack, unread(self, sight.world));
        };
        let (wanted, _) = self.compare(records);
        let said = if wanted == self.changes.len() {
            words(&self.changes)
        } else {
            format!("{wanted} of {} records as wanted", self.changes.len())
        };
        let status = match status {
            Some(status) => status,
            None if sight.now.duration_since(sight.since) >= GENERALLY => {
                Ok("the change's id is lost".to_owned())
            }
            None => Err("the change's id is lost; a minute is waited for".to_owned()),
        };
        match status {
            Ok(status) if wanted == self.changes.len() => {
                Shown::proved(Rung::ReadBack, format!("{status}: {said}"))
            }
            Ok(status) | Err(status) => Shown::open(Rung::ReadBack, format!("{status}: {said}")),
        }
    }

    fn above(&self, world: &World) -> Vec<Rung> {
        effect::declared(&Shift::of_records(self), world)
    }

    fn effect(&self, rung: Rung, sight: &Sight<'_>) -> Shown {
        effect::shown(rung, &Shift::of_records(self), sight)
    }
}

impl DnsSet {
    /// How many records are as wanted, and what is said of one that is neither as wanted nor as it was.
    fn compare(&self, records: &[RecordReading]) -> (usize, Option<String>) {
        let (mut wanted, mut other) = (0, None);
        for change in &self.changes {
            let found = records.iter().find(|record| record.id == change.wanted.id);
            match found {
                Some(found) if is_as(found, &change.wanted) => wanted += 1,
                Some(found) if is_as(found, &change.was) => {}
                found => other = other.or_else(|| Some(changed(change, found))),
            }
        }
        (wanted, other)
    }
}

fn changed(change: &RecordChange, found: Option<&RecordReading>) -> String {
    let id = change.wanted.id.as_deref().unwrap_or("the record");
    match found {
        Some(found) => {
            format!("{id} is {} → {}, which is not as the plan found it", found.routing, found.lead)
        }
        None => format!("{id} is not there any more"),
    }
}

/// Two readings of a record say the same, whatever the form of their names.
fn is_as(one: &RecordReading, other: &RecordReading) -> bool {
    let lead = match (&one.lead, &other.lead) {
        (
            Lead::Alias { name, zone, evaluate },
            Lead::Alias { name: name2, zone: zone2, evaluate: evaluate2 },
        ) => same_name(name, name2) && zone == zone2 && evaluate == evaluate2,
        (Lead::Values { ttl, values }, Lead::Values { ttl: ttl2, values: values2 }) => {
            let same = |(one, other): (&String, &String)| same_name(one, other);
            ttl == ttl2 && values.len() == values2.len() && values.iter().zip(values2).all(same)
        }
        _ => false,
    };
    lead && one.routing == other.routing && one.health_check == other.health_check
}

/// Whether all name servers have the change, in words; the error is that they have not, or are not known to.
fn status(id: &str, world: &World) -> Result<String, String> {
    let feed = world.feed(&Source::RecordChange(id.to_owned()));
    match feed.and_then(Feed::seen) {
        Some((Reading::RecordChange(status), _)) if *status == ChangeStatus::Insync => Ok(status.to_string()),
        Some((Reading::RecordChange(status), _)) => Err(status.to_string()),
        _ => Err(match feed.and_then(Feed::trouble) {
            Some((trouble, _)) => format!("the change is not read: {trouble}"),
            None => "the change is not read yet".to_owned(),
        }),
    }
}

fn unread(set: &DnsSet, world: &World) -> String {
    let source = Source::Records(set.name.clone());
    match world.feed(&source).and_then(Feed::trouble) {
        Some((trouble, _)) => format!("{source}: {trouble}"),
        None => format!("{source} not read yet"),
    }
}

fn words(changes: &[RecordChange]) -> String {
    let words = changes.iter().map(|change| {
        let id = change.wanted.id.as_deref().unwrap_or("record");
        let to = change.to.as_ref().map_or_else(|| change.wanted.lead.to_string(), ToString::to_string);
        format!("{id} {} → {to}", change.wanted.routing)
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, resolved_names, west};
    use crate::model::reading::RecordRouting;
    use crate::plan::event::RungState;
    use crate::plan::operation::Operation;
    use crate::plan::proof;

    fn record(id: &str, weight: u8) -> RecordReading {
        RecordReading {
            id: Some(id.to_owned()),
            routing: RecordRouting::Weight(weight),
            lead: Lead::Alias { name: format!("alb.{id}.example."), zone: "ZALB".into(), evaluate: true },
            health_check: None,
        }
    }

    fn set() -> DnsSet {
        let change = |(region, was, wanted): (crate::model::topology::Region, u8, u8)| RecordChange {
            wanted: record(region.as_str(), wanted),
            was: record(region.as_str(), was),
            from: Some(region.clone()),
            to: Some(region),
        };
        DnsSet {
            name: "store.example.com".to_owned(),
            zone: "Z0RETAILSTORE".to_owned(),
            record_type: "A".to_owned(),
            changes: [(east(), 100, 0), (west(), 100, 100)].map(change).to_vec(),
        }
    }

    fn see(scene: &mut Scene, weights: [u8; 2]) {
        let records = vec![record(EAST, weights[0]), record(WEST, weights[1])];
        scene.see(Source::Records("store.example.com".to_owned()), Ok(Reading::Records(records)));
    }

    fn told(scene: &Scene, since: jiff::Timestamp, handle: Option<&str>) -> (RungState, String) {
        let sight = Sight { world: &scene.world, since, now: scene.now, handle };
        let shown = set().read_back(&sight);
        (shown.state, shown.evidence)
    }

    #[test]
    fn a_change_is_read_back_once_all_name_servers_have_it() {
        let mut scene = Scene::new(resolved_names());
        let since = scene.now;
        assert_eq!(told(&scene, since, Some("C1")).1, "Route 53 (store.example.com) not read yet");
        scene.later(1);
        see(&mut scene, [0, 100]);
        let words =
            "the change is not read yet: us-east-1 weight 0 → us-east-1, us-west-2 weight 100 → us-west-2";
        assert_eq!(told(&scene, since, Some("C1")), (RungState::Open, words.to_owned()));
        let change = Source::RecordChange("C1".to_owned());
        scene.see(change.clone(), Ok(Reading::RecordChange(ChangeStatus::Pending)));
        assert_eq!(told(&scene, since, Some("C1")).0, RungState::Open);
        scene.later(30);
        scene.see(change, Ok(Reading::RecordChange(ChangeStatus::Insync)));
        let (state, words) = told(&scene, since, Some("C1"));
        assert!(state == RungState::Proved && words.starts_with("INSYNC: "), "{words}");
        assert_eq!(told(&scene, since, None).0, RungState::Open, "without an id a minute is waited for");
        scene.later(30);
        assert_eq!(told(&scene, since, None).0, RungState::Proved);
    }

    #[test]
    fn a_record_that_somebody_else_has_changed_is_not_written_over() {
        let mut scene = Scene::new(resolved_names());
        let since = scene.now;
        let operation = Operation::DnsSet(set());
        let already = |scene: &Scene| {
            let sight = Sight { world: &scene.world, since, now: scene.now, handle: None };
            proof::already(&operation, &sight)
        };
        assert!(matches!(already(&scene), Already::Unread(_)));
        scene.later(1);
        see(&mut scene, [100, 100]);
        assert_eq!(already(&scene), Already::NotSo("1 of 2 records as wanted".to_owned()));
        scene.later(1);
        see(&mut scene, [50, 100]);
        let words = "us-east-1 is weight 50 → alb.us-east-1.example., which is not as the plan found it";
        assert_eq!(already(&scene), Already::Moving(words.to_owned()));
        scene.later(1);
        see(&mut scene, [0, 100]);
        assert!(matches!(already(&scene), Already::So(_)));
    }
}
