"""Amazon EventBridge Schemas."""

from __future__ import annotations

from drift.provider.kinds import document, text
from drift.provider.spec import Call, Owner, Parent, ResourceType, Within
from drift.providers.aws.kinds import tags

GONE = frozenset({"NotFoundException"})

REGISTRY = ResourceType(
    name="aws_schemas_registry",
    service="schemas",
    list=Call(op="ListRegistries", take="Registries", args={"Scope": "LOCAL"}),
    describe=(
        # one call of each kind for each managed registry
        Call(op="DescribeRegistry", into="Described", bind={"RegistryName": "RegistryName"}, gone=GONE),
        Call(op="ListSchemas", take="Schemas", into="Schemas", bind={"RegistryName": "RegistryName"}),
    ),
    id=text("RegistryName"),
    label="name",
    computed={"arn": text("RegistryArn")},
    attributes={
        "name":        text("RegistryName"),
        "description": text("Described.Description"),
        "tags":        tags("Described.Tags"),
    },
    owners=(
        Owner("RegistryName == 'discovered-schemas'", "EventBridge's discovery"),
    ),
)

SCHEMA = ResourceType(
    name="aws_schemas_schema",
    service="schemas",
    list=Within("aws_schemas_registry", each="Schemas[]"),
    describe=(
        # one call for each managed schema
        Call(op="DescribeSchema", into="Described", gone=GONE,
             bind={"RegistryName": "parent.RegistryName", "SchemaName": "SchemaName"}),
    ),
    id=text("join('/', [SchemaName, parent.RegistryName])"),
    label="name",
    computed={"arn": text("SchemaArn"), "version": text("Described.SchemaVersion")},
    attributes={
        "name":          text("SchemaName"),
        "registry_name": text("parent.RegistryName"),
        "content":       document("Described.Content"),
        "description":   text("Described.Description"),
        "type":          text("Described.Type"),
        "tags":          tags("Described.Tags"),
    },
    parent=Parent("registry_name", to="aws_schemas_registry"),
)
