"""The operator's list of accounts that are not paid."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.host.node_settings import SettingsError, read_settings
from services.node.kyc.sanctions import read_sanctions

ONE, TWO = "0x" + "a1" * 20, "0x" + "B2" * 20


def test_a_list_has_one_account_a_line_and_comments(tmp_path: Path) -> None:
    file = tmp_path / "list"
    file.write_text(f"# of November\n{ONE}  # seized\n\n{TWO}\n{ONE}\n")
    assert read_sanctions(file) == {ONE, TWO.lower()}
    assert read_settings({"sanctions": str(file)}, {}, None).sanctions == {ONE, TWO.lower()}


@pytest.mark.parametrize(("content", "said"), [("0x12\n", "line 1"), (f"{ONE}\n{ONE} {TWO}\n", "line 2")])
def test_a_bad_line_is_named_and_nothing_starts(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "list"
    file.write_text(content)
    with pytest.raises(SettingsError, match=said):
        read_settings({"sanctions": str(file)}, {}, None)


def test_a_list_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="sanctions names"):
        read_settings({"sanctions": str(tmp_path / "none")}, {}, None)
