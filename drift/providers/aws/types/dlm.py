"""Amazon Data Lifecycle Manager."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, flag, list_of, number, set_of, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags
from drift.providers.aws.normalize.tags import tag_map


def _pairs(at: str) -> Attr:
    return attr(at, tag_map)


def _age(*, count: bool) -> dict[str, Attr]:
    """How many, or how long; what is not chosen is recorded as 0."""
    return {
        **({"count": number("Count", default=0)} if count else {}),
        "interval":      number("Interval", default=0),
        "interval_unit": text("IntervalUnit"),
    }


POLICY = ResourceType(
    name="aws_dlm_lifecycle_policy",
    service="dlm",
    list=Call(op="GetLifecyclePolicies", take="Policies"),
    describe=(
        # one call for each policy: the listing leaves out what it does
        Call(op="GetLifecyclePolicy", take="Policy", into="Policy", bind={"PolicyId": "PolicyId"},
             gone=frozenset({"ResourceNotFoundException"})),
    ),
    id=text("PolicyId"),
    label="description",
    computed={"arn": text("Policy.PolicyArn")},
    attributes={
        "description":        text("Description"),
        "execution_role_arn": text("Policy.ExecutionRoleArn"),
        "state":              text("State", default="ENABLED"),
        "policy_details":     block("Policy.PolicyDetails", {
            "policy_type":        text("PolicyType", default="EBS_SNAPSHOT_MANAGEMENT"),
            "resource_locations": set_of(values.text, "ResourceLocations", assigned=True),
            "resource_types":     set_of(values.text, "ResourceTypes"),
            "target_tags":        _pairs("TargetTags"),
            "action":             block("Actions[0]", {
                "name":              text("Name"),
                "cross_region_copy": blocks("CrossRegionCopy", {
                    "target":                   text("Target"),
                    "encryption_configuration": block("EncryptionConfiguration", {
                        "cmk_arn":   kms_key("CmkArn"),
                        "encrypted": flag("Encrypted", default=False),
                    }),
                    "retain_rule":              block("RetainRule", _age(count=False)),
                }, key=lambda c: c.get("target")),
            }),
            "event_source":       block("EventSource", {
                "type":       text("Type"),
                "parameters": block("Parameters", {
                    "description_regex": text("DescriptionRegex"),
                    "event_type":        text("EventType"),
                    "snapshot_owner":    set_of(values.text, "SnapshotOwner"),
                }),
            }),
            "parameters":         block("Parameters", {
                "exclude_boot_volume": flag("ExcludeBootVolume", default=False),
                "no_reboot":           flag("NoReboot", default=False),
            }),
            "schedule":           blocks("Schedules", {
                "name":                   text("Name"),
                "copy_tags":              flag("CopyTags", default=False),
                "tags_to_add":            _pairs("TagsToAdd"),
                "variable_tags":          _pairs("VariableTags"),
                "create_rule":            block("CreateRule", {
                    "cron_expression": text("CronExpression"),
                    "interval":        number("Interval", default=0),
                    "interval_unit":   text("IntervalUnit", assigned=True),
                    "location":        text("Location", assigned=True),
                    "times":           list_of(values.text, "Times", assigned=True),
                }),
                "cross_region_copy_rule": blocks("CrossRegionCopyRules", {
                    "cmk_arn":        kms_key("CmkArn"),
                    "copy_tags":      flag("CopyTags", default=False),
                    "encrypted":      flag("Encrypted", default=False),
                    "target":         text("Target || TargetRegion"),
                    "deprecate_rule": block("DeprecateRule", _age(count=False)),
                    "retain_rule":    block("RetainRule", _age(count=False)),
                }, key=lambda r: r.get("target")),
                "deprecate_rule":         block("DeprecateRule", _age(count=True)),
                "fast_restore_rule":      block("FastRestoreRule", {
                    "availability_zones": set_of(values.text, "AvailabilityZones"),
                    **_age(count=True),
                }),
                "retain_rule":            block("RetainRule", _age(count=True)),
                "share_rule":             block("ShareRules[0]", {
                    "target_accounts":       set_of(values.text, "TargetAccounts"),
                    "unshare_interval":      number("UnshareInterval", default=0),
                    "unshare_interval_unit": text("UnshareIntervalUnit"),
                }),
            }, key=lambda s: s.get("name")),
        }),
        "tags":               tags("Tags"),
    },
    refs=(
        Ref("execution_role_arn", to="aws_iam_role", by="arn"),
        Ref("policy_details.schedule[].cross_region_copy_rule[].cmk_arn", to="aws_kms_key", by="arn"),
    ),
)
