"""Sums of square blocks of pixels, which keep every integral over an area and are far fewer than the pixels; and masks of them."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Plane = NDArray[np.float32]
"""CT numbers, HU, rows x columns."""
Mask = NDArray[np.bool_]
Kind = TypeVar("Kind", bound=np.generic)


def block_sums(plane: Plane, size: int) -> Plane:
    """Sums of the blocks of `size` x `size` pixels; rows and columns that fill no block are left out.

    >>> block_sums(np.ones((4, 6), np.float32), 2).tolist()
    [[4.0, 4.0, 4.0], [4.0, 4.0, 4.0]]
    """
    rows, columns = plane.shape[0] // size, plane.shape[1] // size
    whole = plane[: rows * size, : columns * size]
    by_rows = np.add.reduce(whole.reshape(rows, size, columns * size), axis=1)
    # Sums over strides are ten times as fast as sums over a short last axis.
    by_columns: Plane = by_rows[:, 0::size].copy()
    for offset in range(1, size):
        by_columns += by_rows[:, offset::size]
    return by_columns


def dilated(mask: Mask, *, diagonally: bool = False) -> Mask:
    """The mask and its neighbours, those at corners too where `diagonally`.

    >>> dilated(np.array([[False, False, True]])).tolist()
    [[False, True, True]]
    """
    found = mask.copy()
    found[1:] |= mask[:-1]
    found[:-1] |= mask[1:]
    across = found.copy() if diagonally else mask
    found[:, 1:] |= across[:, :-1]
    found[:, :-1] |= across[:, 1:]
    return found


def eroded(mask: Mask, *, diagonally: bool = False) -> Mask:
    """The mask without what has a neighbour outside of it; beyond the edges of the image it goes on.

    >>> eroded(np.array([[False, True, True]])).tolist()
    [[False, False, True]]
    """
    return ~dilated(~mask, diagonally=diagonally)


def repeated(change: Callable[[Mask], Mask], mask: Mask, times: int) -> Mask:
    """A mask changed that many times."""
    for _ in range(times):
        mask = change(mask)
    return mask


def parts_of(mask: Mask) -> tuple[NDArray[np.int32], int]:
    """The number of the connected part of each block from 1 on, 0 outside of the mask; and how many parts there are."""
    parts, count = ndimage.label(mask)
    return parts, int(count)


def filled(mask: Mask, outside: Mask) -> Mask:
    """The mask with what it encloses; what reaches the edge of the image or `outside` is not enclosed."""
    parts, is_open = holes(mask, outside)
    is_open[0] = False
    found: Mask = ~is_open[parts]
    return found


def holes(mask: Mask, outside: Mask) -> tuple[NDArray[np.int32], Mask]:
    """The number of the connected part of each block that is not in the mask, 0 in it; and which of the parts the mask does not
    enclose, by their number (0 too)."""
    parts, count = parts_of(~mask | outside)
    is_open = np.zeros(count + 1, np.bool_)
    is_open[at_edge(parts)] = is_open[parts[outside]] = is_open[0] = True
    return parts, is_open


def at_edge(plane: NDArray[Kind]) -> NDArray[Kind]:
    """The values along the edges of an image."""
    return np.concatenate((plane[0], plane[-1], plane[:, 0], plane[:, -1]))
