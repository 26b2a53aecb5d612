"""Where the content tree of an object comes from: the role that serves the pages sets a provider at its start."""

from collections.abc import Callable, Iterator
from typing import Protocol

from django.apps import apps

from doseloop.access.scope import Scope
from doseloop.model.errors import ReaderStopped
from doseloop.model.reading import Code


class MeasuredLike(Protocol):
    """One measured value as written."""

    @property
    def number(self) -> str: ...
    @property
    def unit(self) -> Code | None: ...


class ItemLike(Protocol):
    """A content item, as `doseloop.reading.sr.ContentItem` has it."""

    @property
    def place(self) -> str: ...
    @property
    def relationship(self) -> str | None: ...
    @property
    def value_type(self) -> str | None: ...
    @property
    def concept(self) -> Code | None: ...
    @property
    def text(self) -> str | None: ...
    @property
    def code(self) -> Code | None: ...
    @property
    def measured(self) -> tuple[MeasuredLike, ...]: ...
    @property
    def references(self) -> tuple[str, ...]: ...
    @property
    def children(self) -> tuple["ItemLike", ...]: ...


Provider = Callable[[Scope, int], ItemLike]
"""Scope and key of the object to the root of its tree; raises `ObjectError` where the object cannot be read,
`NotVisible` where the scope does not see it."""


def set_provider(provider: Provider) -> None:
    """Say where trees come from; once, at the start of the process."""
    apps.get_app_config("web").tree = provider  # type: ignore[attr-defined]


def content_tree(scope: Scope, object_id: int) -> ItemLike:
    """The root of the object's tree. Errors: those of `Provider`; `ReaderStopped` where no reader runs."""
    provider: Provider | None = apps.get_app_config("web").tree  # type: ignore[attr-defined]
    if provider is None:
        raise ReaderStopped("No reader runs beside this server, so that objects cannot be opened.")
    return provider(scope, object_id)


def walk(root: ItemLike) -> Iterator[ItemLike]:
    """Every item of the tree, parents first."""
    yield root
    for child in root.children:
        yield from walk(child)
