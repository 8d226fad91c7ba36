//! What a step of a runbook does to the world. It is not a call of whoever started the runbook, so it is not in
//! the log of writes.
//! It must never do what the API that it stands for would refuse.

use super::Parameters;
use crate::sim::scenario::runbook::Effect;
use crate::sim::world::{ApiError, World};

/// The endpoint that a runbook in this world uses for routing controls.
const ENDPOINT: &str = "eu-west-1";

impl World {
    pub(super) fn runbook_effect(&mut self, effect: &Effect) -> Result<Parameters, String> {
        match effect {
            Effect::Scale { region, tasks } => {
                let at = self.region_ix(region).filter(|at| !self.regions[*at].now.lost);
                let at =
                    at.ok_or_else(|| format!("Could not connect to the endpoint of ecs in {region}."))?;
                self.want_tasks(at, *tasks);
                Ok(one("desiredCount", &tasks.to_string()))
            }
            Effect::Control { name, state } => {
                let arn = self.arc.control_named(name).map(|control| control.arn.clone());
                let arn = arn.ok_or_else(|| format!("There is no routing control {name}."))?;
                self.turn_controls(ENDPOINT, &[(arn, *state)], &[]).map_err(|error| said(&error))?;
                Ok(one("UPDATED_ROUTING_CONTROL_STATE", state.as_str()))
            }
        }
    }
}

fn one(name: &str, value: &str) -> Parameters {
    Parameters::from([(name.to_owned(), vec![value.to_owned()])])
}

fn said(error: &ApiError) -> String {
    format!("{}: {}", error.code, error.message)
}
