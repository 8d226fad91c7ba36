//! ARC's data plane: the state of every routing control, as one of the five cluster endpoints tells it.

use std::collections::BTreeMap;

use aws_sdk_route53recoverycluster::types::RoutingControlState;

use super::error::trouble;
use super::{Clients, undeclared};
use crate::model::reading::{ControlState, Trouble};
use crate::model::topology::{Endpoint, Region};

impl Clients {
    /// The states of the declared controls; one that the endpoint does not list is absent.
    pub(super) async fn controls(&self, region: &Region) -> Result<BTreeMap<String, ControlState>, Trouble> {
        let (panel, endpoint) = self.endpoint(region)?;
        let client = self.inner.bound.cluster(endpoint);
        let mut states = BTreeMap::new();
        let mut token = None;
        loop {
            self.inner.tally.call();
            let request = client.list_routing_controls().control_panel_arn(panel).set_next_token(token);
            let page = request.send().await.map_err(trouble)?;
            for control in page.routing_controls() {
                let known = self.control_name(control.routing_control_arn().unwrap_or_default());
                if let (Some(name), Some(state)) = (known, control.routing_control_state().and_then(state)) {
                    states.insert(name.to_owned(), state);
                }
            }
            token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            if token.is_none() {
                return Ok(states);
            }
        }
    }

    fn endpoint(&self, region: &Region) -> Result<(&str, &Endpoint), Trouble> {
        let routing = self.inner.topology.routing.as_ref();
        let found =
            routing.and_then(|r| Some((r.panel.as_str(), r.endpoints.iter().find(|e| &e.region == region)?)));
        found.ok_or_else(|| undeclared(&format!("a cluster endpoint in {region}")))
    }

    pub(super) fn control_name(&self, arn: &str) -> Option<&str> {
        let controls = &self.inner.topology.routing.as_ref()?.controls;
        controls.iter().find(|control| control.arn == arn).map(|control| control.name.as_str())
    }
}

fn state(state: &RoutingControlState) -> Option<ControlState> {
    match state {
        RoutingControlState::On => Some(ControlState::On),
        RoutingControlState::Off => Some(ControlState::Off),
        _ => None,
    }
}

/// The SDK's word for a state.
pub(super) fn to_sdk(state: ControlState) -> RoutingControlState {
    match state {
        ControlState::On => RoutingControlState::On,
        ControlState::Off => RoutingControlState::Off,
    }
}
