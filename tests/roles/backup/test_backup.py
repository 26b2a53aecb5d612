"""A backup is what the installation was at one moment, whatever happens meanwhile; a damaged one is refused."""

import io
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from doseloop.model.errors import DamagedBackup, SetupError
from doseloop.roles.backup import make
from doseloop.roles.backup.drill import drill
from doseloop.roles.backup.keys import keys_of, read_keys, write_keys
from doseloop.roles.backup.make import Backup, back_up
from doseloop.roles.backup.manifest import the_backup, verify, write_manifest
from doseloop.roles.backup.restore import restore
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.worker import Worker
from doseloop.simulate.day import objects
from doseloop.store.address import address_of
from doseloop.store.inbox import Origin
from doseloop.store.models import DoseObjectRow
from doseloop.store.record_copy import check_place, put_back, tried, view
from doseloop.store.record_copy.view import Table
from doseloop.store.vault import Vault
from tests.record import ON_POSTGRESQL, contents, fresh, record_url
from tests.roles.installation import until
from tests.test_pipeline import pipeline as pipeline
from tests.test_pipeline import take_in


def to(root: Path) -> Callable[[Path, Path], None]:
    """Puts the record into that folder, or into an empty database for it."""
    return lambda source, _: put_back(source, address_of(record_url(root), root).database)


@pytest.fixture
def copy_of(folder: DataFolder, tmp_path: Path) -> Callable[[], Backup]:
    return lambda: back_up(folder, settings.RECORD.database, tmp_path / "backups")


def states(backup: Path) -> dict[str, str]:
    with tried(backup, settings.RECORD.database) as there:
        return {str(sha256): str(state) for sha256, state, _ in there.rows(make._STATES)}


def test_a_backup_comes_back_row_by_row_and_byte_by_byte(
    folder: DataFolder, pipeline: Any, copy_of: Callable[[], Backup], tmp_path: Path
) -> None:
    sent = objects(5, seed=5)
    take_in(pipeline, [*sent[:3], sent[3][:-200]])
    pipeline.inbox.put(io.BytesIO(sent[4]), Origin("ingest"))
    made = copy_of()

    target = DataFolder(tmp_path / "elsewhere")
    restore(made.folder, keys_of(folder), target.root, to(target.root))

    restored = address_of(record_url(target.root), target.root)
    with view(settings.RECORD.database) as before, view(restored.database) as after:
        assert after.tables() == before.tables()
        assert after.faults() == []
    assert contents(restored) == contents(settings.RECORD)
    vault = Vault(target.objects, target.ring("objects"))
    kept = {name: vault.read(name) for name in vault.names()}
    assert set(kept.values()) == {*sent[:3], sent[3][:-200]}
    assert [path.read_bytes() for path in target.spool.iterdir()] == [sent[4]]
    assert (made.manifest.objects, made.manifest.waiting) == (4, 1)
    assert not target.facts.exists()


def test_nothing_is_left_in_the_data_folder_nor_in_the_destination(
    folder: DataFolder, pipeline: Any, copy_of: Callable[[], Backup]
) -> None:
    take_in(pipeline, objects(1, seed=5))
    before = {path for path in folder.root.rglob("*") if path.name != "keeping.lock"}
    made = copy_of()
    assert {path for path in folder.root.rglob("*") if path.name != "keeping.lock"} == before
    assert [path.name for path in made.folder.parent.iterdir()] == [made.folder.name]
    assert made.folder.stat().st_mode & 0o077 == 0


class Storm:
    """Objects arrive and are processed while a backup is made: every acknowledged one is noted with its order."""

    def __init__(self, pipeline: Any, contents: list[bytes]) -> None:
        self.pipeline, self.acknowledged, self.over = pipeline, [], threading.Event()
        self.contents = contents
        self.threads = [threading.Thread(target=self.send), threading.Thread(target=self.work)]

    def __enter__(self) -> "Storm":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def send(self) -> None:
        from django.db import connection

        for content in self.contents:
            if self.over.is_set():
                break
            self.acknowledged.append(self.pipeline.inbox.put(io.BytesIO(content), Origin("ingest")).sha256)
        connection.close()

    def work(self) -> None:
        from django.db import connection

        with ThreadPoolExecutor(1) as threads:
            worker = Worker("test", self.pipeline, threads)
            while not self.over.is_set():
                worker.step()
        connection.close()


def variants(number: int) -> list[bytes]:
    """Objects that differ in their preamble alone: resends, quickly processed."""
    (content,) = objects(1, seed=5)
    return [number.to_bytes(4, "big").ljust(128, b"\0") + content[128:] for number in range(number)]


def test_what_was_acknowledged_before_a_backup_is_in_it_while_objects_arrive_and_are_processed(
    folder: DataFolder, pipeline: Any, copy_of: Callable[[], Backup], tmp_path: Path
) -> None:
    with Storm(pipeline, variants(4000)) as storm:
        for number in range(4):
            until(lambda least=20 * number: len(storm.acknowledged) >= least, 60, "objects acknowledged")  # type: ignore[misc]
            before = set(storm.acknowledged)
            made = copy_of()
            held = states(made.folder)
            assert before <= held.keys()
            spooled = {path.name for path in (made.folder / "spool").glob("*")}
            kept = {path.name for path in (made.folder / "objects").rglob("*") if path.is_file()}
            assert spooled == {name for name, state in held.items() if state == "waiting"}
            assert kept == {name for name, state in held.items() if state == "read"}
            assert drill(made.folder, keys_of(folder), settings.RECORD.database).wrong == ()
        assert made.manifest.gone == ()


def test_one_that_was_processed_between_the_two_looks_is_found_in_a_later_view(
    folder: DataFolder, pipeline: Any, copy_of: Callable[[], Backup], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of copying: an object comes after the first look at the spool and is gone before the second."""
    take_in(pipeline, objects(1, seed=5))
    (late,) = variants(7)[6:]
    look, looks = make._hold, []

    def hold(spool: Path, staging: Path, names: Any) -> None:
        looks.append(1)
        if len(looks) == 2:
            take_in(pipeline, [])
        look(spool, staging, names)
        if len(looks) == 1:
            pipeline.inbox.put(io.BytesIO(late), Origin("ingest"))

    monkeypatch.setattr(make, "_hold", hold)
    made = copy_of()

    assert len(looks) == 4
    assert set(states(made.folder).values()) == {"read"}
    assert made.manifest.objects == 2


def test_a_second_backup_shares_what_did_not_change(
    folder: DataFolder, pipeline: Any, copy_of: Callable[[], Backup]
) -> None:
    contents = objects(3, seed=5)
    take_in(pipeline, contents[:2])
    first = copy_of()
    take_in(pipeline, contents[2:])
    second = copy_of()

    assert (first.linked, second.linked, second.manifest.objects) == (0, 2, 3)
    shared = [path for path in (second.folder / "objects").rglob("*") if path.is_file() and path.stat().st_nlink == 2]
    assert len(shared) == 2
    verify(first.folder)
    assert the_backup(second.folder.parent) == second.folder


def each_change(backup: Path) -> Iterator[Callable[[], object]]:
    files = sorted(path for path in backup.rglob("*") if path.is_file())
    for path in files:
        yield lambda path=path: path.write_bytes(path.read_bytes()[:-1] + b"!")
        yield lambda path=path: path.unlink()


def test_a_backup_of_which_any_file_was_changed_or_removed_is_refused(
    folder: DataFolder, pipeline: Any, copy_of: Callable[[], Backup], tmp_path: Path
) -> None:
    contents = objects(2, seed=5)
    take_in(pipeline, contents[:1])
    pipeline.inbox.put(io.BytesIO(contents[1]), Origin("ingest"))
    for number in range(len(list(each_change(copy_of().folder)))):
        made = copy_of()
        list(each_change(made.folder))[number]()
        with pytest.raises((DamagedBackup, SetupError)):
            restore(made.folder, keys_of(folder), tmp_path / "elsewhere", to(tmp_path / "elsewhere"))
        assert not (tmp_path / "elsewhere").exists()


def test_keys_lie_in_a_file_of_their_own_and_others_do_not_fit(
    folder: DataFolder, pipeline: Any, copy_of: Callable[[], Backup], tmp_path: Path
) -> None:
    take_in(pipeline, objects(1, seed=5))
    made, file = copy_of(), tmp_path / "keys.json"
    write_keys(keys_of(folder), file)
    key = folder.key("objects")

    assert file.stat().st_mode & 0o777 == 0o600
    assert read_keys(file) == keys_of(folder)
    assert not [path for path in made.folder.rglob("*") if path.is_file() and key in path.read_bytes()]
    for others in ({}, {"objects": os.urandom(32)}):
        with pytest.raises(SetupError, match="objects"):
            restore(made.folder, others, tmp_path / "elsewhere", to(tmp_path / "elsewhere"))


def test_a_folder_that_holds_something_is_restored_into_only_on_demand_and_set_aside(
    folder: DataFolder, pipeline: Any, copy_of: Callable[[], Backup], tmp_path: Path
) -> None:
    made, target = copy_of(), tmp_path / "elsewhere"
    restore(made.folder, keys_of(folder), target, to(target))
    (target / "doseloop.toml").write_text("")
    with pytest.raises(SetupError, match="not empty"):
        restore(made.folder, keys_of(folder), target, to(target))

    restore(made.folder, keys_of(folder), target, to(tmp_path / "another" if ON_POSTGRESQL else target), replace=True)

    in_folder = {"record.sqlite3"} if settings.RECORD.in_folder else set()
    (aside,) = target.glob("replaced-*")
    assert {"doseloop.toml", *in_folder} <= {path.name for path in aside.iterdir()}
    assert in_folder <= {path.name for path in target.iterdir()}


def test_a_drill_names_the_table_that_does_not_come_back_as_it_was(
    folder: DataFolder, pipeline: Any, copy_of: Callable[[], Backup]
) -> None:
    take_in(pipeline, objects(1, seed=5))
    made = copy_of()
    another = {**made.manifest.tables, "store_exam": Table(1, "0" * 64)}
    write_manifest(made.folder, replace(made.manifest, tables=another))

    found = drill(made.folder, keys_of(folder), settings.RECORD.database)

    assert found.wrong == ("The table store_exam is not what it was.",)


def test_a_record_goes_back_into_what_it_was_copied_from_alone(folder: DataFolder) -> None:
    with pytest.raises(SetupError, match="goes back into what"):
        check_place("sqlite" if ON_POSTGRESQL else "postgresql", settings.RECORD.database)


@pytest.mark.skipif(not ON_POSTGRESQL, reason="a file is set aside")
def test_a_database_that_holds_tables_is_not_written_into(folder: DataFolder, tmp_path: Path) -> None:
    before = contents(settings.RECORD)
    with pytest.raises(SetupError, match="holds tables already"):
        check_place("postgresql", settings.RECORD.database)
    check_place("postgresql", fresh(tmp_path / "empty").database)
    assert contents(settings.RECORD) == before


def test_a_backup_within_the_data_folder_is_refused(folder: DataFolder) -> None:
    with pytest.raises(SetupError, match="inside the data folder"):
        back_up(folder, settings.RECORD.database, folder.root / "backups")


def test_bytes_that_were_lost_before_are_named_and_stop_no_backup(
    folder: DataFolder, pipeline: Any, copy_of: Callable[[], Backup]
) -> None:
    take_in(pipeline, objects(1, seed=5))
    kept = DoseObjectRow.objects.get().sha256
    waiting = pipeline.inbox.put(io.BytesIO(b"anything"), Origin("ingest")).sha256
    pipeline.inbox.drop(waiting)
    pipeline.vault.destroy(kept)

    assert copy_of().manifest.gone == (waiting, kept)
