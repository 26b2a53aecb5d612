"""Files, ZIP and DICOMDIR: what is sound is taken, what is not is told, and nothing outside is read or written."""

import os
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doseloop.model.errors import (
    ArchiveTooLarge,
    DoseloopError,
    ObjectTooLarge,
    UnsafeEntry,
    UnusableArchive,
)
from doseloop.receive.archive_limits import ArchiveLimits
from doseloop.receive.files import files
from doseloop.receive.intake import Intake, Outcome
from doseloop.roles.data_folder import DataFolder
from doseloop.simulate.day import objects
from doseloop.store.inbox import Inbox, Origin
from tests.receive.archives import dicomdir, encrypted, zipped, zipped_link

OBJECTS = objects(3, 1)
STEPS = ["..", ".", "", "a", "A1", "C:", "\\", "etc", "outside.dcm", "\0", "con", "~", "/", "ä", "../outside.dcm"]
HOSTILE = st.lists(st.sampled_from(STEPS) | st.text(max_size=5), min_size=1, max_size=5)


class Taking:
    """An intake over a folder of its own, which takes paths."""

    def __init__(self, folder: DataFolder, entries: int = 1000, most: int = 10**8, ratio: int = 100) -> None:
        limits = ArchiveLimits(entries, most, ratio)
        self.spool = folder.spool
        self.intake = Intake(Inbox(folder.spool, 10**6, 0), Origin("ingest"), limits)

    def take(self, path: Path, *, follow: bool | None = None) -> list[Outcome]:
        follow = not path.is_dir() if follow is None else follow
        return [outcome for file in files(path) for outcome in self.intake.take(file, follow=follow)]

    def written(self, path: Path, content: bytes) -> list[Outcome]:
        path.write_bytes(content)
        return self.take(path)

    @property
    def spooled(self) -> int:
        return sum(len(path.name) == 64 for path in self.spool.iterdir())


@pytest.fixture
def taking(folder: DataFolder) -> Taking:
    return Taking(folder)


def taken(outcomes: list[Outcome]) -> list[bool]:
    return [outcome.receipt is not None for outcome in outcomes]


def refused(outcomes: list[Outcome]) -> list[type[Exception]]:
    return [type(outcome.error) for outcome in outcomes if outcome.error]


def test_each_object_of_a_zip_is_taken_and_named(taking: Taking, tmp_path: Path) -> None:
    packed = zipped({"PATIENT/1.dcm": OBJECTS[0], "PATIENT/2.dcm": OBJECTS[1], "PATIENT/": b""})
    outcomes = taking.written(tmp_path / "cd.zip", packed)
    assert [outcome.name for outcome in outcomes] == [f"{tmp_path}/cd.zip!PATIENT/{n}.dcm" for n in (1, 2)]
    assert taken(outcomes) == [True, True]
    assert taking.spooled == 2


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", "C:\\x", "..\\x", "\\\\host\\x", "a//b", "./x"])
def test_an_entry_whose_name_leads_out_is_refused_and_the_rest_is_taken(
    taking: Taking, tmp_path: Path, name: str
) -> None:
    outcomes = taking.written(tmp_path / "x.zip", zipped({name: OBJECTS[0], "good": OBJECTS[1]}))
    assert refused(outcomes) == [UnsafeEntry]
    assert taking.spooled == 1


def test_a_link_in_a_zip_is_refused(taking: Taking, tmp_path: Path) -> None:
    assert refused(taking.written(tmp_path / "x.zip", zipped_link("link", "/etc/passwd"))) == [UnsafeEntry]


def test_an_encrypted_entry_is_refused(taking: Taking, tmp_path: Path) -> None:
    outcomes = taking.written(tmp_path / "x.zip", encrypted(zipped({"a": OBJECTS[0]})))
    assert refused(outcomes) == [UnusableArchive]
    assert "encrypted" in str(outcomes[0].error)


@pytest.mark.parametrize(
    "inner", [zipped({"a": b"x"}), b"\x1f\x8b\x08" + bytes(600), bytes(257) + b"ustar\0" + bytes(300)]
)
def test_an_archive_within_an_archive_is_refused(taking: Taking, tmp_path: Path, inner: bytes) -> None:
    outcomes = taking.written(tmp_path / "x.zip", zipped({"inner": inner, "good": OBJECTS[0]}, zipfile.ZIP_STORED))
    assert refused(outcomes) == [UnusableArchive]
    assert taking.spooled == 1


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_method_that_inflates_without_limit_is_refused(taking: Taking, tmp_path: Path, method: int) -> None:
    assert refused(taking.written(tmp_path / "x.zip", zipped({"a": OBJECTS[0]}, method))) == [UnusableArchive]


def test_another_kind_of_archive_is_told(taking: Taking, tmp_path: Path) -> None:
    assert refused(taking.written(tmp_path / "x.gz", b"\x1f\x8b\x08" + bytes(600))) == [UnusableArchive]


def test_a_dicom_file_whose_preamble_looks_like_a_zip_is_an_object(taking: Taking, tmp_path: Path) -> None:
    assert taken(taking.written(tmp_path / "x", b"PK\x03\x04" + OBJECTS[0][4:])) == [True]


def test_as_many_entries_as_allowed_are_taken_and_of_one_more_none(folder: DataFolder, tmp_path: Path) -> None:
    taking = Taking(folder, entries=3)
    assert taken(taking.written(tmp_path / "at.zip", zipped({str(n): b"%d" % n for n in range(3)}))) == [True] * 3
    past = taking.written(tmp_path / "past.zip", zipped({str(n): b"%d" % n for n in range(4)}))
    assert refused(past) == [ArchiveTooLarge]
    assert taking.spooled == 3


def test_a_directory_longer_than_its_entries_need_is_not_read(folder: DataFolder, tmp_path: Path) -> None:
    """An end record (PKWARE APPNOTE 4.3.16) that declares one entry in a directory of 90 MB, in a file that is all holes."""
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 1, 1, 90 * 10**6, 1000, 0)
    with (tmp_path / "x.zip").open("wb") as file:
        file.write(b"PK\x03\x04")
        file.seek(90 * 10**6 + 1000)
        file.write(end)
    outcomes = Taking(folder, entries=100).take(tmp_path / "x.zip")
    assert refused(outcomes) == [ArchiveTooLarge]


def test_an_archive_that_inflates_to_the_limit_is_taken_and_past_it_it_stops(
    folder: DataFolder, tmp_path: Path
) -> None:
    content = {"a": os.urandom(600), "b": os.urandom(400)}
    assert taken(Taking(folder, most=1000).written(tmp_path / "at.zip", zipped(content))) == [True, True]
    assert refused(Taking(folder, most=999).written(tmp_path / "past.zip", zipped(content))) == [ArchiveTooLarge]


def test_an_entry_at_the_ratio_is_taken_and_past_it_it_stops_while_it_inflates(
    folder: DataFolder, tmp_path: Path
) -> None:
    packed = zipped({"bomb": bytes(500_000)})
    with zipfile.ZipFile(_written(tmp_path / "bomb.zip", packed)) as archive:
        ratio = -(-500_000 // archive.infolist()[0].compress_size)
    assert taken(Taking(folder, ratio=ratio).take(tmp_path / "bomb.zip")) == [True]
    outcomes = Taking(folder, ratio=ratio - 1).take(tmp_path / "bomb.zip")
    assert refused(outcomes) == [ArchiveTooLarge]


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_an_entry_of_the_largest_size_is_taken_and_a_larger_one_is_not(taking: Taking, tmp_path: Path) -> None:
    packed = zipped({"at": os.urandom(10**6), "past": os.urandom(10**6 + 1)})
    assert refused(taking.written(tmp_path / "x.zip", packed)) == [ObjectTooLarge]
    assert taking.spooled == 1


def test_a_damaged_entry_leaves_nothing_behind(taking: Taking, tmp_path: Path) -> None:
    packed = bytearray(zipped({"a": OBJECTS[0]}, zipfile.ZIP_STORED))
    packed[500] ^= 1
    assert refused(taking.written(tmp_path / "x.zip", bytes(packed))) == [UnusableArchive]
    assert list(taking.spool.iterdir()) == []


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 3000), damage=st.binary(min_size=1, max_size=12), cut=st.integers(0, 3000))
def test_a_damaged_zip_is_told_and_never_breaks(
    taking: Taking, tmp_path: Path, at: int, damage: bytes, cut: int
) -> None:
    packed = zipped({"a": b"one" * 300, "b/c": b"two" * 300, "d": os.urandom(900)})
    changed = packed[:at] + damage + packed[at + len(damage) :]
    for outcome in taking.written(tmp_path / "x.zip", changed[: len(changed) - cut % 50]):
        assert outcome.receipt or isinstance(outcome.error, DoseloopError)


def test_a_folder_is_taken_whole_without_its_links(taking: Taking, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    inside = tmp_path / "inside"
    (inside / "deep").mkdir(parents=True)
    (inside / "deep" / "a").write_bytes(OBJECTS[0])
    (inside / "to-file").symlink_to(tmp_path / "outside" / "secret")
    (inside / "to-folder").symlink_to(tmp_path / "outside")
    os.mkfifo(inside / "pipe")
    outcomes = taking.take(inside)
    assert refused(outcomes) == [UnsafeEntry] * 3
    assert taking.spooled == 1


def test_a_link_that_is_named_itself_is_followed(taking: Taking, tmp_path: Path) -> None:
    (tmp_path / "object").write_bytes(OBJECTS[0])
    (tmp_path / "link").symlink_to("object")
    assert taken(taking.take(tmp_path / "link")) == [True]


def test_the_files_of_a_dicomdir_are_taken_in_capitals_or_small_letters(taking: Taking, tmp_path: Path) -> None:
    (tmp_path / "IMAGES").mkdir()
    (tmp_path / "IMAGES" / "A1").write_bytes(OBJECTS[0])
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a2").write_bytes(OBJECTS[1])
    dicomdir(tmp_path / "DICOMDIR", [["IMAGES", "A1"], ["IMAGES", "A2"], ["IMAGES", "A3"]])
    outcomes = taking.take(tmp_path / "DICOMDIR")
    assert taken(outcomes) == [True, True, False]
    assert isinstance(outcomes[2].error, FileNotFoundError)


def test_a_dicomdir_that_names_a_file_outside_is_refused_cve_2026_32711(taking: Taking, tmp_path: Path) -> None:
    (tmp_path / "outside.dcm").write_bytes(OBJECTS[0])
    (tmp_path / "cd").mkdir()
    (tmp_path / "cd" / "link").symlink_to("../outside.dcm")
    leading_out = [["..", "outside.dcm"], [str(tmp_path / "outside.dcm")], ["link"], ["", "etc", "passwd"]]
    dicomdir(tmp_path / "cd" / "DICOMDIR", leading_out)
    assert refused(taking.take(tmp_path / "cd" / "DICOMDIR")) == [UnsafeEntry] * 4
    assert refused(taking.take(tmp_path / "cd")) == [UnsafeEntry] * 4
    assert taking.spooled == 0


def test_a_dicomdir_with_as_many_files_as_allowed_is_followed_and_one_more_is_told(
    folder: DataFolder, tmp_path: Path
) -> None:
    (tmp_path / "A").write_bytes(OBJECTS[0])
    dicomdir(tmp_path / "DICOMDIR", [["A"]] * 3)
    assert refused(Taking(folder, entries=3).take(tmp_path / "DICOMDIR")) == []
    assert refused(Taking(folder, entries=2).take(tmp_path / "DICOMDIR")) == [ArchiveTooLarge]


def test_a_damaged_dicomdir_is_told(taking: Taking, tmp_path: Path) -> None:
    dicomdir(tmp_path / "DICOMDIR", [["A"]])
    whole = (tmp_path / "DICOMDIR").read_bytes()
    for cut in range(1, 20):
        (tmp_path / "DICOMDIR").write_bytes(whole[:-cut])
        assert refused(taking.take(tmp_path / "DICOMDIR"))[-1:] == [UnusableArchive]


def everything_under(root: Path) -> dict[str, tuple[int, int]]:
    found = (path for path in root.rglob("*") if not path.is_relative_to(root / "data"))
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in found}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(HOSTILE, min_size=1, max_size=6))
def test_whatever_names_an_archive_has_nothing_outside_is_read_or_written(
    taking: Taking, tmp_path: Path, names: list[list[str]]
) -> None:
    """Canary bytes lie outside; none of them reaches the spool, and nothing beside the data folder changes."""
    (tmp_path / "outside.dcm").write_bytes(b"canary")
    cd = tmp_path / "cd"
    cd.mkdir(exist_ok=True)
    (cd / "x.zip").write_bytes(zipped({_encodable("/".join(name)): b"content" for name in names}))
    dicomdir(cd / "DICOMDIR", [[_ascii(step) for step in name] for name in names])
    before = everything_under(tmp_path)
    for path in (cd / "x.zip", cd / "DICOMDIR"):
        taking.take(path)
    assert everything_under(tmp_path) == before
    spooled = {path.read_bytes() for path in taking.spool.iterdir()}
    assert spooled <= {b"content", (cd / "DICOMDIR").read_bytes()}


def _encodable(name: str) -> str:
    return name.encode("utf-8", "replace").decode()


def _ascii(step: str) -> str:
    return step.encode("ascii", "replace").decode()
