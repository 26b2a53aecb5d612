"""Refusals are counted in memory and survive a record that does not answer."""

from collections import Counter
from collections.abc import Mapping

from doseloop.receive.peers import Peers
from doseloop.receive.refusal_book import Record, RefusalBook, Refused


class Table:
    """A record that can fail."""

    def __init__(self) -> None:
        self.noted, self.fails = Counter[Refused](), False

    def note(self, counts: Mapping[Refused, int]) -> None:
        if self.fails:
            raise RuntimeError("the record is away")
        self.noted.update(counts)

    def book(self) -> RefusalBook:
        return RefusalBook(Record(self.note, lambda: [("CT1", "h")], lambda: None), Peers())


def test_counts_reach_the_record_and_are_not_written_twice() -> None:
    table = Table()
    book = table.book()
    for _ in range(14):
        book.note("CT7", "10.1.2.3", "why")
    book.keep_up()
    book.keep_up()
    assert table.noted == {("CT7", "10.1.2.3", "why"): 14}


def test_what_the_record_did_not_take_is_kept_for_the_next_time() -> None:
    table = Table()
    book = table.book()
    book.note("CT7", "10.1.2.3", "why")
    table.fails = True
    book.keep_up()
    book.note("CT7", "10.1.2.3", "why")
    table.fails = False
    book.keep_up()
    assert table.noted == {("CT7", "10.1.2.3", "why"): 2}


def test_ever_new_names_are_counted_under_their_host() -> None:
    table = Table()
    book = table.book()
    for number in range(5000):
        book.note(f"X{number}", "10.9.9.9", "why")
    book.keep_up()
    assert len(table.noted) == 257
    assert table.noted.total() == 5000


def test_peers_that_were_admitted_are_learnt() -> None:
    book = Table().book()
    book.keep_up()
    assert book.peers.admitted == [("CT1", "h")]
