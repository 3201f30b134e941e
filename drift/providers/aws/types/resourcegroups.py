"""AWS Resource Groups."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, blocks, document, list_of, text
from drift.provider.spec import Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import tags

GONE = frozenset({"NotFoundException"})
OTHER_KIND = frozenset({"BadRequestException"})
"""A group has a query or a configuration; asked for the other, AWS says that the request is a bad one."""
BY_NAME = {"Group": "GroupName"}

GROUP = ResourceType(
    name="aws_resourcegroups_group",
    service="resource-groups",
    list=Call(op="ListGroups", take="GroupIdentifiers"),
    describe=(
        # one call of each kind for each managed group: there are no batch forms
        Call(op="GetGroup", take="Group", into="Group", bind=BY_NAME, gone=GONE),
        Call(op="GetGroupQuery", take="GroupQuery.ResourceQuery", into="Query", bind=BY_NAME, gone=GONE,
             absent=OTHER_KIND),
        Call(op="GetGroupConfiguration", take="GroupConfiguration.Configuration", into="Configuration", bind=BY_NAME,
             gone=GONE, absent=OTHER_KIND),
        # what a query finds is listed the same way, and nobody put it there
        Call(op="ListGroupResources", take="Resources[].Identifier", into="Members", bind={"Group": "GroupArn"},
             only_if="!Query", gone=GONE),
        Call(op="GetTags", take="Tags", into="Tags", bind={"Arn": "GroupArn"}, gone=GONE),
    ),
    id=text("GroupName"),
    identity=("arn",),
    label="name",
    computed={"arn": text("GroupArn")},
    attributes={
        "name":           text("GroupName"),
        "description":    text("Group.Description"),
        "configuration":  blocks("Configuration", {
            "type":       text("Type"),
            "parameters": blocks("Parameters", {
                "name":   text("Name"),
                "values": list_of(values.text, "Values"),
            }, key=lambda p: p["name"]),
        }, key=lambda c: c["type"]),
        "resource_query": block("Query", {
            "query": document("Query", verbatim=True),
            "type":  text("Type", default="TAG_FILTERS_1_0"),
        }),
        "tags":           tags("Tags"),
    },
    owners=(
        # nobody else may name a group so (CreateGroup, "Name")
        Owner("starts_with(GroupName, 'AWS') || starts_with(GroupName, 'aws')", "AWS"),
    ),
)

RESOURCE = ResourceType(
    name="aws_resourcegroups_resource",
    service="resource-groups",
    list=Within("aws_resourcegroups_group", each="Members[]"),
    id=text("join('_', [parent.GroupArn, ResourceArn])"),
    identity=("group_arn", "resource_arn"),
    import_id="join(',', [group_arn, resource_arn])",
    label="resource_arn",
    computed={"resource_type": text("ResourceType")},
    attributes={"group_arn": text("parent.GroupArn"), "resource_arn": text("ResourceArn")},
    refs=(Ref("group_arn", to="aws_resourcegroups_group", by="arn"),),
    # License Manager puts hosts into its groups by itself
    parent=Parent("group_arn", to="aws_resourcegroups_group", by="arn", filled_by_others=True),
)
