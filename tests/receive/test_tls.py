"""The TLS port: who speaks it as BCP 195 has it comes in, and nobody else; what is refused is noted."""

import socket
import ssl
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from doseloop.model.errors import SetupError
from doseloop.receive.tls import Certificates, server_context
from doseloop.roles.data_folder import DataFolder
from tests.receive.listener import Listener
from tests.receive.scripted_peer import CLOSED, Peer, associate
from tests.roles.installation import until


@dataclass(frozen=True)
class Trust:
    """An authority, the receiver's files, and contexts of peers."""

    authority: trustme.CA
    files: Certificates

    def peer(self, signed_by: trustme.CA | None = None, not_after: datetime | None = None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.authority.configure_trust(context)
        if signed_by is not None:
            signed_by.issue_cert("ct1.example", not_after=not_after).configure_cert(context)
        return context


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    folder: Path = tmp_path_factory.mktemp("trust")
    authority = trustme.CA()
    own = authority.issue_cert("localhost", "127.0.0.1")
    chain, key, authorities = folder / "chain.pem", folder / "key.pem", folder / "authorities.pem"
    own.private_key_pem.write_to_path(key)
    for blob in own.cert_chain_pems:
        blob.write_to_path(chain, append=True)
    authority.cert_pem.write_to_path(authorities)
    return Trust(authority, Certificates(chain, key, authorities))


@pytest.fixture
def listener(folder: DataFolder, trust: Trust) -> Iterator[Listener]:
    with Listener(folder, tls=server_context(trust.files), deadline_s=2) as found:
        yield found


def test_a_peer_calls_itself_by_a_name_in_its_certificate_where_that_is_asked(folder: DataFolder, trust: Trust) -> None:
    with Listener(folder, tls=server_context(trust.files), checks_certificates=True) as strict:
        tls = (trust.peer(trust.authority), "localhost")
        admitted = strict.associate("CT1", tls_args=tls)
        assert admitted.is_established
        admitted.release()
        assert strict.associate("CT2", tls_args=tls).is_rejected
        assert strict.reasons() == ["calls itself by a name that its certificate does not have"]


def test_a_peer_with_a_certificate_of_the_authority_associates(listener: Listener, trust: Trust) -> None:
    association = listener.associate(tls_args=(trust.peer(trust.authority), "localhost"))
    assert association.is_established
    assert association.send_c_echo().Status == 0
    association.release()


def refused(listener: Listener, context: ssl.SSLContext) -> bool:
    """Whether the peer gets no answer to its request. In TLS 1.3 it learns of a refused certificate only then."""
    try:
        with (
            socket.create_connection(("127.0.0.1", listener.port), 5) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            connection.sendall(associate())
            return connection.recv(1) == b""
    except OSError:
        return True


def noted(listener: Listener, reason: str) -> None:
    until(lambda: any(reason in one for one in listener.reasons()), 10, f"noted: {reason}")


def test_a_peer_without_a_certificate_is_refused(listener: Listener, trust: Trust) -> None:
    assert refused(listener, trust.peer())
    noted(listener, "peer did not return a certificate")


def test_a_peer_of_another_authority_is_refused(listener: Listener, trust: Trust) -> None:
    assert refused(listener, trust.peer(trustme.CA()))
    noted(listener, "showed a certificate that is not accepted")


def test_a_peer_whose_certificate_has_expired_is_refused(listener: Listener, trust: Trust) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    assert refused(listener, trust.peer(trust.authority, yesterday))
    noted(listener, "certificate has expired")


def test_nothing_older_than_tls_1_2_is_spoken(listener: Listener, trust: Trust) -> None:
    old = trust.peer(trust.authority)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    assert refused(listener, old)
    noted(listener, "could not agree on TLS")


@pytest.mark.parametrize("cipher", ["AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384"])
def test_ciphers_without_forward_secrecy_or_authentication_are_refused(
    cipher: str, listener: Listener, trust: Trust
) -> None:
    weak = trust.peer(trust.authority)
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers(f"{cipher}:@SECLEVEL=0")
    assert refused(listener, weak)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_of_the_profile_are_spoken(version: ssl.TLSVersion, listener: Listener, trust: Trust) -> None:
    exact = trust.peer(trust.authority)
    exact.minimum_version = exact.maximum_version = version
    assert not refused(listener, exact)


def test_plain_dicom_on_the_tls_port_is_refused(listener: Listener) -> None:
    with Peer(listener.port) as peer:
        peer.says(associate())
        peer.connection.settimeout(5)
        answer = peer.connection.recv(100)
        assert answer == b"" or answer[0] == 0x15  # an alert of TLS, never a PDU
    noted(listener, "spoke without TLS on the TLS port")


def test_tls_on_the_plain_port_is_refused(folder: DataFolder, trust: Trust) -> None:
    with Listener(folder) as plain:
        assert refused(plain, trust.peer())
        noted(plain, "did not ask for a DICOM association")


def test_a_handshake_that_does_not_end_has_the_deadline(listener: Listener) -> None:
    with Peer(listener.port) as peer:
        peer.says(bytes((0x16, 3, 1, 1, 0, 1)))
        assert peer.hears() == CLOSED
    noted(listener, "did not ask for an association within 2 s")


def test_certificates_of_peers_are_optional_where_it_is_set_so(folder: DataFolder, trust: Trust) -> None:
    files = Certificates(trust.files.chain, trust.files.key, None)
    with Listener(folder, tls=server_context(files)) as listener:
        association = listener.associate(tls_args=(trust.peer(), "localhost"))
        assert association.is_established
        association.release()


def test_a_certificate_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("not a certificate")
    with pytest.raises(SetupError, match="dicom_tls_"):
        server_context(Certificates(broken, broken, None))
