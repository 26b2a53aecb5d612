"""Batches of decisions as pages list them."""

from collections.abc import Mapping
from dataclasses import replace

from doseloop.store.decisions import Batch, Change


def told(batches: tuple[Batch, ...], names: Mapping[str, str], nothing: str) -> tuple[Batch, ...]:
    """The batches with what held and what holds as people call it; `nothing` stands where nothing did."""

    def name(key: str) -> str:
        return names.get(key, key) or nothing

    def change(one: Change) -> Change:
        return Change(one.written, name(one.before), name(one.after))

    return tuple(replace(batch, changes=tuple(change(one) for one in batch.changes)) for batch in batches)
