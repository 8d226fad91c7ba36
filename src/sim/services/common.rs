//! The errors every service has, each in its own words.
//!
//! It must never hold an error that only one service knows.

use super::Service;
use crate::sim::wire::{Refusal, Unsigned, from_json};
use crate::sim::world::ApiError;

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let members = error.members.into_iter().map(|(name, value)| (name, from_json(value)));
        let mut refusal = Self::new(error.code, error.message).status(error.status);
        refusal.extra.0.extend(members);
        refusal
    }
}

impl Service {
    /// Whether its errors are those of the query protocol (codes without `Exception`, 403 for denial).
    const fn speaks_query(self) -> bool {
        matches!(self, Self::Sts | Self::Rds | Self::CloudWatch | Self::Route53)
    }

    /// What the world refuses with, on this service's wire.
    pub(crate) fn refusal(self, error: ApiError) -> Refusal {
        let mut refusal = Refusal::from(error);
        // These models have no HTTP statuses of their own; awsJson then sends 400 for the caller's faults.
        if matches!(self, Self::Cluster | Self::DynamoDb | Self::Ecs | Self::Ssm) && refusal.status < 500 {
            refusal.status = 400;
        }
        if self == Self::CloudWatch && refusal.query_code.is_none() {
            refusal.query_code = Some(refusal.code.clone().into());
        }
        self.spelled(refusal)
    }

    /// With the member for its words as this service's model spells it.
    pub(crate) fn spelled(self, refusal: Refusal) -> Refusal {
        if self != Self::Ssm || refusal.extra.get("Message").is_some() {
            return refusal;
        }
        let words = refusal.message.clone();
        refusal.member("Message", words)
    }

    /// The request is not signed, or not readably.
    pub(crate) fn unsigned(self, why: Unsigned) -> Refusal {
        let (code, words, status) = match why {
            Unsigned::Missing => ("MissingAuthenticationToken", "Missing Authentication Token", 403),
            Unsigned::Garbled => (
                "IncompleteSignature",
                "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.",
                if self.speaks_query() { 400 } else { 403 },
            ),
        };
        self.common(code, words).status(if matches!(self, Self::DynamoDb | Self::Ecs | Self::Ssm) {
            400
        } else {
            status
        })
    }

    /// The operation is not there; the words name it.
    pub(crate) fn unknown_operation(self, operation: &str) -> Refusal {
        let name = self.signing_name();
        let words =
            format!("Could not find operation {operation} for {name}; the simulator does not have it.");
        match self {
            Self::Sts | Self::Rds | Self::CloudWatch => self.common("InvalidAction", &words),
            Self::Cluster => Refusal::new("ValidationException", words).member("reason", "unknownOperation"),
            Self::Control | Self::Fis | Self::RegionSwitch | Self::Sso => {
                Refusal::new("UnknownOperationException", words).status(404)
            }
            Self::DynamoDb | Self::Ecs | Self::Ssm => Refusal::new("UnknownOperationException", words),
            Self::Route53 => Refusal::new("InvalidAction", words).status(404),
        }
    }

    /// A required member is missing.
    pub(crate) fn missing(self, member: &str) -> Refusal {
        let words = format!("The request must contain the parameter {member}.");
        match self {
            Self::Cluster => {
                Refusal::new("ValidationException", words).member("reason", "fieldValidationFailed")
            }
            Self::Control | Self::DynamoDb | Self::Fis | Self::Ssm => {
                Refusal::new("ValidationException", words)
            }
            Self::RegionSwitch => Refusal::new("IllegalArgumentException", words),
            Self::Ecs => Refusal::new("InvalidParameterException", words),
            Self::Sso => Refusal::new("InvalidRequestException", words),
            Self::Route53 => Refusal::new("InvalidInput", words),
            Self::CloudWatch => {
                Refusal::new("MissingRequiredParameterException", words).query_code("MissingParameter")
            }
            Self::Sts | Self::Rds => Refusal::new("MissingParameter", words),
        }
    }

    /// A member is there and makes no sense.
    pub(crate) fn invalid(self, words: impl Into<String>) -> Refusal {
        match self {
            Self::Cluster => {
                Refusal::new("ValidationException", words).member("reason", "fieldValidationFailed")
            }
            Self::Control | Self::DynamoDb | Self::Fis | Self::Ssm => {
                Refusal::new("ValidationException", words)
            }
            Self::RegionSwitch => Refusal::new("IllegalArgumentException", words),
            Self::Ecs => Refusal::new("InvalidParameterException", words),
            Self::Sso => Refusal::new("InvalidRequestException", words),
            Self::Route53 => Refusal::new("InvalidInput", words),
            Self::CloudWatch => {
                Refusal::new("InvalidParameterValueException", words).query_code("InvalidParameterValue")
            }
            Self::Sts | Self::Rds => Refusal::new("InvalidParameterValue", words),
        }
    }

    /// An error common to all services: with `Exception` in the JSON ones, without in the query ones.
    fn common(self, code: &'static str, words: &str) -> Refusal {
        match self {
            Self::CloudWatch => Refusal::new(code, words).query_code(code),
            _ if self.speaks_query() => Refusal::new(code, words),
            _ => Refusal::new(format!("{code}Exception"), words),
        }
    }
}
