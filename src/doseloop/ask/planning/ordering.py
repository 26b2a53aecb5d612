"""In which order results stand, and how many there are."""

from doseloop.ask.outcome import AskBack, NoReading
from doseloop.ask.plan import Metric, Order
from doseloop.ask.said import Said


def order_name(metrics: list[Metric]) -> str | None:
    """The name by which a metric orders: `stat:quantity`, the quantity alone for `default` and `value`, else the statistic.

    Raises: NoReading for several metrics, of which none is the one to go by.
    """
    if not metrics:
        return None
    if len(metrics) > 1:
        raise NoReading("an order by several figures")
    one = metrics[0]
    if one.quantity is None:
        return one.stat
    return one.quantity if one.stat in ("default", "value") else f"{one.stat}:{one.quantity}"


def direction(said: Said) -> str | None:
    """Which way results are ordered; None where nothing was said."""
    if (
        said.order is not None
        and said.superlative is not None
        and "rank" not in said.cues
        and said.order != said.superlative
    ):
        raise NoReading("two orders")
    return said.superlative or said.order


def asked_order(said: Said, metrics: list[Metric]) -> Order | None:
    """The order of a question that stands alone.

    Raises: AskBack where the order is by a dose and no quantity was named.
    """
    way = direction(said)
    if way is None:
        return None
    name = order_name(metrics)
    if name is None:
        raise AskBack("underspecified", "metric", ("dlp", "ctdivol"))
    return Order.model_validate({"by": name, "dir": way})


def asked_limit(said: Said) -> int | None:
    """How many rows: a number that was told, or one for "which has the highest"."""
    if said.limit is not None:
        return said.limit
    return 1 if "which_one" in said.cues and said.superlative is not None else None
