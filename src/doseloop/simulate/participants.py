"""Who took part, in content items: device observer (TID 1002, 1004), person (TID 1020) and device (TID 1021)."""

from doseloop.simulate import codes
from doseloop.simulate.chance import uid
from doseloop.simulate.content import ContentWriter
from doseloop.simulate.department import Scanner

CONTEXT = "HAS OBS CONTEXT"
PROPERTY = "HAS PROPERTIES"


def device_uid(scanner: Scanner) -> str:
    """Device Observer UID: belongs to the machine, whatever the seed."""
    return uid(0, "device", scanner.manufacturer, scanner.serial)


def observer_context(writer: ContentWriter, scanner: Scanner) -> list[bytes]:
    """Observer Context (TID 1002) of a device (TID 1004)."""
    return [
        writer.code(codes.OBSERVER_TYPE, codes.DEVICE, CONTEXT),
        writer.uid(codes.OBSERVER_UID, device_uid(scanner), CONTEXT),
        writer.text(codes.OBSERVER_NAME, scanner.station_name, CONTEXT),
        writer.text(codes.OBSERVER_MANUFACTURER, scanner.manufacturer, CONTEXT),
        writer.text(codes.OBSERVER_MODEL, scanner.model, CONTEXT),
        writer.text(codes.OBSERVER_SERIAL, scanner.serial, CONTEXT),
        writer.text(codes.OBSERVER_LOCATION, scanner.site, CONTEXT),
    ]


def scope_of_accumulation(writer: ContentWriter, study_uid: str) -> bytes:
    """Scope of Accumulation (113705): the study."""
    study = writer.uid(codes.STUDY_UID, study_uid, PROPERTY)
    return writer.code(codes.SCOPE_OF_ACCUMULATION, codes.STUDY, CONTEXT, [study])


def irradiation_administering(writer: ContentWriter, name: str) -> bytes:
    """Person Participant (TID 1020) who administered the irradiation."""
    role = writer.code(codes.PERSON_ROLE, codes.IRRADIATION_ADMINISTERING, PROPERTY)
    return writer.person(codes.PERSON_NAME, name, [role])


def irradiating_device(writer: ContentWriter, scanner: Scanner) -> bytes:
    """Device Participant (TID 1021): the irradiating device."""
    named = [
        writer.text(codes.DEVICE_NAME, scanner.station_name, PROPERTY),
        writer.text(codes.DEVICE_MANUFACTURER, scanner.manufacturer, PROPERTY),
        writer.text(codes.DEVICE_MODEL, scanner.model, PROPERTY),
        writer.text(codes.DEVICE_SERIAL, scanner.serial, PROPERTY),
    ]
    return writer.code(codes.DEVICE_ROLE, codes.IRRADIATING_DEVICE, children=named)
