"""Where a run leaves the numbers."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis.overflow import first_overflow
from rnnviz.network import NO_PREDICTION, likeliest, predicted

from ..strange_networks import strange_tasks

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.mark.parametrize("task", strange_tasks().values(), ids=lambda task: task.name)
def test_the_first_value_that_is_no_number_is_found(task):
    for model in task.models.values():
        trace = model.trace(task.text)
        arrays = [*trace.values.values(), *([] if trace.probabilities is None else [trace.probabilities])]
        strange = [~np.isfinite(array) for array in arrays]
        found = first_overflow(trace)
        assert (found is None) == (not any(each.any() for each in strange))
        if found is not None:
            assert found.count == sum(each.sum() for each in strange)
            assert not any(each[: found.step - 1].any() for each in strange)
            assert any(each[found.step - 1].any() for each in strange)


def test_usual_runs_do_not_overflow():
    assert first_overflow(rnnviz.load("reviews-gru").trace("not good at all")) is None


def test_there_is_a_prediction_only_where_all_probabilities_are_numbers():
    rows = np.array([[0.2, 0.8], [np.nan, 0.5], [0.5, 0.5]])
    assert likeliest(rows).tolist() == [1, -1, 0]
    assert [predicted("ab", row)[0] for row in rows] == ["b", NO_PREDICTION, "a"]
    assert predicted("ab", rows[0])[1] == 0.8 and np.isnan(predicted("ab", rows[1])[1])
