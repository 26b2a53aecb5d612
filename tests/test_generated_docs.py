"""The pages that the code writes are what the code says, and what a running receiver does."""

import pytest
from pynetdicom import AE, AllStoragePresentationContexts

from doseloop.receive.dimse import TRANSFER_SYNTAXES
from doseloop.roles.data_folder import DataFolder
from tests.receive.listener import Listener
from tools import generated_docs
from tools.methods_doc import method_pages


@pytest.mark.parametrize("name", ["objects", "precedence", "conformance", "levels"])
def test_the_page_is_what_the_code_says(name: str) -> None:
    assert (generated_docs.DOCS / f"{name}.md").read_text() == getattr(generated_docs, name)(), "run make docs"


def test_every_method_of_dosimetry_has_the_page_that_the_code_says() -> None:
    found = {f"methods/{file.name}": file.read_text() for file in (generated_docs.DOCS / "methods").glob("*.md")}
    assert {**found, "dosimetry.md": (generated_docs.DOCS / "dosimetry.md").read_text()} == method_pages(), (
        "run make docs"
    )


def test_every_field_that_is_read_says_what_it_is() -> None:
    assert "|  |" not in generated_docs.objects()


@pytest.mark.peers
def test_a_running_receiver_accepts_every_presentation_context_of_the_statement(folder: DataFolder) -> None:
    stated = generated_docs.conformance()
    accepted: set[tuple[str, str]] = set()
    asked = [
        (str(one.abstract_syntax), syntax) for one in AllStoragePresentationContexts for syntax in TRANSFER_SYNTAXES
    ]
    with Listener(folder) as listener:
        for start in range(0, len(asked), 128):
            accepted |= _accepted(listener.port, asked[start : start + 128])
    assert accepted == set(asked)
    assert all(f"| {uid} |" in stated for uid, _ in accepted)


def _accepted(port: int, asked: list[tuple[str, str]]) -> set[tuple[str, str]]:
    entity = AE("STATEMENT")
    for uid, syntax in asked:
        entity.add_requested_context(uid, syntax)
    association = entity.associate("127.0.0.1", port, ae_title="DOSELOOP")
    assert association.is_established
    found = {(str(one.abstract_syntax), str(one.transfer_syntax[0])) for one in association.accepted_contexts}
    association.release()
    return found
