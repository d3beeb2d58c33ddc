"""By what an atlas is known to be that of a network, whatever the model is called."""

from __future__ import annotations

import json
from hashlib import blake2b

import numpy as np

from ..network import Network
from .reading import without_outputs


def network_digest(network: Network) -> str:
    """Digest all that the states of a network depend on beside its input.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    str
        32 hexadecimal digits, of the cells with their options, how layers are joined, and the arrays of the layers, of
        their initial states and of the embedding. The same for any readout.
    """
    kinds = [[kind.name, kind.options] for kind in network.cell_kinds]
    facts = [kinds, network.directions_by_layer, network.merge]
    digest = blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=16)
    for name, array in sorted(without_outputs(network).parameters.items()):
        digest.update(f"{name}{array.dtype}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
