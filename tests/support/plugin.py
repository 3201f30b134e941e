"""A Terraform provider's own process, asked what it would plan: the plugin protocol, version 5, over gRPC.

For the generators of facts alone. They run in an environment of their own:

    python -m venv facts && facts/bin/pip install -e '.[dev]' grpcio msgpack

The messages are those of `tfplugin5.proto` (github.com/hashicorp/terraform, docs/plugin-protocol). Each holds bytes and
texts only, so a few lines write and read them.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

Message = Mapping[int, bytes]
"""Field number -> its bytes."""

_COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
"""What a provider wants to see before it serves; the same for every provider and version."""


class Unknown:
    """A value that is known after apply."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


class Refused(Exception):  # noqa: N818
    """The provider's own words why it plans nothing."""


class Plugin:
    """A provider's process, configured. It has no credentials and no network to talk to.

    A provider may fall over a plan that Terraform would never ask for; it is started again.
    """

    def __init__(self, binary: Path, config: Mapping[str, Any]) -> None:
        """`config` is every argument of its `provider` block."""
        self._binary = binary
        self._config = config
        self._grpc = import_module("grpc")
        self._start()

    def plan(self, type_: str, config: Mapping[str, Any]) -> dict[str, Any]:
        """What it plans for a resource that does not exist yet; Refused with its reasons."""
        value = _dynamic(config)
        try:
            answer = self._ask("PlanResourceChange", {1: type_.encode(), 2: _dynamic(None), 3: value, 4: value}, said=4)
        except self._grpc.RpcError as error:
            self.stop()
            self._start()
            raise Refused(f"it fell over: {error.details()}") from error
        planned: dict[str, Any] = _value(_fields(answer[1][0])[1][0])
        return planned

    def change(
        self, type_: str, prior: Mapping[str, Any], config: Mapping[str, Any]
    ) -> tuple[dict[str, Any], set[str]]:
        """What it plans for a resource that exists, and the arguments because of which it would be made again.

        `prior` is its record; what `config` leaves out and the provider computes is taken from there.
        """
        proposed = {n: prior.get(n) if v is None else v for n, v in config.items()}
        message = {1: type_.encode(), 2: _dynamic(prior), 3: _dynamic(proposed), 4: _dynamic(config)}
        try:
            answer = self._ask("PlanResourceChange", message, said=4)
        except self._grpc.RpcError as error:
            self.stop()
            self._start()
            raise Refused(f"it fell over: {error.details()}") from error
        paths = (_fields(path)[1] for path in answer.get(2, []))
        again = {_fields(steps[0])[1][0].decode() for steps in paths if steps}
        return _value(_fields(answer[1][0])[1][0]), again

    def stop(self) -> None:
        """End the process."""
        self._channel.close()
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    def _start(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "AWS_", "PLUGIN_"))}
        own = {
            "TF_PLUGIN_MAGIC_COOKIE": _COOKIE,
            "PLUGIN_PROTOCOL_VERSIONS": "5",
            "PLUGIN_UNIX_SOCKET_DIR": self._folder.name,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self._process = subprocess.Popen(
            [self._binary], env=clean | own, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        _, version, _, socket, *_ = self._process.stdout.readline().split("|")
        assert version == "5", version
        options = [("grpc.max_receive_message_length", -1), ("grpc.default_authority", "localhost")]
        self._channel = self._grpc.insecure_channel(f"unix:{socket}", options=options)
        self._ask("Configure", {1: b"1.11.4", 2: _dynamic(self._config)}, said=1)

    def _ask(self, method: str, message: Message, *, said: int) -> dict[int, list[bytes]]:
        """One answer; Refused where the field `said`, its diagnostics, holds errors."""
        answer = _fields(self._channel.unary_unary(f"/tfplugin5.Provider/{method}")(_message(message), timeout=120))
        told = [_fields(d) for d in answer.get(said, [])]
        errors = [b": ".join(d[2] + d[3]).decode() for d in told if d[1] == [b"\x01"]]
        if errors:
            raise Refused("; ".join(errors))
        return answer


def _message(fields: Message) -> bytes:
    return b"".join(_varint(number << 3 | 2) + _varint(len(held)) + held for number, held in fields.items())


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _fields(data: bytes) -> dict[int, list[bytes]]:
    """Field number -> what stands there; a number (a severity, a flag) as one byte."""
    out: dict[int, list[bytes]] = defaultdict(list)
    at = 0

    def varint() -> int:
        nonlocal at
        number, shift = 0, 0
        while True:
            byte = data[at]
            at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    while at < len(data):
        key = varint()
        length = varint()
        if key & 7 == 0:
            out[key >> 3].append(bytes([length]))
            continue
        assert key & 7 == 2, key
        out[key >> 3].append(data[at : at + length])
        at += length
    return out


def _dynamic(value: Any) -> bytes:
    """A `DynamicValue`: its first field is MessagePack, in which what is not known is an extension."""
    msgpack = import_module("msgpack")
    return _message({1: msgpack.packb(value, default=lambda _: msgpack.ExtType(0, b"\x00"))})


def _value(data: bytes) -> Any:
    return import_module("msgpack").unpackb(data, ext_hook=lambda *_: UNKNOWN, strict_map_key=False)
