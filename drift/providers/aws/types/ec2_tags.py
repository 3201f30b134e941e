"""Amazon EC2: single tags, as resources of their own."""

from __future__ import annotations

from drift.model.value import Value
from drift.provider.kinds import text
from drift.provider.spec import Attributes, Call, Mirror, ResourceType


def tag_key(tag: Attributes) -> frozenset[Value]:
    """The key by which the tags of the other resource hold it."""
    return frozenset({tag.get("key")} - {None})


def one_tag(name: str, service: str, seek: Call, *, names: str, at: str, key: str, value: str) -> ResourceType:
    """A tag of another resource, which tells its other tags itself. `names` is Terraform's attribute that names it."""
    return ResourceType(
        name=name,
        service=service,
        list=None,  # what is unmanaged is a tag too many, and the tagged resource tells of it
        lookup=seek,
        id=text(f"join(',', [{at}, {key}])"),
        identity=(names, "key"),
        label="key",
        attributes={names: text(at), "key": text(key), "value": text(value)},
        mirrors=(Mirror(names, attribute="tags", share=tag_key),),
    )


TAG = one_tag(
    "aws_ec2_tag", "ec2",
    Call(op="DescribeTags", take="Tags",
         bind={"Filters": "[{Name: 'resource-id', Values: [resource_id]}, {Name: 'key', Values: [key]}]"}),
    names="resource_id", at="ResourceId", key="Key", value="Value",
)  # fmt: skip
