//! The write gate of the shared table: the only code that changes an item. It can put one whole, and take an ask away
//! that has its reply; never the conch, whose number must not begin anew, nor a line.
//!
//! These writes need no journal line, because they are about who may write one and move nothing of the workload. Each
//! holds only under its condition, and is sent once to a Region.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use super::super::error::{Fault, fault};
use super::{Shared, attribute};
use crate::ledger::shared::{Answered, Expect, Item, Put, Value};
use crate::model::reading::{Trouble, TroubleKind};

/// Every AWS API action that can be sent to change the shared table.
#[must_use]
pub fn writes() -> &'static [&'static str] {
    &["PutItem", "DeleteItem"]
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

    pub(super) async fn delete(&self, answered: &Answered) -> Result<(), Trouble> {
        self.ask(|client| {
            let (pk, sk) = attribute::key(&answered.key);
            let text = |text: &str| AttributeValue::S(text.to_owned());
            let request = client
                .delete_item()
                .table_name(&self.declared().table)
                .key("pk", pk)
                .key("sk", sk)
                .condition_expression("attribute_not_exists(#pk) OR (#ask = :ask AND #reply = :reply)")
                .expression_attribute_names("#pk", "pk")
                .expression_attribute_names("#ask", "ask")
                .expression_attribute_names("#reply", "reply")
                .expression_attribute_values(":ask", text(&answered.ask))
                .expression_attribute_values(":reply", text(&answered.reply));
            async move { request.send().await.map(drop).map_err(|e| fault(&e)) }
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
