"""The lock file is that of requirements.txt: every package pinned, with hashes, from wherever pip looks."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([\w.\-]+)==(\S+)", re.MULTILINE)


def pins(file: str) -> dict[str, str]:
    return {name.lower().replace("_", "-"): version for name, version in PIN.findall((ROOT / file).read_text())}


def test_it_has_what_is_required():
    wanted, locked = pins("requirements.txt"), pins("deploy/requirements.lock")
    assert len(wanted) > 10 and {name: locked.get(name) for name in wanted} == wanted


def test_every_package_has_hashes_and_no_address():
    text = (ROOT / "deploy/requirements.lock").read_text()
    entries = [part for part in re.split(r"\n(?=\S)", text) if not part.startswith("#")]
    assert len(entries) >= len(pins("deploy/requirements.lock"))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_server_s_own_packages_are_in_it():
    assert {"starlette", "uvicorn", "python-multipart", "pyarrow", "protobuf", "jinja2"} <= pins(
        "deploy/requirements.lock"
    ).keys()
