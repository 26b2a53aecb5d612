"""Asking a language model over HTTP: a real server that answers well, badly, slowly and maliciously."""

import gzip
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from doseloop.ask.model_server import MOST_AT_ONCE, MOST_BYTES, ModelServer, NotAsked
from tests.ask.model_server import (
    Answer,
    after,
    body_said,
    completion,
    dripping,
    dripping_head,
    fake_model,
    huge,
    plan_said,
)
from tests.roles.installation import free_port

BODY = {"model": "small", "messages": []}


def test_the_answer_is_what_the_server_sent_and_the_key_goes_with_the_request() -> None:
    with fake_model(plan_said(intent="aggregate")) as model:
        answer = ModelServer(model.address, "small", "the-key").answer(BODY)
        assert answer == completion('{"intent": "aggregate"}')
        assert model.asked == BODY
        assert model.received[0].startswith(b"/v1/chat/completions\n")
        assert b"authorization: bearer the-key" in model.received[0].lower()


def test_without_a_key_none_is_sent_and_a_key_is_in_no_text_of_the_server() -> None:
    with fake_model(plan_said()) as model:
        ModelServer(model.address + "/", "small").answer(BODY)
        assert b"authorization" not in model.received[0].lower()
    assert "the-key" not in repr(ModelServer("http://a/v1", "small", "the-key"))


@pytest.mark.parametrize("says", [after(5, plan_said()), dripping, dripping_head], ids=["silent", "body", "head"])
def test_a_slow_server_is_left_after_the_time_of_the_settings(says: Answer) -> None:
    with fake_model(says) as model:
        began = time.monotonic()
        with pytest.raises(NotAsked) as told:
            ModelServer(model.address, "small", most_seconds=0.6).answer(BODY)
        assert time.monotonic() - began < 3
        assert told.value.said == "it did not answer within 0.6 seconds"


@pytest.mark.parametrize(
    ("says", "said"),
    [
        (huge, "its answer is too long"),
        (body_said(b"a" * (MOST_BYTES + 1)), "its answer is too long"),
        (body_said(b"no", 500), "it answered with status 500"),
        (body_said(b"who are you", 401), "it answered with status 401"),
        (body_said(b"", 302, location="http://127.0.0.1:1/elsewhere"), "it answered with status 302"),
        (lambda to: to.wfile.write(b"not http at all\r\n\r\n"), "it cannot be reached"),
        (lambda to: to.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000), "it cannot be reached"),
        (lambda to: to.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"), "it cannot be reached"),
    ],
)
def test_what_is_no_answer_is_told_in_words_of_ours(says: Answer, said: str) -> None:
    with fake_model(says) as model, pytest.raises(NotAsked) as told:
        ModelServer(model.address, "small", most_seconds=5).answer(BODY)
    assert told.value.said == said


def test_a_redirect_leads_nowhere() -> None:
    with fake_model(plan_said()) as other:
        with (
            fake_model(body_said(b"", 307, location=f"{other.address}/chat/completions")) as model,
            pytest.raises(NotAsked),
        ):
            ModelServer(model.address, "small", "the-key").answer(BODY)
        assert other.received == []


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_model(plan_said()) as proxy, fake_model(plan_said()) as model:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.address.removesuffix("/v1"))
        ModelServer(model.address, "small").answer(BODY)
        assert (len(proxy.received), len(model.received)) == (0, 1)


def test_what_is_compressed_all_the_same_is_not_inflated() -> None:
    bomb = gzip.compress(b"[" * 50_000_000)
    with fake_model(body_said(bomb, content_encoding="gzip")) as model:
        assert ModelServer(model.address, "small").answer(BODY) == bomb


def test_a_slow_model_holds_no_more_than_some_threads_and_gives_them_back() -> None:
    with fake_model(after(1, plan_said())) as model, ThreadPoolExecutor(MOST_AT_ONCE) as people:
        server = ModelServer(model.address, "small")
        waiting = [people.submit(server.answer, BODY) for _ in range(MOST_AT_ONCE)]
        while len(model.received) < MOST_AT_ONCE:
            time.sleep(0.01)
        with pytest.raises(NotAsked) as told:
            server.answer(BODY)
        assert told.value.said.startswith("it is busy")
        assert all(one.result() for one in waiting)
        assert server.answer(BODY)


def test_an_address_where_nobody_is_cannot_be_reached() -> None:
    with pytest.raises(NotAsked) as told:
        ModelServer(f"http://127.0.0.1:{free_port()}/v1", "small").answer(BODY)
    assert told.value.said == "it cannot be reached"
