"""A pooled month shared out from files, and checked by somebody else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from services.node_cli.__main__ import main
from services.sharing.model import load_model

FEES = "subscriber,fee,trust\nann,9990000,4\nbo,9990000,4\ncy,9990000,2\n"
OWNERS = "owner,length\n0xbb,600\n0xaa,60\n"
WATCHING = "subscriber,owner,seconds,days\nann,0xaa,600,3\nann,0xbb,600,3\nbo,0xbb,9000,9\ncy,0xaa,60,1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("fees", FEES), ("owners", OWNERS), ("watching", WATCHING)):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return captured.out + captured.err


def test_a_month_is_shared_out_and_anybody_can_check_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["allocate", str(folder)]) == 0
    assert said(capsys).splitlines()[0] == "$22.477500 of $29.970000 go to 2 creators, by museshare-1."
    record = json.loads((folder / "allocation.json").read_text())
    sums = {name: int(value) for name, value in record["sums"].items()}
    assert sums["fees"] == sums["platform"] + sums["earned"] + sums["withheld"] + sums["held"] == 29_970_000
    assert sums["withheld"] == 4_495_500
    assert {owner: found["watchers"] for owner, found in record["owners"].items()} == {"0xaa": 2, "0xbb": 2}
    assert main(["allocate", str(folder), "--check"]) == 0


def test_the_order_of_rows_does_not_matter_and_a_changed_row_does(folder: Path) -> None:
    assert main(["allocate", str(folder)]) == 0
    head, *rows = WATCHING.splitlines()
    (folder / "watching.csv").write_text("\n".join([head, *reversed(rows), ""]))
    assert main(["allocate", str(folder), "--check"]) == 0
    (folder / "watching.csv").write_text(WATCHING.replace("ann,0xaa,600", "ann,0xaa,660"))
    assert main(["allocate", str(folder), "--check"]) == 1


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("fees", "subscriber,fee\nann,1\n", "fees.csv must begin with the line subscriber,fee,trust"),
        ("fees", FEES + "ann,5,4\n", "fees.csv names somebody twice"),
        ("owners", OWNERS + "0xcc,-3\n", "owners.csv, line 4: not owner, length in whole numbers"),
        ("watching", WATCHING + "zoe,0xaa,1,1\n", "watching.csv names 'zoe', whom no other file names"),
        ("watching", WATCHING + "bo,0xbb,1,1\n", "a subscriber and an owner have two rows"),
        ("watching", WATCHING + "bo,0xaa,1e3,1\n", "watching.csv, line 6"),
        ("watching", WATCHING + "bo,0xaa,9999999,1\n", "seconds must lie between 0 and 2678400"),
        ("watching", WATCHING + "bö,0xaa,1,1\n", "'ascii' codec can't decode"),
    ],
)
def test_a_bad_file_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, sentence: str
) -> None:
    (folder / f"{name}.csv").write_text(text)
    assert main(["allocate", str(folder)]) == 1
    assert sentence in said(capsys)
    assert not (folder / "allocation.json").exists()


def test_a_missing_file_and_an_unusable_model_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = load_model()
    for text in ("{", "[]", model.text.replace("1/10", "1/5"), model.text.replace("32768", "-1")):
        (folder / "model.json").write_text(text)
        assert main(["allocate", str(folder)]) == 1
    assert "cannot be shared out" in said(capsys)
    # Another model gives another month, and its name and digest stand in the record.
    (folder / "model.json").write_text(replace(model, name="museshare-2", version=2, days_weight=1 << 16).text)
    assert main(["allocate", str(folder)]) == 0
    record = json.loads((folder / "allocation.json").read_text())
    assert (record["model"]["name"], "model.json" in record["inputs"]) == ("museshare-2", True)
    (folder / "model.json").unlink()
    assert main(["allocate", str(folder), "--check"]) == 1
    (folder / "fees.csv").unlink()
    assert main(["allocate", str(folder)]) == 1
    assert "fees.csv" in said(capsys)


def test_ways_of_sharing_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate-sharing", "--subscribers", "2000", "--out", str(tmp_path)]) == 0
    table = {line.split(" | ")[0]: line for line in said(capsys).splitlines() if line.startswith("| ")}
    mean = {method: float(line.split(" | ")[-2]) for method, line in table.items() if line[-4].isdigit()}
    assert mean["| museshare-1"] < mean["| by subscriber, days"] < mean["| pro rata, seconds"]
    assert (tmp_path / "sharing.svg").read_text().startswith("<svg")
    assert main(["evaluate-sharing", "--subscribers", "3"]) == 1
