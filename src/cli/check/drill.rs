//! Holds the declared FIS templates and Region switch plans against what those services have.
//!
//! Each is asked in its own Regions, so that one that is away is one finding and not all of them.

use futures::future::join_all;

use super::{Finding, State};
use crate::aws::Clients;
use crate::aws::fis::FoundTemplate;
use crate::aws::regionswitch::FoundPlan;
use crate::model::topology::{Experiment, Region, SwitchPlan};

/// What FIS and Region switch say of everything that is declared of them.
pub(super) async fn all(clients: &Clients) -> Vec<Finding> {
    let topology = clients.topology();
    let experiments = join_all(topology.experiments.iter().map(|declared| async move {
        let what = format!("experiment {}", declared.name);
        match clients.found_template(declared).await {
            Ok(found) => Finding::new(what, template_state(declared, &found)),
            Err(trouble) => Finding::unseen(what, &trouble, &["fis:GetExperimentTemplate"]),
        }
    }));
    let places = topology.plans.iter().flat_map(|plan| plan.regions.iter().map(move |region| (plan, region)));
    let plans = join_all(places.map(|(declared, region)| async move {
        let what = format!("Region switch plan {} in {region}", declared.name);
        match clients.found_plan(declared, region).await {
            Ok(found) => Finding::new(what, plan_state(declared, &found)),
            Err(trouble) => {
                let needs =
                    ["arc-region-switch:GetPlanInRegion", "arc-region-switch:GetPlanEvaluationStatus"];
                Finding::unseen(what, &trouble, &needs)
            }
        }
    }));
    let (experiments, plans) = tokio::join!(experiments, plans);
    [experiments, plans].concat()
}

fn template_state(declared: &Experiment, found: &FoundTemplate) -> State {
    if found.stops.is_empty() {
        let text = "it has no stop condition: nothing but a person or the safety lever ends it early";
        return State::Note(text.to_owned());
    }
    State::Fine(format!("{} in {}: {}", declared.template, declared.region, found.actions.join(", ")))
}

fn plan_state(declared: &SwitchPlan, found: &FoundPlan) -> State {
    let strange = declared.regions.iter().find(|region| !found.regions.iter().any(|f| f == region.as_str()));
    if let Some(region) = strange.map(Region::as_str) {
        return State::Wrong(format!("it is a plan of {}, not of {region}", found.regions.join(" and ")));
    }
    match (found.evaluation.as_str(), found.warnings.first()) {
        (_, Some(first)) => {
            State::Note(format!("{} warnings of its evaluation: {first}", found.warnings.len()))
        }
        ("actionRequired", None) => State::Note("its evaluation wants an action".to_owned()),
        (evaluation, None) => State::Fine(format!("evaluation {evaluation}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_experiment_that_nothing_stops_is_worth_a_look() {
        let declared = Experiment {
            name: "errors".to_owned(),
            region: Region::new("us-east-1"),
            template: "EXT1".to_owned(),
            about: String::new(),
        };
        let found = |stops: &[&str]| FoundTemplate {
            stops: stops.iter().map(|s| (*s).to_owned()).collect(),
            actions: vec!["blackhole".to_owned()],
        };
        assert!(matches!(template_state(&declared, &found(&[])), State::Note(_)));
        let fine = State::Fine("EXT1 in us-east-1: blackhole".to_owned());
        assert_eq!(template_state(&declared, &found(&["an alarm"])), fine);
    }

    #[test]
    fn a_plan_of_other_regions_is_wrong_and_its_warnings_are_told() {
        let declared = SwitchPlan {
            name: "retail".to_owned(),
            arn: String::new(),
            regions: vec![Region::new("us-east-1"), Region::new("us-west-2")],
        };
        let found = |regions: [&str; 2], warnings: &[&str]| FoundPlan {
            regions: regions.map(str::to_owned).to_vec(),
            evaluation: "passed".to_owned(),
            warnings: warnings.iter().map(|w| (*w).to_owned()).collect(),
        };
        let own = ["us-east-1", "us-west-2"];
        assert!(matches!(plan_state(&declared, &found(["us-east-1", "eu-west-1"], &[])), State::Wrong(_)));
        assert!(matches!(plan_state(&declared, &found(own, &["scale: no capacity"])), State::Note(_)));
        assert_eq!(plan_state(&declared, &found(own, &[])), State::Fine("evaluation passed".to_owned()));
    }
}
