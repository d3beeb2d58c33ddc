"""How large every product of consecutive matrices is, without forming every product.

There are T (T - 1) / 2 products J_t J_{t-1} ... J_{k+1} of T matrices of size S. Forming them all costs
S^3 for each. But a Frobenius norm needs no product: split it anywhere, as A B, and

    |A B|^2 = trace(B^T A^T A B) = sum over i, j of (A^T A)[i, j] (B B^T)[i, j].

So all pairs that have their two ends on either side of one split take but the products from each end to
the split, their squares A^T A and B B^T, and one multiplication of two tables. Splitting the steps in the
middle, and both halves again, reaches every pair: the cost grows as T log(T) S^3 + T^2 S^2. Only within
stretches of a few steps is it cheaper to form the products.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...cells.activations import Array
from ..progress import Progress, Tick
from .off_diagonal import EarlyBeside, across_beside, beside_work, size_beside
from .sparse_jacobians import Steps
from .split_products import SIDE_COST, Room, across, mirrored, one_side, packed, rescale

_NEAR = 11  # the longest stretch of steps within which all products are formed; half as much and more is common
_PIECE = 32  # products of the late side that are there at once; there is no need of them all
_NEAR_COST = 1.5  # time of one of them, for S^3 multiplications of a table 1


def block_norms(one_step: Array, size: int) -> Array:
    """Frobenius norms (n, n, T, T) of all products' blocks: [a, b, t, k] is of d s_t^a / d s_k^b, zero for k > t.

    one_step: (T, S, S), [t] is d s_t / d s_{t-1}, where s consists of n = S / size blocks; the first one
    leads to before the first step and takes no part. The products of no matrices, k = t, are the identity.
    Computed in the dtype of `one_step`, returned in float64; what is below its smallest number is zero.
    """
    return norms_beside(one_step, size, None, 0)[0]


def norms_beside(
    one_step: Array, size: int, diagonal: Array | None, block: int, tick: Tick | None = None
) -> tuple[Array, Array]:
    """`block_norms`, and the norms (T, T) of one diagonal block with a product of diagonal matrices taken off.

    diagonal: (T, H), the diagonal of a matrix for every step; [t, k] is the norm of d s_t^b / d s_k^b less the
    product of the diagonals of k+1 .. t, for the block b of that number. Zeros if there is no such diagonal,
    and for a norm whose square is below the smallest number of a float64. tick: see `Progress`.
    """
    steps, states = one_step.shape[:2]
    count = states // size
    norms, beside = np.zeros((count, count, steps, steps)), np.zeros((steps, steps))
    diagonal_blocks, every = np.arange(count)[:, None], np.arange(steps)
    norms[diagonal_blocks, diagonal_blocks, every, every] = np.sqrt(size)
    matrices, identity = Steps.of(one_step, size), np.eye(states, dtype=one_step.dtype)
    progress = Progress(tick, _work(steps, states, size, diagonal is not None))
    early_room, late_room = (Room(length, size, one_step) for length in ((steps + 1) // 2, _PIECE))
    for first, middle, end in _halved(0, steps):
        if middle is None:
            stretch = _near(matrices, first, end, diagonal, block)
            for lag, (found, rest) in enumerate(stretch, start=1):
                k = np.arange(first, first + len(rest))
                norms[:, :, k + lag, k], beside[k + lag, k] = found, rest
                progress.add(_NEAR_COST * len(rest) * states**3)
            continue
        (early,) = one_side(identity, matrices.transposed_times, range(middle - 1, first, -1), early_room, progress)
        mirrored(early.squares, states)
        if diagonal is not None:
            kept = np.cumprod(diagonal[middle:end], axis=0)
            kept_early = np.cumprod(np.vstack([np.ones(size), diagonal[middle - 1 : first : -1]]), axis=0)
            early_beside = EarlyBeside(early, block, kept_early, progress)
        t = middle
        for late in one_side(one_step[middle], matrices.times, range(middle + 1, end), late_room, progress):
            here = np.s_[t : t + len(late.products), first:middle]
            found, scale = across(late, early, progress)
            norms[:, :, *here] = np.ldexp(np.sqrt(found), scale)[..., ::-1]
            if diagonal is not None:
                beside[here] = across_beside(late, early_beside, kept[t - middle :][: len(scale)], progress)[:, ::-1]
            t += len(late.products)
    progress.finish()
    return norms, np.sqrt(beside)


def _halved(first: int, end: int) -> Iterator[tuple[int, int | None, int]]:
    """The steps split in the middle, and both halves again, as (first, middle, end): no middle in what stays whole."""
    if end - first <= _NEAR:
        yield first, None, end
        return
    middle = (first + end) // 2
    yield first, middle, end
    yield from _halved(first, middle)
    yield from _halved(middle, end)


def _work(steps: int, states: int, size: int, beside: bool) -> float:
    """All that progress is told of: multiplications, those of small products dearer than those of tables."""
    total, count = 0.0, states // size
    for first, middle, end in _halved(0, steps):
        if middle is None:
            total += _NEAR_COST * (end - first) * (end - first - 1) / 2 * states**3
            continue
        late, early = end - middle, middle - first
        total += SIDE_COST * (late + early) * states**3 + late * early * count**2 * packed(states)
        total += beside_work(late, early, states, size) if beside else 0
    return total


def _near(matrices: Steps, first: int, end: int, diagonal: Array | None, block: int) -> Iterator[tuple[Array, Array]]:
    """All products within the steps first .. end - 1, formed: those of one matrix, of two, of three and so on.

    Of those of as many matrices, in the order of their first step, the norms (n, n, N) of the blocks, and the
    squared norms (N,) of one block less the diagonal.
    """
    size, states = matrices.size, matrices.whole.shape[-1]
    products = matrices.whole[first + 1 : end].copy()
    exponents, kept = np.zeros(len(products), int), np.ones((end - first, size))
    for t in range(first + 1, end):
        if t > first + 1:
            before, products, exponents = products[:-1], np.empty(products[1:].shape, products.dtype), exponents[:-1]
            matrices.times(slice(t, end), before, products)
        exponents = exponents + rescale(products)
        blocks = products.reshape(len(products), -1, size, states // size, size)
        norms = np.sqrt(np.vecdot(blocks, blocks).sum(2, dtype=np.float64)).transpose(1, 2, 0)
        rest = np.zeros(len(products))
        if diagonal is not None:
            kept = kept[:-1] * diagonal[t:end]
            rest = size_beside(blocks[:, block, :, block], exponents, kept)
        yield np.ldexp(norms, exponents), rest
