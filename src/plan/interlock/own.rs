//! Conditions on the console itself: what of it goes with the Region that is left, and what is re-homed by itself.
//!
//! They warn and never hold: whoever can still act from a Region that dies should.

use super::{Interlock, Question};
use crate::model::own::Part;
use crate::model::reading::{Freshness, Reading, Source};
use crate::model::verdict::{self, Credentials};

pub(super) fn leans(question: &Question<'_>) -> Vec<Interlock> {
    let from = &question.intent.from;
    let lost = question.world.own().lost_with(from).filter(|lean| lean.part != Part::Host);
    let mut all: Vec<Interlock> = lost
        .map(|lean| {
            let name = format!("{} elsewhere than in {from}", lean.name);
            Interlock::warn(name, format!("it lives in {from}, which is left; {}", lean.meaning()))
        })
        .collect();
    all.extend(sts(question));
    all
}

/// The identity can be had, and credentials assumed, without the Region that is left. Every declared Region's STS is
/// asked in turn, so one that answers elsewhere is all that is needed.
fn sts(question: &Question<'_>) -> Option<Interlock> {
    let from = &question.intent.from;
    let answers = question.world.feeds().filter_map(|(source, feed)| match (source, feed.seen()) {
        (Source::Identity(region), Some((Reading::Identity(_), _))) => {
            Some((region, feed.freshness(question.now)))
        }
        _ => None,
    });
    let answers: Vec<_> = answers.filter(|(_, freshness)| *freshness != Freshness::Gone).collect();
    let elsewhere = answers.iter().any(|(region, _)| *region != from);
    if answers.is_empty() || elsewhere {
        return None;
    }
    let left = match verdict::credentials(question.world) {
        Credentials::Held(identity, _) => identity.expires,
        _ => None,
    };
    let left = left.map_or_else(String::new, |end| {
        format!("; the credentials last {}", verdict::span(verdict::age(question.now, end)))
    });
    let name = format!("STS answers elsewhere than in {from}");
    Some(Interlock::warn(name, format!("only the STS of {from} has answered, which is left{left}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{Scene, east, west};
    use crate::model::own::{Lean, Own};
    use crate::model::reading::Identity;
    use crate::model::topology::Region;
    use crate::plan::interlock::check;
    use crate::plan::{Intent, Playbook};

    fn lean(part: Part, name: &str, regions: &[Region]) -> Lean {
        Lean { part, name: name.to_owned(), regions: regions.to_vec() }
    }

    fn warned(scene: &Scene, leans: Vec<Lean>) -> Vec<String> {
        let world = scene.world.clone().leaning_on(Own { leans });
        let intent = Intent { playbook: Playbook::Failover, from: east(), to: west() };
        let all = check(&world, &intent, scene.now);
        let own = all.into_iter().filter(|i| i.name.contains("elsewhere than"));
        own.map(|i| format!("{} {}: {}", i.verdict.word(), i.name, i.verdict.reason().unwrap_or_default()))
            .collect()
    }

    #[test]
    fn what_goes_with_the_region_that_is_left_is_said() {
        let scene = Scene::calm();
        let leans = vec![
            lean(Part::SignIn, "sign-in", &[east()]),
            lean(Part::Table, "table pointsmanLock", &[east(), west()]),
        ];
        assert_eq!(
            warned(&scene, leans),
            [
                "warn sign-in elsewhere than in us-east-1: it lives in us-east-1, which is left; credentials that end \
                 cannot be renewed there: sign in before, for long enough"
            ],
            "a table with another Region lives on"
        );
        assert_eq!(warned(&scene, vec![lean(Part::Table, "table t", &[west()])]), Vec::<String>::new());
    }

    #[test]
    fn an_sts_that_answers_only_where_one_leaves_is_said() {
        let mut scene = Scene::calm();
        let arn = "arn:aws:sts::111122223333:assumed-role/ops-failover/maria".to_owned();
        let identity =
            Identity { account: "111122223333".to_owned(), arn, expires: None, ..Identity::default() };
        scene.see(Source::Identity(east()), Ok(Reading::Identity(identity.clone())));
        let said = warned(&scene, Vec::new());
        assert_eq!(
            said,
            [
                "warn STS answers elsewhere than in us-east-1: only the STS of us-east-1 has answered, which is left"
            ]
        );
        scene.see(Source::Identity(west()), Ok(Reading::Identity(identity)));
        assert_eq!(warned(&scene, Vec::new()), Vec::<String>::new());
    }
}
