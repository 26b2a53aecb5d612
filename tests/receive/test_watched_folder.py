"""A watched folder, looked through at times that are given: what is taken, what is left, what is refused with its reason."""

import os
from pathlib import Path

import pytest

from doseloop.receive.archive_limits import ArchiveLimits
from doseloop.receive.intake import Intake
from doseloop.receive.watched_folder import WatchedFolder
from doseloop.roles.data_folder import DataFolder
from doseloop.simulate.day import objects
from doseloop.store.inbox import Inbox, Origin
from doseloop.store.models import DoseObjectRow
from tests.receive.archives import dicomdir, zipped

OBJECTS = objects(2, 1)


class Watching:
    """A watched folder with a clock of its own: each look is ten seconds after the one before."""

    def __init__(self, folder: DataFolder, root: Path, *, keeps: bool = False, floor_bytes: int = 0) -> None:
        root.mkdir(exist_ok=True)
        self.root, self.spool, self.now_s = root, folder.spool, 0.0
        inbox = Inbox(folder.spool, 10**6, floor_bytes)
        self.watched = WatchedFolder(
            root, Intake(inbox, Origin("folder", root.name), ArchiveLimits(10, 10**8, 100)), 5, keeps
        )

    def look(self, after_s: float = 10) -> int:
        self.now_s += after_s
        return self.watched.look_through(self.now_s)

    def look_until_settled(self) -> None:
        self.look()
        self.look()

    @property
    def left(self) -> set[str]:
        every = self.root.rglob("*")
        return {str(path.relative_to(self.root)) for path in every if path.is_symlink() or not path.is_dir()}

    @property
    def spooled(self) -> list[bytes]:
        return [path.read_bytes() for path in self.spool.iterdir() if len(path.name) == 64]


@pytest.fixture
def watching(folder: DataFolder, tmp_path: Path) -> Watching:
    return Watching(folder, tmp_path / "export")


def test_a_file_is_taken_and_removed_once_it_has_not_changed_for_the_settle_time(watching: Watching) -> None:
    file = watching.root / "a.dcm"
    file.write_bytes(OBJECTS[0][:100])
    assert watching.look() == 0
    file.write_bytes(OBJECTS[0])
    assert [watching.look(), watching.look(4.9), watching.look(0.1)] == [0, 0, 1]
    assert (watching.spooled, watching.left) == ([OBJECTS[0]], set())
    assert set(DoseObjectRow.objects.values_list("way_in", "peer_ae")) == {("folder", "export")}


def test_a_file_that_is_kept_moves_to_taken(folder: DataFolder, tmp_path: Path) -> None:
    watching = Watching(folder, tmp_path / "export", keeps=True)
    for name in ("one/a.dcm", "two/a.dcm"):
        (watching.root / name).parent.mkdir()
        (watching.root / name).write_bytes(OBJECTS[0])
    watching.look_until_settled()
    assert watching.left == {"taken/a.dcm", "taken/a.dcm.2"}
    assert watching.look() == 0


@pytest.mark.parametrize("name", [".hidden", "a.dcm.part", "a.TMP", "a.filepart", ".sync/a.dcm"])
def test_a_name_of_passage_is_left_until_it_is_renamed(watching: Watching, name: str) -> None:
    (watching.root / name).parent.mkdir(exist_ok=True)
    (watching.root / name).write_bytes(OBJECTS[0])
    watching.look_until_settled()
    assert watching.left == {name}
    (watching.root / name).rename(watching.root / "a.dcm")
    watching.look_until_settled()
    assert watching.left == set()


def test_what_is_refused_moves_aside_with_its_reason(watching: Watching) -> None:
    (watching.root / "large.dcm").write_bytes(bytes(10**6 + 1))
    watching.look_until_settled()
    assert watching.left == {"refused/large.dcm", "refused/large.dcm.reason.txt"}
    reason = (watching.root / "refused" / "large.dcm.reason.txt").read_text()
    assert "[object-too-large]" in reason
    assert "Raise `max_object_bytes`" in reason


def test_of_an_archive_the_sound_entries_are_taken_and_each_other_has_its_reason(watching: Watching) -> None:
    (watching.root / "cd.zip").write_bytes(zipped({"../up": OBJECTS[0], "good": OBJECTS[1], "/abs": b""}))
    watching.look_until_settled()
    assert watching.spooled == [OBJECTS[1]]
    reason = (watching.root / "refused" / "cd.zip.reason.txt").read_text()
    assert reason.count("[unsafe-entry]") == 2


def test_links_are_moved_aside_and_not_followed(watching: Watching, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"canary")
    (watching.root / "link").symlink_to(tmp_path / "secret")
    (watching.root / "way").symlink_to(tmp_path)
    watching.look_until_settled()
    assert watching.spooled == []
    assert (tmp_path / "secret").read_bytes() == b"canary"
    assert {name for name in watching.left if not name.endswith(".txt")} == {"refused/link", "refused/way"}


def test_a_dicomdir_is_taken_as_an_index_and_refused_where_it_leads_out(watching: Watching) -> None:
    dicomdir(watching.root / "DICOMDIR", [["A"]])
    (watching.root / "A").write_bytes(OBJECTS[0])
    watching.look_until_settled()
    assert (watching.spooled, watching.left) == ([OBJECTS[0]], set())
    dicomdir(watching.root / "DICOMDIR", [["..", "A"]])
    watching.look_until_settled()
    assert "refused/DICOMDIR" in watching.left


def test_a_full_disk_leaves_the_file_where_it_is(folder: DataFolder, tmp_path: Path) -> None:
    full = Watching(folder, tmp_path / "export", floor_bytes=2**62)
    (full.root / "a.dcm").write_bytes(OBJECTS[0])
    for _ in range(4):
        full.look()
    assert (full.left, full.spooled) == ({"a.dcm"}, [])
    freed = Watching(folder, tmp_path / "export")
    freed.look_until_settled()
    assert (freed.left, freed.spooled) == (set(), [OBJECTS[0]])


def test_a_file_that_was_taken_before_a_kill_is_taken_again_and_known(watching: Watching) -> None:
    (watching.root / "a.dcm").write_bytes(OBJECTS[0])
    os.chmod(watching.root, 0o700)
    watching.look_until_settled()
    (watching.root / "a.dcm").write_bytes(OBJECTS[0])
    watching.look_until_settled()
    assert watching.left == set()
    assert list(DoseObjectRow.objects.values_list("receipts", flat=True)) == [2]


def test_a_folder_that_is_gone_for_a_while_is_looked_through_again(watching: Watching) -> None:
    watching.root.rename(watching.root.with_name("away"))
    assert watching.look() == 0
    watching.root.with_name("away").rename(watching.root)
    (watching.root / "a.dcm").write_bytes(OBJECTS[0])
    watching.look_until_settled()
    assert watching.spooled == [OBJECTS[0]]
