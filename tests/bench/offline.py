"""Without a network: how time and memory grow with the number of resources.

A state of so many security groups beside an account that has the same groups and answers at once. `build` reads the
state, `check` compares; each size runs in a process of its own.

    python -m tests.bench.offline 10000        one size, as JSON
"""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from drift.cli import SELDOM
from drift.desired.load import Sources, load
from drift.provider.api import Answer, Request
from drift.provider.installed import installed
from drift.run import Connection, Job, compare
from drift.survey import Scope

ACCOUNT, REGION = "123456789012", "us-east-1"


class Groups:
    """An account with security groups alone."""

    account, region, recorded = ACCOUNT, REGION, None

    def __init__(self, count: int) -> None:
        self.counts: Counter[str] = Counter()
        self._groups = [
            {
                "GroupId": f"sg-{n:017x}",
                "GroupName": f"group-{n}",
                "Description": f"group {n}",
                "VpcId": "vpc-1",
                "OwnerId": ACCOUNT,
                "IpPermissions": [
                    {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
                ],
                "IpPermissionsEgress": [],
                "Tags": [{"Key": "team", "Value": "shop"}],
            }
            for n in range(count)
        ]

    def ask(self, request: Request) -> Answer:
        """The groups; nothing else is there."""
        return [{"SecurityGroups": self._groups}] if request.op == "DescribeSecurityGroups" else [{}]


def state(count: int) -> dict[str, Any]:
    """The same groups as Terraform records them."""
    rule = {
        "cidr_blocks": ["10.0.0.0/8"], "description": "", "from_port": 443, "ipv6_cidr_blocks": [],
        "prefix_list_ids": [], "protocol": "tcp", "security_groups": [], "self": False, "to_port": 443,
    }  # fmt: skip
    instances = [
        {
            "index_key": n,
            "schema_version": 1,
            "attributes": {
                "id": f"sg-{n:017x}",
                "arn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/sg-{n:017x}",
                "name": f"group-{n}",
                "description": f"group {n}",
                "vpc_id": "vpc-1",
                "owner_id": ACCOUNT,
                "ingress": [rule],
                "egress": [],
                "tags": {"team": "shop"},
                "tags_all": {"team": "shop"},
            },
        }
        for n in range(count)
    ]
    group = {
        "mode": "managed", "type": "aws_security_group", "name": "x", "instances": instances,
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
    }  # fmt: skip
    return {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "bench", "resources": [group]}


def measure(count: int) -> dict[str, float]:
    """CPU seconds of both steps, and the peak of memory in megabytes: of this process, the account's answers included."""
    catalog = installed()
    gc.set_threshold(*SELDOM)  # as the command line does
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "terraform.tfstate"
        file.write_text(json.dumps(state(count)))
        api, before = Groups(count), time.process_time()
        sources = Sources(places=(str(file),), with_configuration=False)
        desired = load(sources, catalog, account=ACCOUNT, region=REGION)
        built = time.process_time()
        scope = Scope(only=("aws_security_group",))
        found = compare(desired, [Connection("aws", api)], catalog, Job(scope=scope)).report
        checked = time.process_time()
    if found.drift or found.in_sync != count:
        sys.exit(f"{count} resources: {len(found.drift)} drifted, {found.in_sync} in sync")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"build": built - before, "check": checked - built, "memory": memory}


def table(sizes: list[int]) -> list[str]:
    """The sizes as a table of Markdown."""
    out = ["| resources | build | check | both, for 1000 resources | memory |", "|---|---|---|---|---|"]
    for size in sizes:
        words = [sys.executable, "-m", "tests.bench.offline", str(size)]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        took = json.loads(done.stdout)
        whole = took["build"] + took["check"]
        out.append(
            f"| {size:,} | {took['build']:.2f} s | {took['check']:.2f} s | {whole / size * 1000:.3f} s "
            f"| {took['memory']:.0f} MB |"
        )
    return out


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]))) + "\n")
