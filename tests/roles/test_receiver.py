"""The receiver role: which ports its settings open, and a real installation that closes its door and speaks TLS."""

import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import trustme
from pydantic import ValidationError
from pynetdicom import AE
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from doseloop.model.errors import SetupError
from doseloop.receive.dimse_limits import DimseLimits
from doseloop.roles.receiver import limits_of_dimse
from doseloop.roles.settings import Settings
from doseloop.roles.ways_in import dicom_certificates, dicom_ports
from tests.roles.installation import Installation, free_port, until

ADMIT = (
    "from doseloop.roles.record import open_record; open_record(None);"
    "from doseloop.access.scope import SYSTEM; from doseloop.store import peers; from doseloop.store.audit import COMMAND;"
    "peers.decide(SYSTEM, 'CT7', '127.0.0.1', 'admitted', COMMAND)"
)


def test_limits_are_by_default_what_they_are_documented_to_be() -> None:
    assert limits_of_dimse(Settings()) == DimseLimits()


def test_each_port_is_named_by_its_setting() -> None:
    assert dicom_ports(Settings()) == {"dicom_port": 11112}
    assert dicom_ports(Settings(dicom_tls_port=2762)) == {"dicom_port": 11112, "dicom_tls_port": 2762}
    assert dicom_ports(Settings(dicom_tls_port=2762, dicom_plain=False)) == {"dicom_tls_port": 2762}


def test_a_receiver_without_a_port_is_refused() -> None:
    with pytest.raises(SetupError, match="no port"):
        dicom_ports(Settings(dicom_plain=False))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "dicom_tls_certificate"),
        ({"dicom_tls_certificate": "a.pem"}, "dicom_tls_key"),
        ({"dicom_tls_certificate": "a.pem", "dicom_tls_key": "k.pem"}, "dicom_tls_authorities"),
    ],
)
def test_a_tls_port_says_which_file_it_needs(given: dict[str, Path], told: str) -> None:
    with pytest.raises(SetupError, match=told):
        dicom_certificates(Settings(dicom_tls_port=2762, **given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given", [{"dicom_contexts": 129}, {"dicom_associations_per_peer": 0}, {"dicom_admit": "some"}]
)
def test_settings_that_make_no_sense_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**given)  # type: ignore[arg-type]


def echoed(port: int, tls: tuple[ssl.SSLContext, str] | None = None) -> bool:
    entity = AE("CT7")
    entity.add_requested_context(Verification)
    association = entity.associate("127.0.0.1", port, ae_title="DOSELOOP", tls_args=tls)
    if not association.is_established:
        return False
    told = association.send_c_echo()
    association.release()
    return told.Status == 0  # type: ignore[no-any-return]


@pytest.mark.peers
def test_a_peer_is_shown_admitted_by_a_person_and_let_in_without_a_restart_on_both_ports(tmp_path: Path) -> None:
    authority, tls_port = trustme.CA(), free_port()
    own = authority.issue_cert("localhost")
    (tmp_path / "own.pem").write_bytes(own.private_key_and_cert_chain_pem.bytes())
    (tmp_path / "authorities.pem").write_bytes(authority.cert_pem.bytes())
    peer = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(peer)
    authority.issue_cert("ct7.example").configure_cert(peer)
    with Installation(
        tmp_path / "data",
        dicom_admit="known",
        dicom_tls_port=str(tls_port),
        dicom_tls_certificate=str(tmp_path / "own.pem"),
        dicom_tls_key=str(tmp_path / "own.pem"),
        dicom_tls_authorities=str(tmp_path / "authorities.pem"),
    ) as installation:
        assert not echoed(installation.dicom_port)
        assert not echoed(tls_port, (peer, "localhost"))
        counted = "SELECT ae, host, count FROM store_refusedpeer WHERE ae = 'CT7'"
        until(lambda: installation.ask(counted) == [("CT7", "127.0.0.1", 2)], 15, "both refusals in the record")
        receiver = installation.role("receiver")
        subprocess.run([sys.executable, "-c", ADMIT], env=installation.environment, check=True)
        until(lambda: echoed(installation.dicom_port), 15, "admitted on the plain port")
        assert echoed(tls_port, (peer, "localhost"))
        assert installation.role("receiver") == receiver
