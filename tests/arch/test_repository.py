"""What is committed names no registry, no secret and no one's machine."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

# Written in parts, so that this file does not name what it forbids.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs", "org"), ("registry", "yarnpkg", "com"),
        ("npmmirror", "com"), ("jsr", "io"), ("crates", "io"), ("proxy", "golang", "org"), ("deb", "debian", "org"),
        ("binaries", "soliditylang", "org"),
    )
]  # fmt: skip
SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[baprs]-[A-Za-z0-9-]{10}"
    r"|AIza[0-9A-Za-z_-]{35}|sk-[A-Za-z0-9]{32}"
)
PLACES = re.compile("/" + r"(work|root|tmp/plan|opt/pypi)/|/" + r"home/[a-z]")


def _texts(files: tuple[Path, ...]) -> list[tuple[Path, str]]:
    found = []
    for path in files:
        try:
            found.append((path, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def test_no_file_names_a_registry(kept_files: tuple[Path, ...]) -> None:
    guilty = [(path.name, host) for path, text in _texts(kept_files) for host in REGISTRIES if host in text]
    assert not guilty


def test_no_file_holds_a_secret(kept_files: tuple[Path, ...]) -> None:
    assert not [path for path, text in _texts(kept_files) if SECRETS.search(text)]


def test_no_file_names_a_place_on_one_machine(kept_files: tuple[Path, ...]) -> None:
    guilty = [path for path, text in _texts(kept_files) if PLACES.search(text) and path != Path(__file__)]
    assert not guilty


def test_requirements_are_locked_with_hashes(root: Path) -> None:
    for name in ("run.txt", "dev.txt", "build.txt"):
        entries = re.split(r"\n(?=[A-Za-z0-9])", (root / "requirements" / name).read_text())
        pins = [entry for entry in entries if not entry.startswith("#")]
        assert pins, name
        assert all("==" in entry.split("\n")[0] and "--hash=sha256:" in entry for entry in pins), name


PERMISSIVE = ("MIT", "ISC", "Apache-2.0", "BSD-", "BlueOak", "WTFPL")
# Their package.json says nothing; their licence files do.
UNSAID = {"jmespath": "Apache-2.0", "xmlhttprequest-ssl": "MIT"}


def test_npm_packages_are_locked_with_digests(root: Path) -> None:
    lock = json.loads((root / "requirements" / "npm" / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name
        licence = entry.get("license") or UNSAID.get(name.rpartition("/")[2], "")
        assert licence.lstrip("(").startswith(PERMISSIVE), f"{name}: {licence}"


def test_direct_dependencies_are_in_the_lock(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    for name, wanted in (
        ("run.txt", project["project"]["dependencies"]),
        ("dev.txt", project["project"]["dependencies"] + project["dependency-groups"]["dev"]),
    ):
        text = (root / "requirements" / name).read_text().lower().replace("_", "-")
        for requirement in wanted:
            package = re.split(r"[<>=\[;]", requirement)[0].strip().lower().replace("_", "-")
            assert re.search(rf"^{re.escape(package)}(\[[^\]]*\])?==", text, re.MULTILINE), f"{package} not in {name}"


def test_the_papers_are_there(root: Path) -> None:
    for name in ("README.md", "LICENSE", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"):
        assert (root / name).stat().st_size > 300, name


def test_the_package_ships_every_source_folder(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == {
        "studio", "player", "services", "contracts", "resources"
    }  # fmt: skip
