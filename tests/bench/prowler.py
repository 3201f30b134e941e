"""`drift check` beside Prowler: verdicts on what drifted, wall time and API requests, on one simulated AWS.

    python -m tests.bench.prowler [--prowler PATH]

The shop of `drift demo` is built on a moto server and tampered with, and more is made by hand that no Terraform knows;
both tools then look at it through the same proxy, which counts. For each finding of drift whose rule answers to checks of
Prowler the table says what Prowler says of the same resource. Prowler runs those checks alone, in one region: all of
its checks would be more requests, and fail where moto has no such operation.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drift.demo.account import build, tamper
from drift.providers.aws.rules import built_in
from tests.bench.proxy import Counted, slow_proxy
from tests.support.world import FAKE, REGION, Aws, moto_server, session_for

ROLE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}],
}
EVERYBODY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
EXPLAINED = {
    "iam-unmanaged-key": "Prowler knows no intent: its checks ask how old the keys are",
    "lambda-env-secret": "Prowler's detector goes by the value's form, drift by the variable's name too",
    "rds-backup-retention": "Prowler asks for any backup, drift for seven days (`backup_retention_days`)",
    "rds-public": "Prowler asks whether a group and a route let the internet in: drift says so by the severity",
    "iam-role-admin": "Prowler looks at attached policies, drift at inline ones too",
    "sg-": "Prowler leaves out groups that nothing uses (without --scan-unused-services)",
}
"""Rule, as it begins -> why Prowler says something else of the same resource."""


def more(aws: Aws) -> None:
    """What no Terraform knows."""
    ec2, s3, iam = aws("ec2"), aws("s3"), aws("iam")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    for name, port in (("remote", 3389), ("data", 5432), ("odd", 4444), ("telnet", 23)):
        group = ec2.create_security_group(GroupName=name, Description="by hand", VpcId=vpc)["GroupId"]
        ranges = [{"CidrIp": "0.0.0.0/0"}]
        permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": ranges}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8)
    s3.create_bucket(Bucket="open-to-all")
    s3.put_bucket_policy(
        Bucket="open-to-all",
        Policy=json.dumps(
            {**EVERYBODY, "Statement": [{**EVERYBODY["Statement"][0], "Resource": "arn:aws:s3:::open-to-all/*"}]}
        ),
    )
    role = iam.create_role(RoleName="helper", AssumeRolePolicyDocument=json.dumps(ROLE))["Role"]["Arn"]
    admin = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.create_policy(PolicyName="everything", PolicyDocument=json.dumps(admin))
    iam.create_access_key(UserName="contractor")
    iam.create_login_profile(UserName="contractor", Password="Tr0ub4dor&3-and-more")
    queue = aws("sqs").create_queue(QueueName="open")["QueueUrl"]
    aws("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(EVERYBODY)})
    aws("sns").create_topic(Name="open")
    aws("kms").create_key(Description="by hand")
    aws("dynamodb").create_table(
        TableName="by-hand",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    aws("lambda").create_function(
        FunctionName="old", Runtime="python3.8", Role=role, Handler="a.b", Code={"ZipFile": b"x"},
        Environment={"Variables": {"DB_PASSWORD": "correct-horse-battery"}},
    )  # fmt: skip
    aws("rds").create_db_instance(
        DBInstanceIdentifier="by-hand", DBInstanceClass="db.t3.micro", Engine="mysql", EngineVersion="8.0.32",
        MasterUsername="admin", MasterUserPassword="Tr0ub4dor&3", AllocatedStorage=20, PubliclyAccessible=True,
    )  # fmt: skip


def drift_says(url: str, folder: Path, counted: Counted) -> tuple[list[dict[str, Any]], float, int]:
    """Its drifted resources, seconds, requests."""
    before, clock = counted.requests, time.monotonic()
    words = ["-m", "drift", "check", "--state", str(folder / "terraform.tfstate"), "--format", "json"]
    done = subprocess.run(
        [sys.executable, *words], env=environment(url), capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode in (0, 1, 3), done.stderr
    return json.loads(done.stdout)["drift"], time.monotonic() - clock, counted.requests - before


def prowler_says(
    prowler: str, checks: list[str], url: str, folder: Path, counted: Counted
) -> tuple[dict[tuple[str, str], str], float, int]:
    """(check, id or name of the resource) -> PASS or FAIL; seconds, requests."""
    before, clock = counted.requests, time.monotonic()
    words = ["aws", "--region", REGION, "-b", "-z", "--no-color", "-M", "json-ocsf", "-o", str(folder), "-F", "found"]
    done = subprocess.run(
        [prowler, *words, "-c", *checks], env=environment(url), capture_output=True, text=True, check=False, timeout=900
    )
    took = time.monotonic() - clock
    file = folder / "found.ocsf.json"
    assert file.is_file(), done.stdout[-2000:] + done.stderr[-2000:]
    out = {}
    for finding in json.loads(file.read_text()):
        check = finding["metadata"]["event_code"]
        for resource in finding["resources"]:
            for name in {resource.get("uid"), resource.get("name"), str(resource.get("uid")).split("/")[-1]}:
                out[check, str(name)] = finding["status_code"]
    return out, took, counted.requests - before


def environment(url: str) -> dict[str, str]:
    return {**os.environ, **FAKE, "AWS_ENDPOINT_URL": url, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}


def known_checks(prowler: str) -> set[str]:
    """The checks this Prowler has."""
    done = subprocess.run([prowler, "aws", "--list-checks-json"], capture_output=True, text=True, check=False)
    return {check for checks in json.loads(done.stdout[done.stdout.index("{") :]).values() for check in checks}


def verdict(said: Mapping[tuple[str, str], str], checks: tuple[str, ...], names: set[str]) -> str:
    """What Prowler says: FAIL where one of the checks fails, `-` where it says nothing of the resource."""
    found = {said[c, n] for c in checks for n in names if (c, n) in said}
    return "FAIL" if "FAIL" in found else "PASS" if "PASS" in found else "-"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--prowler", default="prowler")
    prowler = parser.parse_args().prowler
    rules = {r.id: r for r in built_in()}
    known = known_checks(prowler)
    services = ("iam_", "s3_", "ec2_", "sqs_", "sns_", "kms_", "dynamodb_", "awslambda_", "rds_", "vpc_")
    checks = sorted({c for r in rules.values() for c in r.prowler if c in known and c.startswith(services)})
    with moto_server() as server, slow_proxy(server, 0) as (url, counted), tempfile.TemporaryDirectory() as name:
        folder, aws = Path(name), session_for(server)
        (folder / "terraform.tfstate").write_text(build(aws))
        tamper(aws)
        more(aws)
        drifted, seconds, requests = drift_says(url, folder, counted)
        said, their_seconds, their_requests = prowler_says(prowler, checks, url, folder, counted)
    rows: dict[str, list[str]] = defaultdict(list)
    for d in drifted:
        names = {str(n) for n in (d["id"], d["name"], d["arn"]) if n} | {str(d["id"]).split("/")[-1]}
        for f in d["findings"]:
            mine = tuple(c for c in rules[f["rule"]].prowler if c in checks)
            if not mine or f["verdict"] == "unknown":
                continue
            theirs = verdict(said, mine, names)
            ours = "FAIL" if f["verdict"] == "fail" else "PASS"
            state = "the same" if ours == theirs else "Prowler says nothing" if theirs == "-" else "different"
            why = next((w for r, w in EXPLAINED.items() if f["rule"].startswith(r)), "?") if ours != theirs else ""
            rows[state].append(f"| `{f['rule']}` | {d['type']} {d['id']} | {ours}, {f['effect']} | {theirs} | {why} |")
    print("| rule | resource | drift | Prowler | why they differ |\n|---|---|---|---|---|")  # noqa: T201
    for state in ("the same", "different", "Prowler says nothing"):
        print("\n".join(sorted(rows[state])))  # noqa: T201
    print({state: len(found) for state, found in rows.items()})  # noqa: T201
    print(f"drift:   {seconds:.1f} s, {requests} requests, {sum(len(d['findings']) for d in drifted)} findings")  # noqa: T201
    print(f"Prowler: {their_seconds:.1f} s, {their_requests} requests, {len(checks)} checks")  # noqa: T201


if __name__ == "__main__":
    main()
