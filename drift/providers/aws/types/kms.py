"""AWS KMS."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.normalize.values import number
from drift.normalize.values import text as plain_text
from drift.provider.kinds import attr, blocks, flag, mapping, moment, set_of, text
from drift.provider.spec import WHOLE, Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import name_of_arn, policy, tags
from drift.providers.aws.normalize.policy import for_its_account

GONE = frozenset({"NotFoundException"})
NO_ROTATION = frozenset({"UnsupportedOperationException"})
"""Asymmetric, HMAC and imported keys, and those of a custom key store, do not rotate."""
PENDING = "!contains(['PendingDeletion', 'PendingReplicaDeletion'], Metadata.KeyState)"
IN_ACCOUNT = "join('', ['arn:', here.partition, ':{service}::', here.account, ':{kind}/{name}'])"
TO_A_SERVICE = " || ".join((
    # services grant to themselves all the time, by these three names. A role of the user's own cannot have them: its
    # path may not be a service's, and a name has no colon (IAM user guide, "IAM and AWS STS quotas")
    "GranteeServicePrincipal",
    "ends_with(GranteePrincipal || '', '.amazonaws.com') && !starts_with(GranteePrincipal, 'arn:')",
    f"starts_with(GranteePrincipal || '', {IN_ACCOUNT.format(service='iam', kind='role', name='aws-service-role/')})",
    f"starts_with(GranteePrincipal || '', {IN_ACCOUNT.format(service='sts', kind='assumed-role', name='aws:')})",
))
OWNERS = (
    # proved by the listing of aliases, so that nobody has to describe AWS's own keys
    Owner("Aliases[?starts_with(AliasName, 'alias/aws/')]", "AWS"),
    Owner("Metadata.KeyManager == 'AWS'", "AWS"),
)


def days(value: Any) -> Value:
    """Where a key does not rotate, AWS tells no period and the state tells 0."""
    return number(value) or None


KEY = ResourceType(
    name="aws_kms_key",
    service="kms",
    list=Call(op="ListKeys", take="Keys"),
    describe=(
        Call(op="ListAliases", take="Aliases", into="Aliases", match="TargetKeyId", key="KeyId", many=True),
        # one call of each kind for each customer's key: KMS has no batch forms
        Call(op="DescribeKey", take="KeyMetadata", into="Metadata", bind={"KeyId": "KeyId"}, gone=GONE),
        Call(op="ListResourceTags", take="Tags", into="Tags", bind={"KeyId": "KeyId"}, gone=GONE),
        Call(op="GetKeyPolicy", take="Policy", into="Policy", bind={"KeyId": "KeyId"}, args={"PolicyName": "default"},
             gone=GONE),
        Call(op="GetKeyRotationStatus", into="Rotation", bind={"KeyId": "KeyId"}, absent=NO_ROTATION, gone=GONE),
        Call(op="ListGrants", take="Grants", into="Grants", bind={"KeyId": "KeyId"}, gone=GONE),
    ),
    exists=PENDING,
    id=text("KeyId"),
    label="description",
    computed={
        "arn":         text("KeyArn"),
        "key_id":      text("KeyId"),
        "key_manager": text("Metadata.KeyManager", outside_schema=True),
        "key_state":   text("Metadata.KeyState", outside_schema=True),
        "origin":      text("Metadata.Origin", outside_schema=True),
    },
    attributes={
        "description":              text("Metadata.Description", default=""),
        "is_enabled":               flag("Metadata.Enabled", default=True),
        "key_usage":                text("Metadata.KeyUsage", default="ENCRYPT_DECRYPT"),
        "customer_master_key_spec": text("Metadata.KeySpec", default="SYMMETRIC_DEFAULT"),
        "multi_region":             flag("Metadata.MultiRegion", default=False),
        "custom_key_store_id":      text("Metadata.CustomKeyStoreId"),
        "xks_key_id":               text("Metadata.XksKeyConfiguration.Id"),
        "enable_key_rotation":      flag("Rotation.KeyRotationEnabled"),
        "rotation_period_in_days":  attr("Rotation.RotationPeriodInDays", days, assigned=True),
        # a key always has a policy: where nobody writes one, AWS does
        "policy":                   policy("Policy", assigned=True, initial=for_its_account),
        "tags":                     tags("Tags"),
    },
    ignored={
        "bypass_policy_lockout_safety_check": "an instruction to Terraform",
        "deletion_window_in_days":            "only read when the key is deleted",
    },
    owners=OWNERS,
)

EXTERNAL_KEY = ResourceType(
    name="aws_kms_external_key",
    not_imported=frozenset({"deletion_window_in_days"}),
    service="kms",
    alias_of="aws_kms_key",
    list=KEY.list,
    describe=KEY.describe,
    exists=PENDING,
    id=text("KeyId"),
    label="description",
    computed={"arn": text("KeyArn"), "key_usage": text("Metadata.KeyUsage"), "key_state": text("Metadata.KeyState"),
              "key_manager": text("Metadata.KeyManager", outside_schema=True),
              "origin": text("Metadata.Origin", outside_schema=True)},
    attributes={
        "description":  text("Metadata.Description"),
        "enabled":      flag("Metadata.Enabled", default=False),
        "multi_region": flag("Metadata.MultiRegion", default=False),
        "policy":       policy("Policy", assigned=True, initial=for_its_account),
        "valid_to":     moment("Metadata.ValidTo"),
        "tags":         tags("Tags"),
    },
    ignored={
        "bypass_policy_lockout_safety_check": "an instruction to Terraform",
        "deletion_window_in_days":            "only read when the key is deleted",
        "key_material_base64":                "never returned by AWS",
    },
)

REPLICA_KEY = ResourceType(
    name="aws_kms_replica_key",
    not_imported=frozenset({"deletion_window_in_days"}),
    service="kms",
    alias_of="aws_kms_key",
    list=KEY.list,
    describe=KEY.describe,
    exists=PENDING,
    id=text("KeyId"),
    label="description",
    computed={"arn": text("KeyArn"), "key_id": text("KeyId"), "key_usage": text("Metadata.KeyUsage"),
              "key_manager": text("Metadata.KeyManager", outside_schema=True),
              "key_state": text("Metadata.KeyState", outside_schema=True),
              "origin": text("Metadata.Origin", outside_schema=True)},
    attributes={
        "description":     text("Metadata.Description"),
        "enabled":         flag("Metadata.Enabled", default=True),
        "policy":          policy("Policy", assigned=True, initial=for_its_account),
        "primary_key_arn": text("Metadata.MultiRegionConfiguration.PrimaryKey.Arn"),
        "tags":            tags("Tags"),
    },
    ignored={
        "bypass_policy_lockout_safety_check": "an instruction to Terraform",
        "deletion_window_in_days":            "only read when the key is deleted",
    },
    refs=(Ref("primary_key_arn", to="aws_kms_key", by="arn"),),
)

GRANT = ResourceType(
    name="aws_kms_grant",
    service="kms",
    # of managed keys, and those desired in any case: of another account's key as well
    list=Within("aws_kms_key", each="Grants[]"),
    lookup=Call(op="ListGrants", take="Grants", bind={"KeyId": "key_id", "GrantId": "grant_id"}, gone=GONE),
    id=text("join(':', [KeyId, GrantId])"),
    identity=("key_id", "grant_id"),
    import_id="join(':', [key_id, grant_id])",
    label="name",
    computed={"grant_id": text("GrantId")},
    attributes={
        "key_id":             name_of_arn("KeyId"),
        "name":               text("Name"),
        "grantee_principal":  text("GranteePrincipal"),
        "retiring_principal": text("RetiringPrincipal"),
        "operations":         set_of(plain_text, "Operations"),
        "constraints":        blocks("[Constraints][?@]", {
            "encryption_context_equals": mapping("EncryptionContextEquals"),
            "encryption_context_subset": mapping("EncryptionContextSubset"),
        }),
    },
    ignored={
        "grant_creation_tokens": "only read when the grant is made",
        "retire_on_delete":      "an instruction to Terraform",
    },
    refs=(Ref("key_id", to="aws_kms_key"), Ref("grantee_principal", to="aws_iam_role", by="arn")),
    parent=Parent("key_id", to="aws_kms_key"),
    owners=(Owner(TO_A_SERVICE, "AWS"),),
)

KEY_POLICY = ResourceType(
    name="aws_kms_key_policy",
    service="kms",
    list=Within("aws_kms_key"),
    id=text("KeyId"),
    identity=("key_id",),
    import_id="key_id",
    label="key_id",
    attributes={"key_id": name_of_arn("KeyId"), "policy": policy("Policy")},
    ignored={"bypass_policy_lockout_safety_check": "an instruction to Terraform"},
    parent=Parent("key_id", to="aws_kms_key", covers={"policy": WHOLE}),
)

ALIAS = ResourceType(
    name="aws_kms_alias",
    service="kms",
    list=Call(op="ListAliases", take="Aliases"),
    id=text("AliasName"),
    label="name",
    computed={"arn": text("AliasArn")},
    attributes={
        "name":          text("AliasName", assigned=True),
        "target_key_id": name_of_arn("TargetKeyId"),
    },
    ignored={"name_prefix": "only read when the alias is created"},
    refs=(Ref("target_key_id", to="aws_kms_key"),),
    # an alias has no tags: it comes with its key
    owners=(Owner("starts_with(AliasName, 'alias/aws/')", "AWS"), Ref("target_key_id", to="aws_kms_key")),
)
