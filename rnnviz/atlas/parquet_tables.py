"""An atlas as tables in Parquet files, for DuckDB and whatever else reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ArgumentError, MissingLibraryError
from .extremes import Extremes
from .reading_settings import Key
from .token_sums import TokenSums
from .unit_contexts import UnitContexts
from .unit_evidence import UnitEvidence
from .unit_statistics import UnitStatistics

if TYPE_CHECKING:
    import pandas as pd


class ParquetTables(UnitContexts, UnitStatistics, UnitEvidence):
    """Writes everything that queries say as tables."""

    def to_parquet(self, folder: str | Path) -> None:
        """Write the atlas as tables, each a Parquet file.

        - ``units.parquet``: `units` of every quantity.
        - ``contexts.parquet``: `top` and `bottom` of every unit; ``end`` says which, ``rank`` counts from 0.
        - ``histograms.parquet``: `histogram` of every unit.
        - ``means_by_token.parquet``: `means_by_token` of every unit, if the model reads tokens.
        - ``evidence.parquet``: `evidence`, if there are properties.

        All have the columns quantity, layer, direction and unit.

        Parameters
        ----------
        folder : str or Path
            A folder, made if it is missing; files of these names in it are replaced.

        Raises
        ------
        MissingLibraryError
            If pyarrow is not installed.
        ArgumentError
            If the folder is a file.

        Examples
        --------
        >>> import rnnviz, tempfile
        >>> import pandas as pd
        >>> atlas = rnnviz.atlas.build(rnnviz.load("names-rnn"), ["Ada"], ["hidden"])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     atlas.to_parquet(folder)
        ...     len(pd.read_parquet(f"{folder}/units.parquet"))
        64
        """
        import pandas as pd

        target = Path(folder)
        if target.exists() and not target.is_dir():
            raise ArgumentError(f"{target} is no folder.", code="not_a_folder", name="folder", value=str(target))
        target.mkdir(parents=True, exist_ok=True)
        tables = {
            "units": [self._with_key(key, self.units(key[0], layer=key[1], direction=key[2])) for key in self.recorded],
            "contexts": [self._with_key(key, frame) for key in self.recorded for frame in self._ends(key)],
            "histograms": [self._of_units(key, "histogram") for key in self.recorded],
            "means_by_token": [
                self._of_units(key, "means_by_token")
                for key in self.recorded
                if self._summaries.find(key, TokenSums.name) is not None
            ],
            "evidence": [self.evidence()] if len(self.properties) else [],
        }
        for name, frames in tables.items():
            if frames:
                try:
                    pd.concat(frames, ignore_index=True).to_parquet(target / f"{name}.parquet", index=False)
                except ImportError:
                    raise MissingLibraryError(
                        "Writing Parquet files needs pyarrow: pip install pyarrow.", code="missing", library="pyarrow"
                    ) from None

    def _with_key(self, key: Key, frame: pd.DataFrame) -> pd.DataFrame:
        """A frame with the columns of a key before its own."""
        frame = frame.copy()
        for place, (name, value) in enumerate(zip(("quantity", "layer", "direction"), key, strict=True)):
            frame.insert(place, name, value)
        return frame

    def _of_units(self, key: Key, query: str) -> pd.DataFrame:
        """What a query says of each unit."""
        import pandas as pd

        frames = []
        for unit in range(self.recorded[key].units):
            frame = getattr(self, query)(key[0], unit, layer=key[1], direction=key[2])
            frame.insert(0, "unit", unit)
            frames.append(frame)
        return self._with_key(key, pd.concat(frames, ignore_index=True))

    def _ends(self, key: Key) -> Iterator[pd.DataFrame]:
        """The contexts at both ends of all units, which are described together."""
        found = self._find(Extremes, *key)
        for end, values, positions in (
            ("top", found.top, found.top_positions),
            ("bottom", found.bottom, found.bottom_positions),
        ):
            unit, rank = (places.ravel() for places in np.indices(values.shape))
            kept = ~np.isnan(values.ravel())
            frame = self.contexts(positions.ravel()[kept], values.ravel()[kept])
            for place, (name, column) in enumerate({"unit": unit[kept], "end": end, "rank": rank[kept]}.items()):
                frame.insert(place, name, column)
            yield frame
