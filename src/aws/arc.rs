//! ARC's data plane: the state of every routing control, as one of the five cluster endpoints tells it.

use std::collections::BTreeMap;

use aws_sdk_route53recoverycluster::types::RoutingControlState;

use super::error::trouble;
use super::{Clients, undeclared};
use crate::model::reading::{ControlState, Trouble};
use crate::model::topology::{Endpoint, Panel, Region};

impl Clients {
    /// The states of the declared controls of all panels; one that the endpoint does not list is absent.
    ///
    /// Each panel is a call: without one `ListRoutingControls` answers with every control of the cluster, which may be
    /// shared with other workloads. They go out together, and a panel without an answer fails the whole reading, so that
    /// the panels of one reading are always of one moment.
    pub(super) async fn controls(&self, region: &Region) -> Result<BTreeMap<String, ControlState>, Trouble> {
        let (panels, endpoint) = self.endpoint(region)?;
        let asked = panels.iter().map(|panel| self.controls_in(&panel.arn, endpoint));
        let answers = futures::future::try_join_all(asked).await?;
        Ok(answers.into_iter().flatten().collect())
    }

    async fn controls_in(
        &self,
        panel: &str,
        endpoint: &Endpoint,
    ) -> Result<BTreeMap<String, ControlState>, Trouble> {
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

    fn endpoint(&self, region: &Region) -> Result<(&[Panel], &Endpoint), Trouble> {
        let routing = self.inner.topology.routing.as_ref();
        let found = routing
            .and_then(|r| Some((r.panels.as_slice(), r.endpoints.iter().find(|e| &e.region == region)?)));
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
