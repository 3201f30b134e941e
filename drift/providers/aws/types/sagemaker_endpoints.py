"""Amazon SageMaker: how models are served."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, flag, number, set_of, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags
from drift.providers.aws.types.sagemaker import GONE


def _size(value: Any) -> Value:
    """The provider writes 0 where nobody chose."""
    return values.number(value) or None


def _variants(at: str, *, assigned: bool) -> Attr:
    """The variants of a model that share the requests, or get a copy of them."""
    return blocks(at, {
        "accelerator_type":         text("AcceleratorType"),
        "container_startup_health_check_timeout_in_seconds": number("ContainerStartupHealthCheckTimeoutInSeconds", default=0),
        "enable_ssm_access":        flag("EnableSSMAccess", default=False),
        "inference_ami_version":    text("InferenceAmiVersion"),
        "initial_instance_count":   number("InitialInstanceCount", default=0),
        "initial_variant_weight":   number("InitialVariantWeight", default=1),
        "instance_type":            text("InstanceType"),
        "model_data_download_timeout_in_seconds": number("ModelDataDownloadTimeoutInSeconds", default=0),
        "model_name":               text("ModelName"),
        "variant_name":             text("VariantName", assigned=True),
        "volume_size_in_gb":        attr("VolumeSizeInGB", _size, assigned=assigned),
        "core_dump_config":         block("CoreDumpConfig", {
            "destination_s3_uri": text("DestinationS3Uri"),
            "kms_key_id":         kms_key("KmsKeyId"),
        }),
        "managed_instance_scaling": block("ManagedInstanceScaling", {
            "max_instance_count": number("MaxInstanceCount", default=0),
            "min_instance_count": number("MinInstanceCount", default=0),
            "status":             text("Status"),
        }),
        "routing_config":           blocks("RoutingConfig.[@]", {"routing_strategy": text("RoutingStrategy")}),
        "serverless_config":        block("ServerlessConfig", {
            "max_concurrency":         number("MaxConcurrency"),
            "memory_size_in_mb":       number("MemorySizeInMB"),
            "provisioned_concurrency": number("ProvisionedConcurrency", default=0),
        }),
    }, key=lambda v: v.get("variant_name"))


ENDPOINT_CONFIGURATION = ResourceType(
    name="aws_sagemaker_endpoint_configuration",
    service="sagemaker",
    list=Call(op="ListEndpointConfigs", take="EndpointConfigs"),
    describe=(
        # two calls for each: the listing has its name alone
        Call(op="DescribeEndpointConfig", into="Described", bind={"EndpointConfigName": "EndpointConfigName"}, gone=GONE),
        Call(op="ListTags", take="Tags", into="Tags", bind={"ResourceArn": "EndpointConfigArn"}, gone=GONE),
    ),
    id=text("EndpointConfigName"),
    label="name",
    computed={"arn": text("EndpointConfigArn")},
    attributes={
        "name":                       text("EndpointConfigName", assigned=True),
        "kms_key_arn":                kms_key("Described.KmsKeyId"),
        "async_inference_config":     block("Described.AsyncInferenceConfig", {
            "client_config": block("ClientConfig", {
                "max_concurrent_invocations_per_instance": number("MaxConcurrentInvocationsPerInstance", default=0),
            }),
            "output_config": block("OutputConfig", {
                "kms_key_id":          kms_key("KmsKeyId"),
                "s3_failure_path":     text("S3FailurePath"),
                "s3_output_path":      text("S3OutputPath"),
                "notification_config": block("NotificationConfig", {
                    "error_topic":                   text("ErrorTopic"),
                    "include_inference_response_in": set_of(values.text, "IncludeInferenceResponseIn"),
                    "success_topic":                 text("SuccessTopic"),
                }),
            }),
        }),
        "data_capture_config":        block("Described.DataCaptureConfig", {
            "destination_s3_uri":          text("DestinationS3Uri"),
            "enable_capture":              flag("EnableCapture", default=False),
            "initial_sampling_percentage": number("InitialSamplingPercentage", default=0),
            "kms_key_id":                  kms_key("KmsKeyId"),
            "capture_content_type_header": block("CaptureContentTypeHeader", {
                "csv_content_types":  set_of(values.text, "CsvContentTypes"),
                "json_content_types": set_of(values.text, "JsonContentTypes"),
            }, assigned=True),
            "capture_options":             blocks("CaptureOptions", {"capture_mode": text("CaptureMode")}),
        }),
        "production_variants":        _variants("Described.ProductionVariants", assigned=True),
        "shadow_production_variants": _variants("Described.ShadowProductionVariants", assigned=False),
        "tags":                       tags("Tags"),
    },
    ignored={"name_prefix": "only read when it is created"},
    refs=(
        Ref("kms_key_arn", to="aws_kms_key", by="arn"),
        Ref("production_variants[].model_name", to="aws_sagemaker_model"),
        Ref("shadow_production_variants[].model_name", to="aws_sagemaker_model"),
        Ref("async_inference_config.output_config.notification_config.error_topic", to="aws_sns_topic", by="arn"),
        Ref("async_inference_config.output_config.notification_config.success_topic", to="aws_sns_topic", by="arn"),
    ),
)
