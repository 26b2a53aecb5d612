"""STOW-RS with real peers: what is stored, what is answered, and bodies that mean harm."""

import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from dicomweb_client.api import DICOMwebClient
from pydicom import dcmread
from pydicom.dataset import Dataset
from requests import Session
from requests.exceptions import HTTPError

from doseloop.roles.data_folder import DataFolder
from doseloop.simulate.day import objects
from doseloop.store.models import DoseObjectRow
from tests.receive.archives import zipped
from tests.receive.stow_service import BOUNDARY, PEER, TOKEN, StowService, answer_of, head, multipart, needs_curl
from tests.roles.installation import SRC, until

pytestmark = pytest.mark.peers
OBJECTS = objects(3, 1)
FAILED, STORED, OTHERS = "00081198", "00081199", "0008119A"


@pytest.fixture
def service(folder: DataFolder) -> Iterator[StowService]:
    with StowService(folder) as running:
        yield running


def uid(content: bytes) -> str:
    return str(dcmread(io.BytesIO(content)).SOPInstanceUID)


def client(service: StowService) -> DICOMwebClient:
    session = Session()
    session.headers["Authorization"] = f"Bearer {TOKEN}"
    return DICOMwebClient(service.url.removesuffix("/studies"), session=session)


def reasons(answer: str, sequence: str) -> list[int]:
    return [item["00081197"]["Value"][0] for item in json.loads(answer).get(sequence, {}).get("Value", [])]


def test_dicomweb_client_stores_objects_and_hears_which(service: StowService) -> None:
    answer = client(service).store_instances([dcmread(io.BytesIO(content)) for content in OBJECTS])
    assert isinstance(answer, Dataset)
    assert [item.ReferencedSOPInstanceUID for item in answer.ReferencedSOPSequence] == [uid(one) for one in OBJECTS]
    assert service.spooled == 3
    assert set(DoseObjectRow.objects.values_list("way_in", "peer_ae", "peer_host")) == {("stow", PEER, "127.0.0.1")}


def test_dicomweb_client_hears_that_its_token_is_not_known(service: StowService) -> None:
    peer = DICOMwebClient(service.url.removesuffix("/studies"), headers={"Authorization": "Bearer guessed"})
    with pytest.raises(HTTPError, match="401"):
        peer.store_instances([dcmread(io.BytesIO(OBJECTS[0]))])
    assert service.refusals == [("STOW-RS", "127.0.0.1", "a token that is not in force for sending")]
    assert service.spooled == 0


@needs_curl
class TestWithCurl:
    def test_what_is_stored_is_what_was_sent(self, service: StowService) -> None:
        assert service.curl(multipart(OBJECTS[0])).status == 200
        (kept,) = [path for path in service.inbox.spool.iterdir() if len(path.name) == 64]
        assert kept.read_bytes() == OBJECTS[0]

    def test_some_stored_is_202_with_each_reason(self, service: StowService) -> None:
        answer = service.curl(multipart(OBJECTS[0], b"no object", OBJECTS[1] + bytes(10**6)))
        assert answer.status == 202
        assert "application/dicom+json" in answer.head
        assert [len(json.loads(answer.body)[one]["Value"]) for one in (STORED, FAILED, OTHERS)] == [1, 1, 1]
        assert (reasons(answer.body, FAILED), reasons(answer.body, OTHERS)) == ([0x0110], [0xC000])
        assert service.spooled == 1

    def test_none_stored_is_409(self, service: StowService) -> None:
        answer = service.curl(multipart(b"no object"))
        assert (answer.status, reasons(answer.body, OTHERS)) == (409, [0xC000])

    @pytest.mark.parametrize("kind", ["text/plain", "multipart/related; boundary=x", "application/zip"])
    def test_a_part_of_another_kind_is_not_stored(self, service: StowService, kind: str) -> None:
        assert service.curl(multipart(OBJECTS[0], kind=kind)).status == 409
        assert service.spooled == 0

    def test_an_archive_is_not_unpacked(self, service: StowService) -> None:
        assert service.curl(multipart(zipped({"a": OBJECTS[0]}))).status == 409
        assert service.spooled == 0

    @pytest.mark.parametrize(
        "kind",
        [
            "application/dicom",
            'multipart/related; type="application/dicom+json"; boundary=x',
            'multipart/related; type="application/dicom+xml"; boundary=x',
            "multipart/form-data; boundary=x",
            "nonsense",
        ],
    )
    def test_another_media_type_is_415(self, service: StowService, kind: str) -> None:
        assert service.curl(multipart(OBJECTS[0]), kind=kind).status == 415

    @pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip"])
    def test_a_compressed_body_is_refused_before_it_is_read(self, service: StowService, encoding: str) -> None:
        answer = service.curl(bytes(1000), "-H", f"Content-Encoding: {encoding}")
        assert answer.status == 415
        assert "[wrong-media-type]" in answer.body

    @pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=" + "x" * 400, "; boundary*=utf-8''%E2%82%AC"])
    def test_no_boundary_that_can_be_used_is_400(self, service: StowService, boundary: str) -> None:
        kind = f'multipart/related; type="application/dicom"{boundary}'
        assert service.curl(multipart(OBJECTS[0]), kind=kind).status == 400

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"no boundary at all",
            b"--other\r\n\r\nx\r\n--other--\r\n",
            f"--{BOUNDARY}--\r\n".encode(),
            f"--{BOUNDARY}\r\n".encode() + b"A: " + b"a" * 10_000 + b"\r\n\r\n",
            f"--{BOUNDARY}\r\n".encode() + b"A: a\r\n" * 1000 + b"\r\n",
        ],
    )
    def test_a_body_that_is_no_multipart_is_400(self, service: StowService, body: bytes) -> None:
        assert service.curl(body).status == 400

    def test_nested_boundaries_are_bytes_of_a_part(self, service: StowService) -> None:
        inner = b"--inner\r\nContent-Type: application/dicom\r\n\r\n" + OBJECTS[0] + b"\r\n--inner--"
        answer = service.curl(multipart(inner, OBJECTS[1]))
        assert (answer.status, service.spooled) == (202, 1)

    def test_a_part_that_is_cut_is_told_and_leaves_nothing_of_it(self, service: StowService) -> None:
        answer = service.curl(multipart(OBJECTS[0], OBJECTS[1])[:-2000])
        assert answer.status == 400
        assert "1 objects before it were stored" in answer.body
        assert (service.spooled, service.drafts) == (1, 0)

    def test_without_a_token_nothing_is_read(self, service: StowService) -> None:
        answer = service.curl(multipart(OBJECTS[0]), token=None)
        assert answer.status == 401
        assert "www-authenticate: bearer" in answer.head.lower()

    def test_a_full_disk_is_507_and_asks_to_come_again(self, folder: DataFolder) -> None:
        with StowService(folder, floor_bytes=2**62) as service:
            answer = service.curl(multipart(OBJECTS[0]))
        assert answer.status == 507
        assert "retry-after: 60" in answer.head.lower()
        assert list(folder.spool.iterdir()) == []

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
    def test_nothing_but_storing_is_offered(self, service: StowService, method: str) -> None:
        assert service.curl(None, "-X", method).status == 405

    def test_an_address_with_a_study_is_not_offered(self, service: StowService) -> None:
        assert service.curl(multipart(OBJECTS[0]), url=f"{service.url}/1.2.3").status == 404


@needs_curl
class TestLimits:
    """At each limit, and past it."""

    def test_the_body(self, folder: DataFolder) -> None:
        body = multipart(OBJECTS[0])
        with StowService(folder, body_bytes=len(body)) as service:
            assert service.curl(body).status == 200
            assert service.curl(body + b"\n").status == 413
            assert service.curl(body + b"\n", "-H", "Transfer-Encoding: chunked").status == 413

    def test_an_endless_body_is_ended_at_the_limit(self, folder: DataFolder) -> None:
        with StowService(folder, body_bytes=10**6, max_object_bytes=10**9) as service:
            with Path("/dev/zero").open("rb") as endless:
                command = ["curl", "-sS", "-o", "-", "-w", "%{http_code}", "-T", "-", "-X", "POST", "--max-time", "60"]
                headers = [
                    "-H",
                    f"Authorization: Bearer {TOKEN}",
                    "-H",
                    f"Content-Type: multipart/related; boundary={BOUNDARY}",
                ]
                found = subprocess.run(
                    [*command, *headers, service.url], stdin=endless, capture_output=True, check=False
                )
            assert found.stdout[-3:] in (b"400", b"413")

    def test_an_endless_part_is_ended_at_the_limit_and_leaves_nothing(self, folder: DataFolder) -> None:
        with StowService(folder, body_bytes=10**6, max_object_bytes=10**9) as service, service.socket() as connection:
            start = f"--{BOUNDARY}\r\n\r\n".encode() + OBJECTS[0]
            connection.sendall(head() + b"%x\r\n%b\r\n" % (len(start), start))
            answer = _send_until_answered(connection, b"10000\r\n" + bytes(65536) + b"\r\n")
            assert b" 413 " in answer
            assert (service.spooled, service.drafts) == (0, 0)

    def test_an_object(self, folder: DataFolder) -> None:
        with StowService(folder, max_object_bytes=len(OBJECTS[0])) as service:
            assert service.curl(multipart(OBJECTS[0])).status == 200
            assert service.curl(multipart(OBJECTS[0] + b"\0")).status == 409

    def test_parts(self, folder: DataFolder) -> None:
        with StowService(folder, parts=2) as service:
            assert service.curl(multipart(OBJECTS[0], OBJECTS[1])).status == 200
            assert service.curl(multipart(*OBJECTS)).status == 413

    def test_requests_at_the_same_time(self, folder: DataFolder) -> None:
        with StowService(folder, requests=2) as service, service.socket() as one, service.socket() as two:
            body = multipart(OBJECTS[0])
            for waiting in (one, two):
                waiting.sendall(head(len(body)) + body[:100])
            until(lambda: service.curl(body).status == 503, 20, "both places are taken")
            assert "retry-after" in service.curl(body).head.lower()
            one.sendall(body[100:])
            assert b" 200 " in one.recv(1000)
            assert service.curl(body).status == 200

    def test_silence(self, folder: DataFolder) -> None:
        with StowService(folder, idle_s=0.5) as service, service.socket() as connection:
            connection.sendall(head(10_000) + b"--")
            answer = answer_of(connection)
        assert b" 408 " in answer
        assert b"[too-slow]" in answer

    def test_a_dripping_body(self, folder: DataFolder) -> None:
        """Never silent, each chunk a byte: the least rate ends it."""
        with StowService(folder, min_bytes_per_s=1000, window_s=1) as service, service.socket() as connection:
            start = f"--{BOUNDARY}\r\n\r\n".encode()
            connection.sendall(head() + b"%x\r\n%b\r\n" % (len(start), start))
            answer = _send_until_answered(connection, b"1\r\nx\r\n", every_s=0.05)
        assert b" 408 " in answer

    def test_a_head_that_never_ends(self, folder: DataFolder) -> None:
        with StowService(folder, head_s=0.5) as service, service.socket() as idle, service.socket() as dripping:
            assert _send_until_answered(dripping, b"a", every_s=0.05) == b""
            assert answer_of(idle) == b""

    def test_a_second_head_that_never_ends(self, folder: DataFolder) -> None:
        with StowService(folder, head_s=0.5) as service, service.socket() as connection:
            body = multipart(OBJECTS[0])
            connection.sendall(head(len(body)) + body)
            received = b""
            while not received.endswith(b"}"):
                received += connection.recv(10_000)
            assert _send_until_answered(connection, b"a", every_s=0.05) == b""

    def test_a_body_may_take_longer_than_a_head(self, folder: DataFolder) -> None:
        with StowService(folder, head_s=0.3) as service, service.socket() as connection:
            body = multipart(OBJECTS[0])
            connection.sendall(head(len(body)) + body[:100])
            time.sleep(0.8)
            connection.sendall(body[100:])
            assert b" 200 " in connection.recv(1000)

    def test_the_length_of_a_head(self, service: StowService) -> None:
        assert service.curl(multipart(OBJECTS[0]), "-H", "X: " + "x" * 8_000).status == 200
        with service.socket() as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nX: ")
            assert b" 400 " in _send_until_answered(connection, b"x" * 16_384)

    def test_connections(self, folder: DataFolder) -> None:
        with StowService(folder, connections=2) as service:
            # Those that asked whether it listens may still be counted for a moment.
            until(lambda: _admitted(service) == 2, 20, "two are admitted, and a third is closed")


def _admitted(service: StowService) -> int:
    """How many of two connections store an object, while a third beside them is closed unanswered."""
    body, stored = multipart(OBJECTS[0]), 0
    with service.socket() as one, service.socket() as two, service.socket() as three:
        assert answer_of(three) == b""
        for connection in (one, two):
            with suppress(OSError):
                connection.sendall(head(len(body)) + body)
                stored += b" 200 " in connection.recv(1000)
    return stored


def _send_until_answered(connection: socket.socket, again: bytes, every_s: float = 0.0) -> bytes:
    """Send the same bytes over and over until the other side answers or closes; a minute at most."""
    answered = threading.Event()
    answer: list[bytes] = []

    def listen() -> None:
        answer.append(answer_of(connection))
        answered.set()

    listener = threading.Thread(target=listen)
    listener.start()
    end = time.monotonic() + 60
    while not answered.wait(every_s) and time.monotonic() < end:
        try:
            connection.sendall(again)
        except OSError:
            break
    listener.join(20)
    return answer[0]


def test_a_length_that_is_too_long_is_a_body_that_never_ends(folder: DataFolder) -> None:
    with StowService(folder, idle_s=0.5) as service, service.socket() as connection:
        connection.sendall(head(100_000) + multipart(OBJECTS[0])[:-10])
        assert b" 408 " in answer_of(connection)
        assert (service.spooled, service.drafts) == (0, 0)


def test_a_length_that_is_too_short_is_a_body_that_is_cut(service: StowService) -> None:
    with service.socket() as connection:
        connection.sendall(head(100) + multipart(OBJECTS[0]))
        assert b" 400 " in answer_of(connection)
    assert (service.spooled, service.drafts) == (0, 0)


@pytest.mark.parametrize("framing", ["Content-Length: 5", "Transfer-Encoding: gzip, chunked"])
def test_a_body_framed_in_two_ways_is_refused(service: StowService, framing: str) -> None:
    with service.socket() as connection:
        connection.sendall(head(None, framing) + b"0\r\n\r\n")
        assert b" 200 " not in answer_of(connection)
    assert service.spooled == 0


def test_a_sender_that_goes_away_leaves_nothing(service: StowService) -> None:
    with service.socket() as connection:
        connection.sendall(head(200_000) + multipart(OBJECTS[0] + bytes(100_000))[:100_000])
        until(lambda: service.drafts == 1, 20, "the object is being written")
    until(lambda: service.drafts == 0, 20, "the draft is gone")
    assert service.spooled == 0


def test_the_whole_body_is_never_in_memory(folder: DataFolder) -> None:
    """Sent are 200 MB in one object; what the process holds grows by less than a tenth of it."""
    with StowService(folder, body_bytes=10**9, max_object_bytes=10**9) as service, service.socket() as connection:
        start, end = f"--{BOUNDARY}\r\n\r\n".encode() + OBJECTS[0], f"\r\n--{BOUNDARY}--\r\n".encode()
        chunk, count, process, most = os.urandom(10**6), 200, psutil.Process(), 0
        connection.sendall(head(len(start) + count * len(chunk) + len(end)) + start)
        before = process.memory_info().rss
        for _ in range(count):
            connection.sendall(chunk)
            most = max(most, process.memory_info().rss - before)
        connection.sendall(end)
        assert b" 200 " in connection.recv(1000)
    assert most < 20 * 10**6


def test_the_service_cannot_reach_a_reader() -> None:
    code = (
        "import sys; from doseloop.roles.record import open_record; open_record(None);"
        "import doseloop.roles.stow, doseloop.roles.folders;"
        "print([name for name in sys.modules if name.startswith(('doseloop.reading', 'doseloop.pipeline'))])"
    )
    environment = {**os.environ, "PYTHONPATH": str(SRC)}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert found.stdout.strip() == "[]"
