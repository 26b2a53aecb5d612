"""Peers that were turned away: counted, decided about, and never so many that they fill the record."""

from datetime import timedelta

import pytest

from doseloop.access.scope import NOTHING, SYSTEM, Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.roles.data_folder import DataFolder
from doseloop.store import peers
from doseloop.store.audit import Actor
from doseloop.store.models import AuditRow, RefusedPeer, Site

WEEK = timedelta(days=7)
ME = Actor(None, "a.osei")
CT7 = ("CT7", "10.1.2.3", peers.NOT_KNOWN)


def shown() -> list[tuple[str, int]]:
    return [(one.ae, one.count) for one in peers.refusals(SYSTEM, WEEK)]


def test_refusals_of_one_peer_for_one_reason_add_up(folder: DataFolder) -> None:
    peers.note_refusals({CT7: 9})
    peers.note_refusals({CT7: 5, ("CT8", "10.1.2.4", "too slow"): 1})
    assert sorted(shown()) == [("CT7", 14), ("CT8", 1)]


def test_an_admitted_peer_is_told_to_the_receiver_and_no_longer_shown(folder: DataFolder) -> None:
    peers.note_refusals({CT7: 14})
    peers.decide(SYSTEM, "CT7", "10.1.2.3", "admitted", ME)
    assert shown() == []
    assert peers.admitted_peers() == {("CT7", "10.1.2.3")}


def test_an_admitted_peer_with_another_fault_is_still_shown(folder: DataFolder) -> None:
    peers.decide(SYSTEM, "CT7", "10.1.2.3", "admitted", ME)
    peers.note_refusals({("CT7", "10.1.2.3", "too slow"): 2})
    assert shown() == [("CT7", 2)]


def test_an_ignored_peer_is_neither_shown_nor_admitted(folder: DataFolder) -> None:
    peers.note_refusals({CT7: 14})
    peers.decide(SYSTEM, "CT7", "10.1.2.3", "ignored", ME)
    assert shown() == []
    assert peers.admitted_peers() == frozenset()


def test_a_decision_that_is_taken_back_leaves_the_peer_as_it_was(folder: DataFolder) -> None:
    peers.note_refusals({CT7: 14})
    peers.decide(SYSTEM, "CT7", "10.1.2.3", "admitted", ME)
    peers.take_back(SYSTEM, "CT7", "10.1.2.3", ME)
    assert shown() == [("CT7", 14)]
    assert peers.admitted_peers() == frozenset()


def test_each_decision_is_in_the_audit_with_what_stood_before(folder: DataFolder) -> None:
    peers.decide(SYSTEM, "CT7", "10.1.2.3", "ignored", ME)
    peers.decide(SYSTEM, "CT7", "10.1.2.3", "admitted", ME)
    peers.take_back(SYSTEM, "CT7", "10.1.2.3", ME)
    rows = AuditRow.objects.order_by("pk").values_list("actor", "action", "subject", "before", "after")
    none, ignored, admitted = {"verdict": ""}, {"verdict": "ignored"}, {"verdict": "admitted"}
    assert list(rows) == [
        ("a.osei", "ignored", "peer CT7 from 10.1.2.3", none, ignored),
        ("a.osei", "admitted", "peer CT7 from 10.1.2.3", ignored, admitted),
        ("a.osei", "took back", "peer CT7 from 10.1.2.3", admitted, none),
    ]


@pytest.mark.parametrize(
    ("ae", "host", "verdict"), [("CT7", "10.1.2.3", "maybe"), ("", "h", "admitted"), ("A", "", "ignored")]
)
def test_what_is_no_decision_is_refused(ae: str, host: str, verdict: str, folder: DataFolder) -> None:
    with pytest.raises(UnusableInput):
        peers.decide(SYSTEM, ae, host, verdict, ME)


def test_who_does_not_see_every_site_sees_and_decides_nothing(folder: DataFolder) -> None:
    one, _ = Site.objects.create(name="One"), Site.objects.create(name="Two")
    peers.note_refusals({CT7: 14})
    for scope in (NOTHING, Scope(sites=frozenset({one.pk}), identity=True, operators=True)):
        assert peers.refusals(scope, WEEK) == ()
        assert peers.decisions(scope) == ()
        with pytest.raises(NotVisible):
            peers.decide(scope, "CT7", "10.1.2.3", "admitted", ME)
        with pytest.raises(NotVisible):
            peers.take_back(scope, "CT7", "10.1.2.3", ME)


def test_a_peer_that_tries_under_ever_new_names_does_not_fill_the_record(folder: DataFolder) -> None:
    peers.note_refusals({(f"X{number}", "10.9.9.9", peers.NOT_KNOWN): 1 for number in range(1000)})
    peers.note_refusals({CT7: 1})
    assert RefusedPeer.objects.count() == 1000
    assert shown()[0] == ("CT7", 1)
