"""Every service refuses what a fault makes it refuse, in its own form."""

from botocore.exceptions import ClientError

CALLS = {
    "sts": ("sts", "get_caller_identity", {}),
    "monitoring": ("cloudwatch", "list_metrics", {}),
    "rds": ("rds", "describe_global_clusters", {}),
    "dynamodb": ("dynamodb", "list_tables", {}),
    "route53": ("route53", "list_hosted_zones", {}),
    "route53-recovery-control-config": ("route53-recovery-control-config", "list_clusters", {"region": "us-west-2"}),
    "route53-recovery-cluster": (
        "route53-recovery-cluster",
        "list_routing_controls",
        {"region": "eu-west-1", "path": "/cluster/eu-west-1"},
    ),
}


def run(harness):
    for signed_as in CALLS:
        refused(harness, signed_as, {"throttl"}, kind="throttle", service=signed_as, rate=1.0)
        refused(harness, signed_as, {"accessdenied"}, kind="access-denied", service=signed_as)
        refused(harness, signed_as, {"expiredtoken"}, kind="expired-token")
    cluster = "route53-recovery-cluster"
    refused(harness, cluster, {"endpointtemporarilyunavailable"}, kind="endpoint-down", endpoint="eu-west-1")
    refused(harness, "sts", {"internalfailure"}, kind="refuse", service="sts", operation="GetCallerIdentity",
            code="InternalFailure")


def refused(harness, signed_as, words, **fault):
    service, operation, options = CALLS[signed_as]
    protocols = ("smithy-rpc-v2-cbor", "json", "query") if service == "cloudwatch" else (None,)
    for protocol in protocols:
        harness.inject(**fault)
        harness.advance(1)
        try:
            getattr(harness.client(service, protocol=protocol, **options), operation)()
            harness.problems.append(f"{service} was answered in spite of {fault['kind']}")
        except ClientError as error:
            code = error.response["Error"]["Code"].lower()
            harness.expect(any(word in code for word in words), f"{service}: {fault['kind']} came out as {code}")
        harness.clear()
