"""AWS through boto3: the only place that talks to the cloud."""

from __future__ import annotations

import re
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from drift import __version__
from drift.errors import CloudError
from drift.model.coverage import NOT_ASKED, NOT_OFFERED, SWITCHED_OFF
from drift.model.journal import is_kept, note
from drift.provider.api import Answer, Refused, Request
from drift.provider.contract import Role
from drift.providers.aws.allowed import is_allowed
from drift.providers.aws.answers import watch
from drift.providers.aws.assume import assume_roles
from drift.providers.aws.contents import ONLY_WHEN_ASKED, undecrypted, withheld
from drift.providers.aws.emulators import Emulators
from drift.providers.aws.endpoints import remember
from drift.providers.aws.identify import SETUP_HINT, identify
from drift.providers.aws.models import Models
from drift.providers.aws.regions import partition_of

if TYPE_CHECKING:
    import boto3

DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
_OFF = re.compile(r"(?!.*not authorized).*\bnot (?:currently )?enabled\b.*", re.DOTALL)
"""What Macie says with the code of a missing permission: `Macie is not enabled`."""
LACKING = frozenset({"NotImplemented", "404", "405", "500", "501", "ResponseParserError"})
"""Codes of answers without an AWS error in them: botocore puts the HTTP status in its place."""

_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}|\.\d{6})?Z")

LOCAL_ATTEMPTS = 2
"""Tries of one call to an emulator: it does not throttle."""

CONNECTIONS = 64
"""Connections kept open to one endpoint: as many as drift makes calls side by side, and more."""

ATTEMPTS = 10
"""Tries of one call, botocore's own."""

ANY_REGION = "us-east-1"
"""Whose endpoint answers for the whole partition where no region is configured."""

FIRST_ATTEMPTS = 6
"""Tries of the first call of a run: throttling passes, and a dead endpoint is told within half a minute."""


class BotoApi:
    """Asks AWS with the user's own session: profiles, SSO, roles and AWS_ENDPOINT_URL work as in boto3."""

    def __init__(
        self,
        session: boto3.Session | None = None,
        *,
        profile: str | None = None,
        region: str | None = None,
        emulator: bool = False,
        secrets: bool = False,
        roles: Sequence[Role] = (),
    ) -> None:
        """`emulator`: whether an endpoint that is not AWS's own is an emulator; else it is asked. `secrets`: whether
        to read what is kept secret. `roles`: those to assume, each with the credentials of the one before."""
        from botocore.exceptions import BotoCoreError

        try:  # the profile and the files with it are read when a setting is first asked for
            self.session = session or _session(profile, region)
            self.region: str = self.session.region_name or ""
            """The session's own region; empty where none is configured."""
            core = self.session._session
            ca_bundle = core.get_config_variable("ca_bundle")
        except BotoCoreError as error:
            raise CloudError(f"AWS session: {error}", SETUP_HINT) from error
        # botocore tells seconds since 1970 in the machine's own zone
        core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_in_utc)
        self._user_agent = _user_agent(core)
        if roles:
            assume_roles(core, roles, self.region or ANY_REGION, _settings(self._user_agent, FIRST_ATTEMPTS))
        self.counts: Counter[str] = Counter()
        self.recorded = None
        self.throttled: Counter[tuple[str, str]] = Counter()
        """How often AWS asked for patience, by service and region."""
        self._clients: dict[tuple[str, str, bool], Any] = {}
        self._paginators: dict[tuple[str, str, str], Any] = {}
        self._absent: dict[tuple[str, str], bool] = {}
        self._making, self._counting = threading.Lock(), threading.Lock()
        self._local = False
        """Whether the last client was for an emulator: the next one will be, too."""
        self._account = ""
        self._secrets = secrets
        self._emulators = Emulators(named=emulator, ca_bundle=ca_bundle)

    @property
    def account(self) -> str:
        """The account of the credentials; CloudError where AWS cannot be reached with them."""
        if not self._account:
            self._account = identify(lambda: self._client("sts", "", attempts=FIRST_ATTEMPTS))
        return self._account

    def environment(self) -> dict[str, str | None]:
        """The credentials as they are now, as every program that reads AWS takes them; CloudError where there are
        none. They are not written down."""
        self.account  # noqa: B018 - what is wrong with the credentials is said in the same words
        found = self.session.get_credentials().get_frozen_credentials()
        return {
            "AWS_ACCESS_KEY_ID": found.access_key,
            "AWS_SECRET_ACCESS_KEY": found.secret_key,
            "AWS_SESSION_TOKEN": found.token,
            "AWS_PROFILE": None,
        }

    def ask(self, request: Request) -> Answer:
        """All pages of the answer, or why there is none; CloudError for what drift never asks."""
        if not is_allowed(request.service, request.op):
            raise CloudError(f"{request.service}:{request.op} is not an operation that drift may call")
        if self._secrets:
            return self._answer(request)
        if (request.service, request.op) in ONLY_WHEN_ASKED:
            return Refused(NOT_ASKED, "the content of secrets is read when --with secret-values asks for it")
        answer = self._answer(undecrypted(request))
        return answer if isinstance(answer, Refused) else withheld(request, answer)

    def _answer(self, request: Request) -> Answer:
        from botocore.exceptions import BotoCoreError, ClientError

        client: Any = None
        try:
            client = self._client(request.service, request.region, 1 if request.once else ATTEMPTS)
            if self._is_absent(client, request.service, request.region):
                return Refused(NOT_OFFERED, f"AWS does not offer {request.service} in {request.region}")
            if request.once:
                return [_body(getattr(client, _method(request.op))(**request.args))]
            pages = self._paginator(client, request)
            return [_body(p) for p in (pages.paginate(**request.args) if pages else _followed(client, request))]
        except ClientError as error:
            details = error.response.get("Error", {})
            code, message = str(details.get("Code") or "Unknown"), str(details.get("Message") or "")
            code = SWITCHED_OFF if code in DENIED and _OFF.fullmatch(message) else code
        except (CloudError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - one door: what nobody foresaw is this request's own refusal
            code, message = type(error).__name__, str(error)
            called = _host(error.kwargs.get("endpoint_url") if isinstance(error, BotoCoreError) else "")
            if self._is_emulator(client) and called.endswith(f".{_host(client.meta.endpoint_url)}"):
                code = NOT_OFFERED  # S3 Control puts the account's id before a host's name that cannot take it
        lacking = LACKING - {"404"} if request.op.startswith("Head") else LACKING  # a HEAD is answered without a body
        return Refused(NOT_OFFERED if code in lacking and self._is_emulator(client) else code, message)

    def _paginator(self, client: Any, request: Request) -> Any:
        """What follows the pages of an operation; None where botocore has nothing for it. botocore makes a class anew
        each time, so that it is kept."""
        where = (request.service, request.region, request.op)
        if where not in self._paginators:  # two threads may make it at once: both make the same
            method = _method(request.op)
            self._paginators[where] = client.get_paginator(method) if client.can_paginate(method) else None
        return self._paginators[where]

    def _client(self, service: str, region: str, attempts: int = ATTEMPTS) -> Any:
        region = region or self.region or ANY_REGION
        which = (service, region, attempts == 1)
        client = self._clients.get(which)
        if client is None:
            with self._making:  # creating clients is not thread-safe; using them is (boto3 docs, "Multithreading")
                client = self._clients.get(which) or self._make(service, region, attempts)
                self._clients[which] = client
        return client

    def _make(self, service: str, region: str, attempts: int) -> Any:
        """A client; one for an emulator retries less, and whether it is for one is only known when it is made."""
        local = self._local and attempts > LOCAL_ATTEMPTS
        client = self._made(service, region, LOCAL_ATTEMPTS if local else attempts)
        self._local = self._is_emulator(client)
        if self._local is not local and attempts > LOCAL_ATTEMPTS:
            client = self._made(service, region, LOCAL_ATTEMPTS if self._local else attempts)
        client.meta.events.register("before-send", self._counter(service))
        watch(client, emulated=self._local)
        remember(client)
        client.meta.events.register_first("needs-retry", self._watcher(service, region))
        # loads what is known of pages: once here, and not in many threads at once
        client.can_paginate(next(iter(client.meta.method_to_api_mapping)))
        vars(client.meta.service_model)["error_shapes"] = []  # the code is all that counts: else every shape is read
        return client

    def _made(self, service: str, region: str, attempts: int) -> Any:
        return self.session.client(service, region_name=region, config=_settings(self._user_agent, attempts))

    def _is_absent(self, client: Any, service: str, region: str) -> bool:
        """Whether a region lacks a service: botocore names other regions, and the endpoint's name leads nowhere.

        Each alone proves nothing: botocore may be older than the service there, a proxy may resolve names for us.
        Without this, every call to such an endpoint is tried again and again, and then a gap.
        """
        absent = self._absent.get((service, region))
        if absent is None:  # two threads may look at once: both find the same
            known = [] if self._is_emulator(client) else self._known_regions(service, region)
            absent = bool(known) and region not in known and not _resolves(_host(client.meta.endpoint_url))
            self._absent[service, region] = absent
        return absent

    def _known_regions(self, service: str, region: str) -> list[str]:
        with self._making:
            return list(self.session.get_available_regions(service, partition_name=partition_of(region)))

    def _is_emulator(self, client: Any) -> bool:
        return client is not None and client.meta.endpoint_url in self._emulators

    def _counter(self, service: str) -> Any:
        def count(**_: Any) -> None:
            with self._counting:
                self.counts[service] += 1

        return count

    def _watcher(self, service: str, region: str) -> Any:
        from botocore.retries.standard import RetryEventAdapter, ThrottlingErrorDetector

        throttling = ThrottlingErrorDetector(RetryEventAdapter())

        def watch(**words: Any) -> None:
            _note_trouble(service, region, words)
            if throttling.is_throttling_error(**words):
                with self._counting:
                    self.throttled[service, region] += 1

        return watch


def _note_trouble(service: str, region: str, words: Mapping[str, Any]) -> None:
    """An answer that botocore may ask for again, for the log; of a fault its name, for its words may hold anything."""
    if not is_kept():
        return
    answer, error = words.get("response"), words.get("caught_exception")
    status = answer[0].status_code if answer else 0
    if error is None and status < 400:
        return
    code = str(answer[1].get("Error", {}).get("Code") or status) if answer else type(error).__name__
    operation = getattr(words.get("operation"), "name", "")
    note("trouble", service=service, region=region, operation=operation, attempt=words.get("attempts"), code=code)


def _settings(user_agent: str, attempts: int) -> Any:
    """How a client calls: botocore's settings."""
    from botocore.config import Config

    return Config(
        retries={"mode": "adaptive" if attempts > LOCAL_ATTEMPTS else "standard", "max_attempts": attempts},
        max_pool_connections=CONNECTIONS,
        connect_timeout=10,
        read_timeout=60,
        user_agent=user_agent,
    )


def _session(profile: str | None, region: str | None) -> boto3.Session:
    import boto3
    import botocore.session

    core = botocore.session.Session(profile=profile)  # at once: reading `data_path` would take AWS_PROFILE's
    core.register_component("data_loader", _loader(core.get_config_variable("data_path")))
    return boto3.Session(botocore_session=core, profile_name=profile, region_name=region)


@cache
def _loader(data_path: str | None) -> Any:
    """What reads botocore's models: one for all sessions of the process, so that many accounts share what was read."""
    from botocore.loaders import create_loader

    loader = create_loader(data_path)
    loader.file_loader = Models()
    return loader


def _in_utc(value: Any) -> datetime:
    """A point in time that AWS answers: text, or seconds since 1970. What is written as ISO 8601 says, as nearly all
    is, needs none of the guesses that botocore makes: they take 25 times as long."""
    if isinstance(value, str) and _ISO.fullmatch(value):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    from botocore.utils import parse_timestamp

    at: datetime = parse_timestamp(value)
    return at.astimezone(UTC)


def _resolves(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, 443))
    except OSError:
        return False


def _host(url: Any) -> str:
    return urlsplit(str(url or "")).hostname or ""


def _user_agent(session: Any) -> str:
    """Who asks. botocore puts this together anew for each request, a tenth of its work, where it is not given."""
    app = session.get_config_variable("user_agent_appid")
    return f"{session.user_agent()} drift/{__version__}{f' app/{app}' if app else ''}"


@cache
def _method(operation: str) -> str:
    from botocore import xform_name

    return str(xform_name(operation))


def _followed(client: Any, request: Request) -> Iterator[dict[str, Any]]:
    """The pages of an operation that botocore has no paginator for: `ListEventBuses`."""
    takes = client.meta.service_model.operation_model(request.op).input_shape
    takes_token = ("NextToken", "nextToken", "NextMarker", "Marker", "ContinuationToken")
    token = next((n for n in takes_token if takes is not None and n in takes.members), "")
    more: dict[str, Any] = {}
    while True:
        page = getattr(client, _method(request.op))(**request.args, **more)
        yield page
        following = _token_in(page) if token else None
        if not following or following == more.get(token):
            return
        more = {token: following}


def _token_in(page: dict[str, Any]) -> Any:
    """Where the next page begins; CloudFront says it one level down: `CachePolicyList.NextMarker`."""
    for level in (page, *(v for v in page.values() if isinstance(v, dict))):
        for name in ("NextToken", "nextToken", "NextMarker", "NextContinuationToken"):
            if level.get(name):
                return level[name]
    return None


def _body(page: dict[str, Any]) -> dict[str, Any]:
    """The answer without what botocore adds; a streamed member (a function's code) is read."""
    return {k: v.read() if hasattr(v, "read") else v for k, v in page.items() if k != "ResponseMetadata"}
