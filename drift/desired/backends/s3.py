"""States in S3: `s3://bucket/key`, where the key may be a glob.

After `?`: `region`, `profile`, `endpoint`, `role_arn` and `external_id` (a role to assume), `sts_endpoint`,
`versionId`, and `dynamodb_table` (an older kind of lock). The credentials are boto3's own, apart from those of the
scan.
"""

from __future__ import annotations

import base64
import binascii
import os
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from drift import __version__
from drift.desired.backends import Lock, lock_from, objects, web
from drift.desired.backends.url import Url, build, parse
from drift.errors import StateError
from drift.model import trust
from drift.model.bounds import STATE_BYTES

if TYPE_CHECKING:
    import boto3

T = TypeVar("T")

scheme = "s3"

ABSENT = ("NoSuchKey", "404", "NoSuchVersion", "ResourceNotFoundException")
REFUSED = ("AccessDenied", "AccessDeniedException", "403", "AllAccessDisabled")

_HINTS = {
    "NoSuchBucket": "Check the bucket's name, and ?endpoint= if it is not in AWS.",
    "InvalidAccessKeyId": "Renew the credentials, or choose others with --state-profile or ?profile=.",
    "ExpiredToken": "Renew the credentials (`aws sso login`), or choose others with --state-profile or ?profile=.",
    "SignatureDoesNotMatch": "Check the secret key, or choose other credentials with --state-profile or ?profile=.",
    "InvalidRequest": "If it is encrypted with a customer key (SSE-C), set AWS_SSE_CUSTOMER_KEY to that key in base64.",
    "NoCredentials": "Log in (`aws sso login`), or choose a profile with --state-profile or ?profile=.",
    **dict.fromkeys(
        REFUSED,
        "Allow s3:GetObject on it (s3:ListBucket for globs; kms:Decrypt if it is encrypted with a key of KMS), "
        "or choose other credentials with --state-profile or ?profile=.",
    ),
}
_SETUP = (
    "region",
    "profile",
    "endpoint",
    "role_arn",
    "external_id",
    "sts_endpoint",
    "access_key",
    "secret_key",
    "token",
)
_lock = threading.Lock()


def find(url: str) -> list[str]:
    """The objects that match; a key without a glob stands for itself."""
    at = _parse(url)
    if not objects.is_pattern(at.path):
        return [url]

    def listed(client: Any) -> list[str]:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=at.host, Prefix=objects.stem(at.path))
        return [item["Key"] for page in pages for item in page.get("Contents", ())]

    found = objects.matching(_ask(url, "s3", listed), at.path, url)
    return [build(scheme, f"{at.host}/{key}", at.query) for key in found]


def read(url: str) -> bytes:
    """The object, in the version asked for."""
    at = _parse(url)
    version = {"VersionId": at.query["versionId"]} if at.query.get("versionId") else {}

    def get(client: Any) -> bytes:
        answer = client.get_object(Bucket=at.host, Key=at.path, **version, **_customer_key(url, at))
        if answer.get("ContentLength", 0) > STATE_BYTES.most:
            raise StateError(url, f"it contains {STATE_BYTES.beyond}", STATE_BYTES.hint)
        body: bytes = answer["Body"].read()
        return body

    return _ask(url, "s3", get)


def names(url: str) -> list[str]:
    """The names of the objects directly below a prefix that ends with a slash, without it."""
    at = _parse(url)

    def listed(client: Any) -> list[str]:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=at.host, Prefix=at.path, Delimiter="/")
        return [item["Key"].removeprefix(at.path) for page in pages for item in page.get("Contents", ())]

    return _ask(url, "s3", listed)


def get(url: str, into: Path) -> None:
    """Fetch an object into a file."""
    at = _parse(url)
    _ask(url, "s3", lambda client: client.download_file(at.host, at.path, str(into), ExtraArgs=_customer_key(url, at)))


def put(url: str, file: Path) -> None:
    """Write an object; it is there whole, or not at all."""
    at = _parse(url)

    def upload(client: Any) -> None:
        with file.open("rb") as body:
            client.put_object(Bucket=at.host, Key=at.path, Body=body, **_customer_key(url, at))

    _ask(url, "s3", upload)


def delete(url: str) -> None:
    """Remove an object, if it is there."""
    at = _parse(url)
    _ask(url, "s3", lambda client: client.delete_object(Bucket=at.host, Key=at.path))


def lock(url: str) -> Lock | None:
    """The lock object beside the state, `<key>.tflock`; with `dynamodb_table`, the item in that table."""
    at = _parse(url)
    if at.query.get("versionId"):
        return None  # an old version is nobody's to change
    table = at.query.get("dynamodb_table")

    def item(client: Any) -> str | None:
        key = {"LockID": {"S": f"{at.host}/{at.path}"}}
        found = client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return None if found is None else str(found.get("Info", {}).get("S", ""))

    def beside(client: Any) -> bytes:
        body: bytes = client.get_object(Bucket=at.host, Key=f"{at.path}.tflock", **_customer_key(url, at))[
            "Body"
        ].read()
        return body

    try:
        if table and (info := _ask(url, "dynamodb", item)) is not None:
            return lock_from(info.encode())
        return lock_from(_ask(url, "s3", beside))
    except StateError:  # none, or not ours to ask: without s3:ListBucket S3 says "denied" for what is not there
        return None


def _parse(url: str) -> Url:
    at = parse(url)
    if not at.host or not at.path:
        raise StateError(url, "no bucket or no key in this address", "Write s3://bucket/key.")
    return at


def _customer_key(url: str, at: Url) -> dict[str, Any]:
    key = at.query.get("sse_customer_key") or os.environ.get("AWS_SSE_CUSTOMER_KEY")
    if not key:
        return {}
    try:
        raw = base64.b64decode(key, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != 32:
        raise StateError(
            url,
            "the customer key is not 32 bytes in base64",
            "Set AWS_SSE_CUSTOMER_KEY to the key that Terraform uses, in base64.",
        )
    return {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": raw}


def _ask(url: str, service: str, do: Callable[[Any], T]) -> T:
    """What `do` answers, given a client; StateError says why there is none."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

    at = parse(url)
    for host in trust.hosts_of(url):
        web.must_be_allowed(host, url)
    try:
        client = _client(service, tuple((name, at.query.get(name, "")) for name in _SETUP))
        return do(client)
    except ClientError as error:
        details = error.response.get("Error", {})
        code = str(details.get("Code") or "Unknown")
        if code in ABSENT:
            raise StateError(
                url,
                "no such object: nothing was applied yet, or the key is wrong",
                f"States of workspaces are at env:/<workspace>/<key>: s3://{at.host}/env:/*/{at.path}",
            ) from None
        raise StateError(
            url, f"{error.operation_name}: {code}: {details.get('Message')}", _HINTS.get(code, "")
        ) from None
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise StateError(url, f"no AWS credentials to read the state: {error}", _HINTS["NoCredentials"]) from None
    except (BotoCoreError, ValueError) as error:
        raise StateError(
            url, f"S3 cannot be reached: {error}", "Check ?region=, ?profile=, ?endpoint= and the network."
        ) from None


def _client(service: str, setup: tuple[tuple[str, str], ...]) -> Any:
    with _lock:  # creating clients is not thread-safe; using them is (boto3 docs, "Multithreading")
        return _made(service, setup)


@cache
def _made(service: str, setup: tuple[tuple[str, str], ...]) -> Any:
    from botocore.config import Config

    of = dict(setup)
    config = Config(
        retries={"mode": "standard", "max_attempts": 4},
        connect_timeout=10,
        read_timeout=60,
        max_pool_connections=16,
        user_agent_extra=f"drift/{__version__}",
        s3={"addressing_style": "path" if of["endpoint"] else "auto"},
    )
    session = _session(of, config)
    endpoint = of["endpoint"] if service == "s3" else ""
    region = session.region_name or "us-east-1"  # S3 tells the bucket's own, and botocore follows
    return session.client(service, region_name=region, endpoint_url=endpoint or None, config=config)


def _session(of: dict[str, str], config: Any) -> boto3.Session:
    import boto3

    session = boto3.Session(
        of["access_key"] or None,
        of["secret_key"] or None,
        of["token"] or None,
        region_name=of["region"] or None,
        profile_name=of["profile"] or None,
    )
    if not of["role_arn"]:
        return session
    region = session.region_name or "us-east-1"
    sts = session.client("sts", region_name=region, endpoint_url=of["sts_endpoint"] or None, config=config)
    external = {"ExternalId": of["external_id"]} if of["external_id"] else {}
    role = sts.assume_role(RoleArn=of["role_arn"], RoleSessionName="drift", **external)["Credentials"]
    return boto3.Session(role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"], region_name=region)
