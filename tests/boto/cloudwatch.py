"""CloudWatch, in each of the three protocols its model has."""

from datetime import datetime, timedelta


def orders(name="o1", **more):
    metric = {"Namespace": "ecommerce", "MetricName": "OrdersCreated"}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}, **more}


def run(harness):
    now = datetime.fromisoformat(harness.backstage("state")["now"])
    # The last minutes are not visible yet, and would be by the time the next protocol asks.
    window = {"StartTime": now - timedelta(minutes=35), "EndTime": now - timedelta(minutes=5)}
    counts = set()
    for protocol in ("smithy-rpc-v2-cbor", "json", "query"):
        client = harness.client("cloudwatch", protocol=protocol)
        counts.add(read(harness, client, window))
        refuse(harness, client, window)
        write(harness, client, protocol)
    harness.expect(len(counts) == 1, f"the protocols disagree on the number of points: {counts}")


def read(harness, client, window):
    whole = client.get_metric_data(MetricDataQueries=[orders(), orders("none", ReturnData=False)], **window)
    values = whole["MetricDataResults"][0]["Values"]
    harness.expect(len(whole["MetricDataResults"]) == 1, "ReturnData=False still gives a result")
    points, token = 0, {}
    while True:
        page = client.get_metric_data(MetricDataQueries=[orders()], MaxDatapoints=7, **token, **window)
        points += sum(len(result["Values"]) for result in page["MetricDataResults"])
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    harness.expect(points == len(values) > 20, f"pages give {points} points and the whole {len(values)}")
    rising = client.get_metric_data(MetricDataQueries=[orders()], ScanBy="TimestampAscending", **window)
    harness.expect(rising["MetricDataResults"][0]["Values"] == values[::-1], "ScanBy does not turn the order")
    listed = client.list_metrics(
        Namespace="CloudWatchSynthetics", Dimensions=[{"Name": "CanaryName"}], RecentlyActive="PT3H"
    )
    harness.expect(listed["Metrics"], "there are no canaries")
    alarms = client.describe_alarms()
    harness.expect(alarms["MetricAlarms"], "there are no alarms")
    first = client.describe_alarms(MaxRecords=1)
    rest = client.describe_alarms(NextToken=first["NextToken"])
    total = len(first["MetricAlarms"]) + len(rest["MetricAlarms"])
    harness.expect(total == len(alarms["MetricAlarms"]), "pages of alarms lose some")
    return len(values)


def refuse(harness, client, window):
    data = client.get_metric_data
    math = {"Id": "e1", "Expression": "o1 / 2"}
    harness.refuses("ValidationError", data, MetricDataQueries=[orders(), math], **window)
    many = [orders(f"q{number}") for number in range(501)]
    harness.refuses("ValidationError", data, MetricDataQueries=many, **window)
    harness.refuses("ValidationError", data, MetricDataQueries=[orders(), orders()], **window)
    turned = {"StartTime": window["EndTime"], "EndTime": window["StartTime"]}
    harness.refuses("ValidationError", data, MetricDataQueries=[orders()], **turned)
    harness.refuses("InvalidNextToken", data, MetricDataQueries=[orders()], NextToken="x", **window)
    harness.refuses("InvalidParameterValue", client.list_metrics, NextToken="x")
    harness.refuses("InvalidNextToken", client.describe_alarms, NextToken="x")
    own = {"MetricName": "m", "Value": 1.0}
    harness.refuses("InvalidParameterValue", client.put_metric_data, Namespace="AWS/RDS", MetricData=[own])
    both = {**own, "Values": [1.0]}
    harness.refuses("InvalidParameterCombination", client.put_metric_data, Namespace="own", MetricData=[both])


def write(harness, client, protocol):
    """A batch large enough to be compressed, and the sum of it read back."""
    dimension = [{"Name": "Protocol", "Value": protocol}]
    now = datetime.fromisoformat(harness.backstage("state")["now"])
    datum = {"MetricName": "Depth", "Dimensions": dimension, "Timestamp": now, "Unit": "Count"}
    statistics = {"SampleCount": 2.0, "Sum": 5.0, "Minimum": 1.0, "Maximum": 4.0}
    data = [{**datum, "Value": 1.0} for _ in range(300)]
    data += [{**datum, "Values": [2.0, 3.0], "Counts": [1.0, 2.0]}, {**datum, "StatisticValues": statistics}]
    client.put_metric_data(Namespace="own", MetricData=data)
    harness.advance(180)
    metric = {"Namespace": "own", "MetricName": "Depth", "Dimensions": dimension}
    query = {"Id": "d", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    window = {"StartTime": now - timedelta(minutes=5), "EndTime": now + timedelta(minutes=5)}
    sums = client.get_metric_data(MetricDataQueries=[query], **window)["MetricDataResults"][0]["Values"]
    harness.expect(sums == [313.0], f"300 + 8 + 5 came back as {sums} over {protocol}")
