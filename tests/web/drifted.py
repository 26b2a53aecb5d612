"""A scanner on which two protocols drifted, one is as usual, and one is too new; with flags of one cause, and a new usual."""

from doseloop.access.scope import SYSTEM
from doseloop.assess import protocol_change
from doseloop.model.flag import Dated, Finding
from doseloop.store import drifts, findings, flag_joining, new_usuals
from doseloop.store.audit import Actor
from doseloop.store.findings import ExamFinding
from doseloop.store.models import Decision, Scanner, Site
from doseloop.store.new_usuals import NEW_USUALS, NewUsual
from tests.facts.made import make_scanner
from tests.store.drifting import PROTOCOL, at, doses, give

NAME = "CT 8 Trauma"
OTHER = "HeadRoutine / Head"
_LENGTH, _STEP = 220, 150


def give_drift() -> Scanner:
    """Make it at the first site, and judge it."""
    scanner = make_scanner(Site.objects.get(name="St Brigid’s Hospital"), NAME)
    exams = give(scanner, doses(_LENGTH, 1.3))
    give(scanner, doses(_LENGTH, 1.0, seed=4), 0, OTHER)
    give(scanner, doses(_LENGTH, 0.75, 170, 7), 0, "Hip / Pelvis")
    give(scanner, doses(40), 0, "Spine / Lumbar")
    since = at(_STEP).isoformat()
    said = f"Set otherwise on {NAME} since {since[:10]}: “{PROTOCOL}”: pitch 1.2 → 0.9."
    dated = Dated((PROTOCOL,), since, since, since)
    cause = f"day {since[:10]}"
    changed = Finding(protocol_change.RULE, "1", f"scanner {scanner.pk}", cause, said, dated=dated)
    findings.apply_to_scanner(scanner.pk, protocol_change.RULE, [ExamFinding(changed)])
    high = Finding(
        "high-dose",
        "1",
        f"exam {exams[200]}",
        "ctdi_vol_mgy",
        "CTDIvol is high.",
        "ctdi_vol_mgy",
        12.0,
        8.0,
        10.0,
        1.5,
        100,
    )
    findings.apply(exams[200], [ExamFinding(high)])
    wanted = NewUsual(
        scanner.pk, "Spine / Lumbar (adults, 32 cm phantom)", "2026-01-05", "Protocol of the new detector"
    )
    new_usuals.begin(SYSTEM, wanted, Actor(None, "l.moreau"))
    Decision.objects.filter(kind=NEW_USUALS.name).update(followed=True)
    drifts.judge(scanner.pk)
    flag_joining.join(scanner.pk)
    return scanner
