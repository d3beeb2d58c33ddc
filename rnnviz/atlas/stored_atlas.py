"""A finished atlas on disk: what it is about, and looking up what is kept."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from ..errors import ArgumentError, DamagedFileError, UnknownQuantityError
from ..model import Model
from ..network import Network
from ..whole_numbers import check_whole
from .atlas_files import SUMMARIES_FILE, RecordedQuantity
from .encoded_corpus import EncodedCorpus
from .network_digest import network_digest
from .reading_settings import Key, ReadingSettings
from .sampled_values import SampledValues
from .shards import Pieces, cut_documents
from .stored_summaries import StoredSummaries
from .summary import Summary, array_sizes

S = TypeVar("S", bound=Summary)


class StoredAtlas:
    """The files of an atlas, and lookups in them.

    Parameters
    ----------
    folder : Path
        Its folder.
    facts : dict
        What `atlas.json` says.
    recorded : dict of (str, int, str) to RecordedQuantity
        What is recorded, by quantity, layer and direction.
    corpus : EncodedCorpus
        The tokens of the corpus.
    keeper : object, default None
        What keeps a temporary folder from being removed.
    """

    def __init__(
        self,
        folder: Path,
        facts: dict[str, Any],
        recorded: dict[Key, RecordedQuantity],
        corpus: EncodedCorpus,
        keeper: Any = None,
    ) -> None:
        self.folder, self.recorded, self.corpus, self._facts, self._keeper = folder, recorded, corpus, facts, keeper
        counts = len(facts["listed"]), len(facts["properties"])
        sizes = {key: array_sizes(quantity.units, *counts) for key, quantity in recorded.items()}
        self._summaries = StoredSummaries(folder / SUMMARIES_FILE, sizes)

    def __repr__(self) -> str:
        return f"<Atlas of {self.model} over {self.corpus.name}: {self.tokens:,} tokens>"

    @property
    def model(self) -> str:
        """The name of the model."""
        return str(self._facts["model"])

    @property
    def fingerprint(self) -> str:
        """A digest of the model, the corpus and the settings."""
        return str(self._facts["fingerprint"])

    @property
    def weights(self) -> str:
        """The digest of the network, see `network_digest`."""
        return str(self._facts["weights"])

    def is_of(self, model: Model) -> bool:
        """Tell whether the atlas is one of a model, whatever its name and its readout.

        Parameters
        ----------
        model : Model
            The model.

        Returns
        -------
        bool
            Whether its network has the same states, and its vocabulary the same tokens.
        """
        vocabulary, corpus = model.vocabulary, self.corpus
        same = vocabulary.kind == corpus.kind and vocabulary.tokens == corpus.spellings[: len(vocabulary)]
        return same and network_digest(model.network) == self.weights

    def check_network(self, network: Network) -> None:
        """Check that the atlas is one of a network.

        Parameters
        ----------
        network : Network
            The network, whatever its readout.

        Raises
        ------
        ArgumentError
            If its recurrent layers, their options or its embedding are others; code "other_model".
        """
        if network_digest(network) != self.weights:
            raise ArgumentError(
                f"The atlas is one of {self.model}, and not of this network: its weights, cells or options are others.",
                code="other_model", name="network", allowed=self.weights,
            )  # fmt: skip

    @property
    def tokens(self) -> int:
        """N, the number of tokens."""
        return len(self.corpus)

    @cached_property
    def settings(self) -> ReadingSettings:
        """How the corpus was read."""
        return ReadingSettings.from_json(self._facts["settings"])

    @cached_property
    def pieces(self) -> Pieces:
        """The stretches of documents that were read by themselves."""
        return cut_documents(self.corpus.borders, self.settings, self.both_ways)

    @property
    def both_ways(self) -> bool:
        """Whether a layer of the network reads backward."""
        return bool(self._facts["both_ways"])

    @property
    def quantities(self) -> tuple[str, ...]:
        """The names of the quantities that are recorded."""
        return tuple(dict.fromkeys(name for name, _, _ in self.recorded))

    def recorded_quantity(self, quantity: str, layer: int = 0, direction: str | None = None) -> RecordedQuantity:
        """Look up the facts about a quantity.

        Parameters
        ----------
        quantity : str
            The quantity.
        layer : int, default 0
            The layer.
        direction : {"forward", "backward"} or None, default None
            The direction.

        Returns
        -------
        RecordedQuantity
            Its symbol, title, role, bounds and number of units.

        Raises
        ------
        UnknownQuantityError
            If it is not recorded.
        """
        return self.recorded[self._key(quantity, layer, direction)]

    def _key(self, quantity: str, layer: int, direction: str | None) -> Key:
        """The key of what is recorded, its direction filled in."""
        chosen = [d for d in ("forward", "backward") if (quantity, layer, d) in self.recorded]
        key = (quantity, layer, direction or (chosen[0] if chosen else "forward"))
        if key not in self.recorded:
            listed = ", ".join(f"{name} of layer {k}, {d}" for name, k, d in self.recorded)
            raise UnknownQuantityError(
                f"The atlas has no {quantity!r} of layer {layer}, {key[2]}; it has {listed}.",
                code="quantity", kind="quantity", name=quantity, allowed=self.quantities,
            )  # fmt: skip
        return key

    def _check_unit(self, quantity: RecordedQuantity, unit: int) -> None:
        """Raise ArgumentError unless there is such a unit."""
        check_whole("unit", unit, 0, quantity.units - 1)

    def _find(self, kind: type[S], quantity: str, layer: int, direction: str | None, unit: int | None = None) -> S:
        """Look up a summary."""
        key = self._key(quantity, layer, direction)
        if unit is not None:
            self._check_unit(self.recorded[key], unit)
        found = self._summaries.find(key, kind.name)
        if found is None:
            having = tuple(dict.fromkeys(k[0] for k in self.recorded if self._summaries.find(k, kind.name) is not None))
            raise UnknownQuantityError(
                f"The atlas has no {kind.name.replace('_', ' ')} of {quantity!r}"
                + (f", but of {', '.join(having)}." if having else "."),
                code="summary", kind="quantity", name=quantity, allowed=having,
            )  # fmt: skip
        assert isinstance(found, kind)
        if isinstance(found, SampledValues) and not ((found.positions >= 0) & (found.positions < self.tokens)).all():
            raise DamagedFileError(
                "The sample of the atlas does not fit its corpus: build it again.",
                code="damaged", file=str(self.folder),
            )  # fmt: skip
        return found
