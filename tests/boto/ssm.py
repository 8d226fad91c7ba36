"""Systems Manager Automation: a runbook started, approved, failed and stopped."""

import time
import uuid

DOCUMENT = "retail-Scale"


def run(harness):
    client = harness.client("ssm", "us-west-2")
    document = client.describe_document(Name=DOCUMENT)["Document"]
    harness.expect(document["DocumentType"] == "Automation", "it is an automation document")
    execution = start(harness, client)
    waiting = until(client, execution, "Waiting")
    harness.expect(waiting["CurrentAction"] == "aws:approve", "it waits to be approved")
    client.send_automation_signal(
        AutomationExecutionId=execution, SignalType="Approve", Payload={"Comment": ["boto"]}
    )
    failed = until(client, execution, "Failed")
    states = [step["StepStatus"] for step in failed["StepExecutions"]]
    harness.expect(states == ["Success", "Success", "Failed"], f"the steps are {states}")
    pages(harness, client, execution)
    stopped = start(harness, client)
    until(client, stopped, "Waiting")
    client.stop_automation_execution(AutomationExecutionId=stopped, Type="Cancel")
    until(client, stopped, "Cancelled")
    refuse(harness, client, stopped)


def start(harness, client):
    token = {"ClientToken": str(uuid.uuid4()), "Parameters": {"Reason": ["boto"]}}
    first = client.start_automation_execution(DocumentName=DOCUMENT, **token)["AutomationExecutionId"]
    again = client.start_automation_execution(DocumentName=DOCUMENT, **token)["AutomationExecutionId"]
    harness.expect(first == again, "the same token started another execution")
    token["Parameters"] = {"Reason": ["other"]}
    harness.refuses(
        "IdempotentParameterMismatch", client.start_automation_execution, DocumentName=DOCUMENT, **token
    )
    return first


def until(client, execution, status):
    for _ in range(200):
        got = client.get_automation_execution(AutomationExecutionId=execution)["AutomationExecution"]
        if got["AutomationExecutionStatus"] == status:
            break
        time.sleep(0.05)
    return got


def pages(harness, client, execution):
    asked = {"AutomationExecutionId": execution}
    first = client.describe_automation_step_executions(**asked, MaxResults=2)
    rest = client.describe_automation_step_executions(**asked, NextToken=first["NextToken"])
    names = [step["StepName"] for step in first["StepExecutions"] + rest["StepExecutions"]]
    harness.expect(names == ["approve", "scale", "look"], f"pages of steps are {names}")
    mine = [{"Key": "ExecutionId", "Values": [execution]}]
    found = client.describe_automation_executions(Filters=mine)["AutomationExecutionMetadataList"]
    harness.expect(len(found) == 1, "an execution is not found by its id")


def refuse(harness, client, ended):
    none = str(uuid.uuid4())
    missing = "AutomationExecutionNotFoundException"
    harness.refuses(missing, client.get_automation_execution, AutomationExecutionId=none)
    harness.refuses(missing, client.describe_automation_step_executions, AutomationExecutionId=none)
    harness.refuses(missing, client.stop_automation_execution, AutomationExecutionId=none)
    harness.refuses(missing, client.send_automation_signal, AutomationExecutionId=none, SignalType="Approve")
    late = {"AutomationExecutionId": ended}
    harness.refuses("InvalidAutomationStatusUpdateException", client.stop_automation_execution, **late)
    signal = client.send_automation_signal
    harness.refuses("InvalidAutomationSignalException", signal, **late, SignalType="Approve")
    wrong = [{"Key": "CurrentAction", "Values": ["aws:sleep"]}]
    harness.refuses("ValidationException", client.describe_automation_executions, Filters=wrong)
    begin = client.start_automation_execution
    harness.refuses("AutomationDefinitionNotFoundException", begin, DocumentName="retail-None")
    harness.refuses("InvalidAutomationExecutionParametersException", begin, DocumentName=DOCUMENT)
    harness.refuses("InvalidDocument", client.describe_document, Name="retail-None")
