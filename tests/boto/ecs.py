"""ECS: the service of a Region, described and scaled."""

CLUSTER = "mr-app-ecs-cluster"


def run(harness):
    client = harness.client("ecs", "us-west-2")
    [arn] = client.list_services(cluster=CLUSTER)["serviceArns"]
    both = client.describe_services(cluster=CLUSTER, services=[arn, "none"])
    harness.expect(len(both["services"]) == 1 and len(both["failures"]) == 1, "one service of two is there")
    before = both["services"][0]["desiredCount"]
    scaled = client.update_service(cluster=CLUSTER, service="ui", desiredCount=before + 1)["service"]
    harness.expect(scaled["desiredCount"] == before + 1, f"the desired count is {scaled['desiredCount']}")
    harness.expect(scaled["pendingCount"] == 1, "a task is pending first")
    harness.expect("has started" in scaled["events"][0]["message"], "it tells of the start")
    client.update_service(cluster=CLUSTER, service="ui", desiredCount=before)
    clusters = client.describe_clusters(clusters=[CLUSTER, "none"])
    harness.expect(len(clusters["clusters"]) == 1, "the cluster is there")
    refuse(harness, client)


def refuse(harness, client):
    harness.refuses("ClusterNotFoundException", client.describe_services, services=["ui"])
    harness.refuses("InvalidParameterException", client.describe_services, cluster=CLUSTER, services=[])
    harness.refuses("ClusterNotFoundException", client.list_services, cluster="none")
    harness.refuses("InvalidParameterException", client.list_services, cluster=CLUSTER, maxResults=1000)
    update = client.update_service
    harness.refuses("ClusterNotFoundException", update, cluster="none", service="ui", desiredCount=1)
    harness.refuses("ServiceNotFoundException", update, cluster=CLUSTER, service="none", desiredCount=1)
    harness.refuses("InvalidParameterException", update, cluster=CLUSTER, service="ui", desiredCount=-1)
