"""What a STOW-RS request is answered with (PS3.18 section 10.5.3 and table I.2-1)."""

from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse, Response

from doseloop.model.errors import DoseloopError, ObjectError, StorageFull
from doseloop.receive.file_meta import FileMeta
from doseloop.receive.refusal import RETRY_AFTER_S, Refusal

OUT_OF_RESOURCES, CANNOT_UNDERSTAND, PROCESSING_FAILURE = 0xA700, 0xC000, 0x0110
"""Failure reasons (PS3.18 table I.2-2)."""


@dataclass(slots=True)
class Answer:
    """Gathers what became of each object of one request."""

    stored: list[FileMeta] = field(default_factory=list)
    failed: list[tuple[FileMeta | None, DoseloopError]] = field(default_factory=list)

    def response(self) -> Response:
        """200 where every object was stored, 202 where some were, 409 where none was, 507 where the disk was too full."""
        if not self.stored and any(isinstance(error, StorageFull) for _, error in self.failed):
            return Refusal(507, self.failed[0][1], {"Retry-After": str(RETRY_AFTER_S)})
        status = 200 if not self.failed else 202 if self.stored else 409
        return JSONResponse(self._data_set(), status, media_type="application/dicom+json")

    def _data_set(self) -> dict[str, Any]:
        named = [{**_names(meta), "00081197": _reason(error)} for meta, error in self.failed if meta]
        unnamed = [{"00081197": _reason(error)} for meta, error in self.failed if not meta]
        sequences = {
            "00081198": named,
            "00081199": [{**_names(meta), "00081190": {"vr": "UR"}} for meta in self.stored],
            "0008119A": unnamed,
        }
        filled = {tag: {"vr": "SQ", "Value": items} for tag, items in sequences.items() if items}
        return {"00081190": {"vr": "UR"}, **filled}


def _names(meta: FileMeta) -> dict[str, Any]:
    return {
        "00081150": {"vr": "UI", "Value": [meta.sop_class_uid]},
        "00081155": {"vr": "UI", "Value": [meta.sop_instance_uid]},
    }


def _reason(error: DoseloopError) -> dict[str, Any]:
    return {"vr": "US", "Value": [_code(error)]}


def _code(error: DoseloopError) -> int:
    if isinstance(error, ObjectError):
        return CANNOT_UNDERSTAND
    return OUT_OF_RESOURCES if error.retry else PROCESSING_FAILURE
