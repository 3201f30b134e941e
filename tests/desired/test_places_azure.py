"""States in Azure Blob Storage: against Azurite, Microsoft's emulator, where it is installed."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.storage.blob import BlobServiceClient, ResourceTypes, generate_account_sas

from drift import installation
from drift.desired import directory
from drift.desired.backends import Backends, azure, entra, web
from drift.desired.load import read_states
from tests.desired.test_state import queue, state
from tests.support.places import IN_FLUX, LOCK, Answer, certificate, failure, free_port, names, resolved, serving

ACCOUNT = "driftstates"
KEY = base64.b64encode(b"s3cret key of a storage account!").decode()


@pytest.fixture(autouse=True)
def _bare(nothing_selected: None) -> None:
    """Every test starts with an environment that selects nothing, and signed in nowhere."""
    entra._credential.cache_clear()


@pytest.fixture(scope="module")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Where Azurite listens, with TLS, and the certificate to trust."""
    program = shutil.which("azurite-blob")
    if program is None:
        pytest.skip("Azurite is not installed: npm install azurite, and put node_modules/.bin on the PATH")
    folder = tmp_path_factory.mktemp("azurite")
    cert, key = certificate(folder)
    port = free_port()
    url = f"https://localhost:{port}/{ACCOUNT}"
    server = subprocess.Popen(
        [program, "--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", folder, "--silent",
         "--disableTelemetry", "--skipApiVersionCheck", "--oauth", "basic", "--cert", cert, "--key", key],
        env={"PATH": str(Path(program).parent) + ":/usr/bin:/bin", "AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    try:
        for _ in range(200):
            try:
                client(url, cert).create_container("states")
                break
            except ServiceRequestError:
                time.sleep(0.1)
        for name in ("net.tfstate", "net.tfstateenv:blue", "app/eu/a.tfstate", "sp ace/ü+&.tfstate"):
            blob(url, cert, name).upload_blob(state(queue(name)))
        yield url, cert
    finally:
        server.terminate()
        server.wait()


def client(url: str, cert: Path) -> BlobServiceClient:
    """Microsoft's own client, which writes what drift reads."""
    return BlobServiceClient(
        url, credential={"account_name": ACCOUNT, "account_key": KEY}, connection_verify=str(cert), retry_total=0
    )


def blob(url: str, cert: Path, name: str) -> Any:
    return client(url, cert).get_blob_client("states", name)


@pytest.fixture
def place(azurite: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> str:
    """What stands before a key, where Azurite's certificate is trusted and the account's key is known."""
    url, cert = azurite
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    monkeypatch.setenv("ARM_ACCESS_KEY", KEY)
    return f"azurerm://{ACCOUNT}/states/{{}}?endpoint={url}"


def test_keys_and_globs(place: str) -> None:
    assert names(place.format("net.tfstate")) == ["net.tfstate"]
    assert names(place.format("sp ace/ü+&.tfstate")) == ["sp ace/ü+&.tfstate"]
    assert names(place.format("*")) == ["net.tfstate", "net.tfstateenv:blue"]
    assert names(place.format("**/*.tfstate")) == ["app/eu/a.tfstate", "net.tfstate", "sp ace/ü+&.tfstate"]


def test_more_blobs_than_one_answer_holds(
    place: str, azurite: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(5):
        blob(*azurite, f"many/{i}.tfstate").upload_blob(state(queue(f"many-{i}")))
    ask = azure._ask

    def small(url: str, at: Any, path: str, query: Any, method: str = "GET") -> Any:
        return ask(url, at, path, {**query, "maxresults": "2"} if "comp" in query else query, method)

    monkeypatch.setattr(azure, "_ask", small)

    assert names(place.format("many/*")) == [f"many-{i}" for i in range(5)]


def test_a_lease_with_terraforms_record_is_a_lock(place: str, azurite: tuple[str, Path]) -> None:
    locked = blob(*azurite, "locked.tfstate")
    locked.upload_blob(state(queue("locked")))
    (read,), _ = read_states([place.format("locked.tfstate")], Backends())
    assert read.warnings == ()
    lease = locked.acquire_lease()
    (read,), _ = read_states([place.format("locked.tfstate")], Backends())
    assert read.warnings[0].endswith(": locked: results may be in flux")
    record = {"terraformlockid": base64.b64encode(json.dumps(LOCK).encode()).decode()}
    locked.set_blob_metadata(record, lease=lease)
    (read,), _ = read_states([place.format("locked.tfstate")], Backends())
    assert read.warnings[0].endswith(IN_FLUX)


def test_snapshots(place: str, azurite: tuple[str, Path]) -> None:
    old = blob(*azurite, "old.tfstate")
    old.upload_blob(state(queue("first")))
    taken = old.create_snapshot()["snapshot"]
    old.upload_blob(state(queue("second")), overwrite=True)

    assert names(place.format("old.tfstate")) == ["second"]
    assert names(f"{place.format('old.tfstate')}&snapshot={taken}") == ["first"]


def test_a_shared_access_signature(
    place: str, azurite: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ARM_ACCESS_KEY")
    resource, until = ResourceTypes(container=True, object=True), datetime.now(UTC) + timedelta(hours=1)
    sas = generate_account_sas(ACCOUNT, KEY, resource, "rl", until)
    monkeypatch.setenv("ARM_SAS_TOKEN", f"?{sas}")
    assert names(place.format("net.tfstate"), place.format("app/*/a.tfstate")) == ["net.tfstate", "app/eu/a.tfstate"]
    monkeypatch.setenv("ARM_SAS_TOKEN", sas[:-6] + "AAAA%3D")
    refused = failure(place.format("net.tfstate"))
    assert "403" in refused.message
    assert sas[-20:-6] not in str(refused)


def test_what_is_wrong_is_told(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nothing was applied yet" in failure(place.format("none.tfstate")).message
    assert "BlobNotFound" in failure(place.format("none.tfstate")).message
    assert "no object matches" in failure(place.format("none/*")).message
    assert "ContainerNotFound" in failure(place.replace("/states/", "/other/").format("*")).message
    assert "Write azurerm://account/container/key" in failure("azurerm://account/container").hint
    monkeypatch.setenv("ARM_ACCESS_KEY", base64.b64encode(b"another s3cret").decode())
    wrong = failure(place.format("net.tfstate"))
    assert "InvalidAuthenticationInfo" in wrong.message  # Azure itself says 403, AuthenticationFailed
    assert "Storage Blob Data Reader" in wrong.hint
    monkeypatch.setenv("ARM_ACCESS_KEY", "s3cret!")
    assert "not base64" in failure(place.format("net.tfstate")).message
    assert "s3cret" not in str(failure(place.format("net.tfstate")))


def test_the_backend_that_init_resolved(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARM_ACCESS_KEY")
    given = {"storage_account_name": ACCOUNT, "container_name": "states", "key": "net.tfstate"}
    resolved(tmp_path, "azurerm", **given, access_key=KEY, use_msi=None, environment=None)
    found = directory.place_of(tmp_path)
    assert found.startswith(f"azurerm://{ACCOUNT}/states/net.tfstate?access_key=")
    endpoint = "&" + place.partition("?")[2]
    assert names(found + endpoint) == ["net.tfstate"]
    monkeypatch.setenv("TF_WORKSPACE", "blue")
    assert names(directory.place_of(tmp_path) + endpoint) == ["net.tfstateenv:blue"]
    assert KEY not in str(failure(directory.place_of(tmp_path).replace("net", "none") + endpoint))


def unsigned(audience: str) -> str:
    """A token in the form of Entra ID's, whose signature an emulator does not check."""

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    now = int(time.time())
    claims = {"aud": audience, "iss": "https://sts.windows.net/0/", "iat": now - 9, "nbf": now - 9, "exp": now + 999}
    return f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{part(claims)}.c2lnbmF0dXJl"


class Signed:
    """A credential that has signed in."""

    def __init__(self, audience: str = "https://storage.azure.com") -> None:
        self.audience = audience

    def get_token(self, *scopes: str) -> AccessToken:
        assert scopes == ("https://storage.azure.com/.default",)
        return AccessToken(unsigned(self.audience), int(time.time()) + 999)


def test_entra_id(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARM_ACCESS_KEY")
    monkeypatch.setattr("azure.identity.DefaultAzureCredential", Signed)
    assert names(place.format("net.tfstate"), place.format("app/**")) == ["net.tfstate", "app/eu/a.tfstate"]
    entra._credential.cache_clear()
    monkeypatch.setattr("azure.identity.DefaultAzureCredential", lambda: Signed("https://example.com"))
    assert "AuthenticationFailed" in failure(place.format("net.tfstate")).message


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"ARM_CLIENT_SECRET": "s3cret"}, "ClientSecretCredential"),
        ({"ARM_CLIENT_CERTIFICATE_PATH": "cert.pem"}, "CertificateCredential"),
        ({"ARM_OIDC_TOKEN": "s3cret"}, "ClientAssertionCredential"),
        ({"ARM_USE_MSI": "true"}, "ManagedIdentityCredential"),
        ({}, "DefaultAzureCredential"),
    ],
)
def test_the_credential_is_the_one_that_terraforms_variables_name(
    given: dict[str, str], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing:
        def __init__(self, *args: Any, **more: Any) -> None:
            made.append(args)

        def get_token(self, *scopes: str) -> AccessToken:
            raise ClientAuthenticationError("the secret s3cret is wrong")

    made: list[Any] = []
    monkeypatch.setattr(f"azure.identity.{kind}", Refusing)
    for name, value in {**given, "ARM_TENANT_ID": "t", "ARM_CLIENT_ID": "c"}.items():
        monkeypatch.setenv(name, value)
    refused = failure("azurerm://account/states/x")

    assert "no Azure credentials" in refused.message
    assert "s3cret" not in str(refused)
    assert len(made) == 1


def test_a_token_never_goes_where_there_is_no_encryption() -> None:
    asked: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        asked.append(request.path)
        return 200, {}, state()

    with serving(answer) as url:
        assert "no Entra ID token without TLS" in failure(f"azurerm://a/c/k?endpoint={url}/a").message
    assert asked == []


def test_what_is_no_listing_of_azures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARM_SAS_TOKEN", "sig=x")
    bodies = [b"<html>", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>', b"", b"\xff\xfe", b"{}"]

    for body in bodies:
        with serving(lambda _, body=body: (200, {}, body)) as url:  # type: ignore[misc]
            assert "not Azure Blob Storage" in failure(f"azurerm://a/c/*?endpoint={url}/a").message


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.core.exceptions", None)

    assert installation.hint("azure") in failure("azurerm://account/states/x").hint


def test_clouds_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(url: str, *args: Any, **more: Any) -> Any:
        asked.append(url)
        return web.Reply(404, {}, b"")

    monkeypatch.setattr(web, "get", refuse)
    monkeypatch.setenv("ARM_SAS_TOKEN", "sig=x")
    failure("azurerm://a/c/k?environment=usgovernment")
    monkeypatch.setenv("ARM_ENVIRONMENT", "china")
    failure("azurerm://a/c/k")

    assert asked[-1] == "https://a.blob.core.chinacloudapi.cn/c/k?sig=x"
    assert asked[0] == "https://a.blob.core.usgovcloudapi.net/c/k?sig=x"
