//! The hands of a run that shares the right to act: before each write they ask whether it is still theirs.
//!
//! They add nothing to a write and take nothing from its answer.

use super::Mandate;
use crate::aws::actuator::Hands;
use crate::model::reading::{Observation, Source};
use crate::plan::event::Answer;
use crate::plan::operation::Operation;
use crate::plan::run::{Actuator, Boxed, Departure, Leave, Receipt};

/// Hands under a mandate.
#[derive(Debug)]
pub struct Fenced {
    hands: Hands,
    mandate: Mandate,
}

impl Fenced {
    /// These hands, under this mandate.
    #[must_use]
    pub fn new(hands: Hands, mandate: Mandate) -> Self {
        Self { hands, mandate }
    }
}

impl Actuator for Fenced {
    fn endpoint(&self, operation: &Operation, attempt: u32) -> String {
        self.hands.endpoint(operation, attempt)
    }

    fn leave(&self, departure: Departure) -> Boxed<'static, Leave> {
        let mandate = self.mandate.clone();
        Box::pin(async move { mandate.leave(departure).await })
    }

    fn send<'a>(&'a self, operation: &'a Operation, receipt: &'a Receipt) -> Boxed<'a, Answer> {
        self.hands.send(operation, receipt)
    }

    fn look<'a>(&'a self, source: &'a Source) -> Boxed<'a, Observation> {
        self.hands.look(source)
    }
}
