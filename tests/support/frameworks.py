"""The control lists in drift/providers/aws/frameworks, made from what others publish.

python -m tests.support.frameworks PROWLER COMPLIANCE

PROWLER is a clone of prowler-cloud/prowler, COMPLIANCE one of turbot/steampipe-mod-aws-compliance. Facts alone are taken:
the ids of controls, their titles in short, and which checks of Prowler each consists of. What is known to be wrong there
is put right here, with the source.
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "drift" / "providers" / "aws" / "frameworks"
COMPLIANCE = "prowler/compliance/aws/"
SHORT = 110
"""Characters of a title at most."""

CIS = {"1.4": "1.4.0", "3": "3.0.0", "4": "4.0.1", "5": "5.0.0", "6": "6.0.0", "7": "7.0.0"}
"""Major version -> the benchmark as published."""
BROAD = {
    "pci-4": ("pci_4.0", "PCI DSS", "4.0"),
    "soc-2": ("soc2", "SOC 2, the AICPA's trust services criteria", "2017"),
    "nist-800-53-r5": ("nist_800_53_revision_5", "NIST SP 800-53", "revision 5"),
    "iso-27001": ("iso27001_2022", "ISO/IEC 27001, annex A", "2022"),
}
"""Id -> file, title, version of the frameworks that say what is to be reached and not how."""

HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html"
OUTSIDE = frozenset(
    {
        "CloudTrail.3", "CloudTrail.6", "CloudTrail.7", "DynamoDB.4", "EC2.12", "EC2.13", "EC2.14", "EC2.28", "ELB.16",
        "IAM.9", "IAM.10", "IAM.18", "IAM.19", "IAM.22", "IAM.26", "IAM.28", "KMS.4", "Lambda.3", "MQ.5", "MQ.6", "MSK.2", "NetworkFirewall.1", "OpenSearch.11", "RDS.26", "S3.7", "S3.14", "S3.15",
        "S3.17", "S3.20", "WAF.11",
    }
)  # fmt: skip
"""Controls of Security Hub that are no part of FSBP but of its CIS, PCI or NIST standard."""
RETIRED = {
    "EC2.22": "Unused security groups should be removed",
    "S3.10": "Buckets with versioning should have lifecycle",
}
"""Controls that Security Hub no longer has, whatever the lists say."""
CASE = {
    "acm": "ACM", "apigateway": "APIGateway", "account": "Account", "appsync": "AppSync", "athena": "Athena",
    "autoscaling": "AutoScaling", "backup": "Backup", "cloudformation": "CloudFormation", "cloudfront": "CloudFront",
    "codebuild": "CodeBuild", "cognito": "Cognito", "config": "Config", "connect": "Connect", "datafirehose": "DataFirehose",
    "datasync": "DataSync", "dms": "DMS", "docdb": "DocumentDB", "ec2": "EC2", "efs": "EFS", "elb": "ELB", "emr": "EMR",
    "fsx": "FSx", "glue": "Glue", "guardduty": "GuardDuty", "inspector": "Inspector", "kinesis": "Kinesis", "mq": "MQ",
    "msk": "MSK", "networkfirewall": "NetworkFirewall", "pca": "PCA", "rds": "RDS", "redshift": "Redshift",
    "redshiftserverless": "RedshiftServerless", "s3": "S3", "sagemaker": "SageMaker", "servicecatalog": "ServiceCatalog",
    "sfn": "StepFunctions", "sqs": "SQS", "ssm": "SSM", "transfer": "Transfer", "workspaces": "WorkSpaces",
}  # fmt: skip
"""How Security Hub writes a service that Prowler's list does not have."""
ALSO = {
    "EFS.7": "EFS file systems should have automatic backups enabled",
    "S3.2": "S3 general purpose buckets should block public read access",
    "S3.3": "S3 general purpose buckets should block public write access",
    "IAM.18": "Ensure a support role has been created to manage incidents with AWS Support",
    "IAM.28": "IAM Access Analyzer external access analyzer should be enabled",
    "MQ.5": "ActiveMQ brokers should use active/standby deployment mode",
    "MQ.6": "RabbitMQ brokers should use cluster deployment mode",
    "NetworkFirewall.1": "Network Firewall firewalls should be deployed across multiple Availability Zones",
    "OpenSearch.11": "OpenSearch domains should have at least three dedicated primary nodes",
}


class Clone:
    """A git repository of which files are read."""

    def __init__(self, path: str) -> None:
        self._path = path

    def _git(self, *words: str) -> str:
        return subprocess.run(["git", "-C", self._path, *words], capture_output=True, text=True, check=True).stdout

    @property
    def day(self) -> str:
        """When its last commit was made: an ISO date."""
        return self._git("log", "-1", "--format=%cs").strip()

    def text(self, path: str) -> str:
        """A file."""
        return self._git("show", f"HEAD:{path}")

    def files(self, under: str) -> list[str]:
        """The files in a folder."""
        return self._git("ls-tree", "-r", "--name-only", "HEAD", under).split()

    @functools.cached_property
    def checks(self) -> list[str]:
        """The checks that Prowler has."""
        found = self.files("prowler/providers/aws/services")
        return sorted(p.split("/")[-2] for p in found if p.endswith(".metadata.json"))

    def requirements(self, name: str) -> list[dict[str, Any]]:
        """The requirements of one of Prowler's frameworks, without checks that it does not have."""
        found: list[dict[str, Any]] = json.loads(self.text(f"{COMPLIANCE}{name}_aws.json"))["Requirements"]
        return [{**one, "Checks": [c for c in one["Checks"] if c in self.checks]} for one in found]


def short(title: str) -> str:
    """A title of which the first sentence is kept, and no more than fits."""
    first = re.split(r"(?<=[a-z])[.;] |\n", " ".join(title.split()))[0].rstrip(". ")
    return first if len(first) <= SHORT else first[: SHORT - 1].rsplit(" ", 1)[0] + "…"


def cis(prowler: Clone, major: str) -> Iterator[dict[str, Any]]:
    """The controls of one version of the benchmark, in its order."""
    found = prowler.requirements(f"cis_{major if '.' in major else major + '.0'}")
    ids: list[str] = []
    for one in found:
        # a number that lost its last zero: 1.10 after 1.9
        ids.append(one["Id"] + "0" if one["Id"] in ids else one["Id"])
    for id_, one in sorted(zip(ids, found, strict=True), key=lambda p: numbers(p[0])):
        manual = one["Attributes"][0]["AssessmentStatus"] == "Manual"
        yield control(id_, one["Description"], one["Checks"], manual=manual)


def broad(prowler: Clone, name: str) -> Iterator[dict[str, Any]]:
    """The controls of a framework; of PCI those that Prowler's numbers are part of."""
    out: dict[str, dict[str, Any]] = {}
    for one in prowler.requirements(name):
        if name == "pci_4.0":
            id_, _, title = one["Attributes"][0]["Section"].partition(": ")
        elif name == "soc2":
            id_, _, title = one["Name"].partition(" ")
        elif name == "iso27001_2022":
            id_, title = one["Id"], one["Name"]
        else:
            of_number = re.search(r"[A-Z]{2}-\d+(?:\(\w+\))*", one["Name"])
            assert of_number, one["Name"]
            whole = one["Attributes"][0].get("SubSection") or one["Attributes"][0]["Section"]
            id_, title = of_number[0], one["Name"].replace(of_number[0], "").strip(" ()") or whole
        known = out.setdefault(id_, control(id_, title, ()))
        known["checks"] = sorted({*known["checks"], *one["Checks"]})
    yield from (out[id_] for id_ in sorted(out, key=numbers))


def hub(prowler: Clone, compliance: Clone) -> Iterator[dict[str, Any]]:
    """Every control of Security Hub that one of the two knows."""
    found = {one["Id"].replace("PrivateCertificateAuthority", "PCA"): one["Name"] for one in
             prowler.requirements("aws_foundational_security_best_practices")}  # fmt: skip
    pattern = re.compile(r'control "foundational_security_([a-z0-9]+)_(\d+)" \{\s*title\s*=\s*"\d+ (.*)"')
    for file in compliance.files("foundational_security"):
        for service, number, title in pattern.findall(compliance.text(file)) if file.endswith(".pp") else ():
            name = next((i.split(".")[0] for i in found if i.split(".")[0].lower() == service), CASE.get(service, ""))
            assert name, service
            found.setdefault(f"{name}.{number}", title)
    for id_, title in sorted({**found, **ALSO, **RETIRED}.items(), key=lambda p: (p[0].split(".")[0], numbers(p[0]))):
        yield control(id_, title.removeprefix("[RETIRED] "), (), retired=id_ in RETIRED)


def control(id_: str, title: str, checks: Iterable[str], **flags: bool) -> dict[str, Any]:
    """One control as the file has it."""
    return {"id": id_, "title": short(title), "checks": sorted(set(checks)), **{k: v for k, v in flags.items() if v}}


def numbers(id_: str) -> list[tuple[int, str]]:
    """What sorts 1.2 before 1.10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"[.\-()]+", id_)]


def write(name: str, head: Mapping[str, Any], controls: Iterable[Mapping[str, Any]]) -> None:
    """One file, a line for each control."""
    lines = ",\n".join("  " + json.dumps(c, ensure_ascii=False) for c in controls)
    top = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    (FOLDER / f"{name}.json").write_text(f'{top},\n "controls": [\n{lines}\n ]\n}}\n', encoding="utf-8")


def main(prowler: Clone, compliance: Clone) -> None:
    """Write every list."""
    FOLDER.mkdir(exist_ok=True)
    of_prowler = f"github.com/prowler-cloud/prowler, {COMPLIANCE}, {prowler.day}"
    for major, version in CIS.items():
        head = {
            "id": f"cis-v{major}",
            "title": "CIS AWS Foundations Benchmark",
            "version": version,
            "source": of_prowler,
        }
        write(head["id"], {**head, "told": True}, cis(prowler, major))
    for id_, (file, title, version) in BROAD.items():
        write(id_, {"id": id_, "title": title, "version": version, "source": of_prowler}, broad(prowler, file))
    all_of = list(hub(prowler, compliance))
    source = f"{HUB}; github.com/turbot/steampipe-mod-aws-compliance, {compliance.day}; {of_prowler}"
    for id_, title, outside in (
        ("fsbp", "AWS Foundational Security Best Practices", False),
        ("security-hub", "Security Hub controls of its other standards", True),
    ):
        mine = [c for c in all_of if (c["id"] in OUTSIDE or c["id"] in RETIRED) is outside]
        write(id_, {"id": id_, "title": title, "version": "1.0.0", "source": source, "told": True}, mine)
    text = json.dumps(
        {"source": f"github.com/prowler-cloud/prowler, {prowler.day}", "checks": prowler.checks}, indent=1
    )
    (FOLDER / "prowler-checks.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Clone(sys.argv[1]), Clone(sys.argv[2]))
