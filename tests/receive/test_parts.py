"""Parts of a multipart body: whole and in order however the body is cut into chunks, and an error where it is not one."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.model.errors import RequestTooLarge, UnusableRequest
from doseloop.receive.parts import parts


class Dripping:
    """A body that comes in chunks of a few bytes."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        self.stream, self.sizes = io.BytesIO(content), sizes

    def read(self, size: int, /) -> bytes:
        return self.stream.read(min(size, self.sizes.pop() if self.sizes else 7))


def multipart(contents: list[bytes], boundary: str = "b") -> bytes:
    head = b"Content-Type: application/dicom\r\n\r\n"
    framed = [b"--" + boundary.encode() + b"\r\n" + head + content + b"\r\n" for content in contents]
    return b"".join(framed) + b"--" + boundary.encode() + b"--\r\n"


def read_all(body: Dripping | io.BytesIO, most: int = 100) -> list[bytes]:
    found = []
    for part in parts(body, "b", most):
        content = b""
        while chunk := part.read(1000):
            content += chunk
        found.append(content)
    return found


@given(st.lists(st.binary(max_size=200)), st.lists(st.integers(1, 40)))
def test_parts_are_whole_however_the_body_is_cut(contents: list[bytes], sizes: list[int]) -> None:
    contents = [content for content in contents if b"\r\n--b" not in b"\r\n" + content]
    assert read_all(Dripping(multipart(contents), sizes)) == contents


def test_what_nobody_reads_is_passed_over() -> None:
    body = io.BytesIO(multipart([b"1" * 100_000, b"2"]))
    assert [part.headers["content-type"] for part in parts(body, "b", 2)] == ["application/dicom"] * 2


def test_an_epilogue_is_passed_over() -> None:
    body = io.BytesIO(multipart([b"1"]) + b"epilogue" * 100_000)
    assert read_all(body) == [b"1"]
    assert body.read() == b""


@pytest.mark.parametrize("cut", [1, 5, 60, 100])
def test_a_body_that_ends_early_is_told(cut: int) -> None:
    with pytest.raises(UnusableRequest, match="ends before"):
        read_all(io.BytesIO(multipart([b"1" * 50, b"2" * 50])[: -cut - 2]))


@pytest.mark.parametrize("body", [b"no boundary", b"--c\r\n\r\n--c--", b"--b\r\n: x\r\n\r\n", b"--b\r\nA\r\n"])
def test_a_body_that_is_no_multipart_is_told(body: bytes) -> None:
    with pytest.raises(UnusableRequest):
        read_all(io.BytesIO(body))


def test_as_many_parts_as_allowed_pass_and_one_more_does_not() -> None:
    assert len(read_all(io.BytesIO(multipart([b"1"] * 3)), most=3)) == 3
    with pytest.raises(RequestTooLarge):
        read_all(io.BytesIO(multipart([b"1"] * 4)), most=3)


def test_a_boundary_longer_than_any_is_told() -> None:
    with pytest.raises(UnusableRequest):
        list(parts(io.BytesIO(), "b" * 5000, 1))
