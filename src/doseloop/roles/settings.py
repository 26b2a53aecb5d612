"""Every setting of an installation, in one table: flags of the commands, `DOSELOOP_*` variables, `doseloop.toml`, defaults."""

import os
import tomllib
from pathlib import Path
from typing import ClassVar
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

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

    dicom_host: str = Field("127.0.0.1", description="Address on which the DICOM receiver listens.")
    dicom_port: int = Field(11112, ge=1, le=65535, description="Port of the DICOM receiver.")
    dicom_ae: str = Field("DOSELOOP", min_length=1, max_length=16, description="AE title of the receiver.")
    dicom_peers: list[str] = Field(
        [], description="Calling AE titles that may send, each alone or as `AE@host`; empty admits every peer."
    )
    dicom_associations: int = Field(64, ge=1, description="Associations that may be open at the same time.")

    site: str = Field("Main site", description="Site of scanners whose institution names no site of the record.")
    zone: str = Field("UTC", description="IANA time zone of sites when they are made.")
    quiet_minutes: float = Field(
        15.0, ge=0, description="How long a study must be quiet before its totals are no longer provisional."
    )
    silent_hours: float = Field(
        24.0, gt=0, description="How long a scanner may send nothing before today calls it silent."
    )
    pseudonymous: bool = Field(
        False, description="Replace identity by a keyed hash, keep the de-identified object and destroy the original."
    )

    max_object_bytes: int = Field(512 * _MIB, ge=1, description="Size of the largest object that is taken in.")
    floor_bytes: int = Field(512 * _MIB, ge=0, description="Free space below which nothing more is taken in.")
    workers: int = Field(1, ge=1, le=64, description="Workers that `serve` runs side by side.")
    readers: int = Field(2, ge=1, le=64, description="Reader processes of a worker.")
    reader_memory_bytes: int = Field(768 * _MIB, description="Address space of one reader process.")
    reader_seconds: float = Field(5.0, description="Time that reading one object may take.")

    demo: bool = Field(False, description="Made by `make demo`: shows the demo account on the log-in page.")

    @property
    def record_address(self) -> Address:
        """Where the record is. Errors: `SetupError` where the setting cannot be read."""
        return address_of(self.record.get_secret_value(), self.data.absolute())

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("there is no such time zone; IANA names such as Europe/London are known")
        return zone

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


def settings_of_this_process() -> Settings:
    """The settings, checked. Errors: `SetupError`, naming what is wrong in words."""
    try:
        return Settings()
    except ValidationError as error:
        told = "; ".join(f"`{'.'.join(map(str, one['loc']))}`: {one['msg']}" for one in error.errors())
        raise SetupError(f"Settings cannot be used: {told}.") from None
    except (SettingsError, tomllib.TOMLDecodeError) as error:
        raise SetupError(f"Settings cannot be read: {error}.") from None
