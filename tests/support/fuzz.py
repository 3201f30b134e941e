"""Damages states and keeps what reaches new lines of the readers: python -m tests.support.fuzz [--seconds 60]

Coverage-guided, by `sys.settrace` over drift/desired/state: an input that runs a line, or follows one
line by another, as none before is damaged further. Anything but a StateError, and any input that takes
longer than a second, is written to the directory that is printed; the exit status is then 1.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import Any

from drift.desired import state as formats
from drift.desired.load import build
from drift.errors import StateError
from drift.provider.installed import installed
from tests.desired.test_state_formats import GOOD, opened

READERS = str(Path(formats.__file__).parent)
SLOW = 1.0
TOKENS = [
    b"null", b"true", b"{}", b"[]", b'""', b'"x"', b"-1", b"1e999", b"9" * 5000, b"[" * 2000, b'{"a":', b"\xff", b"\\ud800",
    b'"74D93920-ED26-11E3-AC10-0800200C9A66"', b'".#"', b'".%"', b'"create"', b'"deposed"', b'"module.a"', b"\n", b",", b":",
]  # fmt: skip

Edge = tuple[str, int, int]


def edges(data: bytes) -> tuple[set[Edge], BaseException | None, float]:
    """What an input reaches, what comes out that must not, and the seconds it took."""
    found: set[Edge] = set()
    last = 0

    def line(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal last
        found.add((frame.f_code.co_filename, last, frame.f_lineno))
        last = frame.f_lineno
        return line

    def call(frame: FrameType, event: str, arg: Any) -> Any:
        return line if frame.f_code.co_filename.startswith(READERS) else None

    wrong: BaseException | None = None
    started = time.perf_counter()
    sys.settrace(call)
    try:
        with opened():
            build([formats.parse(data, "fuzzed")], [], installed(), account="1", region="r")
    except StateError:
        pass
    except BaseException as error:  # noqa: BLE001 - that is what it looks for
        wrong = error
    finally:
        sys.settrace(None)
    return found, wrong, time.perf_counter() - started


VALUES: list[Any] = [None, True, -1, 10**30, 0.5, "", "x", "module.a", [], {}, [None], {"x": None}, [[]], {"": {}}]


def rearranged(data: bytes, dice: random.Random) -> bytes:
    """The input with one value replaced, left out, or put in another's place, where it is JSON."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return data
    containers, todo = [], [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, dict | list) and node:
            containers.append(node)
            todo += node.values() if isinstance(node, dict) else node
    if not containers:
        return data
    where, source = dice.choice(containers), dice.choice(containers)
    at = dice.choice(list(where) if isinstance(where, dict) else range(len(where)))
    other = dice.choice(list(source.values()) if isinstance(source, dict) else source)
    instead = dice.choice([*VALUES, json.loads(json.dumps(other))])
    if dice.random() < 0.2:
        del where[at]
    else:
        where[at] = instead
    return json.dumps(tree).encode()


def damaged(data: bytes, corpus: list[bytes], dice: random.Random) -> bytes:
    """The input with one to four places changed."""
    if dice.random() < 0.6:
        return rearranged(data, dice)
    for _ in range(dice.randint(1, 4)):
        at, length = dice.randrange(len(data) + 1), dice.choice((0, 1, 4, 20, 200))
        other = dice.choice(corpus)
        start = dice.randrange(len(other) + 1)
        instead = dice.choice((b"", dice.choice(TOKENS), other[start : start + length], bytes([dice.randrange(256)])))
        data = data[:at] + instead + data[at + length :]
    return data


def main() -> int:
    """Fuzz for the time that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    dice = random.Random(wanted.seed)
    corpus, reached, runs, bad = list(GOOD.values()), set[Edge](), 0, 0
    for good in corpus:
        reached |= edges(good)[0]
    folder = Path(tempfile.mkdtemp(prefix="drift-fuzz-"))
    end = time.monotonic() + wanted.seconds
    while time.monotonic() < end:
        data = damaged(dice.choice(corpus), corpus, dice)
        found, wrong, seconds = edges(data)
        runs += 1
        if wrong is not None or seconds > SLOW:
            bad += 1
            (folder / f"{bad}.json").write_bytes(data)
            print(f"{folder}/{bad}.json: {wrong!r}, {seconds:.1f} s")  # noqa: T201
        if found - reached:
            reached |= found
            corpus.append(data)
    print(f"{runs} inputs, {len(corpus)} kept, {len(reached)} edges, {bad} bad")  # noqa: T201
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
