"""Amazon EventBridge: buses, rules, targets, archives and connections."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drift.model.value import Block, Value, freeze
from drift.normalize.values import text as to_text
from drift.provider.kinds import attr, block, blocks, document, flag, list_of, mapping, number, set_of, text
from drift.provider.spec import Attr, Call, Owner, Parent, Raw, Ref, ResourceType, Within
from drift.providers.aws.kinds import event_pattern, kms_key, policy, schedule, tags
from drift.providers.aws.normalize.tags import tag_map

GONE = frozenset({"ResourceNotFoundException"})


def _bus(value: Any) -> str:
    """A bus by its name; where none is named, rules stand on the default one."""
    return str(value).rsplit(":event-bus/", 1)[-1] if value else "default"


def bus_name(at: str) -> Attr:
    """The bus something belongs to, by name or by ARN."""
    return attr(at, _bus, default="default")


def _rule_id(value: Any) -> str | None:
    """`bus/rule`; Terraform leaves the default bus out, and may write a bus as its ARN."""
    if isinstance(value, list):
        return f"{_bus(value[0])}/{value[1]}"
    return (_bus(value) if "/" in value else f"default/{value}") if value else None


def _rule_of(value: Any, target: Raw) -> Value:
    return _rule_id([target.get("event_bus_name"), value])


def _flag_of(value: Any) -> str:
    return "true" if str(value).startswith("ENABLED") else "false"


def _older_flag(value: Any, rule: Raw) -> Value:
    return None if rule.get("state") else to_text(value)


def _strategy(value: Any) -> Value:
    """In the order of precedence."""
    return tuple(Block({"type": to_text(s.get("type")), "field": to_text(s.get("field"))}) for s in value or ())


def ecs(at: str, **words: Any) -> Attr:
    """A task to run; EventBridge Scheduler takes the same."""
    return block(at, {
        "task_definition_arn":        text("TaskDefinitionArn"),
        "task_count":                 number("TaskCount", default=1),
        "launch_type":                text("LaunchType"),
        "platform_version":           text("PlatformVersion"),
        "group":                      text("Group"),
        "propagate_tags":             text("PropagateTags"),
        "enable_ecs_managed_tags":    flag("EnableECSManagedTags"),
        "enable_execute_command":     flag("EnableExecuteCommand"),
        "tags":                       attr("Tags", tag_map),
        "capacity_provider_strategy": blocks("CapacityProviderStrategy", {
            "capacity_provider": text("capacityProvider"),
            "base":              number("base", default=0),
            "weight":            number("weight", default=0),
        }, key=lambda b: b["capacity_provider"]),
        "network_configuration":      block("NetworkConfiguration.awsvpcConfiguration", {
            "subnets":          set_of(to_text, "Subnets"),
            "security_groups":  set_of(to_text, "SecurityGroups"),
            "assign_public_ip": flag("AssignPublicIp"),
        }),
        **words,
    })


BUS = ResourceType(
    name="aws_cloudwatch_event_bus",
    service="events",
    list=Call(op="ListEventBuses", take="EventBuses"),
    describe=(
        # calls for each managed bus: what the listing leaves out, tags, and rules, which are listed by bus only
        Call(op="DescribeEventBus", into="Bus", gone=GONE, bind={"Name": "Name"}),
        Call(op="ListTagsForResource", take="Tags", into="Tags", gone=GONE, bind={"ResourceARN": "Arn"}),
        Call(op="ListRules", take="Rules", into="Rules", gone=GONE, bind={"EventBusName": "Name"}),
    ),
    id=text("Name"),
    label="name",
    computed={"arn": text("Arn"), "policy": policy("Policy", outside_schema=True)},
    attributes={
        "name":               text("Name"),
        "description":        text("Bus.Description"),
        "kms_key_identifier": kms_key("Bus.KmsKeyIdentifier"),
        "dead_letter_config": block("Bus.DeadLetterConfig", {"arn": text("Arn")}),
        "tags":               tags("Tags"),
    },
    ignored={"event_source_name": "never returned by AWS; a partner's bus has the same name"},
    refs=(
        Ref("kms_key_identifier", to="aws_kms_key", by="arn"),
        Ref("dead_letter_config.arn", to="aws_sqs_queue", by="arn"),
    ),
    owners=(
        # each region comes with it; its policy and its rules are told by themselves
        Owner("!(Bus.[Description, KmsKeyIdentifier, DeadLetterConfig.Arn][?@])", "AWS", listed="Name == 'default'"),
        Owner("ManagedBy", "the AWS service that manages it"),
    ),
)

BUS_POLICY = ResourceType(
    name="aws_cloudwatch_event_bus_policy",
    service="events",
    list=Within("aws_cloudwatch_event_bus"),
    exists="Policy",
    id=text("Name"),
    label="event_bus_name",
    attributes={"event_bus_name": bus_name("Name"), "policy": policy("Policy")},
    parent=Parent("event_bus_name", to="aws_cloudwatch_event_bus", standalone=True),
)


def _permission_principal(value: Any) -> Value:
    if isinstance(value, str) or not value:
        return value or None
    return str(next(iter(value.values()))).removesuffix(":root").rsplit(":", 1)[-1]


def _condition(value: Any) -> Value:
    """One test of one key: `{"StringEquals": {"aws:PrincipalOrgID": "o-1"}}`."""
    tests = [(op, key, v) for op, test in (value or {}).items() for key, v in test.items()]
    return Block(dict(zip(("type", "key", "value"), tests[0], strict=True))) if tests else None


PERMISSION = ResourceType(
    name="aws_cloudwatch_event_permission",
    service="events",
    list=None,  # a statement of the bus's policy, which tells all of them
    lookup=Call(op="DescribeEventBus", parse="Policy", take="Policy.Statement[]", absent=GONE,
              bind={"Name": "event_bus_name"}),
    id=text("Sid"),
    identity=("event_bus_name", "statement_id"),
    import_id="join('/', [event_bus_name, statement_id])",
    label="statement_id",
    attributes={
        "event_bus_name": bus_name("Name"),
        "statement_id":   text("Sid"),
        "action":         text("Action", default="events:PutEvents"),
        "principal":      attr("Principal", _permission_principal),
        "condition":      attr("Condition", _condition, from_state=lambda value, _: freeze(value[0]) if value else None),
    },
    creates=(Ref("event_bus_name", to="aws_cloudwatch_event_bus_policy"),),
)

RULE = ResourceType(
    name="aws_cloudwatch_event_rule",
    either=(("state", "is_enabled"),),
    service="events",
    list=Within("aws_cloudwatch_event_bus", each="Rules[]"),
    describe=(
        # two calls for each managed rule: EventBridge has no batch form
        Call(op="ListTagsForResource", take="Tags", into="Tags", gone=GONE, bind={"ResourceARN": "Arn"}),
        Call(op="ListTargetsByRule", take="Targets", into="Targets", gone=GONE,
             bind={"Rule": "Name", "EventBusName": "EventBusName"}),
    ),
    id=attr("[EventBusName, Name]", _rule_id),
    import_id="join('/', [event_bus_name, name])",
    label="name",
    computed={"arn": text("Arn")},
    attributes={
        "name":                text("Name", assigned=True),
        "event_bus_name":      bus_name("EventBusName"),
        "description":         text("Description"),
        "event_pattern":       event_pattern("EventPattern"),
        "schedule_expression": schedule("ScheduleExpression"),
        "role_arn":            text("RoleArn"),
        # the provider looks away from it where neither this nor `is_enabled` is set
        "state":               text("State", default="ENABLED", not_planned=True),
        # states of older providers have nothing else
        "is_enabled":          attr("State", _flag_of, assigned=True, from_state=_older_flag),
        "tags":                tags("Tags"),
    },
    ignored={
        "name_prefix":   "only read when the rule is created",
        "force_destroy": "an instruction to Terraform",
    },
    refs=(Ref("role_arn", to="aws_iam_role", by="arn"),),
    parent=Parent("event_bus_name", to="aws_cloudwatch_event_bus", standalone=True),  # the default bus is AWS's
    owners=(Owner("ManagedBy", "the AWS service that manages it"),),
)

TARGET = ResourceType(
    name="aws_cloudwatch_event_target",
    service="events",
    list=Within("aws_cloudwatch_event_rule", each="Targets[]"),
    id=text("Id"),
    identity=("rule", "target_id"),
    import_id="join('/', [rule, target_id])",
    label="target_id",
    attributes={
        "rule":           attr("[parent.EventBusName, parent.Name]", _rule_id, from_state=_rule_of,
                               written=lambda found, _: found[1]),
        "event_bus_name": bus_name("parent.EventBusName"),
        "target_id":      text("Id", assigned=True),
        "arn":            text("Arn"),
        "role_arn":       text("RoleArn"),
        "input":          document("Input", verbatim=True),
        "input_path":     text("InputPath"),
        # the provider reads each of these back only where it is there
        "input_transformer":         block("InputTransformer", {
            "input_paths":    mapping("InputPathsMap"),
            "input_template": text("InputTemplate"),
        }, kept_if_gone=True),
        "appsync_target":            block("AppSyncParameters", {"graphql_operation": text("GraphQLOperation")},
                                           kept_if_gone=True),
        "batch_target":              block("BatchParameters", {
            "job_definition": text("JobDefinition"),
            "job_name":       text("JobName"),
            "array_size":     number("ArrayProperties.Size", default=0),
            "job_attempts":   number("RetryStrategy.Attempts", default=0),
        }, kept_if_gone=True),
        "dead_letter_config":        block("DeadLetterConfig", {"arn": text("Arn")}, kept_if_gone=True),
        "ecs_target":                replace(ecs("EcsParameters",
            ordered_placement_strategy=attr("PlacementStrategy", _strategy, from_state=lambda v, _: _strategy(v)),
            placement_constraint=blocks("PlacementConstraints", {
                "type": text("type"), "expression": text("expression"),
            }),
        ), kept_if_gone=True),
        "http_target":               block("HttpParameters", {
            "header_parameters":       mapping("HeaderParameters"),
            "path_parameter_values":   list_of(to_text, "PathParameterValues"),
            "query_string_parameters": mapping("QueryStringParameters"),
        }),
        "kinesis_target":            block("KinesisParameters", {"partition_key_path": text("PartitionKeyPath")},
                                           kept_if_gone=True),
        "redshift_target":           block("RedshiftDataParameters", {
            "database":            text("Database"),
            "db_user":             text("DbUser"),
            "secrets_manager_arn": text("SecretManagerArn"),
            "sql":                 text("Sql"),
            "statement_name":      text("StatementName"),
            "with_event":          flag("WithEvent"),
        }, kept_if_gone=True),
        "retry_policy":              block("RetryPolicy", {
            "maximum_event_age_in_seconds": number("MaximumEventAgeInSeconds", default=0),
            "maximum_retry_attempts":       number("MaximumRetryAttempts", default=0),
        }, kept_if_gone=True),
        "run_command_targets":       blocks("RunCommandParameters.RunCommandTargets", {
            "key": text("Key"), "values": list_of(to_text, "Values"),
        }, kept_if_gone=True),
        "sagemaker_pipeline_target": block("SageMakerPipelineParameters", {
            "pipeline_parameter_list": blocks("PipelineParameterList", {"name": text("Name"), "value": text("Value")}),
        }, kept_if_gone=True),
        "sqs_target":                block("SqsParameters", {"message_group_id": text("MessageGroupId")}, kept_if_gone=True),
    },
    ignored={"force_destroy": "an instruction to Terraform"},
    refs=(
        *(Ref("arn", to=to, by="arn") for to in (
            "aws_lambda_function", "aws_sqs_queue", "aws_sns_topic", "aws_sfn_state_machine", "aws_kinesis_stream",
            "aws_cloudwatch_log_group", "aws_ecs_cluster", "aws_cloudwatch_event_bus",
        )),
        Ref("role_arn", to="aws_iam_role", by="arn"),
        Ref("dead_letter_config.arn", to="aws_sqs_queue", by="arn"),
        Ref("ecs_target.task_definition_arn", to="aws_ecs_task_definition", by="arn"),
    ),
    parent=Parent("rule", to="aws_cloudwatch_event_rule"),
)

ARCHIVE = ResourceType(
    name="aws_cloudwatch_event_archive",
    service="events",
    list=Call(op="ListArchives", take="Archives"),
    describe=(
        # one call for each managed archive: the listing leaves its pattern out
        Call(op="DescribeArchive", into="Archive", gone=GONE, bind={"ArchiveName": "ArchiveName"}),
    ),
    id=text("ArchiveName"),
    label="name",
    computed={"arn": text("Archive.ArchiveArn")},
    attributes={
        "name":             text("ArchiveName"),
        "description":      text("Archive.Description"),
        "event_pattern":    event_pattern("Archive.EventPattern"),
        "event_source_arn": text("EventSourceArn"),
        "retention_days":   number("RetentionDays", default=0),
    },
    refs=(Ref("event_source_arn", to="aws_cloudwatch_event_bus", by="arn"),),
)


def parameters(at: str) -> Attr:
    """Parameters sent along; secret ones come back without their value."""
    return blocks(at, {
        "key":             text("Key"),
        "value":           text("Value", sensitive=True, same=lambda _, have: have is None),
        "is_value_secret": flag("IsValueSecret"),
    }, key=lambda b: b["key"])


def http_parameters(at: str) -> Attr:
    """What a connection adds to each request."""
    return block(at, {
        "body":         parameters("BodyParameters"),
        "header":       parameters("HeaderParameters"),
        "query_string": parameters("QueryStringParameters"),
    })


CONNECTION = ResourceType(
    name="aws_cloudwatch_event_connection",
    service="events",
    list=Call(op="ListConnections", take="Connections"),
    describe=(
        # one call for each managed connection: the listing leaves its parameters out
        Call(op="DescribeConnection", into="Connection", gone=GONE, bind={"Name": "Name"}),
    ),
    id=text("Name"),
    label="name",
    computed={"arn": text("ConnectionArn"), "secret_arn": text("Connection.SecretArn")},
    attributes={
        "name":               text("Name"),
        "description":        text("Connection.Description"),
        "authorization_type": text("AuthorizationType"),
        "kms_key_identifier": kms_key("Connection.KmsKeyIdentifier"),
        "auth_parameters":    block("Connection.AuthParameters", {
            "api_key": block("ApiKeyAuthParameters", {"key": text("ApiKeyName")}),
            "basic":   block("BasicAuthParameters", {"username": text("Username")}),
            "oauth":   block("OAuthParameters", {
                "authorization_endpoint": text("AuthorizationEndpoint"),
                "http_method":            text("HttpMethod"),
                "client_parameters":      block("ClientParameters", {"client_id": text("ClientID")}),
                "oauth_http_parameters":  http_parameters("OAuthHttpParameters"),
            }),
            "invocation_http_parameters": http_parameters("InvocationHttpParameters"),
        }),
        "invocation_connectivity_parameters": block("Connection.InvocationConnectivityParameters", {
            "resource_parameters": block("ResourceParameters", {
                "resource_configuration_arn": text("ResourceConfigurationArn"),
            }),
        }),
    },
    ignored={
        "auth_parameters.api_key.value":                         "never returned by AWS",
        "auth_parameters.basic.password":                        "never returned by AWS",
        "auth_parameters.oauth.client_parameters.client_secret": "never returned by AWS",
    },
    refs=(Ref("kms_key_identifier", to="aws_kms_key", by="arn"),),
)
