"""Amazon ECR Public: one gallery, kept in one region."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, set_of, text
from drift.provider.spec import Call, ResourceType
from drift.providers.aws.kinds import tags

HOME = "us-east-1"
GONE = frozenset({"RepositoryNotFoundException"})

REPOSITORY = ResourceType(
    name="aws_ecrpublic_repository",
    service="ecr-public",
    list=Call(op="DescribeRepositories", take="repositories", region=HOME),
    describe=(
        # two calls for each: what the gallery shows of it, and its tags
        Call(op="GetRepositoryCatalogData", take="catalogData", into="Shown", region=HOME, gone=GONE,
             bind={"repositoryName": "repositoryName"}, absent=frozenset({"RepositoryCatalogDataNotFoundException"})),
        Call(op="ListTagsForResource", take="tags", into="Tags", region=HOME, bind={"resourceArn": "repositoryArn"}, gone=GONE),
    ),
    id=text("repositoryName"),
    label="repository_name",
    computed={
        "arn":            text("repositoryArn"),
        "registry_id":    text("registryId"),
        "repository_uri": text("repositoryUri"),
    },
    attributes={
        "repository_name": text("repositoryName"),
        "catalog_data":    block("Shown", {
            "about_text":        text("aboutText"),
            "architectures":     set_of(values.text, "architectures"),
            "description":       text("description"),
            "operating_systems": set_of(values.text, "operatingSystems"),
            "usage_text":        text("usageText"),
        }),
        "tags":            tags("Tags"),
    },
    ignored={
        "catalog_data.logo_image_blob": "AWS answers with an address of its own copy",
        "force_destroy":                "an instruction to Terraform",
    },
)
