"""Reads and writes a simulator with boto3, operation by operation, and walks every raw answer.

Usage: run.py BASE_URL. It prints each problem as a line and ends with 1 if there are any.
"""

import sys

from harness import Harness
import arc
import cloudwatch
import dynamodb
import ecs
import faults
import mutants
import rds
import route53
import ssm
import sts

PARTS = [sts, cloudwatch, arc, route53, dynamodb, ecs, ssm, faults, rds, mutants]

OPERATIONS = {
    "sts": ["GetCallerIdentity"],
    "cloudwatch": ["GetMetricData", "ListMetrics", "DescribeAlarms", "PutMetricData"],
    "route53-recovery-cluster": [
        "ListRoutingControls",
        "GetRoutingControlState",
        "UpdateRoutingControlState",
        "UpdateRoutingControlStates",
    ],
    "route53-recovery-control-config": [
        "ListClusters",
        "DescribeCluster",
        "ListControlPanels",
        "ListRoutingControls",
        "ListSafetyRules",
        "ListAssociatedRoute53HealthChecks",
    ],
    "rds": [
        "DescribeGlobalClusters",
        "DescribeDBClusters",
        "DescribeDBInstances",
        "DescribeEvents",
        "SwitchoverGlobalCluster",
        "FailoverGlobalCluster",
        "RemoveFromGlobalCluster",
    ],
    "ecs": ["DescribeServices", "UpdateService", "ListServices"],
    "ssm": [
        "StartAutomationExecution",
        "GetAutomationExecution",
        "DescribeAutomationExecutions",
        "DescribeAutomationStepExecutions",
        "SendAutomationSignal",
        "StopAutomationExecution",
        "DescribeDocument",
    ],
    "dynamodb": ["DescribeTable", "ListTables", "GetItem", "PutItem", "UpdateItem", "Query"],
    "route53": [
        "ListHostedZones",
        "ListResourceRecordSets",
        "GetHealthCheck",
        "ListHealthChecks",
        "GetHealthCheckStatus",
        "UpdateHealthCheck",
        "ChangeResourceRecordSets",
        "GetChange",
    ],
}


def main():
    harness = Harness(sys.argv[1])
    for part in PARTS:
        part.run(harness)
    for service, operations in OPERATIONS.items():
        for operation in operations:
            name = f"{service}.{operation}"
            harness.expect(name in harness.answered, f"{name} was never answered")
            harness.expect(name in harness.refused, f"{name} was never refused")
    for problem in dict.fromkeys(harness.problems):
        print(problem)
    print(f"{len(harness.answered)} operations answered, {len(harness.refused)} refused")
    sys.exit(1 if harness.problems else 0)


main()
