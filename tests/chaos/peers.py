"""A peer that sends one object and tells the status it got."""

from io import BytesIO

from pydicom import dcmread
from pynetdicom import AE
from pynetdicom.sop_class import XRayRadiationDoseSRStorage

from tests.roles.installation import AE as TITLE


def store(port: int, content: bytes) -> int | None:
    """C-STORE of one dose report; the status, None where no answer came."""
    entity = AE("CT1")
    entity.add_requested_context(XRayRadiationDoseSRStorage)
    association = entity.associate("127.0.0.1", port, ae_title=TITLE)
    if not association.is_established:
        return None
    try:
        status = association.send_c_store(dcmread(BytesIO(content)))
    finally:
        association.release()
    return int(status.Status) if "Status" in status else None
