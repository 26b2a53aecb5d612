"""TLS of STOW-RS: what a handshake admits, and who a client certificate names."""

import os
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from doseloop.model.errors import SetupError
from doseloop.receive.tls import Certificates, server_context
from doseloop.roles.data_folder import DataFolder
from doseloop.simulate.day import objects
from doseloop.store.models import DoseObjectRow
from tests.receive.stow_service import StowService, multipart, needs_curl

pytestmark = pytest.mark.peers
OBJECT = objects(1, 1)[0]
LONG_AGO = datetime.now(UTC) - timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Hospital:
    """Files of a hospital's certificates: its issuer, the server's, and clients' good and bad."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    @property
    def server(self) -> Certificates:
        return Certificates(self.path("server"), self.path("server"), self.path("ca"), clients_must=False)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    made = Hospital(tmp_path_factory.mktemp("certificates"))
    ca, stranger = trustme.CA(), trustme.CA()
    ca.cert_pem.write_to_path(str(made.path("ca")))
    for name, issuer, until in (("ct1", ca, None), ("expired", ca, LONG_AGO), ("stranger", stranger, None)):
        leaf = issuer.issue_cert(f"{name}.hospital.example", common_name="CT1 gateway", not_after=until)
        leaf.private_key_and_cert_chain_pem.write_to_path(str(made.path(name)))
    ca.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(made.path("server")))
    return made


@pytest.fixture
def service(folder: DataFolder, hospital: Hospital) -> Iterator[StowService]:
    with StowService(folder, certificates=hospital.server) as running:
        yield running


def by(hospital: Hospital, client: str) -> list[str]:
    return ["--cacert", str(hospital.path("ca")), "--cert", str(hospital.path(client))]


@needs_curl
def test_a_client_certificate_admits_and_names_the_peer(service: StowService, hospital: Hospital) -> None:
    assert service.curl(multipart(OBJECT), *by(hospital, "ct1"), token=None).status == 200
    assert set(DoseObjectRow.objects.values_list("peer_ae")) == {("CT1 gateway",)}


@needs_curl
def test_a_token_admits_over_tls(service: StowService, hospital: Hospital) -> None:
    assert service.curl(multipart(OBJECT), "--cacert", str(hospital.path("ca"))).status == 200


@needs_curl
def test_neither_certificate_nor_token_is_401(service: StowService, hospital: Hospital) -> None:
    assert service.curl(multipart(OBJECT), "--cacert", str(hospital.path("ca")), token=None).status == 401


@needs_curl
@pytest.mark.parametrize("client", ["expired", "stranger"])
def test_a_certificate_that_is_expired_or_of_another_issuer_is_refused(
    service: StowService, hospital: Hospital, client: str
) -> None:
    """Even with a good token: the handshake fails, or the connection ends before anything is answered."""
    with pytest.raises(AssertionError, match="curl"):
        service.curl(multipart(OBJECT), *by(hospital, client))
    assert service.spooled == 0


def handshake(port: int, hospital: Hospital, **versions: ssl.TLSVersion) -> str:
    """The version that a client with OpenSSL's weakest settings agrees on with the service."""
    context = ssl.create_default_context(cafile=str(hospital.path("ca")))
    context.set_ciphers("ALL:@SECLEVEL=0")
    for name, version in versions.items():
        setattr(context, f"{name}_version", version)
    plain = socket.create_connection(("127.0.0.1", port), 10)
    with plain, context.wrap_socket(plain, server_hostname="localhost") as encrypted:
        return str(encrypted.version())


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_versions_before_1_2_are_refused(service: StowService, hospital: Hospital, version: ssl.TLSVersion) -> None:
    with pytest.raises(OSError, match=r"(?i)ssl|reset"):
        handshake(service.port, hospital, minimum=version, maximum=version)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_1_2_and_1_3_are_spoken(service: StowService, hospital: Hospital, version: ssl.TLSVersion) -> None:
    assert handshake(service.port, hospital, minimum=version, maximum=version) == version.name.replace("_", ".")


@pytest.mark.parametrize("cipher", ["AES128-SHA", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA256", "NULL", "ADH", "RC4"])
def test_suites_without_forward_secrecy_or_authenticated_encryption_are_refused(
    service: StowService, hospital: Hospital, cipher: str
) -> None:
    command = [
        "openssl",
        "s_client",
        "-connect",
        f"127.0.0.1:{service.port}",
        "-tls1_2",
        "-cipher",
        f"{cipher}:@SECLEVEL=0",
    ]
    found = subprocess.run(command, input=b"", capture_output=True, check=False, timeout=30)
    assert found.returncode != 0


def test_every_suite_that_is_offered_is_one_of_rfc_9325(hospital: Hospital) -> None:
    for suite in server_context(hospital.server).get_ciphers():
        assert suite["aead"]
        assert suite["protocol"] == "TLSv1.3" or suite["name"].startswith("ECDHE-")


def test_plain_http_on_the_port_of_tls_is_refused(service: StowService) -> None:
    with service.socket() as connection:
        connection.sendall(b"POST /dicomweb/studies HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with_luck = b""
        with suppress(ConnectionError):
            with_luck = connection.recv(1000)
    assert not with_luck.startswith(b"HTTP/")


def test_a_certificate_that_cannot_be_used_is_told(hospital: Hospital, tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_text("no certificate")
    for path in (tmp_path / "missing.pem", tmp_path / "broken.pem", hospital.path("ca")):
        with pytest.raises(SetupError, match=os.path.basename(path)):
            server_context(Certificates(path, path))
