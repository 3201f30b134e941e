"""AWS CodeDeploy."""

from __future__ import annotations

from drift.normalize.values import text as as_text
from drift.provider.kinds import block, blocks, flag, number, set_of, text
from drift.provider.spec import Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import tags

GONE = frozenset({"ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException"})
AT = "'arn:', here.partition, ':codedeploy:', here.region, ':', here.account"
TAG_FILTER = {"key": text("Key"), "type": text("Type"), "value": text("Value")}
LISTENERS = {"listener_arns": set_of(as_text, "listenerArns")}

APP = ResourceType(
    name="aws_codedeploy_app",
    service="codedeploy",
    list=Call(op="ListApplications", take="applications[].{name: @}"),
    describe=(
        Call(op="BatchGetApplications", take="applicationsInfo", into="App", bind={"applicationNames": "name"},
             batch=100, match="applicationName", gone=GONE, every=True),
        # tags and groups are listed for one application at a time
        Call(op="ListTagsForResource", take="Tags", into="Tags",
             bind={"ResourceArn": f"join('', [{AT}, ':application:', name])"}),
        Call(op="ListDeploymentGroups", take="deploymentGroups[].{name: @}", into="Groups", gone=GONE,
             bind={"applicationName": "name"}),
    ),
    id=text("name"),
    identity=("name",),
    import_id="name",
    label="name",
    attributes={
        "name":             text("name"),
        "compute_platform": text("App.computePlatform", default="Server"),
        "tags":             tags("Tags"),
    },
)

DEPLOYMENT_GROUP = ResourceType(
    name="aws_codedeploy_deployment_group",
    service="codedeploy",
    list=Within("aws_codedeploy_app", each="Groups[]"),
    describe=(
        Call(op="BatchGetDeploymentGroups", take="deploymentGroupsInfo", into="Group", batch=100, gone=GONE,
             bind={"deploymentGroupNames": "name"}, batch_common={"applicationName": "parent.name"},
             match="deploymentGroupName", every=True),
        Call(op="ListTagsForResource", take="Tags", into="Tags",
             bind={"ResourceArn": f"join('', [{AT}, ':deploymentgroup:', parent.name, '/', name])"}),
    ),
    exists="Group",
    id=text("name"),
    identity=("app_name", "deployment_group_name"),
    import_id="join(':', [app_name, deployment_group_name])",
    label="join('/', [app_name, deployment_group_name])",
    attributes={
        "app_name":                        text("parent.name"),
        "deployment_group_name":           text("name"),
        "autoscaling_groups":              set_of(as_text, "Group.autoScalingGroups[].name"),
        "deployment_config_name":          text("Group.deploymentConfigName", default="CodeDeployDefault.OneAtATime"),
        "outdated_instances_strategy":     text("Group.outdatedInstancesStrategy", default="UPDATE"),
        "service_role_arn":                text("Group.serviceRoleArn"),
        "tags":                            tags("Tags"),
        "termination_hook_enabled":        flag("Group.terminationHookEnabled"),
        "alarm_configuration":             block("Group.alarmConfiguration", {
            "alarms":                    set_of(as_text, "alarms[].name"),
            "enabled":                   flag("enabled"),
            "ignore_poll_alarm_failure": flag("ignorePollAlarmFailure"),
        }),
        "auto_rollback_configuration":     block("Group.autoRollbackConfiguration", {
            "enabled": flag("enabled"),
            "events":  set_of(as_text, "events"),
        }),
        "blue_green_deployment_config":    block("Group.blueGreenDeploymentConfiguration", {
            "deployment_ready_option": block("deploymentReadyOption", {
                "action_on_timeout":    text("actionOnTimeout"),
                "wait_time_in_minutes": number("waitTimeInMinutes", default=0),
            }),
            "green_fleet_provisioning_option": block("greenFleetProvisioningOption", {"action": text("action")},
                                                     assigned=True),
            "terminate_blue_instances_on_deployment_success": block("terminateBlueInstancesOnDeploymentSuccess", {
                "action":                           text("action"),
                "termination_wait_time_in_minutes": number("terminationWaitTimeInMinutes", default=0),
            }),
        }, assigned=True),
        "deployment_style":                block("Group.deploymentStyle", {
            "deployment_option": text("deploymentOption", default="WITHOUT_TRAFFIC_CONTROL"),
            "deployment_type":   text("deploymentType", default="IN_PLACE"),
        }, assigned=True),
        "ec2_tag_filter":                  blocks("Group.ec2TagFilters", TAG_FILTER),
        "ec2_tag_set":                     blocks("Group.ec2TagSet.ec2TagSetList", {
            "ec2_tag_filter": blocks("@", TAG_FILTER),
        }),
        "ecs_service":                     block("Group.ecsServices[0]", {
            "cluster_name": text("clusterName"),
            "service_name": text("serviceName"),
        }),
        "load_balancer_info":              block("Group.loadBalancerInfo", {
            "elb_info":               blocks("elbInfoList", {"name": text("name")}),
            "target_group_info":      blocks("targetGroupInfoList", {"name": text("name")}),
            "target_group_pair_info": block("targetGroupPairInfoList[0]", {
                "prod_traffic_route": block("prodTrafficRoute", LISTENERS),
                "target_group":       blocks("targetGroups", {"name": text("name")}),
                "test_traffic_route": block("testTrafficRoute", LISTENERS),
            }),
        }),
        "on_premises_instance_tag_filter": blocks("Group.onPremisesInstanceTagFilters", TAG_FILTER),
        "trigger_configuration":           blocks("Group.triggerConfigurations", {
            "trigger_events":     set_of(as_text, "triggerEvents"),
            "trigger_name":       text("triggerName"),
            "trigger_target_arn": text("triggerTargetArn"),
        }, key=lambda b: b["trigger_name"]),
    },
    refs=(
        Ref("service_role_arn", to="aws_iam_role", by="arn"),
        Ref("autoscaling_groups[]", to="aws_autoscaling_group", by="name"),
        Ref("trigger_configuration[].trigger_target_arn", to="aws_sns_topic", by="arn"),
    ),
    parent=Parent("app_name", to="aws_codedeploy_app", by="name"),
)
