"""RDS: what is there, and every change of a global cluster; it comes last, for it moves the writer."""

ORDERS = "orders-global-db-cluster"
CATALOG = "catalog-global-db-cluster"


def arn(store, region):
    number = {"us-east-1": "01", "us-west-2": "02"}[region]
    return f"arn:aws:rds:{region}:111122223333:cluster:{store}-dbcluster-{number}-{region}"


def run(harness):
    east, west = harness.client("rds"), harness.client("rds", "us-west-2")
    read(harness, west)
    refuse(harness, west)
    change(harness, east, west)


def read(harness, client):
    found = client.describe_global_clusters()["GlobalClusters"]
    harness.expect({one["GlobalClusterIdentifier"] for one in found} == {ORDERS, CATALOG}, f"found {found}")
    clusters = client.describe_db_clusters()["DBClusters"]
    for cluster in clusters:
        ident = cluster["DBClusterIdentifier"]
        by_arn = client.describe_db_clusters(DBClusterIdentifier=cluster["DBClusterArn"])["DBClusters"]
        harness.expect(by_arn[0]["DBClusterIdentifier"] == ident, "by ARN it is another cluster")
        filters = [{"Name": "db-cluster-id", "Values": [ident]}]
        instances = client.describe_db_instances(Filters=filters)["DBInstances"]
        harness.expect(instances, f"{ident} has no instances")
        client.describe_db_instances(DBInstanceIdentifier=instances[0]["DBInstanceIdentifier"], MaxRecords=20)
    client.describe_events()


def refuse(harness, client):
    harness.refuses("GlobalClusterNotFoundFault", client.describe_global_clusters, GlobalClusterIdentifier="none")
    harness.refuses("DBClusterNotFoundFault", client.describe_db_clusters, DBClusterIdentifier="none")
    harness.refuses("DBInstanceNotFound", client.describe_db_instances, DBInstanceIdentifier="none")
    unknown = [{"Name": "colour", "Values": ["red"]}]
    for call in (client.describe_db_clusters, client.describe_db_instances, client.describe_events):
        harness.refuses("InvalidParameterValue", call, Filters=unknown)
    harness.refuses("InvalidParameterValue", client.describe_db_clusters, MaxRecords=7)
    harness.refuses("InvalidParameterCombination", client.describe_events, SourceIdentifier="x")
    none = {"GlobalClusterIdentifier": "none", "TargetDbClusterIdentifier": arn("orders", "us-west-2")}
    harness.refuses("GlobalClusterNotFoundFault", client.switchover_global_cluster, **none)
    harness.refuses("GlobalClusterNotFoundFault", client.failover_global_cluster, AllowDataLoss=True, **none)
    lost = {"GlobalClusterIdentifier": "none", "DbClusterIdentifier": arn("orders", "us-west-2")}
    harness.refuses("GlobalClusterNotFoundFault", client.remove_from_global_cluster, **lost)
    harness.refuses("InvalidAction", client.describe_db_engine_versions)


def change(harness, east, west):
    target = {"GlobalClusterIdentifier": ORDERS, "TargetDbClusterIdentifier": arn("orders", "us-west-2")}
    both = {**target, "AllowDataLoss": True, "Switchover": True}
    harness.refuses("InvalidParameterCombination", west.failover_global_cluster, **both)
    east.switchover_global_cluster(**target)
    harness.refuses("InvalidGlobalClusterStateFault", east.switchover_global_cluster, **target)
    follow(harness, west)
    lossy = {"GlobalClusterIdentifier": CATALOG, "TargetDbClusterIdentifier": arn("catalog", "us-west-2")}
    west.failover_global_cluster(AllowDataLoss=True, **lossy)
    follow(harness, west)
    for client in (east, west):
        events = client.describe_events(SourceType="db-cluster", Duration=120)["Events"]
        harness.expect(events, "there are no events")
    harness.advance(3600)
    west.remove_from_global_cluster(GlobalClusterIdentifier=ORDERS, DbClusterIdentifier=arn("orders", "us-east-1"))
    follow(harness, west)


def follow(harness, client):
    """Looks at everything while the change runs, so that each of its states is walked."""
    for _ in range(20):
        client.describe_global_clusters()
        client.describe_db_clusters()
        client.describe_db_instances()
        harness.advance(15)
