"""Every way in which Doseloop fails, on one page.

    DoseloopError
      ObjectError              one object cannot be used; it ends in the state `quarantined` with this reason
        NotDicom               no DICOM data set was found in the bytes
        Truncated              a declared length runs past the end of what is there
        Malformed              the bytes contradict the encoding or the template
        TooDeep                nested deeper than the limit
        TooLarge               longer, or more items, than the limit
        UnsupportedEncoding    a transfer syntax that is not read
        ReaderStopped          the reader process was ended by its limit of time or memory
        Unsettled              the object was read and could not be entered into the record
      NotDose                  the object is sound and carries no dose (state `not dose`)
        NotReadYet             a structured report of a kind that this version does not read; it is kept
      InboxError               an object could not be taken in; the sender keeps it and tries again
        StorageFull            free space is below the floor
        ObjectTooLarge         more bytes arrived than an object may have
      PeerRefused              a DICOM peer asked for more than it may
        UnsafeEntry            a name leads out of its folder or archive, or is no regular file
        ArchiveTooLarge        an archive has more entries or bytes, or inflates further, than the limit
        UnusableArchive        an archive that is encrypted, nested, damaged or of a kind that is not opened
      RequestRefused           a request over HTTP is turned away; nothing more of it is read
        NotAdmitted            neither a token nor a client certificate that is known
        WrongMediaType         the body is not what is taken in, or is compressed
        UnusableRequest        the body contradicts its encoding, or ends before its end
        RequestTooLarge        the body is longer, or has more parts, than the limit
        TooSlow                the sender gives less than the minimum rate
        Busy                   as many requests as are allowed are being answered
      AccessError              the person may not do or see this
        Forbidden              the right is missing
        NotVisible             there is no such thing, or none within the scope (both look alike)
      UnusableInput            what a person typed or chose cannot be used
        NotAnswerable          a question asks for what the record, the person's rights or sound practice do not allow
      SetupError               the installation cannot run as it is set
      DamagedBackup            a backup is not what it was when it was made
      FrozenChanged            what was kept for ever is not what it was when it was kept
      DamagedReport            an archived report is not what it was when it was made
      SimulationError          a scenario cannot be played

Each class has a `code` (stable, for programs and the documentation), a `hint` (what to do) and `retry` (whether the same
call may succeed later with nothing changed). The message of an instance says what happened and where.
"""


class DoseloopError(Exception):
    """Base of all errors that Doseloop raises on purpose."""

    code = "doseloop"
    hint = "Look at the log of this process for the reason."
    retry = False


class ObjectError(DoseloopError):
    """One object cannot be used."""

    code = "object"
    hint = "Ask the sender for the object again; if it comes back the same, report the scanner to its service."


class NotDicom(ObjectError):
    """No DICOM data set was found in the bytes."""

    code = "not-dicom"
    hint = "Send DICOM objects only (PS3.10 files, or C-STORE)."


class Truncated(ObjectError):
    """A declared length runs past the end of what is there (PS3.5 section 7.1)."""

    code = "truncated"
    hint = "The object is cut short: send it again from the scanner or the archive."


class Malformed(ObjectError):
    """The bytes contradict the encoding (PS3.5) or the template (PS3.16)."""

    code = "malformed"


class TooDeep(ObjectError):
    """Sequences are nested deeper than the limit."""

    code = "too-deep"


class TooLarge(ObjectError):
    """The object is longer, or has more items, than the limit for a report."""

    code = "too-large"
    hint = "Raise the limit in the settings if the object is genuine."


class UnsupportedEncoding(ObjectError):
    """The transfer syntax is not read."""

    code = "unsupported-encoding"
    hint = "Send the object uncompressed: Explicit or Implicit VR Little Endian."


class ReaderStopped(ObjectError):
    """The reader process was ended by its limit of time or memory, or died."""

    code = "reader-stopped"
    hint = "Reading is tried again by itself once; after that the object waits for a person."
    retry = True


class Unsettled(ObjectError):
    """The object was read and could not be entered into the record."""

    code = "unsettled"
    hint = "The object is kept. Report it with the log of the worker; it can be tried again."
    retry = True


class NotDose(DoseloopError):
    """The object is sound and carries no dose."""

    code = "not-dose"
    hint = "Nothing to do: the object is counted and its bytes are not kept."


class NotReadYet(NotDose):
    """A structured report of a kind that this version does not read."""

    code = "not-read-yet"
    hint = "Nothing to do: the object is kept, and a version that reads its kind takes it up."


class InboxError(DoseloopError):
    """An object could not be taken in."""

    code = "inbox"
    retry = True


class StorageFull(InboxError):
    """Free space is below the floor, so that nothing more is written."""

    code = "storage-full"
    hint = "Free space on the disk of the data folder; receiving resumes by itself."


class ObjectTooLarge(InboxError):
    """More bytes arrived than an object may have."""

    code = "object-too-large"
    hint = "Raise `max_object_bytes` in the settings if such objects are genuine."
    retry = False


class PeerRefused(DoseloopError):
    """A DICOM peer asked for more than it may, or is not among those that may send."""

    code = "peer-refused"
    hint = "Admit the peer on the page of today if it is yours; docs/limits.md has the limit that the message names."
    retry = True


class UnsafeEntry(InboxError):
    """A name leads out of its folder or archive, or is no regular file."""

    code = "unsafe-entry"
    hint = "Nothing outside was read. Take the object itself in where it is genuine, and ask who made the archive."
    retry = False


class ArchiveTooLarge(InboxError):
    """An archive has more entries or bytes, or inflates further, than the limit."""

    code = "archive-too-large"
    hint = "Split the archive, or raise the `archive_` limit that the message names."
    retry = False


class UnusableArchive(InboxError):
    """An archive that is encrypted, nested, damaged or of a kind that is not opened."""

    code = "unusable-archive"
    hint = "Unpack it yourself and take the folder in, or make a plain ZIP of it anew."
    retry = False


class RequestRefused(DoseloopError):
    """A request over HTTP is turned away."""

    code = "request-refused"
    hint = "docs/receiving.md and docs/mcp.md have what a request must look like."


class NotAdmitted(RequestRefused):
    """Neither a token nor a client certificate that is known."""

    code = "not-admitted"
    hint = (
        "Send `Authorization: Bearer TOKEN`; `doseloop token add NAME` makes a token for sending, with `--account ACCOUNT` one "
        "for reading."
    )


class WrongMediaType(RequestRefused):
    """The body is not what is taken in, or is compressed."""

    code = "wrong-media-type"
    hint = 'Send `multipart/related; type="application/dicom"; boundary=...` without Content-Encoding.'


class UnusableRequest(RequestRefused):
    """The body contradicts its encoding, or ends before its end."""

    code = "unusable-request"
    hint = "Send the request again whole; objects that were stored before are known when they come again."


class RequestTooLarge(RequestRefused):
    """The body is longer, or has more parts, than the limit."""

    code = "request-too-large"
    hint = "Send less in one request, or raise `stow_body_bytes`, `stow_parts` or `mcp_body_bytes` in the settings."


class TooSlow(RequestRefused):
    """The sender gives less than the minimum rate."""

    code = "too-slow"
    hint = "Send again over a better line, or lower `stow_min_bytes_per_second` in the settings."
    retry = True


class Busy(RequestRefused):
    """As many requests as are allowed are being answered."""

    code = "busy"
    hint = "Send again after the time that Retry-After gives."
    retry = True


class AccessError(DoseloopError):
    """The person may not do or see this."""

    code = "access"
    hint = "Ask the administrator of your site for the right."


class Forbidden(AccessError):
    """The right is missing."""

    code = "forbidden"


class NotVisible(AccessError):
    """There is no such thing, or none within the scope; the two look alike on purpose."""

    code = "not-visible"
    hint = "Check the address; what lies at another site is not shown."


class UnusableInput(DoseloopError):
    """What a person typed or chose cannot be used."""

    code = "unusable-input"
    hint = "Change the value that the message names."


class NotAnswerable(UnusableInput):
    """A question asks for what the record, the person's rights or sound practice do not allow."""

    code = "not-answerable"
    hint = "Ask as the message offers; docs/answers.md says what is answered."

    def __init__(self, reason: str, said: str, offer: str = "") -> None:
        """`reason` is one of those of `ask.validity.REASONS`, `said` what cannot be and why, `offer` what can be asked instead."""
        super().__init__(f"{said} {offer}".strip())
        self.reason, self.said, self.offer = reason, said, offer


class SetupError(DoseloopError):
    """The installation cannot run as it is set."""

    code = "setup"
    hint = "docs/operating.md has every setting and what the data folder needs."


class DamagedBackup(DoseloopError):
    """A backup is not what it was when it was made."""

    code = "damaged-backup"
    hint = "Use an earlier backup; then look after the disk that this one lies on."


class FrozenChanged(DoseloopError):
    """What was kept for ever is not what it was when it was kept."""

    code = "frozen-changed"
    hint = "Something else than Doseloop wrote it: compare with a backup; docs/local-levels.md says what to do."


class DamagedReport(DoseloopError):
    """An archived report is not what it was when it was made."""

    code = "damaged-report"
    hint = "Restore the record from the last backup in which the report is sound, and look after its disk."


class SimulationError(DoseloopError):
    """A scenario cannot be played."""

    code = "simulation"
    hint = "Change the entry of the scenario that the message names."
