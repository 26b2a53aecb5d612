"""A message says how many flags of which rule, where, and nothing else; names from the network are plain words in it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from doseloop.loop.notification_text import NO_PATIENT, message, plain, trial
from doseloop.model.notification import How, Timing
from doseloop.store.outbox import Told

AT_ONCE = Timing(How.AT_ONCE)
HEAD = Told(71, "high-dose", "CT 1", "CT of the head")
SILENT = Told(72, "silent-scanner", "CT 2", "")
WEB = "https://doseloop.hospital.example"


def test_it_counts_flags_and_puts_urgent_ones_first() -> None:
    found = message("North", [SILENT, HEAD, HEAD], AT_ONCE, "", with_links=False)
    assert found.subject == "Doseloop, North: 3 flags, 2 of them urgent"
    told = ["New flags:", "", "High dose: CT of the head, CT 1 (2)", "Silent scanner: CT 2", "", NO_PATIENT]
    assert found.text.splitlines() == told


def test_links_of_flags_stand_in_it_only_where_that_was_asked_for() -> None:
    assert "/flags/71/" not in message("North", [HEAD], AT_ONCE, WEB, with_links=False).text
    assert f"All open flags: {WEB}/flags/" in message("North", [HEAD], AT_ONCE, f"{WEB}/", with_links=False).text
    assert f"High dose: {WEB}/flags/71/" in message("North", [HEAD], AT_ONCE, WEB, with_links=True).text
    assert "http" not in message("North", [HEAD], AT_ONCE, "", with_links=True).text


def test_what_nobody_judged_says_for_how_long() -> None:
    found = message("North", [HEAD], Timing(How.UNSEEN, wait_h=4), "", with_links=False)
    assert found.subject == "Doseloop, North: 1 flag that nobody has judged"
    assert found.text.startswith("Nobody has judged this flag for 4 hours or more:")


def test_many_groups_are_counted_rather_than_listed() -> None:
    told = [Told(key, "new-name", f"CT {key}", "") for key in range(30)]
    lines = message("North", told, AT_ONCE, "", with_links=False).text.splitlines()
    assert lines[22] == "and 10 more"
    assert len(lines) == 25


def test_a_test_says_that_it_is_one() -> None:
    assert trial("North", WEB).subject == "Doseloop, North: test"


@settings(max_examples=50)
@given(st.text(max_size=100))
def test_a_name_is_no_mention_no_link_and_no_second_line(name: str) -> None:
    found = plain(name)
    assert not set("<>@*`_[]\r\n") & set(found)
    assert "://" not in found
    assert len(found) <= 80


def test_a_name_that_is_a_link_is_read_as_words() -> None:
    assert plain("CT <!channel> http://evil.example\n\nPay") == "CT ‹!channel› http : evil.example Pay"
