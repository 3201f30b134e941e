"""Amazon SageMaker."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, number, set_of, text
from drift.provider.spec import Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags
from drift.providers.aws.types.rds import AT_CREATION

GONE = frozenset({"ValidationException", "ResourceNotFound"})
"""SageMaker says "RecordNotFound" of an instance by the one, of tags by the other."""

NOTEBOOK_INSTANCE = ResourceType(
    name="aws_sagemaker_notebook_instance",
    service="sagemaker",
    list=Call(op="ListNotebookInstances", take="NotebookInstances"),
    describe=(
        # one call for each: these have no batch form
        Call(op="DescribeNotebookInstance", into="Described", gone=GONE,
             bind={"NotebookInstanceName": "NotebookInstanceName"}),
        Call(op="ListTags", take="Tags", into="Tags", gone=GONE, bind={"ResourceArn": "NotebookInstanceArn"}),
    ),
    id=text("NotebookInstanceName"),
    label="name",
    exists="NotebookInstanceStatus != 'Deleting'",
    computed={
        "arn":                  text("NotebookInstanceArn"),
        "network_interface_id": text("Described.NetworkInterfaceId"),
    },
    attributes={
        "name":                         text("NotebookInstanceName"),
        "additional_code_repositories": set_of(values.text, "AdditionalCodeRepositories"),
        "default_code_repository":      text("DefaultCodeRepository"),
        "direct_internet_access":       text("Described.DirectInternetAccess", default="Enabled"),
        "instance_type":                text("InstanceType"),
        "kms_key_id":                   kms_key("Described.KmsKeyId"),
        "lifecycle_config_name":        text("NotebookInstanceLifecycleConfigName"),
        "platform_identifier":          text("Described.PlatformIdentifier", assigned=True),
        "role_arn":                     text("Described.RoleArn"),
        "root_access":                  text("Described.RootAccess", default="Enabled"),
        "security_groups":              set_of(values.text, "Described.SecurityGroups", assigned=True),
        "subnet_id":                    text("Described.SubnetId"),
        "volume_size":                  number("Described.VolumeSizeInGB", default=5),
        "instance_metadata_service_configuration": block("Described.InstanceMetadataServiceConfiguration", {
            "minimum_instance_metadata_service_version": text("MinimumInstanceMetadataServiceVersion", assigned=True),
        }, assigned=True),
        "tags":                         tags("Tags"),
    },
    ignored={"accelerator_types": "retired: " + AT_CREATION},
    refs=(
        Ref("subnet_id", to="aws_subnet"),
        Ref("security_groups[]", to="aws_security_group"),
        Ref("role_arn", to="aws_iam_role", by="arn"),
        Ref("kms_key_id", to="aws_kms_key", by="arn"),
        Ref("lifecycle_config_name", to="aws_sagemaker_notebook_instance_lifecycle_configuration"),
    ),
)
