"""A draft takes its name whole and durably, or leaves nothing."""

from pathlib import Path

import pytest

from doseloop.store.durable import draft, sweep
from tests.chaos.filesystems import Remembers


def test_what_has_a_name_first_keeps_it_and_no_draft_is_left(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        with draft("keys", tmp_path) as arriving:
            arriving.write(content)
            arriving.become(tmp_path / "key", first=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"key": b"first"}


def test_what_took_no_name_is_removed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), draft("keys", tmp_path) as arriving:
        arriving.write(b"half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("first", [True, False])
def test_a_power_cut_leaves_the_whole_file_once_it_has_its_name(tmp_path: Path, first: bool) -> None:
    files = Remembers(lambda: None)
    with draft("keys", tmp_path, files) as arriving:
        arriving.write(b"whole")
        arriving.become(tmp_path / "key", first=first)
        assert files.left(contents=False, names=False).files[tmp_path / "key"] == b"whole"


def test_a_sweep_removes_drafts_and_nothing_else(tmp_path: Path) -> None:
    for name in ("draft-1", "draft-2", "key"):
        (tmp_path / name).touch()
    assert sweep(tmp_path) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
