"""Amazon EventBridge Pipes."""

from __future__ import annotations

from drift.normalize.values import text as to_text
from drift.provider.kinds import attr, block, blocks, flag, list_of, mapping, moment, number, set_of, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import event_pattern, group_arn, kms_key, tags
from drift.providers.aws.normalize.tags import tag_map


def batched() -> dict[str, Attr]:
    """How much is read at once; Pipes has defaults of its own for each kind of source."""
    return {
        "batch_size":                         number("BatchSize", assigned=True),
        "maximum_batching_window_in_seconds": number("MaximumBatchingWindowInSeconds", default=0),
    }


def stream() -> dict[str, Attr]:
    """What the kinds of stream have in common."""
    return {
        **batched(),
        "dead_letter_config":             block("DeadLetterConfig", {"arn": text("Arn")}),
        "maximum_record_age_in_seconds":  number("MaximumRecordAgeInSeconds", assigned=True),
        "maximum_retry_attempts":         number("MaximumRetryAttempts", assigned=True),
        "on_partial_batch_item_failure":  text("OnPartialBatchItemFailure"),
        "parallelization_factor":         number("ParallelizationFactor", assigned=True),
        "starting_position":              text("StartingPosition"),
    }


def broker() -> dict[str, Attr]:
    """A queue of a message broker."""
    return {
        **batched(),
        "queue_name":  text("QueueName"),
        "credentials": block("Credentials", {"basic_auth": text("BasicAuth")}),
    }


def kafka(*secrets: tuple[str, str]) -> dict[str, Attr]:
    """A topic, and the secrets to log in with."""
    return {
        **batched(),
        "topic_name":        text("TopicName"),
        "consumer_group_id": text("ConsumerGroupID"),
        "starting_position": text("StartingPosition"),
        "credentials":       block("Credentials", {name: text(member) for name, member in secrets}),
    }


def http(at: str) -> Attr:
    """What goes along with an HTTP request."""
    return block(at, {
        "header_parameters":       mapping("HeaderParameters"),
        "path_parameter_values":   list_of(to_text, "PathParameterValues"),
        "query_string_parameters": mapping("QueryStringParameters"),
    })


def pairs(at: str, key: str, value: str, names: tuple[str, str]) -> Attr:
    """Two texts each, in any order."""
    return blocks(at, {names[0]: text(key), names[1]: text(value)})


SOURCE = block("Pipe.SourceParameters", {
    "activemq_broker_parameters": block("ActiveMQBrokerParameters", broker()),
    "rabbitmq_broker_parameters": block("RabbitMQBrokerParameters", {**broker(), "virtual_host": text("VirtualHost")}),
    "dynamodb_stream_parameters": block("DynamoDBStreamParameters", stream()),
    "kinesis_stream_parameters":  block("KinesisStreamParameters", {
        **stream(), "starting_position_timestamp": moment("StartingPositionTimestamp"),
    }),
    "sqs_queue_parameters":       block("SqsQueueParameters", batched()),
    "filter_criteria":            block("FilterCriteria", {"filter": blocks("Filters", {"pattern": event_pattern("Pattern", verbatim=True)})}),
    "managed_streaming_kafka_parameters": block("ManagedStreamingKafkaParameters", kafka(
        ("client_certificate_tls_auth", "ClientCertificateTlsAuth"), ("sasl_scram_512_auth", "SaslScram512Auth"),
    )),
    "self_managed_kafka_parameters":      block("SelfManagedKafkaParameters", {
        **kafka(
            ("basic_auth", "BasicAuth"), ("client_certificate_tls_auth", "ClientCertificateTlsAuth"),
            ("sasl_scram_256_auth", "SaslScram256Auth"), ("sasl_scram_512_auth", "SaslScram512Auth"),
        ),
        "additional_bootstrap_servers": set_of(to_text, "AdditionalBootstrapServers"),
        "server_root_ca_certificate":   text("ServerRootCaCertificate"),
        "vpc":                          block("Vpc", {
            "security_groups": set_of(to_text, "SecurityGroup"),
            "subnets":         set_of(to_text, "Subnets"),
        }),
    }),
})

TASK = block("EcsTaskParameters", {
    "task_definition_arn":        text("TaskDefinitionArn"),
    "task_count":                 number("TaskCount", default=1),
    "launch_type":                text("LaunchType"),
    "platform_version":           text("PlatformVersion"),
    "group":                      text("Group"),
    "propagate_tags":             text("PropagateTags"),
    "reference_id":               text("ReferenceId"),
    "enable_ecs_managed_tags":    flag("EnableECSManagedTags"),
    "enable_execute_command":     flag("EnableExecuteCommand"),
    "tags":                       attr("Tags", tag_map),
    "capacity_provider_strategy": blocks("CapacityProviderStrategy", {
        "capacity_provider": text("capacityProvider"),
        "base":              number("base", default=0),
        "weight":            number("weight", default=0),
    }),
    "network_configuration":      block("NetworkConfiguration", {"aws_vpc_configuration": block("awsvpcConfiguration", {
        "assign_public_ip": text("AssignPublicIp"),
        "security_groups":  set_of(to_text, "SecurityGroups"),
        "subnets":          set_of(to_text, "Subnets"),
    })}),
    "overrides":                  block("Overrides", {
        "cpu":                text("Cpu"),
        "memory":             text("Memory"),
        "execution_role_arn": text("ExecutionRoleArn"),
        "task_role_arn":      text("TaskRoleArn"),
        "ephemeral_storage":  block("EphemeralStorage", {"size_in_gib": number("sizeInGiB")}),
        "inference_accelerator_override": pairs("InferenceAcceleratorOverrides", "deviceName", "deviceType",
                                                ("device_name", "device_type")),
        "container_override": blocks("ContainerOverrides", {
            "name":                 text("Name"),
            "command":              list_of(to_text, "Command"),
            "cpu":                  number("Cpu", default=0),
            "memory":               number("Memory", default=0),
            "memory_reservation":   number("MemoryReservation", default=0),
            "environment":          pairs("Environment", "name", "value", ("name", "value")),
            "environment_file":     pairs("EnvironmentFiles", "type", "value", ("type", "value")),
            "resource_requirement": pairs("ResourceRequirements", "type", "value", ("type", "value")),
        }),
    }),
    "placement_constraint":       pairs("PlacementConstraints", "type", "expression", ("type", "expression")),
    "placement_strategy":         pairs("PlacementStrategy", "type", "field", ("type", "field")),
})

TARGET = block("Pipe.TargetParameters", {
    "input_template":            text("InputTemplate"),
    "batch_job_parameters":      block("BatchJobParameters", {
        "job_definition":      text("JobDefinition"),
        "job_name":            text("JobName"),
        "parameters":          mapping("Parameters"),
        "array_properties":    block("ArrayProperties", {"size": number("Size", default=0)}),
        "retry_strategy":      block("RetryStrategy", {"attempts": number("Attempts", default=0)}),
        "depends_on":          pairs("DependsOn", "JobId", "Type", ("job_id", "type")),
        "container_overrides": block("ContainerOverrides", {
            "command":              list_of(to_text, "Command"),
            "instance_type":        text("InstanceType"),
            "environment":          pairs("Environment", "Name", "Value", ("name", "value")),
            "resource_requirement": pairs("ResourceRequirements", "Type", "Value", ("type", "value")),
        }),
    }),
    "cloudwatch_logs_parameters": block("CloudWatchLogsParameters", {
        "log_stream_name": text("LogStreamName"),
        "timestamp":       text("Timestamp"),
    }),
    "ecs_task_parameters":       TASK,
    "eventbridge_event_bus_parameters": block("EventBridgeEventBusParameters", {
        "detail_type": text("DetailType"),
        "endpoint_id": text("EndpointId"),
        "resources":   set_of(to_text, "Resources"),
        "source":      text("Source"),
        "time":        text("Time"),
    }),
    "http_parameters":           http("HttpParameters"),
    "kinesis_stream_parameters": block("KinesisStreamParameters", {"partition_key": text("PartitionKey")}),
    "lambda_function_parameters": block("LambdaFunctionParameters", {"invocation_type": text("InvocationType")}),
    "redshift_data_parameters":  block("RedshiftDataParameters", {
        "database":           text("Database"),
        "db_user":            text("DbUser"),
        "secret_manager_arn": text("SecretManagerArn"),
        "sqls":               set_of(to_text, "Sqls"),
        "statement_name":     text("StatementName"),
        "with_event":         flag("WithEvent"),
    }),
    "sagemaker_pipeline_parameters": block("SageMakerPipelineParameters", {
        "pipeline_parameter": pairs("PipelineParameterList", "Name", "Value", ("name", "value")),
    }),
    "sqs_queue_parameters":      block("SqsQueueParameters", {
        "message_deduplication_id": text("MessageDeduplicationId"),
        "message_group_id":         text("MessageGroupId"),
    }),
    "step_function_state_machine_parameters": block("StepFunctionStateMachineParameters", {
        "invocation_type": text("InvocationType"),
    }),
})

PIPE = ResourceType(
    name="aws_pipes_pipe",
    service="pipes",
    list=Call(op="ListPipes", take="Pipes"),
    describe=(
        # one call for each managed pipe: the listing leaves its parameters and tags out
        Call(op="DescribePipe", into="Pipe", gone=frozenset({"NotFoundException"}), bind={"Name": "Name"}),
    ),
    exists="CurrentState != 'DELETING'",
    id=text("Name"),
    label="name",
    computed={"arn": text("Arn")},
    attributes={
        "name":                  text("Name", assigned=True),
        "description":           text("Pipe.Description"),
        "desired_state":         text("DesiredState", default="RUNNING"),
        "source":                text("Source"),
        "target":                text("Target"),
        "enrichment":            text("Enrichment"),
        "role_arn":              text("Pipe.RoleArn"),
        "kms_key_identifier":    kms_key("Pipe.KmsKeyIdentifier"),
        "source_parameters":     SOURCE,
        "target_parameters":     TARGET,
        "enrichment_parameters": block("Pipe.EnrichmentParameters", {
            "input_template":  text("InputTemplate"),
            "http_parameters": http("HttpParameters"),
        }),
        "log_configuration":     block("Pipe.LogConfiguration", {
            "level":                           text("Level"),
            "include_execution_data":          set_of(to_text, "IncludeExecutionData"),
            "cloudwatch_logs_log_destination": block("CloudwatchLogsLogDestination", {
                "log_group_arn": group_arn("LogGroupArn"),
            }),
            "firehose_log_destination":        block("FirehoseLogDestination", {
                "delivery_stream_arn": text("DeliveryStreamArn"),
            }),
            "s3_log_destination":              block("S3LogDestination", {
                "bucket_name":   text("BucketName"),
                "bucket_owner":  text("BucketOwner"),
                "output_format": text("OutputFormat", default="json"),
                "prefix":        text("Prefix"),
            }),
        }),
        "tags":                  tags("Pipe.Tags"),
    },
    ignored={"name_prefix": "only read when the pipe is created"},
    refs=(
        Ref("source", to="aws_sqs_queue", by="arn"),
        Ref("source", to="aws_kinesis_stream", by="arn"),
        Ref("source", to="aws_dynamodb_table", by="stream_arn"),
        Ref("target", to="aws_sqs_queue", by="arn"),
        Ref("target", to="aws_lambda_function", by="arn"),
        Ref("target", to="aws_sfn_state_machine", by="arn"),
        Ref("target", to="aws_cloudwatch_event_bus", by="arn"),
        Ref("role_arn", to="aws_iam_role", by="arn"),
    ),
)
