//! The write gate of the shared table: the only code that changes an item, and it can only put one whole.
//!
//! These writes need no journal line, because they are about who may write one and move nothing of the workload. Each
//! holds only under its condition, and is sent once to a Region.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;

use super::super::error::{Fault, fault};
use super::{Shared, attribute};
use crate::ledger::shared::{Expect, Item, Put, Value};
use crate::model::reading::{Trouble, TroubleKind};

/// Every AWS API action that can be sent to change the shared table.
#[must_use]
pub fn writes() -> &'static [&'static str] {
    &["PutItem"]
}

impl Shared {
    pub(super) async fn write(&self, item: &Item, expect: &Expect) -> Result<Put, Trouble> {
        self.ask(|client| {
            let request = client
                .put_item()
                .table_name(&self.declared().table)
                .set_item(Some(attribute::write(item)))
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            async move { put(expecting(request, expect)).await }
        })
        .await
    }
}

async fn put(request: PutItemFluentBuilder) -> Result<Put, Fault> {
    let Err(error) = request.send().await else { return Ok(Put::Done) };
    if let Some(PutItemError::ConditionalCheckFailedException(failed)) = error.as_service_error() {
        let there = failed.item().map(attribute::read).transpose();
        return there.map(Put::Beaten).map_err(unread);
    }
    let mut fault = fault(&error);
    // Two Regions wrote the item at once: it took effect in one of them, and may be tried again.
    if fault.code.as_deref() == Some("ReplicatedWriteConflictException") {
        fault.trouble.kind = TroubleKind::Throttled;
    }
    Err(fault)
}

/// Names are placeholders all, because most words are reserved.
fn expecting(request: PutItemFluentBuilder, expect: &Expect) -> PutItemFluentBuilder {
    match expect {
        Expect::Absent => {
            request.condition_expression("attribute_not_exists(#pk)").expression_attribute_names("#pk", "pk")
        }
        Expect::Same(values) => {
            let conditions: Vec<String> = (0..values.len()).map(|at| format!("#n{at} = :v{at}")).collect();
            values.iter().enumerate().fold(
                request.condition_expression(conditions.join(" AND ")),
                |request, (at, (name, value))| {
                    request
                        .expression_attribute_names(format!("#n{at}"), *name)
                        .expression_attribute_values(format!(":v{at}"), attribute::value(value))
                },
            )
        }
        Expect::NotAbove(name, number) => request
            .condition_expression("attribute_not_exists(#pk) OR #n <= :v")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_names("#n", *name)
            .expression_attribute_values(":v", attribute::value(&Value::Number(*number))),
    }
}

fn unread(trouble: Trouble) -> Fault {
    Fault { trouble, reach: super::super::error::Reach::Answered, code: None }
}
