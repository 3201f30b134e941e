"""Scans that were never made, as rows for a store: as many resources and days as a test or a measurement wants."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from drift.history.rows import Kept, Row, new_id
from drift.history.tables import VERSION
from drift.model.drift import Report, Scope
from drift.report.json import document

ACCOUNT = "123456789012"
FIRST = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
TYPES = ("aws_sqs_queue", "aws_s3_bucket", "aws_iam_role", "aws_security_group", "aws_instance")


@dataclass(frozen=True)
class Drifted:
    """One drift of a scan that a test makes up."""

    id: str
    kind: str = "modified"
    value: int = 1
    severity: str | None = "high"
    module: str = ""
    type: str = "aws_sqs_queue"
    tags: Mapping[str, str] = field(default_factory=dict)
    events: Sequence[Row] = ()
    """Rows of what made it: event, at, actor, hand, tool, operation."""

    @property
    def address(self) -> str | None:
        return None if self.kind == "unmanaged" else f"{self.module + '.' if self.module else ''}{self.type}.{self.id}"

    @property
    def identity(self) -> str:
        return hashlib.sha256(f"{self.kind} {self.type} {self.address or self.id}".encode()).hexdigest()[:16]

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.identity} {self.value}".encode()).hexdigest()[:16]


def scan(
    day: int,
    drifts: Sequence[Drifted] = (),
    *,
    scope: str = "prod",
    size: int = 10,
    unread: Sequence[Row] = (),
    searched: bool = True,
    controls: Sequence[tuple[str, str, str]] = (),
    changed: int = 0,
    account: str = ACCOUNT,
    resources: Sequence[Row] = (),
) -> Kept:
    """The scan of a day: `size` resources on both sides, and what drifts. `changed` of them change on this day."""
    at = (FIRST + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")
    name = new_id(at)
    report = Report(scope=Scope((ACCOUNT,), ("us-east-1",), ("prod.tfstate",), 5, searched), started_at=at)
    tables: dict[str, list[Row]] = {
        "scan": [{
            "started_at": at, "duration_seconds": 60.0, "scope": scope, "drift_version": "0", "accounts": [ACCOUNT],
            "regions": ["us-east-1"], "sources": ["prod.tfstate"], "searched": searched, "incomplete": bool(unread),
            "managed": size, "in_sync": size - len(drifts),
            **{k: sum(d.kind == k for d in drifts) for k in ("modified", "missing", "unmanaged")},
            "unread": 0, "not_ours": 0, "pending": 0, "accepted": 0, "coverage_percent": 90.0, "calls": 10,
            "kept_at": at, "store_version": VERSION,
        }],
        "resource": [*_resources(day, size, changed), *(r for d in drifts for r in _drifted(d)), *resources],
        "drift": [_drift(d) for d in drifts],
        "change": [
            {"fingerprint": d.fingerprint, "path": "delay_seconds", "desired": 0, "actual": d.value, "recorded": 0,
             "sensitive": False}
            for d in drifts if d.kind == "modified"
        ],
        "finding": [
            {"fingerprint": d.fingerprint, "drifted": True, "type": d.type, "account": ACCOUNT, "region": "us-east-1",
             "id": d.id, "address": d.address, "rule": "sqs-public", "severity": d.severity, "title": "It is public",
             "effect": "introduced", "verdict": "fail", "evidence": "everybody", "frameworks": ["fsbp SQS.3"]}
            for d in drifts if d.severity
        ],
        "rule": [{"rule": "sqs-public", "title": "It is public", "severity": "high", "theme": "public access",
                  "frameworks": ["fsbp"], "passed": 3, "failed": len(drifts)}],
        "control": [{"framework": f, "control": c, "title": c, "answer": a, "why": "", "rules": []}
                    for f, c, a in controls],
        "suppression": [],
        "event": [
            {"fingerprint": d.fingerprint, "identity": d.identity, "actor_kind": "user", "paths": [], **e}
            for d in drifts for e in d.events
        ],
        "collection": [
            *({"account": ACCOUNT, "service": t.split("_")[1], "type": t, "completeness": "complete",
               "resources": size // 5, "errors": 0, "codes": []} for t in TYPES),
            {"account": ACCOUNT, "service": "sqs", "calls": 10 + day, "seconds": 1.5},
        ],
        "unread": list(unread),
        "account": [{"provider": "aws", "account": ACCOUNT, "regions": ["us-east-1"], "searched": searched,
                     "types": 5, "desired": size, "actual": size}],
        "report": [{"document": packed(report)}],
    }  # fmt: skip
    known = {row["type"] for row in tables["collection"] if row.get("type")}
    tables["collection"] += [
        {"account": account, "type": t, "completeness": "complete", "resources": 1, "errors": 0}
        for t in sorted({r["type"] for r in resources} - known)
    ]
    for rows in tables.values():
        for row in rows:
            row["scan"] = name
            if row.get("account") == ACCOUNT:
                row["account"] = account
            if row.get("state"):
                row["state"] = f"{scope}.tfstate"
            if "hash" in row:
                row["hash"] = _digest({k: v for k, v in row.items() if k not in ("scan", "hash", "verdict")})
    tables["scan"][0] |= {"accounts": [account], "sources": [f"{scope}.tfstate"]}
    return Kept(name, scope, tables)


def packed(report: Report) -> str:
    """A report as a store keeps it."""
    return base64.b64encode(zlib.compress(json.dumps(document(report)).encode())).decode()


def _drifted(d: Drifted) -> list[Row]:
    both = {"desired": d.kind != "unmanaged", "actual": d.kind != "missing"}
    attributes = {"name": d.id, "tags": dict(d.tags)}
    return [
        row_of(side, d.type, d.id, d.address, {**attributes, "delay_seconds": d.value * (side == "actual")}, d.kind)
        for side, there in both.items() if there
    ]  # fmt: skip


def _resources(day: int, size: int, changed: int) -> list[Row]:
    out = []
    for n in range(size):
        # each day the next ones change, and stay so: what a team does to an account
        times = (day * changed - n + size - 1) // size if changed else 0
        type_ = TYPES[n % len(TYPES)]
        attributes: dict[str, Any] = {
            "name": f"resource-{n}", "arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:resource-{n}", "times": max(times, 0),
            "policy": {"Statement": [{"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": f"r-{n}"}]},
            "tags": {"Team": ("data", "web", "core")[n % 3], "Env": "prod", "Name": f"resource {n}"},
            **{f"setting_{i}": (n * i) % 97 for i in range(12)},
        }  # fmt: skip
        address = f"module.m{n % 7}.{type_}.r{n}"
        out += [row_of(side, type_, f"resource-{n}", address, attributes, "in sync") for side in ("desired", "actual")]
    return out


def row_of(
    side: str,
    type_: str,
    id_: str,
    address: str | None,
    attributes: Mapping[str, Any],
    verdict: str = "in sync",
    **more: Any,
) -> Row:
    """A resource of a scan; `more` are further columns."""
    row: Row = {
        "side": side, "key": f"{type_}/{id_}", "type": type_, "account": ACCOUNT, "region": "us-east-1", "id": id_,
        "arn": None, "name": None, "address": address, "module": address.rpartition(f".{type_}")[0] if address else None,
        "state": "prod.tfstate" if side == "desired" else None, "file": None, "line": None, "owner": None,
        "tags": attributes.get("tags"), "attributes": attributes, "not_collected": [],
        "refs": [{"attribute": "role", "key": "aws_iam_role/resource-2", "type": "aws_iam_role", "id": "resource-2",
                  "address": ""}] if type_ == "aws_instance" else [],
        **more,
    }  # fmt: skip
    return {"hash": "", "verdict": verdict, **row}


def _digest(row: Row) -> str:
    return hashlib.blake2b(json.dumps(row, sort_keys=True).encode(), digest_size=16).hexdigest()


def _drift(d: Drifted) -> Row:
    return {
        "fingerprint": d.fingerprint, "identity": d.identity, "kind": d.kind, "type": d.type, "account": ACCOUNT,
        "region": "us-east-1", "id": d.id, "address": d.address, "module": d.module if d.address else None,
        "state": "prod.tfstate" if d.address else None, "certain": True, "accepted": False, "severity": d.severity,
        "changes": 1,
    }  # fmt: skip
