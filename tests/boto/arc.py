"""ARC: the configuration, and the states at the endpoints that the configuration names."""

from urllib.parse import urlparse


def run(harness):
    config = harness.client("route53-recovery-control-config", "us-west-2")
    cluster, panel, controls = read_config(harness, config)
    refuse_config(harness, config)
    for endpoint in cluster["ClusterEndpoints"]:
        path = urlparse(endpoint["Endpoint"]).path
        client = harness.client("route53-recovery-cluster", endpoint["Region"], path=path)
        harness.expect(
            {control["RoutingControlArn"] for control in client.list_routing_controls()["RoutingControls"]}
            == {control["RoutingControlArn"] for control in controls},
            f"the endpoint in {endpoint['Region']} lists other controls",
        )
    change(harness, client, panel, [control["RoutingControlArn"] for control in controls], config)


def read_config(harness, config):
    cluster = config.list_clusters()["Clusters"][0]
    cluster = config.describe_cluster(ClusterArn=cluster["ClusterArn"])["Cluster"]
    harness.expect(len(cluster["ClusterEndpoints"]) == 5, "there are not five endpoints")
    panels = config.list_control_panels(ClusterArn=cluster["ClusterArn"])["ControlPanels"]
    panel = panels[0]["ControlPanelArn"]
    controls = config.list_routing_controls(ControlPanelArn=panel)["RoutingControls"]
    first = config.list_routing_controls(ControlPanelArn=panel, MaxResults=1)
    config.list_routing_controls(ControlPanelArn=panel, NextToken=first["NextToken"])
    for control in controls:
        checks = config.list_associated_route53_health_checks(RoutingControlArn=control["RoutingControlArn"])
        harness.expect(len(checks["HealthCheckIds"]) == 1, f"{control['Name']} has no health check")
        config.describe_routing_control(RoutingControlArn=control["RoutingControlArn"])
    config.describe_control_panel(ControlPanelArn=panel)
    rules = config.list_safety_rules(ControlPanelArn=panel)["SafetyRules"]
    harness.expect(rules, "there are no safety rules")
    return cluster, panel, controls


def refuse_config(harness, config):
    missing = "ResourceNotFoundException"
    harness.refuses("ValidationException", config.list_clusters, NextToken="x")
    harness.refuses(missing, config.describe_cluster, ClusterArn="arn:aws:none")
    harness.refuses(missing, config.list_control_panels, ClusterArn="arn:aws:none")
    harness.refuses(missing, config.list_routing_controls, ControlPanelArn="arn:aws:none")
    harness.refuses(missing, config.list_safety_rules, ControlPanelArn="arn:aws:none")
    harness.refuses(missing, config.list_associated_route53_health_checks, RoutingControlArn="arn:aws:none")


def change(harness, client, panel, arns, config):
    pages = client.list_routing_controls(ControlPanelArn=panel, MaxResults=1)
    client.list_routing_controls(ControlPanelArn=panel, NextToken=pages["NextToken"])
    entries = lambda state: [
        {"RoutingControlArn": arn, "RoutingControlState": state} for arn in arns
    ]
    update = client.update_routing_control_states
    rule = config.list_safety_rules(ControlPanelArn=panel)["SafetyRules"][0]["ASSERTION"]
    harness.advance(10)
    blocked = harness.refuses("ConflictException", update, UpdateRoutingControlStateEntries=entries("Off"))
    harness.expect(
        rule["SafetyRuleArn"] in blocked["Error"]["Message"], "the conflict does not name the rule"
    )
    update(UpdateRoutingControlStateEntries=entries("Off"), SafetyRulesToOverride=[rule["SafetyRuleArn"]])
    state = client.get_routing_control_state(RoutingControlArn=arns[0])
    harness.expect(state["RoutingControlState"] == "Off", "the control is not off")
    harness.advance(10)
    for arn in arns:
        client.update_routing_control_state(
            RoutingControlArn=arn, RoutingControlState="On", SafetyRulesToOverride=[rule["SafetyRuleArn"]]
        )
        harness.advance(10)
    one = client.update_routing_control_state
    unknown = {"RoutingControlArn": "arn:aws:none", "RoutingControlState": "On"}
    harness.refuses("ResourceNotFoundException", one, **unknown)
    harness.refuses("ResourceNotFoundException", client.get_routing_control_state, RoutingControlArn="arn:aws:none")
    harness.refuses("ResourceNotFoundException", client.list_routing_controls, ControlPanelArn="arn:aws:none")
    many = [{**unknown, "RoutingControlArn": f"arn:aws:none/{number}"} for number in range(11)]
    harness.advance(2)
    harness.refuses("ServiceLimitExceededException", update, UpdateRoutingControlStateEntries=many)
    harness.advance(2)
    harness.refuses("ValidationException", update, UpdateRoutingControlStateEntries=[])
