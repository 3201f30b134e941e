"""Amazon MQ."""

from __future__ import annotations

from typing import Any

from drift.model.value import Block, Value
from drift.normalize import values
from drift.provider.kinds import block, blocks, caseless, flag, list_of, number, set_of, text
from drift.provider.spec import Call, ChangedBy, Raw, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags
from drift.providers.aws.normalize.names import version_prefix
from drift.providers.aws.types.rds import AT_CREATION, INSTRUCTION


def _patched(want: Value, have: Value) -> bool:
    """A later patch of the same version: Amazon MQ upgrades no further by itself."""
    return str(want).count(".") > 1 and values.later_minor(want, have)


def _users(value: Any, broker: Raw) -> Value:
    """The names alone; RabbitMQ keeps its users to itself, and they change there."""
    if str(broker.get("engine_type")).lower() == "rabbitmq":
        return ()
    return tuple(Block({"username": values.text(u.get("username"))}) for u in value or ())


BROKER = ResourceType(
    name="aws_mq_broker",
    service="mq",
    list=Call(op="ListBrokers", take="BrokerSummaries"),
    describe=(
        # one call for each: the listing tells the least
        Call(op="DescribeBroker", into="Broker", bind={"BrokerId": "BrokerId"}, gone=frozenset({"NotFoundException"})),
    ),
    id=text("BrokerId"),
    label="broker_name",
    exists="BrokerState != 'DELETION_IN_PROGRESS'",
    computed={"arn": text("BrokerArn")},
    attributes={
        "broker_name":                text("BrokerName"),
        "authentication_strategy":    caseless("Broker.AuthenticationStrategy", assigned=True),
        "auto_minor_version_upgrade": flag("Broker.AutoMinorVersionUpgrade", default=False),
        "data_replication_mode":      caseless("Broker.DataReplicationMode", assigned=True),
        "deployment_mode":            caseless("DeploymentMode", default="single_instance"),
        "engine_type":                caseless("EngineType"),
        "engine_version":             text("Broker.EngineVersion", same=version_prefix, changed_by=(
            ChangedBy(who="automatic upgrades to new patches", when="Broker.AutoMinorVersionUpgrade", to=_patched),
        )),
        "host_instance_type":         text("HostInstanceType"),
        "publicly_accessible":        flag("Broker.PubliclyAccessible", default=False),
        "security_groups":            set_of(values.text, "Broker.SecurityGroups"),
        "storage_type":               caseless("Broker.StorageType", assigned=True),
        "subnet_ids":                 set_of(values.text, "Broker.SubnetIds", assigned=True),
        "configuration":              block("Broker.Configurations.Current", {
            "id":       text("Id", assigned=True),
            "revision": number("Revision", assigned=True),
        }, assigned=True),
        "encryption_options":         block("Broker.EncryptionOptions", {
            "kms_key_id":        kms_key("KmsKeyId", assigned=True),
            "use_aws_owned_key": flag("UseAwsOwnedKey", default=True),
        }, assigned=True),
        "ldap_server_metadata":       block("Broker.LdapServerMetadata", {
            "hosts":                    list_of(values.text, "Hosts"),
            "role_base":                text("RoleBase"),
            "role_name":                text("RoleName"),
            "role_search_matching":     text("RoleSearchMatching"),
            "role_search_subtree":      flag("RoleSearchSubtree", default=False),
            "service_account_username": text("ServiceAccountUsername"),
            "user_base":                text("UserBase"),
            "user_role_name":           text("UserRoleName"),
            "user_search_matching":     text("UserSearchMatching"),
            "user_search_subtree":      flag("UserSearchSubtree", default=False),
        }),
        "logs":                       block("Broker.Logs", {
            "audit":   flag("Audit", default=False),
            "general": flag("General", default=False),
        }, assigned=True),
        "maintenance_window_start_time": block("Broker.MaintenanceWindowStartTime", {
            "day_of_week": caseless("DayOfWeek"),
            "time_of_day": text("TimeOfDay"),
            "time_zone":   text("TimeZone"),
        }, assigned=True),
        # one that is to be deleted at the next reboot is still listed
        "user":                       blocks("Broker.Users[?PendingChange != 'DELETE']", {"username": text("Username")},
                                             from_state=_users, key=lambda u: u.get("username")),
        "tags":                       tags("Broker.Tags"),
    },
    ignored={
        "apply_immediately":                             INSTRUCTION,
        "data_replication_primary_broker_arn":           AT_CREATION,
        "ldap_server_metadata.service_account_password": "never returned by AWS",
        "user.console_access":                           "a call for each user would tell",
        "user.groups":                                   "a call for each user would tell",
        "user.password":                                 "never returned by AWS",
        "user.replication_user":                         "a call for each user would tell",
    },
    refs=(
        Ref("security_groups[]", to="aws_security_group"),
        Ref("subnet_ids[]", to="aws_subnet"),
        Ref("configuration.id", to="aws_mq_configuration"),
        Ref("encryption_options.kms_key_id", to="aws_kms_key", by="arn"),
    ),
)
