"""The doctor finds each planted fault and no other, mends what it says it mends, and finds nothing in a sound installation."""

import io
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
import trustme
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from doseloop.access.rights import Role
from doseloop.access.scope import SYSTEM
from doseloop.facts.copy import refresh
from doseloop.facts.paths import FactsPaths
from doseloop.model.notification import How, Severity, Timing
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.doctor import every_check, network, software
from doseloop.roles.doctor.check import Check, Fault, Place
from doseloop.roles.doctor.examination import examine, left_out
from doseloop.roles.settings import Settings
from doseloop.simulate.day import objects
from doseloop.store import home, mode, subscriptions
from doseloop.store.accounts import demo_account, grant
from doseloop.store.address import address_of
from doseloop.store.audit import COMMAND
from doseloop.store.inbox import Origin
from doseloop.store.keyring import KeyRing
from doseloop.store.models import Counter, DoseObjectRow, Exam, Flag, Notification, Scanner, Site
from doseloop.store.subscriptions import Address, Wanted
from tests.record import ON_POSTGRESQL, execute
from tests.roles.installation import free_port
from tests.test_pipeline import pipeline as pipeline
from tests.test_pipeline import take_in
from tests.web.local_levels_made import local_level_at

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class House:
    """A sound installation, and what is needed to plant a fault into it."""

    place: Place
    pipeline: Pipeline
    patch: pytest.MonkeyPatch
    until_the_end: ExitStack

    @property
    def folder(self) -> DataFolder:
        return self.place.folder

    @property
    def root(self) -> Path:
        return self.place.root

    @property
    def kept(self) -> list[Path]:
        return sorted(path for path in self.folder.objects.rglob("*") if path.is_file())

    @property
    def facts(self) -> list[Path]:
        return sorted(self.folder.facts.glob("*.parquet"))

    def sql(self, statement: str) -> None:
        execute(settings.RECORD, statement)

    def put(self, content: bytes) -> str:
        return self.pipeline.inbox.put(io.BytesIO(content), Origin("ingest")).sha256


@pytest.fixture
def house(folder: DataFolder, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    ports = {name: free_port() for name in ("web_port", "dicom_port")}
    url = os.environ["DOSELOOP_RECORD"] if ON_POSTGRESQL else ""
    options = Settings(floor_bytes=0, data=folder.root, record=url, **ports)  # type: ignore[arg-type]
    home.hold(folder.key("installation"))
    mode.hold(pseudonymous=False)
    folder.key("web")
    take_in(pipeline, objects(3, seed=5))
    site = Site.objects.first()
    assert site is not None
    grant(User.objects.create(username="a.keane").pk, site.pk, Role.ADMINISTRATOR)
    refresh(FactsPaths.in_data(folder.root, settings.RECORD))
    monkeypatch.setattr(software, "lock", lambda: "")
    with ExitStack() as stack:
        yield House(Place(folder, options), pipeline, monkeypatch, stack)


def codes(faults: Iterator[Fault]) -> list[str]:
    return [fault.code for fault in faults]


def test_nothing_is_found_in_a_sound_installation(house: House) -> None:
    assert codes(examine(house.place)) == []


def old(path: Path, seconds: float = 3600.0) -> None:
    os.utime(path, (time.time() - seconds, time.time() - seconds))


class Mount(NamedTuple):
    mountpoint: str
    fstype: str


def on_nfs(house: House) -> None:
    house.patch.setattr(psutil, "disk_partitions", lambda all: [Mount("/", "ext4"), Mount(str(house.root), "nfs4")])


def left_by_a_backup(house: House) -> None:
    (house.root / "backing-up").mkdir()
    old(house.root / "backing-up")


def cut_key(house: House) -> None:
    path = house.root / "keys" / "objects"
    path.write_bytes(path.read_bytes()[:16])


def folder_for_key(house: House) -> None:
    (house.root / "keys" / "objects").unlink()
    (house.root / "keys" / "objects").mkdir()


def exposed_settings(house: House) -> None:
    (house.root / "doseloop.toml").write_text("")
    (house.root / "doseloop.toml").chmod(0o644)


def flipped(path: Path, place: int) -> None:
    held = bytearray(path.read_bytes())
    held[place] ^= 0xFF
    path.write_bytes(held)


def another_object_in_its_place(house: House) -> None:
    first, second, *_ = house.kept
    content = house.pipeline.vault.read(second.name)
    house.pipeline.vault.keep(first.name, content)


def damaged_record(house: House) -> None:
    house.sql("VACUUM")
    with sqlite3.connect(house.folder.record) as record:
        (page,) = record.execute("SELECT rootpage FROM sqlite_master WHERE name = 'exam_by_start'").fetchone()
        (size,) = record.execute("PRAGMA page_size").fetchone()
        record.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    record.close()
    with house.folder.record.open("r+b") as file:
        file.seek((page - 1) * size + 8)
        file.write(b"\xff" * 60)


def stale_claim(house: House) -> None:
    house.put(b"anything")
    waiting = DoseObjectRow.objects.filter(state="waiting")
    waiting.update(claimed_by="worker-9", claimed_until=timezone.now() - HOUR)


def lost_waiting(house: House) -> None:
    house.pipeline.inbox.drop(house.put(b"anything"))


def spooled_without_row(house: House) -> None:
    path = house.folder.spool / ("e" * 64)
    path.write_bytes(b"anything")
    old(path)


def kept_without_row(house: House) -> None:
    sha256 = house.put(objects(5, seed=9)[4])
    house.pipeline.vault.keep(sha256, house.pipeline.inbox.path(sha256).read_bytes())
    house.pipeline.inbox.drop(sha256)
    DoseObjectRow.objects.filter(sha256=sha256).delete()


def behind(house: House) -> None:
    Counter.objects.update(value=10_000)
    Exam.objects.update(changed=10_000)
    old(house.folder.facts / "manifest.json")


class WithCertificate(Settings):
    dicom_certificate: Path | None = None


def ending_certificate(house: House) -> House:
    file = house.root.parent / "certificate.pem"
    soon = timezone.now() + timedelta(days=3)
    trustme.CA().issue_cert("doseloop", not_after=soon).cert_chain_pems[0].write_to_path(file)
    options = WithCertificate(**{**house.place.settings.model_dump(), "dicom_certificate": file})
    return replace(house, place=replace(house.place, options=options))


def with_options(house: House, **changed: Any) -> House:
    options = Settings(**{**house.place.settings.model_dump(), **changed})
    return replace(house, place=replace(house.place, options=options))


def taken_port(house: House) -> None:
    taken = socket.socket()
    taken.bind(("127.0.0.1", house.place.settings.dicom_port))
    taken.listen()
    house.until_the_end.enter_context(taken)


def without_scripts(house: House) -> None:
    house.patch.setattr(software, "_SCRIPTS", ("not-there.min.js",))


def second_sqlite(house: House) -> None:
    other = house.root.parent / "libother.so"
    other.write_bytes(b"\0" + b"2024-01-01 00:00:00 " + b"a" * 64 + b"\0")
    seen = software.mapped()
    house.patch.setattr(software, "mapped", lambda: {*seen, other})


def other_mode(house: House) -> House:
    house.folder.key("pseudonyms")
    return with_options(house, pseudonymous=True)


def procedure_that_is_gone(house: House) -> None:
    house.sql("UPDATE store_part SET procedure_id = 'gone' WHERE id = (SELECT min(id) FROM store_part)")


def a_newer_migration(house: House) -> None:
    house.sql("INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_later', '2030-01-01')")


def a_pending_migration(house: House) -> None:
    house.sql("DELETE FROM django_migrations WHERE app = 'sessions'")
    house.sql("DROP TABLE django_session")


def nobody_answers(house: House) -> House:
    url = f"postgresql://doseloop@127.0.0.1:{free_port()}/doseloop"
    other = address_of(url, house.root)
    house.patch.setitem(connection.settings_dict, "OPTIONS", other.database["OPTIONS"])
    connection.close()
    return with_options(house, record=url)


def changed_local_level(house: House) -> None:
    local_level_at(Site.objects.order_by("pk")[0].pk, Exam.objects.order_by("pk")[0].pk)
    house.sql("UPDATE store_frozenlevel SET statement = replace(statement, '700.0', '600.0')")


def another_key(house: House) -> None:
    (house.root / "keys" / "objects").write_bytes(os.urandom(32))


def subscribed(house: House, **row: Any) -> None:
    """Somebody who is told, with one flag that is on its way or failed."""
    scanner, now = Scanner.objects.order_by("pk")[0], timezone.now()
    timing = Timing(How.AT_ONCE)
    wanted = Wanted("Physics", Severity.MEDIUM, timing, with_links=False)
    address, ring = Address("a@hospital.example", "a@hospital.example"), house.folder.ring("notifications")
    key = subscriptions.add(SYSTEM, scanner.site_id, wanted, address, ring, COMMAND)
    told = {"rule": "silent-scanner", "raised_at": now, "updated_at": now}
    flag = Flag.objects.create(key="x", site_id=scanner.site_id, scanner=scanner, **told)
    Notification.objects.create(subscription_id=key, flag=flag, how="at once", **{"next_at": now, **row})


def late_outbox(house: House) -> None:
    subscribed(house, next_at=timezone.now() - 2 * HOUR)


def failing_subscription(house: House) -> None:
    subscribed(house, state="failed", attempts=10, at=timezone.now(), said="Connection refused")


def subscription_of_another_key(house: House) -> None:
    subscribed(house, state="sent", at=timezone.now())
    (house.root / "keys" / "notifications").write_bytes(os.urandom(32))


Plant = Callable[[House], House | None]
PLANTS: dict[str, Plant] = {
    "folder-missing": lambda house: shutil.rmtree(house.root),
    "folder-mode": lambda house: house.root.chmod(0o755),
    "folder-owner": lambda house: os.chown(house.folder.spool, 12345, 12345),
    "network-disk": on_nfs,
    "disk-low": lambda house: with_options(house, floor_bytes=10**18),
    "disk-clock": lambda house: house.patch.setattr(time, "time", lambda real=time.time: real() + 30),
    "left-over": left_by_a_backup,
    "key-missing": lambda house: (house.root / "keys" / "objects").unlink(),
    "key-unreadable": folder_for_key,
    "key-size": cut_key,
    "key-exposed": lambda house: (house.root / "keys" / "objects").chmod(0o640),
    "rotation-unfinished": lambda house: KeyRing(house.root / "keys" / "objects").replace(),
    "settings-unusable": lambda house: replace(house, place=replace(house.place, options=None, unusable="`zone`: ...")),
    "settings-exposed": exposed_settings,
    "record-missing": lambda house: house.folder.record.unlink(),
    "record-unreachable": nobody_answers,
    "record-damaged": damaged_record,
    "record-references": procedure_that_is_gone,
    "record-newer": a_newer_migration,
    "record-older": a_pending_migration,
    "record-elsewhere": lambda house: (house.root / "keys" / "installation").write_bytes(os.urandom(32)),
    "record-mode": other_mode,
    "clock-behind": lambda house: house.sql(
        "UPDATE store_doseobjectrow SET received_at = '2099-01-01 00:00:00' WHERE id=1"
    ),
    "local-level-changed": changed_local_level,
    "key-wrong": another_key,
    "object-changed": lambda house: flipped(house.kept[0], -1),
    "object-lost": lambda house: house.kept[0].unlink(),
    "object-stray": kept_without_row,
    "spool-lost": lost_waiting,
    "spool-stray": spooled_without_row,
    "claim-stale": stale_claim,
    "quarantined": lambda house: take_in(house.pipeline, [objects(5, seed=9)[4][:-200]]),
    "facts-damaged": lambda house: house.facts[0].write_bytes(b"PAR1 and no more"),
    "facts-ahead": lambda house: house.sql("UPDATE store_counter SET value = 0"),
    "facts-behind": behind,
    "port-taken": taken_port,
    "certificate-ending": ending_certificate,
    "outbox-late": late_outbox,
    "subscription-failing": failing_subscription,
    "subscription-sealed": subscription_of_another_key,
    "administrator-missing": lambda house: house.sql("DELETE FROM store_roleatsite"),
    "demo-account": lambda house: demo_account("demo", "a-password-that-is-shown", []),
    "zone-unknown": lambda house: house.sql("UPDATE store_site SET zone = 'Mars/Base'"),
    "scripts-missing": without_scripts,
    "versions-other": lambda house: house.patch.setattr(
        software, "lock", lambda: "pydicom==0.0.1 \\\n    --hash=sha256:0"
    ),
    "sqlite-twice": second_sqlite,
}


@pytest.mark.parametrize("code", list(PLANTS))
def test_a_planted_fault_is_found_and_no_other(house: House, code: str) -> None:
    if code in left_out(house.place):
        pytest.skip("does not apply to this record")
    planted = PLANTS[code](house)
    sick = planted if isinstance(planted, House) else house

    faults = list(examine(sick.place))

    assert {fault.code for fault in faults} == {code}
    assert all(fault.what and fault.mend for fault in faults)


def test_checks_that_do_not_apply_to_the_record_are_named_and_not_made(house: House) -> None:
    on_server = {"record-unreachable", "record-elsewhere"}
    in_file = {"record-missing", "record-damaged", "record-references", "sqlite-twice"}
    assert set(left_out(house.place)) == (in_file if ON_POSTGRESQL else on_server)
    (house.root / "keys" / "installation").unlink()
    assert codes(examine(house.place)) == (["record-elsewhere"] if ON_POSTGRESQL else [])


def test_every_check_has_its_planted_fault() -> None:
    assert len(every_check()) == len(PLANTS)
    assert {one.code for one in every_check()} == PLANTS.keys()


MENDED = [one for one in every_check() if one.mender]


@pytest.mark.parametrize("one", MENDED, ids=[one.code for one in MENDED])
def test_what_can_be_mended_safely_is(house: House, one: Check) -> None:
    planted = PLANTS[one.code](house)
    sick = planted if isinstance(planted, House) else house

    faults = list(examine(sick.place, mend=True))

    assert {(fault.code, fault.mended) for fault in faults} == {(one.code, True)}
    assert codes(examine(sick.place)) == []


def test_another_object_under_the_name_of_one_is_found(house: House) -> None:
    another_object_in_its_place(house)
    assert codes(examine(house.place)) == ["object-changed"]


def test_what_was_found_in_the_spool_is_taken_in_and_waits(house: House) -> None:
    spooled_without_row(house)
    list(examine(house.place, mend=True))
    (waiting,) = DoseObjectRow.objects.filter(state="waiting")
    assert (waiting.way_in, [path.name for path in house.folder.spool.iterdir()]) == ("doctor", [waiting.sha256])


def test_an_object_that_no_row_knew_is_read_again(house: House) -> None:
    kept_without_row(house)
    list(examine(house.place, mend=True))
    take_in(house.pipeline, [])
    assert DoseObjectRow.objects.get(way_in="doctor").state == "read"


def test_a_certificate_that_lasts_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "certificate.pem"
    trustme.CA().issue_cert("doseloop").cert_chain_pems[0].write_to_path(file)
    assert list(network._ending("dicom_certificate", file)) == []


def test_the_command_tells_faults_as_json_and_ends_with_status_one(tmp_path: Path) -> None:
    environment = {**os.environ, "DOSELOOP_DATA": str(tmp_path / "none")}
    command = [sys.executable, "-m", "doseloop.cli", "doctor", "--json"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert (ended.returncode, json.loads(ended.stdout)["code"]) == (1, "folder-missing")
    assert not (tmp_path / "none").exists()
