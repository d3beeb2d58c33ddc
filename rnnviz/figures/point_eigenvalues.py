"""The eigenvalues of the Jacobian at one fixed or slow point, around the unit circle."""

from __future__ import annotations

import numpy as np

from ..analysis import FixedPoints
from ..colours import GRID, round_up
from ..errors import ArgumentError
from ..number_format import short_number
from .chart_parts import chart_axis, chart_layout, heading
from .plain_figure import Content, figure
from .spectrum_charts import unit_circle
from .state_paths import POINT_COLOUR, point_kinds

HEIGHT = 230


@figure
def point_eigenvalues(points: FixedPoints, number: int = 1) -> Content:
    """Draw the eigenvalues of one point in the complex plane.

    Parameters
    ----------
    points : FixedPoints
        The points.
    number : int, default 1
        Which of them, counted from 1.

    Returns
    -------
    plotly.graph_objects.Figure
        The plane, with the unit circle: deviations along eigenvectors inside it die away, and outside they grow.

    Raises
    ------
    ArgumentError
        If there is no such point.
    """
    if not 1 <= number <= len(points):
        raise ArgumentError(
            f"There is no point {number}; there are {len(points)}.",
            name="number", value=number, allowed=(1, len(points)),
        )  # fmt: skip
    values, kind = points.eigenvalues[number - 1], point_kinds(points)[number - 1]
    edge = round_up(max(1.2, float(np.abs(values).max())))
    plane = {"range": [-edge, edge], "constrain": "domain", "showgrid": False, "tickvals": [-1, 0, 1]}
    plane |= {"zeroline": True, "zerolinecolor": GRID, "zerolinewidth": 1}
    content = chart_layout(HEIGHT, left=34, right=8, top=46, bottom=42)
    content["xaxis"] = chart_axis(constraintoward="left", ticktext=["−1", "0", "1"], **plane)
    content["yaxis"] = chart_axis(scaleanchor="x", constraintoward="top", ticktext=["−i", "0", "i"], **plane)
    content["shapes"] = [unit_circle("")]
    content["annotations"].append(
        heading(f"<b>Eigenvalues</b> at point {number} ({kind})<br>the largest: {short_number(np.abs(values[0]))}")
        | {"font": {"size": 11}, "xshift": -26}
    )
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers",
                "name": "eigenvalues",
                "x": values.real,
                "y": values.imag,
                "customdata": np.abs(values),
                "marker": {"color": POINT_COLOUR, "size": 5, "opacity": 0.8},
                "cliponaxis": False,
                "hovertemplate": "<b>%{x:.3f} %{y:+.3f}i</b><br>modulus %{customdata:.3f}<extra></extra>",
            }
        ],
        "layout": content,
    }
