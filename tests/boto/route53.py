"""Route 53; no faster than its five calls a second."""


def run(harness):
    route53 = Slow(harness, harness.client("route53"))
    zone = route53.list_hosted_zones()["HostedZones"][0]["Id"]
    route53.get_hosted_zone(Id=zone)
    records(harness, route53, zone)
    changes(harness, route53, zone)
    health_checks(harness, route53)


class Slow:
    """A client that lets a virtual second pass before every call."""

    def __init__(self, harness, client):
        self.harness = harness
        self.client = client

    def __getattr__(self, name):
        def call(**arguments):
            self.harness.advance(1)
            return getattr(self.client, name)(**arguments)

        return call


def records(harness, route53, zone):
    whole = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    seen, start = [], {}
    while True:
        page = route53.list_resource_record_sets(HostedZoneId=zone, MaxItems="1", **start)
        seen += page["ResourceRecordSets"]
        if not page["IsTruncated"]:
            break
        names = ("Name", "Type", "Identifier")
        start = {f"StartRecord{name}": page[f"NextRecord{name}"] for name in names if f"NextRecord{name}" in page}
    harness.expect(seen == whole, "pages of records are not the whole")
    harness.refuses("NoSuchHostedZone", route53.list_resource_record_sets, HostedZoneId="ZNONE")
    harness.refuses("InvalidInput", route53.list_hosted_zones, Marker="none")


def changes(harness, route53, zone):
    def batch(action, name, **more):
        fields = more or {"TTL": 60, "ResourceRecords": [{"Value": '"a < b & c"'}]}
        record = {"Name": name, "Type": "TXT", **fields}
        return {"HostedZoneId": zone, "ChangeBatch": {"Changes": [{"Action": action, "ResourceRecordSet": record}]}}

    change = route53.change_resource_record_sets
    info = change(**batch("CREATE", "note.example.com"))["ChangeInfo"]
    harness.expect(info["Status"] == "PENDING", "a change is in sync at once")
    harness.advance(90)
    info = route53.get_change(Id=info["Id"])["ChangeInfo"]
    harness.expect(info["Status"] == "INSYNC", "a change is still pending after 90 s")
    harness.refuses("InvalidChangeBatch", change, **batch("CREATE", "note.example.com"))
    harness.refuses("InvalidChangeBatch", change, **batch("DELETE", "other.example.com"))
    harness.refuses("InvalidChangeBatch", change, **batch("CREATE", "x.example.org"))
    harness.refuses("InvalidInput", change, **batch("UPSERT", "note.example.com", TTL=60))
    harness.refuses("NoSuchHostedZone", change, **{**batch("CREATE", "x.example.com"), "HostedZoneId": "ZNONE"})
    weighted = {"SetIdentifier": "a", "Weight": 7, "TTL": 30, "ResourceRecords": [{"Value": '"a"'}]}
    change(**batch("CREATE", "weighted.example.com", **weighted))
    harness.advance(90)
    lost = {**weighted, "SetIdentifier": "b", "HealthCheckId": "00000000-0000-4000-8000-000000000000"}
    harness.refuses("NoSuchHealthCheck", change, **batch("CREATE", "weighted.example.com", **lost))
    route53.list_resource_record_sets(HostedZoneId=zone)
    harness.refuses("NoSuchChange", route53.get_change, Id="CNONE")


def health_checks(harness, route53):
    check = route53.list_health_checks()["HealthChecks"][0]
    identity = {"HealthCheckId": check["Id"]}
    version = check["HealthCheckVersion"]
    route53.get_health_check(**identity)
    route53.get_health_check_status(**identity)
    turned = route53.update_health_check(HealthCheckVersion=version, Inverted=True, **identity)
    harness.expect(turned["HealthCheck"]["HealthCheckVersion"] == version + 1, "the version does not grow")
    stale = {"HealthCheckVersion": version, "Disabled": True, **identity}
    harness.refuses("HealthCheckVersionMismatch", route53.update_health_check, **stale)
    route53.update_health_check(Inverted=False, **identity)
    none = {"HealthCheckId": "none"}
    harness.refuses("NoSuchHealthCheck", route53.get_health_check, **none)
    harness.refuses("NoSuchHealthCheck", route53.get_health_check_status, **none)
    harness.refuses("InvalidInput", route53.list_health_checks, Marker="none")
