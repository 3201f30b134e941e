"""Amazon SageMaker: models and the endpoints that serve them."""

from __future__ import annotations

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import block, blocks, flag, mapping, number, set_of, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import tags
from drift.providers.aws.types.sagemaker import GONE

CONTAINER: dict[str, Attr] = {
    "container_hostname":           text("ContainerHostname"),
    "environment":                  mapping("Environment"),
    "image":                        text("Image"),
    "inference_specification_name": text("InferenceSpecificationName"),
    "mode":                         text("Mode", default="SingleModel"),
    "model_data_url":               text("ModelDataUrl"),
    "model_package_name":           text("ModelPackageName"),
    "image_config":                 block("ImageConfig", {
        "repository_access_mode": text("RepositoryAccessMode"),
        "repository_auth_config": block("RepositoryAuthConfig", {
            "repository_credentials_provider_arn": text("RepositoryCredentialsProviderArn"),
        }),
    }),
    # AWS answers it for a model that was given by its address, too
    "model_data_source":            block("ModelDataSource", {
        "s3_data_source": blocks("[S3DataSource]", {
            "compression_type":    text("CompressionType"),
            "s3_data_type":        text("S3DataType"),
            "s3_uri":              text("S3Uri"),
            "model_access_config": block("ModelAccessConfig", {"accept_eula": flag("AcceptEula")}),
        }),
    }, assigned=True),
    "multi_model_config":           block("MultiModelConfig", {"model_cache_setting": text("ModelCacheSetting")}),
}

MODEL = ResourceType(
    name="aws_sagemaker_model",
    service="sagemaker",
    list=Call(op="ListModels", take="Models"),
    describe=(
        # one call of each kind for each managed model: there are no batch forms
        Call(op="DescribeModel", into="Model", bind={"ModelName": "ModelName"}, gone=GONE),
        Call(op="ListTags", take="Tags", into="Tags", bind={"ResourceArn": "ModelArn"}, gone=GONE),
    ),
    id=text("ModelName"),
    label="name",
    computed={"arn": text("ModelArn")},
    attributes={
        "name":                       text("ModelName", assigned=True),
        "enable_network_isolation":   flag("Model.EnableNetworkIsolation"),
        "execution_role_arn":         text("Model.ExecutionRoleArn"),
        "container":                  blocks("Model.Containers", CONTAINER, ordered=True),
        "primary_container":          block("Model.PrimaryContainer", CONTAINER),
        "inference_execution_config": block("Model.InferenceExecutionConfig", {"mode": text("Mode")}, assigned=True),
        "vpc_config":                 block("Model.VpcConfig", {
            "security_group_ids": set_of(values.text, "SecurityGroupIds"),
            "subnets":            set_of(values.text, "Subnets"),
        }),
        "tags":                       tags("Tags"),
    },
    refs=(
        Ref("execution_role_arn", to="aws_iam_role", by="arn"),
        Ref("vpc_config.subnets[]", to="aws_subnet"),
        Ref("vpc_config.security_group_ids[]", to="aws_security_group"),
    ),
)


def _sized(at: str) -> Attr:
    return block(at, {"type": text("Type"), "value": number("Value")})


def _unsaid(_: Value, have: Value) -> bool:
    """AWS tells how the last deployment was made, and of one that was made without orders, nothing."""
    return have is None


ENDPOINT = ResourceType(
    name="aws_sagemaker_endpoint",
    service="sagemaker",
    list=Call(op="ListEndpoints", take="Endpoints"),
    describe=(
        # one call of each kind for each managed endpoint: there are no batch forms
        Call(op="DescribeEndpoint", into="Endpoint", bind={"EndpointName": "EndpointName"}, gone=GONE),
        Call(op="ListTags", take="Tags", into="Tags", bind={"ResourceArn": "EndpointArn"}, gone=GONE),
    ),
    id=text("EndpointName"),
    label="name",
    exists="EndpointStatus != 'Deleting'",
    computed={"arn": text("EndpointArn")},
    attributes={
        "name":                 text("EndpointName", assigned=True),
        "endpoint_config_name": text("Endpoint.EndpointConfigName"),
        "deployment_config":    block("Endpoint.LastDeploymentConfig", {
            "auto_rollback_configuration": block("AutoRollbackConfiguration", {
                "alarms": blocks("Alarms", {"alarm_name": text("AlarmName")}, key=lambda a: a["alarm_name"]),
            }),
            "blue_green_update_policy":    block("BlueGreenUpdatePolicy", {
                "maximum_execution_timeout_in_seconds": number("MaximumExecutionTimeoutInSeconds", default=0),
                "termination_wait_in_seconds":          number("TerminationWaitInSeconds", default=0),
                "traffic_routing_configuration":        block("TrafficRoutingConfiguration", {
                    "type":                     text("Type"),
                    "wait_interval_in_seconds": number("WaitIntervalInSeconds"),
                    "canary_size":              _sized("CanarySize"),
                    "linear_step_size":         _sized("LinearStepSize"),
                }),
            }),
            "rolling_update_policy":       block("RollingUpdatePolicy", {
                "maximum_execution_timeout_in_seconds": number("MaximumExecutionTimeoutInSeconds", default=0),
                "wait_interval_in_seconds":             number("WaitIntervalInSeconds"),
                "maximum_batch_size":                   _sized("MaximumBatchSize"),
                "rollback_maximum_batch_size":          _sized("RollbackMaximumBatchSize"),
            }),
        }, assigned=True, same=_unsaid),
        "tags":                 tags("Tags"),
    },
    refs=(Ref("endpoint_config_name", to="aws_sagemaker_endpoint_configuration"),),
)
