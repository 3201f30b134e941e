"""AWS CodeCommit."""

from __future__ import annotations

from drift.provider.kinds import text
from drift.provider.spec import Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags

GONE = frozenset({"RepositoryDoesNotExistException"})

REPOSITORY = ResourceType(
    name="aws_codecommit_repository",
    service="codecommit",
    list=Call(op="ListRepositories", take="repositories"),
    describe=(
        Call(op="BatchGetRepositories", take="repositories", into="Repository", batch=25, match="repositoryName",
             bind={"repositoryNames": "repositoryName"}, every=True),
        Call(op="ListTagsForResource", take="tags", into="Tags", bind={"resourceArn": "Repository.Arn"}, gone=GONE),
    ),
    id=text("repositoryName"),
    label="repository_name",
    computed={"arn": text("Repository.Arn"), "repository_id": text("repositoryId")},
    attributes={
        "repository_name": text("repositoryName"),
        "description":     text("Repository.repositoryDescription"),
        # the provider records it only where a configuration sets it: the first push may have chosen it
        "default_branch":  text("Repository.defaultBranch", assigned=True),
        "kms_key_id":      kms_key("Repository.kmsKeyId", assigned=True),
        "tags":            tags("Tags"),
    },
    refs=(Ref("kms_key_id", to="aws_kms_key", by="arn"),),
)
