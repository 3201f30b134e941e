"""Reading states from wherever they are kept: against real servers on this machine."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import boto3
import psycopg
import pytest

from drift import installation
from drift.desired import directory
from drift.desired.backends import Backends, tfc
from drift.desired.backends.url import scrubbed, shown
from drift.desired.load import read_states
from drift.errors import StateError
from tests.cli.test_cli import TAMPERED, drift
from tests.desired.test_state import queue, state
from tests.support.places import (
    IN_FLUX,
    LOCK,
    Answer,
    certificate,
    failure,
    free_port,
    names,
    put,
    resolved,
    serving,
    tls,
)
from tests.support.world import FAKE, moto_server


@pytest.fixture(autouse=True)
def _bare(nothing_selected: None) -> None:
    """Every test starts with an environment that selects nothing."""


# --- this machine


def test_standard_input() -> None:
    done = subprocess.run(
        ["drift", "check", "--state", "-", "--replay", TAMPERED / "tampered.jsonl", "--format", "json"],
        input=(TAMPERED / "refreshed.tfstate").read_bytes(), capture_output=True, check=False,
    )  # fmt: skip
    report = json.loads(done.stdout)

    assert done.returncode == 1
    assert report["scope"]["sources"] == ["standard input"]
    assert report["summary"]["missing"] == 3


def test_bad_standard_input_is_told_by_name() -> None:
    done = subprocess.run(
        ["drift", "graph", "--side", "desired", "--state", "-"], input=b"{", capture_output=True, check=False
    )

    assert done.returncode == 2
    assert b"standard input: " in done.stderr


def test_lock_beside_a_state_is_a_warning(tmp_path: Path) -> None:
    file = put(tmp_path / "terraform.tfstate", "a")
    (tmp_path / ".terraform.tfstate.lock.info").write_text(json.dumps(LOCK))
    (read,), _ = read_states([str(file)], Backends())

    assert read.warnings == (f"{file}: {IN_FLUX}",)
    (tmp_path / ".terraform.tfstate.lock.info").write_text("half wri")
    (read,), _ = read_states([str(file)], Backends())
    assert read.warnings == (f"{file}: locked: results may be in flux",)


def test_lock_reaches_the_report(tmp_path: Path) -> None:
    shutil.copy(TAMPERED / "refreshed.tfstate", tmp_path / "terraform.tfstate")
    (tmp_path / ".terraform.tfstate.lock.info").write_text(json.dumps(LOCK))
    done = drift("check", "--replay", TAMPERED / "clean.jsonl", cwd=tmp_path)

    assert f"terraform.tfstate: {IN_FLUX}" in " ".join(done.stdout.split())


def test_what_terraform_itself_locks_and_selects(tmp_path: Path) -> None:
    """Real Terraform holds the lock while a provisioner sleeps; and writes `.terraform` as we read it."""
    if not shutil.which("terraform"):
        pytest.skip("terraform is not installed")
    (tmp_path / "main.tf").write_text(
        'terraform {\n  backend "local" {\n    path = "kept/here.tfstate"\n  }\n}\n'
        'resource "terraform_data" "quick" {}\n'
        'resource "terraform_data" "slow" {\n  depends_on = [terraform_data.quick]\n  provisioner "local-exec" {\n    command = "sleep 3"\n  }\n}\n'
    )

    def terraform(*args: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["terraform", *args], cwd=tmp_path, stdout=subprocess.DEVNULL)

    assert terraform("init", "-input=false").wait() == 0
    assert directory.place_of(tmp_path) == str(tmp_path / "kept/here.tfstate")
    assert terraform("workspace", "new", "blue").wait() == 0
    blue = tmp_path / "terraform.tfstate.d/blue/terraform.tfstate"
    assert directory.place_of(tmp_path) == str(blue)
    apply = terraform("apply", "-auto-approve", "-input=false")
    lock = blue.with_name(".terraform.tfstate.lock.info")
    while apply.poll() is None and not (lock.exists() and blue.exists() and lock.read_bytes() and blue.read_bytes()):
        time.sleep(0.05)
    (read,), failed = read_states([str(tmp_path)], Backends())
    apply.wait()

    assert failed == []
    assert "(Apply): results may be in flux" in read.warnings[0]
    assert "@" in read.warnings[0]
    assert read_states([str(tmp_path)], Backends())[0][0].warnings == ()


def test_workspaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "terraform.tfstate", "default")
    put(tmp_path / "terraform.tfstate.d/blue/terraform.tfstate", "blue")
    put(tmp_path / "terraform.tfstate.d/green/terraform.tfstate", "green")

    assert names(directory.place_of(tmp_path)) == ["default"]
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform/environment").write_text("blue")
    assert names(directory.place_of(tmp_path)) == ["blue"]
    monkeypatch.setenv("TF_WORKSPACE", "green")
    assert names(directory.place_of(tmp_path)) == ["green"]
    monkeypatch.setenv("TF_WORKSPACE", "red")
    assert "These have one: blue, green" in failure(directory.place_of(tmp_path)).hint
    monkeypatch.setenv("TF_WORKSPACE", "../../etc")
    with pytest.raises(StateError, match="not the name of a workspace"):
        directory.place_of(tmp_path)


def test_backend_that_init_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "kept/x.tfstate", "x")
    put(tmp_path / "ws/blue/terraform.tfstate", "blue")
    resolved(tmp_path, "local", path="kept/x.tfstate", workspace_dir="ws")

    assert names(directory.place_of(tmp_path)) == ["x"]
    monkeypatch.setenv("TF_WORKSPACE", "blue")
    assert names(directory.place_of(tmp_path)) == ["blue"]
    monkeypatch.delenv("TF_WORKSPACE")
    (tmp_path / ".terraform").rename(tmp_path / "elsewhere")
    monkeypatch.setenv("TF_DATA_DIR", "elsewhere")
    assert names(directory.place_of(tmp_path)) == ["x"]


def test_check_without_arguments_in_a_terraform_directory(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    shutil.copy(TAMPERED / "refreshed.tfstate", tmp_path / "kept/x.tfstate")
    resolved(tmp_path, "local", path="kept/x.tfstate")

    done = drift("check", "--replay", TAMPERED / "tampered.jsonl", "--format", "json", cwd=tmp_path)
    assert json.loads(done.stdout)["scope"]["sources"] == ["kept/x.tfstate"]
    resolved(tmp_path, "oss", bucket="b")
    unknown = drift("check", "--replay", TAMPERED / "clean.jsonl", cwd=tmp_path)
    assert unknown.returncode == 2
    assert "does not read states from the backend 'oss'" in unknown.stderr
    assert "terraform state pull | drift check --state -" in unknown.stderr


def test_directory_of_directories_follows_each_backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "plain/terraform.tfstate", "plain")
    put(tmp_path / "kept/x.tfstate", "x")
    resolved(tmp_path / "initialised", "local", path="../kept/x.tfstate")

    resolved(tmp_path / "never-applied", "local", path=None)

    assert sorted(names(str(tmp_path))) == ["plain", "x"]
    monkeypatch.setenv("TF_DATA_DIR", str(tmp_path / "initialised/.terraform"))
    assert sorted(names(str(tmp_path / "plain"), str(tmp_path / "kept"), failing=True)) == ["plain", "x"]


def test_states_come_in_the_order_asked_for_however_long_each_takes() -> None:
    class Slow:
        scheme = "slow"

        def find(self, url: str) -> list[str]:
            return [f"{url}/{i}" for i in range(20)]

        def read(self, url: str) -> bytes:
            name = url.removeprefix("slow://")
            time.sleep(0.2 if name.endswith("/0") else 0)
            with seen:
                at_once.add(threading.get_ident())
            return state(queue(name))

    seen, at_once = threading.Lock(), set[int]()
    read, failed = read_states(["slow://b", "slow://a"], Backends({"slow": Slow()}))

    assert failed == []
    assert [s.source for s in read] == [f"slow://{p}/{i}" for p in "ba" for i in range(20)]
    assert len(at_once) > 1


# --- S3


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as url:
        s3 = boto3.client(
            "s3", region_name="us-east-1", endpoint_url=url, aws_access_key_id="x", aws_secret_access_key="x"
        )
        s3.create_bucket(Bucket="states")
        s3.put_bucket_versioning(Bucket="states", VersioningConfiguration={"Status": "Enabled"})
        for key in ("prod/a.tfstate", "prod/eu/b.tfstate", "env:/blue/key", "key", "sp ace/ü+&.tfstate"):
            s3.put_object(Bucket="states", Key=key, Body=state(queue(key)))
        s3.put_object(Bucket="states", Key="prod/a.tfstate.tflock", Body=json.dumps(LOCK))
        yield url


@pytest.fixture
def s3(moto: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The local S3, as AWS_ENDPOINT_URL and credentials in the environment name it."""
    for name, value in {**FAKE, "AWS_ENDPOINT_URL": moto}.items():
        monkeypatch.setenv(name, value)
    return moto


@pytest.mark.usefixtures("s3")
def test_s3_keys_and_globs() -> None:
    assert names("s3://states/prod/a.tfstate") == ["prod/a.tfstate"]
    assert names("s3://states/sp ace/ü+&.tfstate") == ["sp ace/ü+&.tfstate"]
    assert names("s3://states/prod/*.tfstate") == ["prod/a.tfstate"]
    assert names("s3://states/**/*.tfstate", "s3://states/prod/**") == [
        "prod/a.tfstate", "prod/eu/b.tfstate", "sp ace/ü+&.tfstate",
    ]  # fmt: skip
    assert "no object matches" in failure("s3://states/nothing/*").message


def test_s3_endpoint_in_the_address(moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in FAKE.items():
        monkeypatch.setenv(name, value)

    assert names(f"s3://states/key?endpoint={moto}&region=eu-west-1") == ["key"]
    role = f"endpoint={moto}&sts_endpoint={moto}&role_arn=arn:aws:iam::123456789012:role/reader&external_id=e1"
    assert names(f"s3://states/key?{role}") == ["key"]


@pytest.mark.usefixtures("s3")
def test_s3_versions(moto: str) -> None:
    client = boto3.client("s3", endpoint_url=moto)
    first = client.put_object(Bucket="states", Key="old", Body=state(queue("first")))["VersionId"]
    client.put_object(Bucket="states", Key="old", Body=state(queue("second")))

    assert names("s3://states/old") == ["second"]
    assert names(f"s3://states/old?versionId={first}") == ["first"]


@pytest.mark.usefixtures("s3")
def test_s3_locks(moto: str) -> None:
    (read,), _ = read_states(["s3://states/prod/a.tfstate"], Backends())
    assert read.warnings == (f"s3://states/prod/a.tfstate: {IN_FLUX}",)
    (read,), _ = read_states(["s3://states/key"], Backends())
    assert read.warnings == ()

    table = boto3.client("dynamodb", endpoint_url=moto)
    table.create_table(
        TableName="locks", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
    )  # fmt: skip
    table.put_item(TableName="locks", Item={"LockID": {"S": "states/key"}, "Info": {"S": json.dumps(LOCK)}})
    (read,), _ = read_states(["s3://states/key?dynamodb_table=locks"], Backends())
    assert IN_FLUX in read.warnings[0]


@pytest.mark.usefixtures("s3")
def test_s3_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "env:/<workspace>/<key>" in failure("s3://states/none").hint
    assert "NoSuchBucket" in failure("s3://no-such-bucket/key").message
    assert "Write s3://bucket/key" in failure("s3://states").hint
    assert "nobody" in failure("s3://states/key?profile=nobody").message
    assert "?endpoint=" in failure("s3://states/key?endpoint=http://127.0.0.1:9&region=x").hint
    monkeypatch.setenv("AWS_SSE_CUSTOMER_KEY", "s3cret-but-short")
    short = failure("s3://states/key")
    assert "not 32 bytes" in short.message
    assert "s3cret" not in str(short)


@pytest.mark.usefixtures("s3")
def test_s3_needs_its_own_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    denied = failure("s3://states/key?region=eu-north-1")

    assert "no AWS credentials" in denied.message
    assert "--state-profile" in denied.hint


def test_s3_profile_of_the_states_is_not_that_of_the_scan(tmp_path: Path, moto: str) -> None:
    (tmp_path / "config").write_text(
        f"[profile states]\naws_access_key_id = a\naws_secret_access_key = b\nendpoint_url = {moto}\nregion = x-1\n"
    )
    env = {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)}
    asked = ("graph", "--side", "desired", "--format", "json", "--state", "s3://states/key")
    with_profile = drift(*asked, "--state-profile", "states", env=env)
    without = drift(*asked, "--profile", "states", env=env)

    assert "aws_sqs_queue" in with_profile.stdout
    assert without.returncode == 2
    assert "no AWS credentials" in without.stderr


@pytest.mark.usefixtures("s3")
def test_s3_that_init_resolved(tmp_path: Path, moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {"access_key": "AKIAS3CRET", "secret_key": "s3cret-key"}
    resolved(tmp_path, "s3", bucket="states", key="key", region="us-east-1", endpoints={"s3": moto}, **keys)

    assert names(str(tmp_path)) == ["key"]
    assert "s3cret" not in str(failure(directory.place_of(tmp_path).replace("key?", "none?"))).lower()
    monkeypatch.setenv("TF_WORKSPACE", "blue")
    assert names(directory.place_of(tmp_path)) == ["env:/blue/key"]


def test_s3_customer_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto ignores SSE-C: this stand-in insists on the headers as S3 does."""
    key = bytes(range(32))
    headers = {
        "algorithm": "AES256", "key": base64.b64encode(key).decode(),
        "key-MD5": base64.b64encode(hashlib.md5(key).digest()).decode(),
    }  # fmt: skip

    def answer(request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        if request.path.endswith(".tflock"):
            return 404, {}, b"<Error><Code>NoSuchKey</Code></Error>"
        given = {n: request.headers.get(f"x-amz-server-side-encryption-customer-{n}") for n in headers}
        if given == headers:
            return 200, {}, state(queue("sealed"))
        return 400, {}, b"<Error><Code>InvalidRequest</Code><Message>stored using SSE</Message></Error>"

    for name, value in FAKE.items():
        monkeypatch.setenv(name, value)
    with serving(answer) as url:
        assert "AWS_SSE_CUSTOMER_KEY" in failure(f"s3://b/k?endpoint={url}").hint
        monkeypatch.setenv("AWS_SSE_CUSTOMER_KEY", headers["key"])
        assert names(f"s3://b/k?endpoint={url}") == ["sealed"]


# --- HTTP


def authorized(request: BaseHTTPRequestHandler, user: str, password: str) -> bool:
    return request.headers.get("Authorization") == "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_http_with_credentials_from_wherever_terraform_takes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: BaseHTTPRequestHandler) -> Answer:
        if not authorized(request, "ann", "pa:ss@wörd"):
            return 401, {"WWW-Authenticate": "Basic"}, b"no"
        md5 = base64.b64encode(hashlib.md5(data).digest()).decode()
        return 200, {"Content-MD5": md5}, data

    data = state(queue("web"))
    with serving(answer) as url:
        host = url.removeprefix("http://")
        refused = failure(f"{url}/state")
        wrong = failure(f"http://ann:hunter22@{host}/state")
        assert "401" in refused.message
        assert "TF_HTTP_PASSWORD" in refused.hint
        assert "hunter22" not in str(wrong)
        assert wrong.source == f"http://***@{host}/state"
        assert names(f"http://ann:pa%3Ass%40w%C3%B6rd@{host}/state") == ["web"]
        resolved(tmp_path, "http", address=f"{url}/state", username="ann", password="pa:ss@wörd")
        assert names(str(tmp_path)) == ["web"]
        monkeypatch.setenv("TF_HTTP_USERNAME", "ann")
        monkeypatch.setenv("TF_HTTP_PASSWORD", "pa:ss@wörd")
        assert names(f"{url}/state") == ["web"]
        monkeypatch.setenv("TF_HTTP_ADDRESS", "https://elsewhere.example/state")
        assert "401" in failure(f"{url}/state").message  # they are for another server


@pytest.mark.parametrize(("token", "header"), [("GITLAB_TOKEN", "Private-Token"), ("CI_JOB_TOKEN", "Job-Token")])
def test_http_of_gitlab(token: str, header: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/api/v4/projects/7/terraform/state/prod"

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        seen.append(dict(request.headers))
        if request.headers.get(header) != "glpat-s3cret":
            return 401, {}, b"{}"
        return (200, {}, state(queue("gitlab"))) if request.path == path else (404, {}, b"{}")

    seen: list[dict[str, str]] = []
    monkeypatch.setenv(token, "glpat-s3cret")
    with serving(answer) as url:
        assert "GITLAB_HOST" in failure(url + path).hint
        assert header not in seen[0]  # a token of gitlab.com is not for any server with such a path
        monkeypatch.setenv("GITLAB_HOST", url)
        assert names(url + path) == ["gitlab"]
        assert "no state here" in failure(url + path + "2").message
        failure(url + "/other")
        assert header not in seen[-1]


def test_http_without_a_state_damaged_and_dead() -> None:
    def answer(request: BaseHTTPRequestHandler) -> Answer:
        return {
            "/204": (204, {"Content-Length": "0"}, b""),
            "/404": (404, {}, b"gone"),
            "/500": (500, {}, b"oh no"),
            "/md5": (200, {"Content-MD5": "AAAA"}, state()),
            "/short": (200, {"Content-Length": "999", "Connection": "close"}, b"{"),
            "/login": (200, {}, b"<html>log in</html>"),
        }[request.path]

    with serving(answer) as url:
        assert "no state here" in failure(f"{url}/204").message
        assert "no state here" in failure(f"{url}/404").message
        assert "500 Internal Server Error" in failure(f"{url}/500").message
        assert "damaged" in failure(f"{url}/md5").message
        assert "this is a web page" in failure(f"{url}/login").message
        assert "no answer" in failure(f"{url}/short").message
    assert "no answer" in failure("http://127.0.0.1:9/x").message
    assert "no answer" in failure("http://a b/x").message
    assert "no host" in failure("http:///x").message


@pytest.mark.parametrize(
    ("place", "variable"),
    [
        ("http://{}/api/v4/projects/7/terraform/state/prod", "GITLAB_TOKEN"),
        ("consul://{}/tf/net", "CONSUL_HTTP_TOKEN"),
        ("k8s://infra/net?server=http://{}", "KUBE_TOKEN"),
        ("azurerm://a/c/k?endpoint=http://{}/a", "ARM_SAS_TOKEN"),
    ],
)
def test_a_token_that_cannot_be_sent_is_not_quoted(place: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "hunter22 with a\nline break\n")
    with serving(lambda _: (200, {}, state())) as url:
        monkeypatch.setenv("GITLAB_HOST", url)
        refused = failure(place.format(url.removeprefix("http://")))

    assert "cannot be sent" in refused.message
    assert "hunter22" not in str(refused)


def test_http_is_asked_again_when_it_is_busy_and_redirects_take_no_credentials_along() -> None:
    seen: list[tuple[str, str | None]] = []

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        seen.append((request.path, request.headers.get("Authorization")))
        if request.path == "/from":
            return 302, {"Location": f"{other}/to"}, b""
        return (503, {"Retry-After": "0"}, b"") if len(seen) == 2 else (200, {}, state(queue("moved")))

    with serving(answer) as other, serving(answer) as url:
        assert names(url.replace("://", "://u:password@") + "/from") == ["moved"]
    assert seen[0][1] is not None
    assert [auth for path, auth in seen if path == "/to"] == [None, None]
    assert len(seen) == 4  # the whole way once more


# --- HCP Terraform


TOKEN = "s3cret.atlasv1.token"


WORKSPACES: dict[str, Any] = {
    "app-prod": {"tags": ["prod"], "project": "prj-1", "locked": True},
    "app-test": {"tags": ["test"], "project": "prj-1"},
    "net-prod": {"tags": ["prod"], "project": "prj-2"},
    "new": {"tags": [], "project": "prj-2", "empty": True},
}


def hcp(request: BaseHTTPRequestHandler) -> Answer:
    """HCP Terraform's API as its documentation has it, one workspace a page; 404 to who may not know."""
    at = urlsplit(request.path)
    query = dict(parse_qsl(at.query))
    if at.path == "/.well-known/terraform.json":
        return 200, {}, b'{"tfe.v2": "/tfe/v2/"}'
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return 401, {}, b'{"errors":[{"status":"401","title":"unauthorized"}]}'
    if match := re.fullmatch(r"/_archivist/(.+)", at.path):
        return 200, {}, state(queue(match[1]))
    path = at.path.removeprefix("/tfe/v2/")
    if path == "organizations/acme/projects":
        data = [{"id": "prj-2", "attributes": {"name": "network"}}] if query["filter[names]"] == "network" else []
        return 200, {}, json.dumps({"data": data}).encode()
    if path == "organizations/acme/workspaces":
        tag, project = query.get("search[tags]"), query.get("filter[project][id]")
        found = [n for n, w in WORKSPACES.items() if tag in (None, *w["tags"]) and project in (None, w["project"])]
        page = int(query["page[number]"])
        data = [{"id": f"ws-{n}", "attributes": {"name": n}} for n in found[page - 1 : page]]
        following = page + 1 if page < len(found) else None
        return 200, {}, json.dumps({"data": data, "meta": {"pagination": {"next-page": following}}}).encode()
    if (match := re.fullmatch(r"organizations/acme/workspaces/(.+)", path)) and match[1] in WORKSPACES:
        locked = "locked" in WORKSPACES[match[1]]
        one = {"data": {"id": f"ws-{match[1]}", "attributes": {"name": match[1], "locked": locked}}}
        user = [{"type": "users", "id": "user-1", "attributes": {"username": "ann"}}]
        return 200, {}, json.dumps({**one, "included": user if locked and "include" in query else []}).encode()
    match = re.fullmatch(r"workspaces/ws-(.+)/current-state-version", path)
    if match and "empty" not in WORKSPACES[match[1]]:
        link = f"https://{request.headers['Host']}/_archivist/{match[1]}"
        version = {"data": {"id": "sv-1", "attributes": {"hosted-state-download-url": link}}}
        return 200, {}, json.dumps(version).encode()
    return 404, {}, b'{"errors":[{"status":"404","title":"not found"}]}'


@pytest.fixture
def tfe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The stand-in's host, trusted and logged in to."""
    cert, key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    with serving(hcp, tls(cert, key)) as url:
        host = url.removeprefix("https://")
        file = tmp_path / "home/.terraform.d/credentials.tfrc.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"credentials": {host: {"token": TOKEN}}}))
        yield host


def test_hcp_workspaces_by_name_glob_tag_and_project(tfe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(f"tfc://{tfe}/acme/app-prod") == ["app-prod"]
    monkeypatch.setenv("TF_CLOUD_HOSTNAME", tfe)
    assert names("tfc://acme/app-test") == ["app-test"]
    assert names("tfc://acme/app-*") == ["app-prod", "app-test"]
    assert names("tfc://acme/?tag=prod") == ["app-prod", "net-prod"]
    assert names("tfc://acme/?tag=prod&project=network") == ["net-prod"]
    (read,), _ = read_states(["tfc://acme/app-prod"], Backends())
    assert read.warnings == ("tfc://acme/app-prod: locked by ann: results may be in flux",)


def test_hcp_says_what_is_wrong(tfe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = f"tfc://{tfe}"
    assert "no state here" in failure(f"{here}/acme/new").message
    assert "no such workspace" in failure(f"{here}/acme/none").message
    assert "no such organization" in failure(f"{here}/other/*").message
    assert "no workspace matches" in failure(f"{here}/acme/x-*").message
    assert "no project 'x'" in failure(f"{here}/acme/?project=x").message
    assert "no workspace in this address" in failure(f"{here}/acme/").message
    assert "Write tfc://organization/workspace" in failure("tfc://acme").hint
    refused = failure(f"{here}/acme/app-prod?token=hunter22")
    assert "401 Unauthorized" in refused.message
    assert "hunter22" not in str(refused)
    (tmp_path / "home/.terraform.d/credentials.tfrc.json").unlink()
    assert "no token for localhost" in failure(f"{here}/acme/app-prod").message
    monkeypatch.delenv("SSL_CERT_FILE")
    tfc._bases.clear()
    (tmp_path / "home/.terraformrc").write_text(f'credentials "{tfe}" {{\n  token = "{TOKEN}"\n}}\n')
    untrusted = failure(f"{here}/acme/app-prod")
    assert "certificate" in untrusted.message.lower()
    assert "SSL_CERT_FILE" in untrusted.hint


def test_hcp_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    assert tfc.token_for("app.terraform.io") == ""
    (tmp_path / "home/.terraformrc").write_text('credentials "app.terraform.io" {\n  token = "file"\n}\n')
    assert tfc.token_for("app.terraform.io") == "file"
    monkeypatch.setenv("TF_TOKEN_app_terraform_io", "env")
    monkeypatch.setenv("TF_TOKEN_my__tfe_example_com", "own")
    assert tfc.token_for("app.terraform.io") == "env"
    assert tfc.token_for("my-tfe.example.com") == "own"


@pytest.mark.parametrize(
    ("type_", "workspaces"),
    [
        ("cloud", {"name": "app-test"}),
        ("cloud", {"name": None, "tags": ["test"]}),
        ("remote", [{"name": None, "prefix": "app-"}]),
        ("remote", [{"name": "app-test", "prefix": None}]),
    ],
)
def test_hcp_that_init_resolved(type_: str, workspaces: Any, tfe: str, tmp_path: Path) -> None:
    resolved(tmp_path, type_, hostname=tfe, organization="acme", token=None, workspaces=workspaces)
    prefixed = isinstance(workspaces, list) and workspaces[0]["prefix"]
    (tmp_path / ".terraform/environment").write_text("test" if prefixed else "app-test")

    assert names(directory.place_of(tmp_path)) == ["app-test"]


# --- Consul


def consul(request: BaseHTTPRequestHandler) -> Answer:
    """Consul's KV API as its documentation has it: raw values, and 403 without the token."""
    at = urlsplit(request.path)
    if request.headers.get("X-Consul-Token") != TOKEN:
        return 403, {}, b"Permission denied"
    if "raw" not in dict(parse_qsl(at.query)):
        return 400, {}, b""
    large = gzip.compress(state(queue("large")), mtime=0)
    values = {
        "tf/net": state(queue("plain")),
        "tf/net/.lockinfo": json.dumps(LOCK).encode(),
        "tf/net-env:blue": gzip.compress(state(queue("blue"))),
        "tf/large": json.dumps({"current-hash": hashlib.md5(large).hexdigest(), "chunks": ["c/0", "c/1"]}).encode(),
        "c/0": large[:50],
        "c/1": large[50:],
        "tf/torn": json.dumps({"current-hash": "0" * 32, "chunks": ["tf/net"]}).encode(),
        "tf/bad": b"\x1f\x8bnot gzip",
    }
    found = values.get(unquote(at.path).removeprefix("/v1/kv/"))
    return (404, {}, b"") if found is None else (200, {}, found)


def test_consul(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(consul) as url:
        host = url.removeprefix("http://")
        assert "CONSUL_HTTP_TOKEN" in failure(f"consul://{host}/tf/net").hint
        monkeypatch.setenv("CONSUL_HTTP_TOKEN", TOKEN)
        (read,), _ = read_states([f"consul://{host}/tf/net"], Backends())
        assert read.warnings == (f"consul://{host}/tf/net: {IN_FLUX}",)
        assert names(f"consul://{host}/tf/net?workspace=blue", f"consul://{host}/tf/large") == ["blue", "large"]
        assert "do not match" in failure(f"consul://{host}/tf/torn").message
        assert "damaged" in failure(f"consul://{host}/tf/bad").message
        assert "no state here" in failure(f"consul://{host}/tf/none").message
        assert "no path" in failure(f"consul://{host}/").message
        monkeypatch.setenv("CONSUL_HTTP_ADDR", host)
        assert names("consul:///tf/net") == ["plain"]
        monkeypatch.delenv("CONSUL_HTTP_TOKEN")
        resolved(tmp_path, "consul", address=host, path="tf/net", scheme="http", access_token=TOKEN)
        assert names(str(tmp_path)) == ["plain"]
        assert TOKEN not in str(failure(directory.place_of(tmp_path).replace("tf/net", "tf/none")))


# --- Kubernetes


def kubernetes(request: BaseHTTPRequestHandler) -> Answer:
    """Kubernetes' API for secrets and leases: 401 without the token, 404 with a Status."""

    def secret(name: str, data: bytes, suffix: str, workspace: str = "default") -> dict[str, Any]:
        labels = {"tfstate": "true", "tfstateSecretSuffix": suffix, "tfstateWorkspace": workspace}
        return {
            "metadata": {"name": name, "labels": labels}, "data": {"tfstate": base64.b64encode(data).decode()},
        }  # fmt: skip

    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return 401, {}, b'{"kind":"Status","reason":"Unauthorized"}'
    large = gzip.compress(state(queue("large")), mtime=0)
    cut = [large[i * 20 : i * 20 + 20] for i in range(12)] + [large[240:]]
    secrets = [
        secret("tfstate-default-net", gzip.compress(state(queue("net"))), "net"),
        secret("tfstate-blue-net", gzip.compress(state(queue("blue"))), "net", "blue"),
        secret("tfstate-default-large", cut[0], "large"),
        *(secret(f"tfstate-default-large-part-{i}", cut[i], "large") for i in range(12, 0, -1)),
        secret("tfstate-default-bad", b"not gzip", "bad"),
    ]
    at = urlsplit(request.path)
    base = "/api/v1/namespaces/infra/secrets"
    if at.path == base:
        wanted = dict(item.split("=") for item in dict(parse_qsl(at.query))["labelSelector"].split(","))
        items = [s for s in secrets if wanted.items() <= s["metadata"]["labels"].items()]
        return 200, {}, json.dumps({"kind": "SecretList", "items": items}).encode()
    for one in secrets:
        if at.path == f"{base}/{one['metadata']['name']}":
            return 200, {}, json.dumps(one).encode()
    if at.path == "/apis/coordination.k8s.io/v1/namespaces/infra/leases/lock-tfstate-blue-net":
        held = {"annotations": {"app.terraform.io/lock-info": json.dumps(LOCK)}}
        return 200, {}, json.dumps({"metadata": held, "spec": {"holderIdentity": LOCK["ID"]}}).encode()
    if at.path.endswith("leases/lock-tfstate-default-net"):
        return 200, {}, json.dumps({"metadata": {}, "spec": {"holderIdentity": None}}).encode()  # released
    return 404, {}, b'{"kind":"Status","reason":"NotFound"}'


def test_kubernetes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "kubectl proxy" in failure("k8s://infra/net").hint
    with serving(kubernetes) as url:
        assert "401" in failure(f"k8s://infra/net?server={url}").message
        monkeypatch.setenv("KUBE_HOST", url)
        monkeypatch.setenv("KUBE_TOKEN", TOKEN)
        assert names("k8s://infra/net", "k8s://infra/large") == ["net", "large"]
        (blue, net), _ = read_states(["k8s://infra/net?workspace=blue", "k8s://infra/net"], Backends())
        assert blue.warnings == (f"k8s://infra/net?workspace=blue: {IN_FLUX}",)
        assert net.warnings == ()
        assert "no compressed state" in failure("k8s://infra/bad").message
        assert "no state here" in failure("k8s://infra/none").message
        assert "Write k8s://namespace/secret_suffix" in failure("k8s://infra").hint
        monkeypatch.setenv("TF_WORKSPACE", "blue")
        resolved(tmp_path, "kubernetes", secret_suffix="net", namespace="infra", host=None, token=None)
        assert names(str(tmp_path)) == ["blue"]


# --- PostgreSQL


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL with the tables that Terraform's `pg` backend makes; where it listens."""
    binaries = Path(os.path.realpath(shutil.which("postgres") or "/")).parent
    if not (binaries / "initdb").exists():
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="drift-pg"))  # the path of a socket is short
    as_user: list[str] = []
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "nobody")
        as_user = ["setpriv", "--reuid=nobody", "--clear-groups"]
    port = free_port()
    (folder / "password").write_text("s3cret word")
    (folder / "password").chmod(0o644)
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    made = subprocess.run(
        [*as_user, binaries / "initdb", "-D", folder / "data", "-U", "ann", "-A", "scram-sha-256",
         "--pwfile", folder / "password"], env=env, capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"PostgreSQL cannot be started: {made.stderr}")
    server = subprocess.Popen(
        [*as_user, binaries / "postgres", "-D", folder / "data", "-p", str(port), "-h", "127.0.0.1", "-k", folder,
         "-c", "fsync=off"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    where = f"ann:s3cret%20word@127.0.0.1:{port}/postgres"
    try:
        for _ in range(100):
            try:
                connection = psycopg.connect(f"postgresql://{where}", autocommit=True)
                break
            except psycopg.OperationalError:
                time.sleep(0.1)
        with connection:
            connection.execute("CREATE SCHEMA terraform_remote_state")
            connection.execute(
                "CREATE TABLE terraform_remote_state.states (id bigint PRIMARY KEY, name text UNIQUE, data text)"
            )
            for i, name in enumerate(("default", "blue", "green"), 2**33):
                row = (i, name, state(queue(name)).decode())
                connection.execute("INSERT INTO terraform_remote_state.states VALUES (%s, %s, %s)", row)
        yield where
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)


def test_pg_workspaces(postgres: str) -> None:
    assert names(f"pg://{postgres}") == ["default"]
    assert names(f"postgres://{postgres}?workspace=blue&sslmode=disable") == ["blue"]
    assert names(f"pg://{postgres}?workspace=*") == ["blue", "default", "green"]


def test_pg_locks(postgres: str) -> None:
    with psycopg.connect(f"postgresql://{postgres}") as holder:
        holder.execute("SELECT pg_try_advisory_lock(id) FROM terraform_remote_state.states WHERE name = 'blue'")
        (blue, default), _ = read_states([f"pg://{postgres}?workspace=blue", f"pg://{postgres}"], Backends())
        assert "locked by ann@127.0.0.1 since 20" in blue.warnings[0]
        assert default.warnings == ()
    assert read_states([f"pg://{postgres}?workspace=blue"], Backends())[0][0].warnings == ()


def test_pg_says_what_is_wrong(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "in workspace 'red'" in failure(f"pg://{postgres}?workspace=red").message
    assert "no workspace matches" in failure(f"pg://{postgres}?workspace=x*").message
    assert "schema 'other'" in failure(f"pg://{postgres}?schema_name=other").message
    wrong = failure("pg://" + postgres.replace("s3cret", "hunter22"))
    assert "password authentication failed" in wrong.message
    assert "hunter22" not in str(wrong)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert installation.hint("pg") in failure(f"pg://{postgres}").hint


def test_pg_that_init_resolved(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resolved(tmp_path, "pg", conn_str=f"postgres://{postgres}?sslmode=disable", schema_name=None)
    monkeypatch.setenv("TF_WORKSPACE", "green")

    assert names(str(tmp_path)) == ["green"]


# --- secrets


@pytest.mark.parametrize(
    ("place", "name", "secret"),
    [
        ("https://u:pass-word@h/x?sig=s3cret&workspace=w", "https://***@h/x?sig=***&workspace=w", "s3cret"),
        ("pg://u:pa/ss@wo?rd@h/db", "pg://***@h/db", "pa/ss@wo?rd"),
        (
            "s3://b/a@b/k?sse_customer_key=s3cret&region=eu-west-1",
            "s3://b/a@b/k?sse_customer_key=***&region=eu-west-1",
            "s3cret",
        ),
        ("s3://b/k?endpoint=http://u:pass-word@minio:9000", "s3://b/k?endpoint=http://***@minio:9000", "pass-word"),
        ("https://h/x?s3cret", "https://h/x", "s3cret"),
        ("leaky://h/x?a=b&token=s3cret", "leaky://h/x?a=***&token=***", "s3cret"),
    ],
)
def test_secrets_of_a_url_are_not_shown(place: str, name: str, secret: str) -> None:
    assert shown(place) == name
    assert secret not in scrubbed(f"cannot connect to {place}, http://u:{secret}@h: {secret} is wrong", place)


def test_what_a_plugin_says_is_scrubbed_too() -> None:
    class Leaky:
        scheme = "leaky"

        def read(self, url: str) -> bytes:
            raise StateError(url, f"refused: {url}", "the token hunter22 is wrong")

    _, (error,) = read_states(["leaky://me:hunter22@host/x?token=abcdefgh"], {"leaky": Leaky()})

    assert str(error) == "leaky://***@host/x?token=***: refused: leaky://***@host/x?token=***\nthe token *** is wrong"
