"""AWS Lambda."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from drift.model.coverage import Unreadable
from drift.model.value import Value, freeze
from drift.normalize.values import mapped
from drift.normalize.values import number as to_number
from drift.normalize.values import text as to_text
from drift.provider.kinds import attr, block, blocks, flag, list_of, moment, number, set_of, text
from drift.provider.spec import Attr, Call, Owner, Parent, Raw, Ref, ResourceType, Within
from drift.providers.aws.kinds import event_pattern, kms_key, name_of_arn, policy, tags
from drift.providers.aws.normalize.tags import tag_map
from drift.providers.aws.owners import of_stack
from drift.providers.aws.types.application_autoscaling import scaled, scaling

GONE = frozenset({"ResourceNotFoundException"})
_FUNCTION = re.compile(r"(?:arn:[^:]+:lambda:[^:]*:)?(?:\d{12}:)?(?:function:)?([^:]+)(?::([^:]+))?")


def _function_name(value: Any) -> str | None:
    """The bare name, from a name, a partial ARN or an ARN, each with or without a qualifier."""
    match = _FUNCTION.fullmatch(str(value or ""))
    return match[1] if match else to_text(value)


def _qualifier(value: Any) -> str | None:
    match = _FUNCTION.fullmatch(str(value or ""))
    return match[2] if match and match[2] != "$LATEST" else None


def _function_and_qualifier(value: Any) -> str | None:
    return ":".join(filter(None, (_function_name(value), _qualifier(value)))) or None


def function_name(at: str) -> Attr:
    """The function something belongs to, however it is written."""
    return attr(at, _function_name)


def qualifier(at: str) -> Attr:
    """The alias or version at the end of an ARN; Terraform may have it beside the function's name."""

    def from_state(value: Any, instance: Raw) -> Value:
        return to_text(value if value != "$LATEST" else None) or _qualifier(instance.get("function_name"))

    return attr(at, _qualifier, from_state=from_state)


def _variables(value: Any) -> Value:
    """Lambda says so, in place of the variables, where it was not allowed to decrypt them."""
    error = value.get("Error") if isinstance(value, Mapping) else None
    return Unreadable("kms:Decrypt", str(error.get("ErrorCode"))) if error else mapped((value or {}).get("Variables"))


def _tags(value: Any) -> Value:
    """GetFunction leaves the tags out, and says so, where nobody may list them."""
    error = value.get("TagsError") if isinstance(value, Mapping) else None
    return Unreadable("lambda:ListTags", str(error.get("ErrorCode"))) if error else tag_map((value or {}).get("Tags"))


def _own_url(value: Any) -> Value:
    """The URL of the function itself, as Lambda answers it: those of its aliases are theirs."""
    told = ("AuthType", "Cors", "FunctionArn", "FunctionUrl", "InvokeMode")
    own = next((u for u in value or () if not _qualifier(u.get("FunctionArn"))), None)
    return freeze({k: own[k] for k in told if k in own}) if own else None


def _weights(value: Any) -> Value:
    return freeze({k: to_number(v) for k, v in (value or {}).items()})


def _endpoints(value: Any) -> Value:
    """A list of hosts for each kind; Terraform joins them with commas, in no order."""
    hosts = {k: v.split(",") if isinstance(v, str) else v for k, v in (value or {}).items()}
    return freeze({k: frozenset(h.strip() for h in v) for k, v in hosts.items()})


def _enabled(value: Any) -> bool:
    """`Updating` and `Creating` pass; a mapping that is off says so."""
    return not str(value).startswith("Disabl") if isinstance(value, str) else bool(value)


def _layer_name(value: Any) -> str | None:
    """From a name, the layer's ARN, or the ARN of one of its versions."""
    parts = str(value or "").split(":")
    return (parts[6] if len(parts) > 6 else parts[0]) or None


FUNCTION = ResourceType(
    name="aws_lambda_function",
    service="lambda",
    either=(("image_uri", "filename"),),
    stand_ins={"filename": "{name}.zip"},
    not_imported=frozenset({"source_code_hash"}),
    list=Call(op="ListFunctions", take="Functions"),
    describe=(
        # one call for each managed function: tags, concurrency and the image's name are not in the listing
        Call(op="GetFunction", take="{Tags: Tags, TagsError: TagsError, Concurrency: Concurrency, Code: Code}",
             into="More", gone=GONE, bind={"FunctionName": "FunctionName"}),
        # images cannot be signed this way
        Call(op="GetFunctionCodeSigningConfig", take="CodeSigningConfigArn", into="Signing", gone=GONE,
             only_if="PackageType != 'Image'", bind={"FunctionName": "FunctionName"}),
        Call(op="GetPolicy", parse="Policy", take="Policy.Statement[]", into="Policy", absent=GONE,
             bind={"FunctionName": "FunctionName"}),
        Call(op="ListAliases", take="Aliases", into="Aliases", gone=GONE, bind={"FunctionName": "FunctionName"}),
        # each alias has a policy of its own, and so has each version: those that an alias names are asked
        Call(op="GetPolicy", parse="Policy", take="Policy.Statement[]", into="Policies", absent=GONE,
             bind={"FunctionName": "FunctionName"}, each={
                 "Qualifier": "[Aliases[].Name, Aliases[?FunctionVersion != '$LATEST'].FunctionVersion][]",
             }),
        Call(op="ListFunctionUrlConfigs", take="FunctionUrlConfigs", into="Urls", absent=GONE,
             bind={"FunctionName": "FunctionName"}),
        Call(op="ListFunctionEventInvokeConfigs", take="FunctionEventInvokeConfigs", into="Invokes", absent=GONE,
             bind={"FunctionName": "FunctionName"}),
        Call(op="ListProvisionedConcurrencyConfigs", take="ProvisionedConcurrencyConfigs", into="Provisioned",
             absent=GONE, bind={"FunctionName": "FunctionName"}),
    ),
    id=text("FunctionName"),
    label="function_name",
    import_id="function_name",
    computed={
        "arn":         text("FunctionArn"),
        "code_sha256": text("CodeSha256"),
        "policy":      policy("(Policy && {Statement: Policy}) || `null`", outside_schema=True),
        "url_config":  attr("Urls", _own_url, outside_schema=True),
        "invoke_arn":  text("join('', ['arn:', here.partition, ':apigateway:', here.region, ':lambda:path/2015-03-31/functions/', FunctionArn, "
                           "'/invocations'])"),
    },
    attributes={
        "function_name":                  name_of_arn("FunctionName"),
        "description":                    text("Description"),
        "role":                           text("Role"),
        "handler":                        text("Handler"),
        "runtime":                        text("Runtime"),
        "package_type":                   text("PackageType", default="Zip"),
        "image_uri":                      text("More.Code.ImageUri"),
        # the configuration may hash what it likes; what was deployed is recorded beside it
        "source_code_hash":               text("CodeSha256", assigned=True,
                                               from_state=lambda _, instance: to_text(instance.get("code_sha256"))),
        "architectures":                  list_of(to_text, "Architectures", default=["x86_64"]),
        "memory_size":                    number("MemorySize", default=128),
        "timeout":                        number("Timeout", default=3),
        "reserved_concurrent_executions": number("More.Concurrency.ReservedConcurrentExecutions", default=-1, zero_is_value=True),
        "layers":                         list_of(to_text, "Layers[].Arn"),
        "kms_key_arn":                    kms_key("KMSKeyArn"),
        "code_signing_config_arn":        text("Signing"),
        "environment":                    block("Environment", {
            "variables": attr("@", _variables, sensitive=True, from_state=lambda value, _: mapped(value)),
        }),
        "vpc_config":                     block("VpcConfig", {
            "subnet_ids":                  set_of(to_text, "SubnetIds"),
            "security_group_ids":          set_of(to_text, "SecurityGroupIds"),
            "ipv6_allowed_for_dual_stack": flag("Ipv6AllowedForDualStack"),
        }),
        "dead_letter_config":             block("DeadLetterConfig", {"target_arn": text("TargetArn")}),
        "ephemeral_storage":              block("EphemeralStorage", {"size": number("Size", default=512)}, same_for_all=True),
        "file_system_config":             block("FileSystemConfigs[0]", {
            "arn":              text("Arn"),
            "local_mount_path": text("LocalMountPath"),
        }),
        "image_config":                   block("ImageConfigResponse.ImageConfig", {
            "command":           list_of(to_text, "Command"),
            "entry_point":       list_of(to_text, "EntryPoint"),
            "working_directory": text("WorkingDirectory"),
        }),
        "logging_config":                 block("LoggingConfig", {
            "log_format":            text("LogFormat", default="Text"),
            "log_group":             text("LogGroup", assigned=True),
            # Lambda has levels of its own choice where the format is JSON and none is set
            "application_log_level": text("ApplicationLogLevel", assigned=True),
            "system_log_level":      text("SystemLogLevel", assigned=True),
        }),
        "snap_start":                     block("SnapStart", {"apply_on": text("ApplyOn", default="None")}),
        "tracing_config":                 block("TracingConfig", {"mode": text("Mode", default="PassThrough")},
                                                same_for_all=True),
        "tags":                           attr("More", _tags, from_state=tags("Tags").from_state),
    },
    ignored={
        "filename":                           "a path on the machine that ran apply; source_code_hash tells the code",
        "s3_bucket":                          "Lambda keeps a copy of its own; source_code_hash tells the code",
        "s3_key":                             "Lambda keeps a copy of its own; source_code_hash tells the code",
        "s3_object_version":                  "Lambda keeps a copy of its own; source_code_hash tells the code",
        "publish":                            "an instruction to Terraform",
        "skip_destroy":                       "an instruction to Terraform",
        "replace_security_groups_on_destroy": "an instruction to Terraform",
        "replacement_security_group_ids":     "an instruction to Terraform",
    },
    refs=(
        Ref("role", to="aws_iam_role", by="arn"),
        Ref("kms_key_arn", to="aws_kms_key", by="arn"),
        Ref("layers[]", to="aws_lambda_layer_version", by="arn"),
        Ref("vpc_config.subnet_ids[]", to="aws_subnet"),
        Ref("vpc_config.security_group_ids[]", to="aws_security_group"),
        Ref("dead_letter_config.target_arn", to="aws_sqs_queue", by="arn"),
        Ref("dead_letter_config.target_arn", to="aws_sns_topic", by="arn"),
        Ref("file_system_config.arn", to="aws_efs_access_point", by="arn"),
        Ref("logging_config.log_group", to="aws_cloudwatch_log_group"),
    ),
    # Lambda makes the log group when the function first runs
    creates=(Ref("logging_config.log_group", to="aws_cloudwatch_log_group"),),
    owners=(of_stack("More.Tags"),),
)


def _principal(value: Any) -> str | None:
    """One principal; an account's root stands for the account."""
    if isinstance(value, Mapping):
        value = next(iter(value.values()), None)
    return re.sub(r"^arn:[^:]+:iam::(\d{12}):root$", r"\1", str(value)) if value else None


def condition(operator: str, key: str) -> Attr:
    """What a statement demands of one condition key; AWS does not keep the key's case."""

    def find(statement: Any) -> Value:
        tests = statement.get(operator) if isinstance(statement, Mapping) else None
        return next((to_text(v) for k, v in (tests or {}).items() if k.lower() == key), None)

    # a refresh reads back only the operators that are there
    return attr("Condition", find, from_state=lambda value, _: to_text(value), kept_if_gone=True)


def _public_url(statement: Any) -> str | None:
    """The function, of what the provider and the console let everybody do where they open its URL to all."""
    if not isinstance(statement, Mapping):
        return None
    action, sid = statement.get("Action"), statement.get("Sid")
    tests = {k.lower(): v for test in (statement.get("Condition") or {}).values() for k, v in test.items()}
    # what is allowed by URL alone; callers who must sign are not among those to whom it is open
    called = sid == "FunctionURLAllowPublicAccess" and action == "lambda:InvokeFunctionUrl"
    called &= tests.get("lambda:functionurlauthtype", "NONE") == "NONE"
    # what AWS asks for beside it since October 2025
    invoked = sid in ("FunctionURLInvokeAllowPublicAccess", "FunctionURLAllowInvokeAction")
    invoked &= action == "lambda:InvokeFunction" and tests == {"lambda:invokedviafunctionurl": "true"}
    return to_text(statement.get("Resource")) if called or invoked else None


PERMISSION = ResourceType(
    name="aws_lambda_permission",
    service="lambda",
    list=Within("aws_lambda_function", each="[Policy, Policies][][]"),
    # of a function that is in no state of the run, and of a version that no alias names
    lookup=Call(op="GetPolicy", parse="Policy", take="Policy.Statement[]", absent=GONE,
              bind={"FunctionName": "function_name", "Qualifier": "qualifier"}),
    id=text("Sid"),
    identity=("function_name", "qualifier", "statement_id"),
    import_id="join('/', [join(':', [function_name, qualifier][?@]), statement_id])",
    label="statement_id",
    attributes={
        "function_name":          function_name("Resource"),
        "qualifier":              qualifier("Resource"),
        "statement_id":           text("Sid", assigned=True),
        "action":                 text("Action"),
        "principal":              attr("Principal", _principal),
        "principal_org_id":       condition("StringEquals", "aws:principalorgid"),
        "source_arn":             condition("ArnLike", "aws:sourcearn"),
        "source_account":         condition("StringEquals", "aws:sourceaccount"),
        "event_source_token":     condition("StringEquals", "lambda:eventsourcetoken"),
        "function_url_auth_type": condition("StringEquals", "lambda:functionurlauthtype"),
    },
    ignored={"statement_id_prefix": "only read when the permission is created"},
    computed={"public_url_of": attr("@", _public_url, outside_schema=True)},
    refs=(
        Ref("source_arn", to="aws_s3_bucket", by="arn"),
        Ref("source_arn", to="aws_sns_topic", by="arn"),
        Ref("source_arn", to="aws_cloudwatch_event_rule", by="arn"),
        Ref("source_arn", to="aws_lb_target_group", by="arn"),
    ),
    parent=Parent("function_name", to="aws_lambda_function"),
)

ALIAS = ResourceType(
    name="aws_lambda_alias",
    service="lambda",
    list=Within("aws_lambda_function", each="Aliases[]"),
    id=text("AliasArn"),
    import_id="join('/', [function_name, name])",
    label="name",
    computed={"arn": text("AliasArn")},
    attributes={
        "name":             text("Name"),
        "description":      text("Description"),
        "function_name":    function_name("AliasArn"),
        "function_version": text("FunctionVersion"),
        "routing_config":   block("RoutingConfig", {
            "additional_version_weights": attr("AdditionalVersionWeights", _weights),
        }),
    },
    parent=Parent("function_name", to="aws_lambda_function"),
)

def _open_to_all(value: Any, url: Raw) -> Value:
    return to_text(value) if url.get("authorization_type") == "NONE" else None


FUNCTION_URL = ResourceType(
    name="aws_lambda_function_url",
    service="lambda",
    list=Within("aws_lambda_function", each="Urls[]"),
    lookup=Call(op="GetFunctionUrlConfig", bind={"FunctionName": "function_name"}, absent=GONE),
    id=text("FunctionArn"),
    identity=("function_name", "qualifier"),
    import_id="join('/', [function_name, qualifier][?@])",
    label="function_url",
    computed={
        # only of a URL that is open to all
        "function_arn": text("[@][?AuthType == 'NONE'].FunctionArn | [0]", from_state=_open_to_all),
        "function_url": text("FunctionUrl"),
    },
    attributes={
        "function_name":      function_name("FunctionArn"),
        "qualifier":          qualifier("FunctionArn"),
        "authorization_type": text("AuthType"),
        "invoke_mode":        text("InvokeMode", default="BUFFERED"),
        "cors":               block("Cors", {
            "allow_credentials": flag("AllowCredentials"),
            "allow_headers":     set_of(to_text, "AllowHeaders"),
            "allow_methods":     set_of(to_text, "AllowMethods"),
            "allow_origins":     set_of(to_text, "AllowOrigins"),
            "expose_headers":    set_of(to_text, "ExposeHeaders"),
            "max_age":           number("MaxAge", default=0),
        }),
    },
    creates=(Ref("function_arn", to="aws_lambda_permission", by="public_url_of"),),
    parent=Parent("function_name", to="aws_lambda_function"),
)

EVENT_SOURCE_MAPPING = ResourceType(
    name="aws_lambda_event_source_mapping",
    service="lambda",
    list=Call(op="ListEventSourceMappings", take="EventSourceMappings"),
    describe=(
        # one call for each mapping: Lambda has no batch form
        Call(op="ListTags", take="Tags", into="Tags", gone=GONE, bind={"Resource": "EventSourceMappingArn"}),
    ),
    id=text("UUID"),
    label="event_source_arn",
    computed={"arn": text("EventSourceMappingArn"), "function_arn": text("FunctionArn")},
    attributes={
        "function_name":                          attr("FunctionArn", _function_and_qualifier),
        "event_source_arn":                       text("EventSourceArn"),
        "enabled":                                attr("State", _enabled, default=True),
        # Lambda's own choice depends on the kind of source
        "batch_size":                             number("BatchSize", assigned=True),
        "maximum_batching_window_in_seconds":     number("MaximumBatchingWindowInSeconds", default=0),
        # the state writes 0 where the kind of source has no such thing
        "maximum_record_age_in_seconds":          number("MaximumRecordAgeInSeconds", default=0),
        "maximum_retry_attempts":                 number("MaximumRetryAttempts", default=0),
        "parallelization_factor":                 number("ParallelizationFactor", default=0),
        "tumbling_window_in_seconds":             number("TumblingWindowInSeconds", default=0),
        "bisect_batch_on_function_error":         flag("BisectBatchOnFunctionError"),
        "starting_position":                      text("StartingPosition"),
        "starting_position_timestamp":            moment("StartingPositionTimestamp"),
        "function_response_types":                set_of(to_text, "FunctionResponseTypes"),
        "kms_key_arn":                            kms_key("KMSKeyArn"),
        "queues":                                 list_of(to_text, "Queues"),
        "topics":                                 set_of(to_text, "Topics"),
        "amazon_managed_kafka_event_source_config": block("AmazonManagedKafkaEventSourceConfig", {
            "consumer_group_id": text("ConsumerGroupId", assigned=True),
        }),
        "self_managed_kafka_event_source_config": block("SelfManagedKafkaEventSourceConfig", {
            "consumer_group_id": text("ConsumerGroupId", assigned=True),
        }),
        "self_managed_event_source":              block("SelfManagedEventSource", {
            "endpoints": attr("Endpoints", _endpoints),
        }),
        "source_access_configuration":            blocks("SourceAccessConfigurations", {
            "type": text("Type"), "uri": text("URI"),
        }),
        "document_db_event_source_config":        block("DocumentDBEventSourceConfig", {
            "database_name":   text("DatabaseName"),
            "collection_name": text("CollectionName"),
            "full_document":   text("FullDocument", default="Default"),
        }),
        "destination_config":                     block("DestinationConfig", {
            "on_failure": block("OnFailure", {"destination_arn": text("Destination")}),
        }),
        "filter_criteria":                        block("FilterCriteria", {
            "filter": blocks("Filters", {"pattern": event_pattern("Pattern", verbatim=True)}),
        }),
        "metrics_config":                         block("MetricsConfig", {"metrics": set_of(to_text, "Metrics")}),
        "scaling_config":                         block("ScalingConfig", {
            "maximum_concurrency": number("MaximumConcurrency", default=0),
        }),
        "provisioned_poller_config":              block("ProvisionedPollerConfig", {
            "minimum_pollers": number("MinimumPollers", assigned=True),
            "maximum_pollers": number("MaximumPollers", assigned=True),
        }),
        "tags":                                   tags("Tags"),
    },
    refs=(
        Ref("function_name", to="aws_lambda_function"),
        Ref("event_source_arn", to="aws_sqs_queue", by="arn"),
        Ref("event_source_arn", to="aws_kinesis_stream", by="arn"),
        Ref("event_source_arn", to="aws_dynamodb_table", by="stream_arn"),
        Ref("kms_key_arn", to="aws_kms_key", by="arn"),
    ),
)

LAYER_VERSION = ResourceType(
    name="aws_lambda_layer_version",
    service="lambda",
    # the newest version of each layer; of the older ones only those that are managed matter
    list=Call(op="ListLayers", take="Layers[].LatestMatchingVersion"),
    lookup=Call(op="GetLayerVersion", absent=GONE, bind={"LayerName": "layer_name", "VersionNumber": "version"}),
    id=text("LayerVersionArn"),
    label="layer_name",
    computed={"arn": text("LayerVersionArn"), "version": number("Version")},
    attributes={
        "layer_name":               attr("LayerVersionArn", _layer_name),
        "description":              text("Description"),
        "license_info":             text("LicenseInfo"),
        "compatible_runtimes":      set_of(to_text, "CompatibleRuntimes"),
        "compatible_architectures": set_of(to_text, "CompatibleArchitectures"),
    },
    ignored={
        "filename":          "a path on the machine that ran apply; a version's code never changes",
        "s3_bucket":         "Lambda keeps a copy of its own; a version's code never changes",
        "s3_key":            "Lambda keeps a copy of its own; a version's code never changes",
        "s3_object_version": "Lambda keeps a copy of its own; a version's code never changes",
        "source_code_hash":  "a version's code never changes",
        "skip_destroy":      "an instruction to Terraform",
    },
)

EVENT_INVOKE_CONFIG = ResourceType(
    name="aws_lambda_function_event_invoke_config",
    service="lambda",
    list=Within("aws_lambda_function", each="Invokes[]"),
    id=text("FunctionArn"),
    identity=("function_name", "qualifier"),
    import_id="join(':', [function_name, qualifier][?@])",
    label="function_name",
    attributes={
        "function_name":                function_name("FunctionArn"),
        "qualifier":                    qualifier("FunctionArn"),
        "maximum_event_age_in_seconds": number("MaximumEventAgeInSeconds", default=0),
        "maximum_retry_attempts":       number("MaximumRetryAttempts", default=2),
        "destination_config":           block("DestinationConfig", {
            "on_failure": block("OnFailure", {"destination": text("Destination")}),
            "on_success": block("OnSuccess", {"destination": text("Destination")}),
        }),
    },
    refs=(
        Ref("destination_config.on_failure.destination", to="aws_sqs_queue", by="arn"),
        Ref("destination_config.on_success.destination", to="aws_sqs_queue", by="arn"),
    ),
    parent=Parent("function_name", to="aws_lambda_function"),
)

PROVISIONED_CONCURRENCY = ResourceType(
    name="aws_lambda_provisioned_concurrency_config",
    service="lambda",
    list=Within("aws_lambda_function", each="Provisioned[]"),
    describe=scaling("lambda"),
    id=text("FunctionArn"),
    identity=("function_name", "qualifier"),
    import_id="join(',', [function_name, qualifier])",
    label="function_name",
    attributes={
        "function_name":                     function_name("FunctionArn"),
        "qualifier":                         qualifier("FunctionArn"),
        "provisioned_concurrent_executions": number(
            "RequestedProvisionedConcurrentExecutions",
            changed_by=scaled("tail(FunctionArn, `3`)", "lambda:function:ProvisionedConcurrency"),
        ),
    },
    ignored={"skip_destroy": "an instruction to Terraform"},
    parent=Parent("function_name", to="aws_lambda_function"),
    owners=(Owner("of(ScalableTargets, 'ResourceId', tail(FunctionArn, `3`))", "Application Auto Scaling"),),
)
