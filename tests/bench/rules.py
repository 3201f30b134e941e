"""How many requests the rules cost: for what drifted and its neighbours, against reading everything.

    python -m tests.bench.rules

The shop of `drift demo`, tampered with, on a moto server. Beside it stand a
hundred buckets and fifty users that the state describes and nobody touched: an auditor reads them all.
"""

from __future__ import annotations

import json
import os
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import boto3

from drift.desired.load import build as build_desired
from drift.desired.load import read_states
from drift.diff.actual import Actual
from drift.diff.classify import classify
from drift.live.asker import Asker
from drift.live.scan import Scan
from drift.provider.installed import installed
from drift.providers.aws import AWS
from drift.providers.aws.rules import built_in
from drift.providers.aws.session import BotoApi
from drift.rules.criteria import Criteria
from drift.rules.engine import judge
from tests.support.world import REGION, Aws, moto_server, session_for

BUCKETS, USERS = 100, 50


def untouched(aws: Aws, state: dict[str, Any]) -> None:
    """Buckets and users, described as they are."""
    provider = 'provider["registry.terraform.io/hashicorp/aws"]'

    def describe(type_: str, name: str, attributes: dict[str, Any]) -> None:
        instance = {"schema_version": 0, "attributes": attributes}
        described = {"mode": "managed", "type": type_, "name": name, "provider": provider, "instances": [instance]}
        state["resources"].append(described)

    for n in range(BUCKETS):
        name = f"kept-{n}"
        aws("s3").create_bucket(Bucket=name)
        describe("aws_s3_bucket", f"kept_{n}", {"id": name, "bucket": name, "arn": f"arn:aws:s3:::{name}"})
    for n in range(USERS):
        name = f"kept-{n}"
        aws("iam").create_user(UserName=name)
        describe("aws_iam_user", f"kept_{n}", {"id": name, "name": name, "path": "/"})


def main() -> None:
    from drift.demo.account import build, tamper

    catalog = installed()
    with moto_server() as server, tempfile.TemporaryDirectory() as folder:
        os.environ["AWS_ENDPOINT_URL"] = server
        aws = session_for(server)
        state = json.loads(build(aws))
        untouched(aws, state)
        tamper(aws)
        file = Path(folder) / "terraform.tfstate"
        file.write_text(json.dumps(state))
        api = BotoApi(boto3.Session("testing", "testing", region_name=REGION))
        desired = build_desired(*read_states([str(file)], {}), catalog, account=api.account, region=REGION)
        scan = Scan(Asker(api), catalog, AWS, desired.resources, scope=frozenset(catalog), regions=[REGION])
        scan.collect()
        verdicts = classify(
            desired.resources, Actual(scan.resources, scan.paired, scan.gaps), catalog, frozenset(catalog), frozenset()
        )
        compared = sum(api.counts.values())
        rules = built_in()
        judged = judge(
            verdicts.drift, rules, scan, catalog, desired=desired.resources, criteria=Criteria(today=date(2026, 11, 26))
        )
        ruled = sum(api.counts.values())
        wanted: dict[str, set[str]] = {}
        for rule in rules:
            for type_ in rule.types:
                wanted.setdefault(type_, set()).update(
                    rule.reads or (catalog[type_].attributes if type_ in catalog else ())
                )
        scan.complete({key: frozenset(wanted.get(key.type, ())) for key in scan.resources})
        everything = sum(api.counts.values())
    findings = sum(len(d.findings) for d in judged.drift)
    print(f"{len(scan.resources)} resources, {len(verdicts.drift)} drifted, {findings} findings by {len(rules)} rules")  # noqa: T201
    print(f"requests to compare: {compared}; for the rules: {ruled - compared} more")  # noqa: T201
    print(f"reading for every resource what its rules look at: {everything - compared} more")  # noqa: T201


if __name__ == "__main__":
    main()
