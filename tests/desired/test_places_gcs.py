"""States in Google Cloud Storage: against an emulator on this machine, and stand-ins for what it lacks."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest

from drift import installation
from drift.desired import directory
from drift.desired.backends import Backends, gcs
from drift.desired.load import read_states
from tests.desired.test_state import queue, state
from tests.support.places import IN_FLUX, LOCK, Answer, certificate, failure, free_port, names, resolved, serving, tls


@pytest.fixture(autouse=True)
def _bare(nothing_selected: None) -> None:
    """Every test starts with an environment that selects nothing."""


TOKEN = "ya29.s3cret-token"


def upload(host: str, name: str, body: bytes) -> str:
    """Writes an object as Google's clients do; its generation."""
    address = f"http://{host}/upload/storage/v1/b/states/o?uploadType=media&name={quote(name, safe='')}"
    request = urllib.request.Request(
        address, data=body, headers={"Content-Type": "application/octet-stream"}, method="POST"
    )
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["generation"])


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running emulator's host and port."""
    if importlib.util.find_spec("gcp_storage_emulator") is None:
        pytest.skip("gcp-storage-emulator is not installed")
    host = f"127.0.0.1:{free_port()}"
    server = subprocess.Popen(
        [sys.executable, "-m", "gcp_storage_emulator", "start", "-q", "-M", "--host", "127.0.0.1",
         "--port", host.partition(":")[2], "--default-bucket", "states"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path_factory.mktemp("gcs"),
    )  # fmt: skip
    try:
        for _ in range(100):
            try:
                upload(host, "net/default.tfstate", state(queue("net/default")))
                break
            except OSError:
                time.sleep(0.1)
        for name in ("net/blue", "app/eu/default", "sp ace/ü+&"):
            upload(host, f"{name}.tfstate", state(queue(name)))
        upload(host, "net/blue.tflock", json.dumps(LOCK).encode())
        yield host
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def gs(emulator: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator)
    return emulator


@pytest.mark.usefixtures("gs")
def test_objects_and_globs() -> None:
    assert names("gs://states/net/default.tfstate") == ["net/default"]
    assert names("gs://states/sp ace/ü+&.tfstate") == ["sp ace/ü+&"]
    assert names("gs://states/net/*") == ["net/blue", "net/default"]
    assert names("gs://states/**/*.tfstate") == ["app/eu/default", "net/blue", "net/default", "sp ace/ü+&"]


@pytest.mark.usefixtures("gs")
def test_a_lock_beside_the_state_is_a_warning() -> None:
    (blue, default), _ = read_states(["gs://states/net/blue.tfstate", "gs://states/net/default.tfstate"], Backends())

    assert blue.warnings == (f"gs://states/net/blue.tfstate: {IN_FLUX}",)
    assert default.warnings == ()


def test_generations() -> None:
    """The emulator keeps the newest alone: this stand-in has two, and asks for the lock of the newest."""
    asked: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        at = urlsplit(request.path)
        asked.append(at.path)
        kept = {"1": "first", None: "second"}.get(dict(parse_qsl(at.query)).get("generation"))
        return (200, {}, state(queue(kept))) if kept and at.path.endswith("tfstate") else (404, {}, b"{}")

    with serving(answer) as url:
        place = f"gs://b/old.tfstate?endpoint={url}"
        assert names(place, f"{place}&generation=1") == ["second", "first"]
        assert "no such object" in failure(f"{place}&generation=3").message
    assert len([path for path in asked if path.endswith("tflock")]) == 1


@pytest.mark.usefixtures("gs")
def test_what_is_wrong_is_told() -> None:
    assert "nothing was applied yet" in failure("gs://states/none.tfstate").message
    assert "no object matches" in failure("gs://states/none/*").message
    assert "no such object or bucket" in failure("gs://no-such-bucket/x").message
    assert "Check the bucket's name" in failure("gs://no-such-bucket/*").hint
    assert "Write gs://bucket/prefix" in failure("gs://states").hint


def test_the_backend_that_init_resolved(gs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resolved(tmp_path, "gcs", bucket="states", prefix="net/", credentials=None, encryption_key=None)

    assert names(str(tmp_path)) == ["net/default"]
    monkeypatch.setenv("TF_WORKSPACE", "blue")
    assert directory.place_of(tmp_path) == "gs://states/net/blue.tfstate"
    monkeypatch.delenv("STORAGE_EMULATOR_HOST")
    resolved(tmp_path, "gcs", bucket="states", prefix="net", storage_custom_endpoint=f"http://{gs}/storage/v1/b")
    assert names(str(tmp_path)) == ["net/blue"]


def test_a_customers_key() -> None:
    """The emulator ignores such keys: this stand-in insists on them as Cloud Storage does."""
    key = bytes(range(32))
    wanted = {
        "algorithm": "AES256", "key": base64.b64encode(key).decode(),
        "key-sha256": base64.b64encode(hashlib.sha256(key).digest()).decode(),
    }  # fmt: skip

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        given = {n: request.headers.get(f"x-goog-encryption-{n}") for n in wanted}
        return (200, {}, state(queue("sealed"))) if given == wanted else (400, {}, b"{}")

    with serving(answer) as url, pytest.MonkeyPatch.context() as env:
        env.setenv("STORAGE_EMULATOR_HOST", url)
        assert "GOOGLE_ENCRYPTION_KEY" in failure("gs://b/x").hint
        env.setenv("GOOGLE_ENCRYPTION_KEY", wanted["key"])
        assert names("gs://b/x") == ["sealed"]
        env.setenv("GOOGLE_ENCRYPTION_KEY", "s3cret-but-short")
        assert "s3cret" not in str(failure("gs://b/x"))


def test_an_object_that_was_damaged_on_the_way() -> None:
    def answer(request: BaseHTTPRequestHandler) -> Answer:
        return 200, {"x-goog-hash": "crc32c=AAAAAA==,md5=" + base64.b64encode(b"0" * 16).decode()}, state()

    with serving(answer) as url:
        assert "damaged in transit" in failure(f"gs://b/x?endpoint={url}").message


class Google:
    """Google as a service account sees it: a token for an assertion, and objects for the token."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, request: BaseHTTPRequestHandler) -> Answer:
        self.asked.append(urlsplit(request.path).path)
        length = int(request.headers.get("Content-Length") or 0)
        body = request.rfile.read(length).decode()
        if request.path == "/token":
            assertion = dict(parse_qsl(body))["assertion"].split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(assertion + "=="))
            assert claims["scope"] == gcs.SCOPE
            return 200, {}, json.dumps({"access_token": TOKEN, "expires_in": 3600}).encode()
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {}, b"{}"
        name = unquote(urlsplit(request.path).path).rpartition("/o/")[2]
        if name.endswith("tflock"):
            return 404, {}, b"{}"
        return (403, {}, b"{}") if name == "forbidden" else (200, {}, state(queue(name)))


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Google]]:
    """The stand-in's address, trusted."""
    cert, key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    stand_in = Google()
    with serving(stand_in, tls(cert, key)) as url:
        monkeypatch.setenv("GOOGLE_STORAGE_CUSTOM_ENDPOINT", url)
        yield url, stand_in


def service_account(token_uri: str) -> str:
    """The JSON of a service account's key."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {
        "type": "service_account", "client_email": "reader@x.iam.gserviceaccount.com", "private_key_id": "1",
        "private_key": key.decode(), "token_uri": token_uri, "project_id": "x", "client_id": "1",
    }  # fmt: skip
    return json.dumps(account)


def test_credentials_from_wherever_terraform_takes_them(
    google: tuple[str, Google], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, stand_in = google
    key = service_account(f"{url}/token")
    (tmp_path / "key.json").write_text(key)
    monkeypatch.setenv("GOOGLE_CREDENTIALS", key)
    assert names("gs://b/one", "gs://b/two") == ["one", "two"]
    assert stand_in.asked.count("/token") == 1
    monkeypatch.delenv("GOOGLE_CREDENTIALS")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    assert names("gs://b/three") == ["three"]
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    resolved(tmp_path, "gcs", bucket="b", prefix=None, credentials=str(tmp_path / "key.json"))
    assert names(str(tmp_path)) == ["default.tfstate"]
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN)
    assert names("gs://b/four") == ["four"]
    assert "roles/storage.objectViewer" in failure("gs://b/forbidden").hint
    wrong = failure("gs://b/x?access_token=hunter22")
    assert "401" in wrong.message
    assert "hunter22" not in str(wrong)


@pytest.mark.usefixtures("google")
def test_credentials_that_do_not_serve_are_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    for given in ('{"private_key": "s3cret"}', "/nowhere/s3cret.json", '{"s3cret'):
        monkeypatch.setenv("GOOGLE_CREDENTIALS", given)
        refused = failure("gs://b/x")
        assert "no Google credentials" in refused.message
        assert "s3cret" not in str(refused)


@pytest.mark.usefixtures("google")
def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.auth.exceptions", None)

    assert installation.hint("gcs") in failure("gs://b/x").hint
