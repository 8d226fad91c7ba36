"""STS."""


def run(harness):
    identity = harness.client("sts", "us-west-2").get_caller_identity()
    harness.expect(identity["Account"] == "111122223333", f"the account is {identity['Account']}")
    harness.refuses("MissingAuthenticationToken", harness.unsigned("sts").get_caller_identity)
