"""A `drift` on the PATH of a script that a test runs: each call is a process of its own, forked from the tests'.

What one call imported and prepared is there in the next, so that a script with ten calls takes no ten starts. The script's `drift` hands its words, its
environment, its directory and its three streams over a socket; the fork takes them on, and its status goes back.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from click.testing import CliRunner

from drift.cli import cli

CALLER = """\
#!{python} -IS
import json, os, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect({path!r})
socket.send_fds(line, [b"."], [0, 1, 2])
line.sendall(json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode() + b"\\n")
sys.exit(int(line.makefile().readline() or 99))
"""


@dataclass(frozen=True)
class Done:
    """What a script came to: its status, and both of its streams in the order in which they were written."""

    status: int
    said: str


WORLD = Path(__file__).parents[2] / "fixtures" / "worlds" / "security-groups"


@cache
def _warmed() -> None:
    """One check and one post in this process: each call begins with what they imported."""
    with tempfile.TemporaryDirectory() as name:
        formats = [f"--format={f}={name}/{f}" for f in ("json", "html", "sarif", "github", "github-summary", "junit")]
        what = ["--state", str(WORLD / "refreshed.tfstate"), "--replay", str(WORLD / "tampered.jsonl")]
        CliRunner().invoke(cli, ["check", *what, *formats], catch_exceptions=False)
        for platform in ("github", "gitlab"):
            where = ["--platform", platform, "--repository", "acme/shop", "--scope", "x", "--dry-run", "--number", "7"]
            CliRunner().invoke(cli, ["comment", f"{name}/json", *where, "--changed", "x"], catch_exceptions=False)


def install(drift: Path) -> socket.socket:
    """Write the `drift` of scripts; calls arrive at the socket, for `run`."""
    _warmed()
    listener = socket.socket(socket.AF_UNIX)
    path = f"{tempfile.mkdtemp(prefix='drift')}/socket"  # the path of a socket has 108 bytes at most
    listener.bind(path)
    listener.listen()
    drift.write_text(CALLER.format(python=sys.executable, path=path))
    drift.chmod(0o755)
    return listener


def close(listener: socket.socket) -> None:
    """Take no more calls."""
    path = Path(listener.getsockname())
    listener.close()
    path.unlink()
    path.parent.rmdir()


def run(words: Sequence[str], listener: socket.socket, env: Mapping[str, str], cwd: Path) -> Done:
    """Run a script, and every `drift` that it calls."""
    with tempfile.TemporaryFile() as said:
        script = subprocess.Popen(
            list(words), env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        calls: list[int] = []
        while script.poll() is None:
            if select.select([listener], [], [], 0.005)[0]:
                calls.append(_answered(listener.accept()[0]))
        for call in calls:
            os.waitpid(call, 0)
        said.seek(0)
        return Done(script.returncode, said.read().decode(errors="replace"))


def _answered(line: socket.socket) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the servers of stand-ins are threads: they hold no lock
        call = os.fork()
    if call == 0:
        status = 99
        try:
            status = _drift(line)
        finally:
            with suppress(OSError):
                line.sendall(b"%d\n" % status)
            os._exit(0)
    line.close()
    return call


def _drift(line: socket.socket) -> int:
    _, streams, _, _ = socket.recv_fds(line, 1, 3)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    words, environment, directory = json.loads(line.makefile().readline())
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, mode) for n, mode in ((0, "r"), (1, "w"), (2, "w")))
    sys.argv = ["drift", *words]
    from drift.cli import main

    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0
