"""Every setting of an installation, in one table: flags of the commands, `DOSELOOP_*` variables, `doseloop.toml`, defaults."""

import os
import tomllib
from pathlib import Path
from typing import ClassVar, Literal
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from doseloop.assess.level_settings import Settings as LevelSettings
from doseloop.model.errors import SetupError
from doseloop.store.address import Address, address_of

_MIB = 1024 * 1024


class Settings(BaseSettings):
    """What a hospital may set. Each entry's description is its documentation."""

    model_config = SettingsConfigDict(env_prefix="DOSELOOP_", extra="forbid", frozen=True)
    FILE: ClassVar[str] = "doseloop.toml"

    data: Path = Field(Path("data"), description="Folder of everything that is kept. Local disk only; mode 0700.")

    record: SecretStr = Field(
        SecretStr(""),
        description="Where the record is: empty for a SQLite file in the data folder, or "
        "`postgresql://user@host/database`.",
    )

    web_host: str = Field("127.0.0.1", description="Address on which the web server listens.")
    web_port: int = Field(8080, ge=1, le=65535, description="Port of the web server.")
    web_https: bool = Field(
        False, description="Whether browsers reach the pages by HTTPS: cookies are then sent by it alone."
    )
    web_names: list[str] = Field(
        ["localhost", "127.0.0.1", "[::1]"], description="Host names by which browsers reach the pages."
    )

    web_address: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?$",
        description="Address by which browsers reach the pages, `https://doseloop.example.org`, for links in messages; empty "
        "leaves them out.",
    )

    dicom_host: str = Field("127.0.0.1", description="Address on which the DICOM receiver listens.")
    dicom_port: int = Field(11112, ge=1, le=65535, description="Port of the DICOM receiver.")
    dicom_ae: str = Field("DOSELOOP", min_length=1, max_length=16, description="AE title of the receiver.")
    dicom_peers: list[str] = Field(
        [],
        description="Calling AE titles that may send, each alone or as `AE@host`; empty admits every peer, unless "
        "`dicom_admit` is `known`.",
    )
    dicom_admit: Literal["everyone", "known"] = Field(
        "everyone",
        description="Who may send while `dicom_peers` is empty: `everyone`, or `known` for those alone that a person "
        "admitted on the page of today.",
    )
    dicom_check_called: bool = Field(
        False,
        description="Whether peers must ask for `dicom_ae` by its name; otherwise any called AE title is answered.",
    )
    dicom_plain: bool = Field(True, description="Whether `dicom_port`, the port without TLS, is open.")
    dicom_tls_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="Port of the DICOM receiver by TLS (2762 is the registered one); empty for none.",
    )
    dicom_tls_certificate: Path | None = Field(None, description="Certificate chain of the DICOM receiver, a PEM file.")
    dicom_tls_key: Path | None = Field(None, description="Key of that certificate, a PEM file without a passphrase.")
    dicom_tls_authorities: Path | None = Field(
        None, description="Authorities (a PEM file) by which a peer's certificate must be signed."
    )
    dicom_tls_mutual: bool = Field(
        True, description="Whether peers on the TLS port must show a certificate; needs `dicom_tls_authorities`."
    )
    dicom_tls_names: bool = Field(
        False,
        description="Whether a peer's calling AE title must be a name in its certificate: the common name, or the first part "
        "of a DNS name.",
    )
    dicom_associations: int = Field(64, ge=1, description="Associations that may be open at the same time.")
    dicom_associations_per_peer: int = Field(
        8, ge=1, description="Associations that one host may have open at the same time."
    )
    dicom_waiting: int = Field(
        512, ge=1, le=4096, description="Connections that may wait without having asked for an association."
    )
    dicom_deadline_seconds: float = Field(
        10.0, gt=0, description="Time from a connection to its whole association request, TLS included."
    )
    dicom_idle_seconds: float = Field(60.0, gt=0, description="How long an association may be silent.")
    dicom_rate_bytes: int = Field(
        1024, ge=0, description="Least mean rate, bytes a second, while a PDU or an object is under way."
    )
    dicom_rate_seconds: float = Field(30.0, gt=0, description="Over how long that rate is measured.")
    dicom_pdu_bytes: int = Field(131_072, ge=4096, le=2**31, description="Longest PDU that is read.")
    dicom_request_bytes: int = Field(65_536, ge=1024, le=2**24, description="Longest association request that is read.")
    dicom_contexts: int = Field(
        128, ge=1, le=128, description="Presentation contexts that one association request may offer."
    )

    size_days_adult: float = Field(
        30.0, ge=0, le=3650, description="Days before or after an exam within which an adult's imported size counts."
    )
    size_days_child: float = Field(
        7.0, ge=0, le=3650, description="The same for a child, and for a patient whose age is not known."
    )

    https_certificate: Path | None = Field(
        None, description="Certificate chain (PEM) of the pages and of STOW-RS: both then speak TLS alone."
    )
    https_key: Path | None = Field(
        None, description="Key (PEM) of `https_certificate`; empty where it stands in there."
    )

    stow_host: str = Field("127.0.0.1", description="Address on which STOW-RS listens.")
    stow_port: int = Field(8042, ge=1, le=65535, description="Port of STOW-RS.")
    stow_authorities: Path | None = Field(
        None, description="Authorities (PEM) whose client certificates are admitted to STOW-RS in place of a token."
    )
    stow_plain: bool = Field(
        False, description="Whether STOW-RS may listen beyond this machine without TLS: tokens then pass in the clear."
    )
    stow_body_bytes: int = Field(1024 * _MIB, ge=1, description="Length of the longest request of STOW-RS.")
    stow_parts: int = Field(10_000, ge=1, description="Objects that one request of STOW-RS may hold.")
    stow_requests: int = Field(16, ge=1, description="Requests of STOW-RS that are answered at the same time.")
    stow_connections: int = Field(256, ge=1, description="Connections to STOW-RS that may be open at the same time.")
    stow_head_seconds: float = Field(10.0, gt=0, description="Time in which the head of a request must be whole.")
    stow_idle_seconds: float = Field(20.0, gt=0, description="Longest silence within the body of a request.")
    stow_min_bytes_per_second: float = Field(
        1024.0, ge=0, description="Least rate of a request's body over each `stow_rate_seconds`."
    )
    stow_rate_seconds: float = Field(30.0, gt=0, description="Waiting over which the least rate is looked at.")

    mcp_body_bytes: int = Field(
        256 * 1024, ge=1024, description="Length of the longest request of a program to `/mcp`."
    )
    mcp_requests: int = Field(
        8, ge=1, le=64, description="Requests of programs that are answered at the same time; as many may wait."
    )

    watched_folders: list[Path] = Field([], description="Folders whose files are taken in once they are whole.")
    watched_keep: bool = Field(
        False,
        description="Whether files that were taken in are moved to `taken/` in their folder; else they are removed.",
    )
    watched_settle_seconds: float = Field(
        5.0, ge=0, description="How long a file in a watched folder must not have changed to be whole."
    )
    watched_every_seconds: float = Field(
        2.0, gt=0, description="How often watched folders are looked through where nothing tells of a change."
    )

    archive_entries: int = Field(50_000, ge=1, description="Files that one archive may hold.")
    archive_bytes: int = Field(16 * 1024 * _MIB, ge=1, description="Bytes that one archive may inflate to.")
    archive_ratio: int = Field(
        100, ge=1, description="Inflated to packed bytes that an archive, or a file in it, may reach."
    )

    site: str = Field("Main site", description="Site of scanners whose institution names no site of the record.")
    zone: str = Field("UTC", description="IANA time zone of sites when they are made.")
    quiet_minutes: float = Field(
        15.0, ge=0, description="How long a study must be quiet before its totals are no longer provisional."
    )
    silent_hours: float = Field(
        24.0,
        gt=0,
        description="How long a scanner may send nothing before it is called silent, while its usual hours are not known.",
    )
    people_least_exams: int = Field(
        10,
        ge=2,
        description="Exams of a procedure from which on a figure of one operator or physician is shown, and of each of the others "
        "it is compared with.",
    )
    level_patients: int = Field(
        20, ge=5, le=1000, description="Patients of a group that a comparison with a reference level needs at least."
    )
    level_patients_of: dict[str, int] = Field(
        {},
        description="The same where a modality needs another number, as `{CT = 30, XA = 30, MG = 50}`: what ICRP Publication 135 "
        "prefers.",
    )
    level_patients_children: int = Field(
        10, ge=5, le=1000, description="The same for levels of children, of whom there are few."
    )
    level_standard_kg: tuple[float, float] = Field(
        (50.0, 90.0), description="Weights of adults of standard size, both included."
    )
    level_rooms: int = Field(
        10, ge=2, le=1000, description="Rooms that a local level needs at least; of fewer there is a typical value."
    )
    ask_model_address: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?$",
        description="Address of a language model as OpenAI's API has it, `http://localhost:11434/v1`, that people may let read a "
        "question which was not understood; empty for none.",
    )
    ask_model_name: str = Field("", max_length=200, description="Name of that model, as its server calls it.")
    ask_model_key: SecretStr = Field(
        SecretStr(""), description="Key that its server asks for; empty where it asks for none."
    )
    ask_model_seconds: float = Field(20.0, gt=0, le=120, description="Time in which its answer must be whole.")
    ask_model_tokens: int = Field(800, ge=50, le=10_000, description="Tokens that its answer may have.")
    notify_mail: SecretStr = Field(
        SecretStr(""),
        description="Mail server that sends reports and notifications, as a URL of Apprise: "
        "`mailtos://user:password@smtp.example.org?from=doseloop@example.org`; empty sends none.",
    )
    notify_hosts: list[str] = Field(
        [],
        description="Hosts of services, other than mail, that notifications may be sent to: Teams, Mattermost, Gotify, ntfy, "
        "webhooks. Slack needs none.",
    )
    pseudonymous: bool = Field(
        False, description="Replace identity by a keyed hash, keep the de-identified object and destroy the original."
    )

    max_object_bytes: int = Field(512 * _MIB, ge=1, description="Size of the largest object that is taken in.")
    floor_bytes: int = Field(512 * _MIB, ge=0, description="Free space below which nothing more is taken in.")
    ballast_bytes: int = Field(
        64 * _MIB, ge=0, description="Size of a file that is given up on a full disk, so that pages and audit go on."
    )
    workers: int = Field(1, ge=1, le=64, description="Workers that `serve` runs side by side.")
    readers: int = Field(2, ge=1, le=64, description="Reader processes of a worker.")
    reader_memory_bytes: int = Field(768 * _MIB, description="Address space of one reader process.")
    reader_seconds: float = Field(5.0, description="Time that reading one object may take.")
    measure_images: bool = Field(
        True, description="Whether size and noise of the patient are measured in axial CT images when they arrive."
    )

    demo: bool = Field(False, description="Made by `make demo`: shows the demo account on the log-in page.")

    @property
    def record_address(self) -> Address:
        """Where the record is. Errors: `SetupError` where the setting cannot be read."""
        return address_of(self.record.get_secret_value(), self.data.absolute())

    @property
    def level_settings(self) -> LevelSettings:
        """How groups are compared with reference levels."""
        return LevelSettings(
            self.level_patients, self.level_patients_of, self.level_patients_children, self.level_standard_kg,
            min_rooms=self.level_rooms,
        )  # fmt: skip

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("there is no such time zone; IANA names such as Europe/London are known")
        return zone

    @field_validator("notify_mail")
    @classmethod
    def _is_a_mail_server(cls, address: SecretStr) -> SecretStr:
        if address.get_secret_value() and not address.get_secret_value().startswith(("mailto://", "mailtos://")):
            raise ValueError("it is no address of a mail server; one begins with mailto:// or mailtos://")
        return address

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags first, then the environment, then `doseloop.toml` in the data folder."""
        folder = Path(os.environ.get("DOSELOOP_DATA", "data"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, folder / cls.FILE)


def record_named_in(folder: Path, data: Path) -> Address:
    """Where the record of a data folder will be whose `doseloop.toml` still lies in another folder: a backup.

    Errors: `SetupError` where the setting cannot be read.
    """
    file = folder / Settings.FILE
    try:
        told = tomllib.loads(file.read_text()) if file.is_file() else {}
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"Settings cannot be read: {error}.") from None
    return address_of(os.environ.get("DOSELOOP_RECORD", str(told.get("record", ""))), data)


def settings_of_this_process() -> Settings:
    """The settings, checked. Errors: `SetupError`, naming what is wrong in words."""
    try:
        return Settings()
    except ValidationError as error:
        told = "; ".join(f"`{'.'.join(map(str, one['loc']))}`: {one['msg']}" for one in error.errors())
        raise SetupError(f"Settings cannot be used: {told}.") from None
    except (SettingsError, tomllib.TOMLDecodeError) as error:
        raise SetupError(f"Settings cannot be read: {error}.") from None
