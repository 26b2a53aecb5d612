"""What the settings say of each way in, seen before its role is forked: without the code that serves it."""

import ipaddress
from collections.abc import Collection
from dataclasses import replace

from doseloop.model.errors import SetupError
from doseloop.receive.tls import Certificates, server_context
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.ports import check_free
from doseloop.roles.settings import Settings


def check_ways_in(options: Settings, roles: Collection[str]) -> None:
    """See that the roles can run as they are set.

    Errors: `SetupError` where a port is taken, a certificate cannot be used, or a way in would not be safe.
    """
    if "receiver" in roles and options.dicom_tls_port:
        server_context(dicom_certificates(options))
    if "web" in roles:
        check_free(options.web_host, options.web_port, "web_port")
    if "receiver" in roles:
        for name, port in dicom_ports(options).items():
            check_free(options.dicom_host, port, name)
    if "stow" in roles:
        check_stow(options)
        check_free(options.stow_host, options.stow_port, "stow_port")


def dicom_ports(options: Settings) -> dict[str, int]:
    """Ports that the receiver opens, by the setting that names each. Errors: `SetupError` where it is none."""
    plain = {"dicom_port": options.dicom_port} if options.dicom_plain else {}
    tls = {"dicom_tls_port": options.dicom_tls_port} if options.dicom_tls_port else {}
    if not plain and not tls:
        raise SetupError("The DICOM receiver has no port: set `dicom_plain` or `dicom_tls_port`.")
    return plain | tls


def dicom_certificates(options: Settings) -> Certificates:
    """The files of the DICOM port with TLS. Errors: `SetupError` where one that it needs is not set."""
    chain, key, authorities = options.dicom_tls_certificate, options.dicom_tls_key, options.dicom_tls_authorities
    if chain is None or key is None:
        raise SetupError("The TLS port needs `dicom_tls_certificate` and `dicom_tls_key`.")
    if options.dicom_tls_mutual and authorities is None:
        raise SetupError("Peers must show a certificate: set `dicom_tls_authorities`, or `dicom_tls_mutual = false`.")
    return Certificates(chain, key, authorities if options.dicom_tls_mutual else None)


def https_certificates(options: Settings) -> Certificates | None:
    """The certificate of the pages and of STOW-RS; None for plain HTTP. Only STOW-RS admits clients by theirs."""
    if options.https_certificate is None:
        return None
    return Certificates(options.https_certificate, options.https_key or options.https_certificate)


def stow_certificates(options: Settings) -> Certificates | None:
    """The same with the authorities of the clients of STOW-RS."""
    certificates = https_certificates(options)
    return replace(certificates, authorities=options.stow_authorities, clients_must=False) if certificates else None


def check_stow(options: Settings) -> None:
    """See that STOW-RS can run as it is set.

    Errors: `SetupError` where it would take tokens in the clear, or its certificates cannot be used.
    """
    certificates = stow_certificates(options)
    if certificates:
        server_context(certificates)
    elif options.stow_authorities:
        raise SetupError("`stow_authorities` needs `https_certificate`: without TLS no client shows a certificate.")
    elif not (options.stow_plain or _is_this_machine(options.stow_host)):
        raise SetupError(
            f"STOW-RS on {options.stow_host} would take tokens in the clear: set `https_certificate`, or `stow_plain` "
            "where a proxy before it speaks TLS."
        )


def check_tokens_of_pages(options: Settings) -> None:
    """See that tokens may pass on the port of the pages. Errors: `SetupError` where they would pass in the clear."""
    if not (options.https_certificate or options.web_https or _is_this_machine(options.web_host)):
        raise SetupError(
            f"Programs would send their tokens to {options.web_host} in the clear: set `https_certificate`, or `web_https` where "
            "a proxy before the pages speaks TLS."
        )


def watches_folders(options: Settings, data: DataFolder) -> bool:
    """Whether there is a folder to watch. Errors: `SetupError` where one is not there, or lies in the data folder."""
    root = data.root.resolve()
    for folder in options.watched_folders:
        if not folder.is_dir():
            raise SetupError(f"The watched folder {folder} is not there: make it, or change `watched_folders`.")
        if folder.resolve().is_relative_to(root) or root.is_relative_to(folder.resolve()):
            raise SetupError(f"The watched folder {folder} and the data folder must lie apart.")
    return bool(options.watched_folders)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
