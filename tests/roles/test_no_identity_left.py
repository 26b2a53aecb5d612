"""After exams came over DIMSE into a pseudonymous installation, no byte of its folder holds who the patient is: files as
they lie, what is deflated in them, free pages and the write-ahead log of the record, logs, spool, what is kept."""

import json
import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pydicom import dcmread

from doseloop.roles.data_folder import DataFolder
from doseloop.store.vault import Vault
from tests.reading import canary, reports
from tests.roles.installation import Installation, until
from tests.roles.test_serve import needs_dcmtk, storescu, written

pytestmark = [pytest.mark.peers, needs_dcmtk]
_DEFLATED = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
STATES = {"read", "partly read", "not dose", "quarantined"}


def sent() -> list[bytes]:
    """Read, read, without dose, partly read, and one that cannot be read."""
    ct, projection, letter, partly = canary.ct(), canary.projection(), canary.ct(), canary.ct()
    projection.StudyInstanceUID, projection.SOPInstanceUID = "2.25.9", "2.25.91"
    letter.StudyInstanceUID, letter.SOPInstanceUID = "2.25.19", "2.25.92"
    del letter.ContentSequence[1:]
    partly.StudyInstanceUID, partly.SOPInstanceUID = "2.25.29", "2.25.93"
    for item in partly.ContentSequence:
        if item.ConceptNameCodeSequence[0].CodeValue == "113811":
            events = next(one for one in item.ContentSequence if one.ConceptNameCodeSequence[0].CodeValue == "113812")
            events.MeasuredValueSequence[0].NumericValue = "7"
    return [reports.encode(one) for one in (ct, projection, letter, partly)]


def everything(data: Path) -> Iterator[tuple[str, bytes]]:
    """Each file as it lies, with what is deflated at any place in it, and the rows of the columnar copy.

    Beside a running installation a draft may have its last name by the time it is opened: what came of it is looked at once
    the installation has ended.
    """
    for path in sorted(path for path in (*data.rglob("*"), data.parent / "serve.log") if path.is_file()):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        yield path.name, content
        for found in _DEFLATED.finditer(content):
            try:
                yield f"{path.name} at {found.start()}", zlib.decompressobj().decompress(content[found.start() :])
            except zlib.error:
                continue
        if path.suffix == ".parquet":
            yield path.name, repr(pq.read_table(BytesIO(content)).to_pylist()).encode()


def places(data: Path) -> set[str]:
    return {place for place, content in everything(data) for one in canary.TRACES if one.encode() in content.lower()}


@pytest.mark.timeout(400)
def test_no_identity_is_left_in_any_byte_and_reading_again_changes_nothing(tmp_path: Path) -> None:
    files = written(tmp_path / "sent", sent())
    cut = dcmread(files[0])
    cut.StudyInstanceUID = cut.file_meta.MediaStorageSOPInstanceUID = cut.SOPInstanceUID = "2.25.94"
    broken = reports.encode(cut)
    (tmp_path / "broken.dcm").write_bytes(broken[: len(broken) // 2])
    with Installation(tmp_path / "data", pseudonymous="1", quiet_minutes="0") as installation:
        assert storescu(installation.dicom_port, files).returncode == 0
        installation.command("ingest", str(tmp_path / "broken.dcm"))
        until(installation.idle, 60, "every object processed")
        states = [state for (state,) in installation.ask("SELECT state FROM store_doseobjectrow ORDER BY id")]
        assert set(states) == STATES
        until(lambda: bool(list((installation.data / "facts").glob("*.parquet"))), 90, "the facts refreshed")
        folder = DataFolder(installation.data)
        until(lambda: not list(folder.spool.iterdir()), 20, "the spool empty")
        assert places(installation.data) == set()

        told = installation.command("reprocess", "--again", "--apply", "--json").stdout.splitlines()
        assert json.loads(told[-1]) == {"read": len(states), "changed": 0, "left": 0, "applied": True}
        installation.command("backup", str(tmp_path / "backups"), "--drill", "--json")
        assert places(installation.data) == set()

    assert places(installation.data) == set()
    assert places(tmp_path / "backups") == set()
    vault = Vault(folder.objects, folder.key("objects"))
    opened = {name: vault.read(name).lower() for name in vault.names()}
    with_identity = [name for name, content in opened.items() if any(one.encode() in content for one in canary.TRACES)]
    quarantined = installation.ask("SELECT sha256 FROM store_doseobjectrow WHERE state = 'quarantined'")
    assert [(name,) for name in with_identity] == quarantined, "a quarantined original is kept, encrypted, and no other"
