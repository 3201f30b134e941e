"""A configuration that a stranger wrote reaches the files of its checkout, and nothing else of the machine."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from drift.desired.hcl.configured import Configuration
from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.model.bounds import VARIABLE

SECRET = "canary-of-the-machine"
Tree = Callable[[dict[str, str]], Path]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """Writes files below `checkout`, a repository beside a secret; gives its root module, `checkout/envs/prod`."""

    def write(files: dict[str, str]) -> Path:
        root = tmp_path / "checkout"
        (root / ".git").mkdir(parents=True)
        (root / ".git/config").write_text(f"token = {SECRET}")
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside/secret").write_text(SECRET)
        (tmp_path / "outside/main.tf").write_text(f'output "o" {{\n  value = "{SECRET}"\n}}\n')
        (tmp_path / "outside/values.tfvars").write_text(f'v = "{SECRET}"\n')
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return root / "envs/prod"

    monkeypatch.setenv("DRIFT_CACHE", "off")
    return write


def parameter(value: str, rest: str = "") -> str:
    return f'{rest}\nresource "aws_ssm_parameter" "p" {{\n  name = "p"\n  type = "String"\n  value = {value}\n}}\n'


def shown(root: Path) -> tuple[Configuration, str]:
    found = Sources(root, Given(environment={})).evaluated()
    return found, repr([(i.values, i.derived) for i in found.instances.values()]) + repr(found.warnings)


def test_no_link_stands_for_what_the_installer_wrote(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest of modules that the repository brings, by way of a link to where another's is."""
    root = tree({"envs/prod/main.tf": 'module "m" {\n  source = "a/b/c"\n}\n', "envs/prod/.terraform/x": ""})
    outside = root.parents[2] / "outside"
    modules = [{"Key": "m", "Source": "a/b/c", "Dir": "../../../outside"}]
    (outside / "modules.json").write_text(json.dumps({"Modules": modules}))
    (root / ".terraform/modules").symlink_to(outside)
    assert [u.reason for u in shown(root)[0].unresolved] == ["a/b/c is outside the checkout: drift does not read it"]

    (outside / "modules").mkdir()
    (outside / "modules.json").rename(outside / "modules/modules.json")
    (outside / "main.tf").rename(outside / "modules/main.tf")
    (outside / "modules/modules.json").write_text(
        json.dumps({"Modules": [{**modules[0], "Dir": str(outside / "modules")}]})
    )
    monkeypatch.setenv("TF_DATA_DIR", str(outside))
    assert shown(root)[0].unresolved == ()


@pytest.mark.parametrize("source", ["../../..", "../../../outside", "../../../../../../../../../..", "./link"])
@pytest.mark.parametrize("path", ["outside/secret", "proc/self/environ", "etc/passwd", "secret", "../outside/secret"])
def test_no_module_opens_the_disk(tree: Tree, source: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", SECRET)
    where = 'module "root" {\n  source = "' + source + '"\n}\n'
    root = tree({"envs/prod/main.tf": parameter(f'file("{source}/{path}")', where)})
    (root / "link").symlink_to("../../../outside")
    found, text = shown(root)
    assert SECRET not in text
    assert "root:x:" not in text
    (unresolved,) = found.unresolved
    assert "outside the checkout" in unresolved.reason


@pytest.mark.parametrize(
    "path",
    [
        "../../.git/config",
        "../../../outside/secret",
        "link",
        ".terraform/terraform.tfstate",
        "terraform.tfstate",
        "/proc/self/environ",
    ],
)
def test_no_file_of_credentials_is_read(tree: Tree, path: str) -> None:
    where = 'module "root" {\n  source = "../.."\n}\n'
    states = dict.fromkeys(("envs/prod/.terraform/terraform.tfstate", "envs/prod/terraform.tfstate"), SECRET)
    root = tree({"envs/prod/main.tf": parameter(f'file("{path}")', where), "x.tf": "", **states})
    (root / "link").symlink_to("../../../outside/secret")
    found, text = shown(root)
    assert SECRET not in text
    assert not found.unresolved


def test_links_out_of_the_checkout_are_no_configuration(tree: Tree, tmp_path: Path) -> None:
    root = tree({"envs/prod/main.tf": parameter("var.v", 'variable "v" {}\n')})
    (root / "more.tf").symlink_to(tmp_path / "outside/main.tf")
    (root / "x.auto.tfvars").symlink_to(tmp_path / "outside/values.tfvars")
    _found, text = shown(root)
    assert SECRET not in text
    assert text.count("the link leads outside the checkout") == 2
    given = Sources(root, Given(files=(root / "x.auto.tfvars",), environment={})).evaluated()
    assert given.instances["aws_ssm_parameter.p"].values["value"] == SECRET, "the command line names what it likes"


def test_the_manifest_of_modules_does_not_lead_out(tree: Tree) -> None:
    manifest = '{"Modules": [{"Key": "m", "Dir": "../../../outside"}]}'
    root = tree(
        {
            "envs/prod/main.tf": parameter("module.m.o", 'module "m" {\n  source = "registry/m/aws"\n}\n'),
            "envs/prod/.terraform/modules/modules.json": manifest,
        }
    )
    found, text = shown(root)
    assert SECRET not in text
    assert len(found.unresolved) == 1


def test_what_is_in_the_checkout_is_read(tree: Tree) -> None:
    where = 'module "m" {\n  source = "../../modules/m"\n}\nmodule "n" {\n  source = "registry/n/aws"\n}\n'
    root = tree(
        {
            "envs/prod/main.tf": parameter('"${module.m.text} ${module.n.text}"', where),
            "modules/m/main.tf": 'output "text" {\n  value = file("${path.module}/text")\n}\n',
            "modules/m/text": "in the checkout",
            "envs/prod/.terraform/modules/modules.json": '{"Modules": [{"Key": "n", "Dir": ".terraform/modules/n"}]}',
            "envs/prod/.terraform/modules/n/main.tf": 'output "text" {\n  value = file("${path.module}/text")\n}\n',
            "envs/prod/.terraform/modules/n/text": "installed",
        }
    )
    found, _ = shown(root)
    assert found.instances["aws_ssm_parameter.p"].values["value"] == "in the checkout installed"


def test_a_submodule_is_part_of_the_repository_that_has_it(tree: Tree) -> None:
    where = 'module "m" {\n  source = "../../modules/m"\n}\n'
    files = {
        "envs/prod/main.tf": parameter("module.m.text", where),
        "modules/m/main.tf": 'output "text" {\n  value = "x"\n}\n',
    }
    root = tree({**files, "envs/.git": "gitdir: ../.git/modules/envs\n"})
    found, _ = shown(root)
    assert found.instances["aws_ssm_parameter.p"].values["value"] == "x"
    (root.parent / ".git").write_text("gitdir: /elsewhere/.git/worktrees/envs\n")
    found, _ = shown(root)
    assert "outside the checkout" in found.unresolved[0].reason


def test_without_a_checkout_modules_are_read_and_their_files_are_not(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m/main.tf").write_text(
        'output "a" {\n  value = "text"\n}\noutput "b" {\n  value = file("${path.module}/x")\n}\n'
    )
    (tmp_path / "m/x").write_text(SECRET)
    (tmp_path / "root").mkdir()
    (tmp_path / "root/main.tf").write_text(
        parameter("module.m.a", 'module "m" {\n  source = "../m"\n}\noutput "o" {\n  value = module.m.b\n}\n')
    )
    found, text = shown(tmp_path / "root")
    assert found.instances["aws_ssm_parameter.p"].values["value"] == "text"
    assert SECRET not in text


# --- fileset: each seen with Terraform 1.11.4 -------------------------------------------------------------------


@pytest.fixture
def linked(tree: Tree) -> Path:
    root = tree({f"envs/prod/{name}": "x" for name in ("real/a.txt", "real/deep/b.txt", "top.txt", ".hid/h.txt")})
    (root / "link").symlink_to("real")
    (root / "flink.txt").symlink_to("top.txt")
    os.mkfifo(root / "pipe.txt")
    plugin = root / ".terraform/providers/registry.terraform.io/hashicorp/aws/6.0.0"
    plugin.mkdir(parents=True)
    (plugin / "linux_amd64").symlink_to("../../../../../../../../../../outside")
    return root


def names(root: Path, pattern: str) -> list[str] | None:
    text = f'join(",", fileset(path.module, "{pattern}"))'
    (root / "main.tf").write_text(parameter(text))
    value = Sources(root, Given(environment={})).evaluated().instances["aws_ssm_parameter.p"].values["value"]
    return value.split(",") if isinstance(value, str) else None


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.txt", ["flink.txt", "top.txt"]),
        ("*/*.txt", [".hid/h.txt", "link/a.txt", "real/a.txt"]),
        ("**/b.txt", ["link/deep/b.txt", "real/deep/b.txt"]),
        ("link/**", ["link/a.txt", "link/deep/b.txt"]),
        ("{link,real}/*.txt", ["link/a.txt", "real/a.txt"]),
        ("link/deep/b.txt", ["link/deep/b.txt"]),
    ],
)
def test_a_set_of_files_follows_links(linked: Path, pattern: str, found: list[str]) -> None:
    assert names(linked, pattern) == found


def test_links_that_do_not_matter_do_not_matter(linked: Path) -> None:
    (linked / "real/loop").symlink_to("../real")
    (linked / "broken.json").symlink_to("nowhere")
    assert names(linked, "*.txt") == ["flink.txt", "top.txt"]
    assert names(linked, "**/*.txt") is None, "the loop holds some"
    assert names(linked, "*.json") is None, "Terraform fails at a link to nothing that matches"
    assert names(linked, "**/secret") is None, "a file outside the checkout matches, by a link"


def test_a_set_of_files_is_bounded(linked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "files=3")
    assert names(linked, "**/b.txt") is None
