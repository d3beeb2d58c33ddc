"""Cells from the literature: what they compute, against the formulas of their papers, written once more in NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.cells import CELLS, Edit

from ..strategies import PUBLISHED, Case, cases, draw_run, seeds
from .test_gradients import slopes

EACH = pytest.mark.parametrize("name", PUBLISHED)


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def relu(z):
    return np.maximum(z, 0)


def normalised(v):
    return (v - v.mean()) / np.sqrt(v.var() + 1e-5)


def rows(array, count):
    """The blocks of a parameter, in the order in which the paper's equations below name them."""
    return np.split(array, count)


def keep(name, value):
    return value


# ---- the papers -----------------------------------------------------------------------
# Each takes the parameters by name, one input vector, the states before the step, and `put`, through which every
# quantity goes as soon as it is computed.


def mgu(p, x, before, put):
    h = before["hidden"]
    (wf, wg), (uf, ug) = rows(p["weight_ih"], 2), rows(p["weight_hh"], 2)
    bf, bg = rows(p["bias_ih"] + p["bias_hh"], 2)
    f = put("forget", sigmoid(wf @ x + uf @ h + bf))
    g = put("candidate", np.tanh(wg @ x + ug @ (f * h) + bg))
    return {"forget": f, "candidate": g, "hidden": put("hidden", (1 - f) * h + f * g)}


def mingru(p, x, before, put):
    (wz, wg), (bz, bg) = rows(p["weight_ih"], 2), rows(p["bias_ih"], 2)
    z, g = put("update", sigmoid(wz @ x + bz)), put("candidate", wg @ x + bg)
    return {"update": z, "candidate": g, "hidden": put("hidden", (1 - z) * before["hidden"] + z * g)}


def janet(p, x, before, put):
    h, beta = before["hidden"], 1
    s, b = rows(p["weight_ih"] @ x + p["weight_hh"] @ h + p["bias_ih"] + p["bias_hh"], 2)
    s = put("sum", s)
    f, i, g = put("forget", sigmoid(s)), put("input", 1 - sigmoid(s - beta)), put("candidate", np.tanh(b))
    return {"sum": s, "forget": f, "input": i, "candidate": g, "hidden": put("hidden", f * h + i * g)}


def cifg(p, x, before, put):
    ai, ag, ao = rows(p["weight_ih"] @ x + p["weight_hh"] @ before["hidden"] + p["bias_ih"] + p["bias_hh"], 3)
    i, g, o = put("input", sigmoid(ai)), put("candidate", np.tanh(ag)), put("output", sigmoid(ao))
    f = put("forget", 1 - i)
    c = put("cell", f * before["cell"] + i * g)
    return {
        "input": i, "forget": f, "candidate": g, "output": o, "cell": c, "hidden": put("hidden", o * np.tanh(c))
    }  # fmt: skip


def indrnn(p, x, before, put):
    return {"hidden": put("hidden", relu(p["weight_ih"] @ x + p["weight_u"] * before["hidden"] + p["bias_ih"]))}


def ligru(p, x, before, put):
    h = before["hidden"]
    az, ag = rows(p["weight_ih"] @ x + p["bias_ih"] + p["weight_hh"] @ h, 2)
    z, g = put("update", sigmoid(az)), put("candidate", relu(ag))
    return {"update": z, "candidate": g, "hidden": put("hidden", z * h + (1 - z) * g)}


def mlstm(p, x, before, put):
    wm, *w = rows(p["weight_ih"], 5)
    um, *u = rows(p["weight_hh"], 5)
    m = put("intermediate_state", (wm @ x) * (um @ before["hidden"]))
    b = rows(p["bias_ih"] + p["bias_hh"], 4)
    i, f, g, o = (w[k] @ x + u[k] @ m + b[k] for k in range(4))
    i, f, g, o = put("input", sigmoid(i)), put("forget", sigmoid(f)), put("candidate", np.tanh(g)), sigmoid(o)
    o = put("output", o)
    c = put("cell", f * before["cell"] + i * g)
    return {
        "intermediate_state": m, "input": i, "forget": f, "candidate": g, "output": o, "cell": c,
        "hidden": put("hidden", o * np.tanh(c)),
    }  # fmt: skip


def lnlstm(p, x, before, put):
    def summed(k):
        of = {name: rows(p[name], 4)[k] for name in p if name not in ("norm_cell", "bias_cell")}
        from_x = of["norm_ih"] * normalised(of["weight_ih"] @ x) + of["bias_ih"]
        return from_x + of["norm_hh"] * normalised(of["weight_hh"] @ before["hidden"]) + of["bias_hh"]

    i, f = put("input", sigmoid(summed(0))), put("forget", sigmoid(summed(1)))
    g, o = put("candidate", np.tanh(summed(2))), put("output", sigmoid(summed(3)))
    c = put("cell", f * before["cell"] + i * g)
    hidden = o * np.tanh(p["norm_cell"] * normalised(c) + p["bias_cell"])
    return {"input": i, "forget": f, "candidate": g, "output": o, "cell": c, "hidden": put("hidden", hidden)}


def peephole(p, x, before, put):
    c = before["cell"]
    ai, af, ag, ao = rows(p["weight_ih"] @ x + p["weight_hh"] @ before["hidden"] + p["bias_ih"] + p["bias_hh"], 4)
    pi, pf, po = rows(p["weight_peephole"], 3)
    i, f, g = put("input", sigmoid(ai + pi * c)), put("forget", sigmoid(af + pf * c)), put("candidate", np.tanh(ag))
    c = put("cell", f * c + i * g)
    o = put("output", sigmoid(ao + po * c))
    return {
        "input": i, "forget": f, "candidate": g, "output": o, "cell": c, "hidden": put("hidden", o * np.tanh(c))
    }  # fmt: skip


def lstmp(p, x, before, put):
    sums = p["weight_ih"] @ x + p["weight_hh"] @ before["hidden"] + p["bias_ih"] + p["bias_hh"]
    i, f, g, o = (sigmoid(a) if k != 2 else np.tanh(a) for k, a in enumerate(rows(sums, 4)))
    i, f, g, o = put("input", i), put("forget", f), put("candidate", g), put("output", o)
    c = put("cell", f * before["cell"] + i * g)
    m = put("cell_output", o * np.tanh(c))
    return {
        "input": i, "forget": f, "candidate": g, "output": o, "cell": c, "cell_output": m,
        "hidden": put("hidden", p["weight_hr"] @ m),
    }  # fmt: skip


FORMULAS = {f.__name__: f for f in (mgu, mingru, janet, cifg, indrnn, ligru, mlstm, lnlstm, peephole, lstmp)}


def check(cell, x, initial, record, batch, put_at=lambda t: keep):
    """Every recorded quantity of every step and sequence, recomputed."""
    for b in range(batch or 1):
        one = (lambda a: a) if batch is None else (lambda a, b=b: a[..., b, :])
        before = {state: one(array) for state, array in initial.items()}
        for t, x_t in enumerate(one(x)):
            now = FORMULAS[cell.name](cell.parameters, x_t, before, put_at(t))
            assert now.keys() == {q.name for q in cell.definition.quantities}
            for name, value in now.items():
                np.testing.assert_allclose(one(record[name])[t], value, rtol=1e-9, atol=1e-10, err_msg=f"{name}, {t}")
            before = {state: now[state] for state in cell.states}


# ---- the tests ------------------------------------------------------------------------


@EACH
@given(case=cases)
def test_forward_is_the_formula_of_the_paper(name, case):
    cell, x, initial = draw_run(CELLS[name], {}, case)
    check(cell, x, initial, cell.forward(x, initial), case.batch)


@EACH
@given(case=cases, chosen=seeds)
def test_what_is_held_stays_held_and_the_rest_follows(name, case, chosen):
    cell, x, initial = draw_run(CELLS[name], {}, case)
    rng = np.random.default_rng(chosen)
    held = rng.choice([q.name for q in cell.definition.quantities])
    unit, value = int(rng.integers(cell.units(held))), float(rng.uniform(0, 1))
    first, end = sorted(rng.integers(0, case.steps + 1, 2))
    record = cell.forward(x, initial, [Edit(held, unit, value, first, end)])

    def put_at(t):
        def put(quantity, computed):
            if quantity == held and first <= t < end:
                computed = computed.copy()
                computed[unit] = value
            return computed

        return put

    check(cell, x, initial, record, case.batch, put_at)


@EACH
@given(case=cases)
def test_float32_agrees_with_float64(name, case):
    cell, x, initial = draw_run(CELLS[name], {}, case)
    case.steps, x = min(case.steps, 4), x[:4]
    single = CELLS[name](**{key: array.astype(np.float32) for key, array in cell.parameters.items()})
    record = single.forward(x.astype(np.float32), {s: a.astype(np.float32) for s, a in initial.items()})
    exact = cell.forward(x, initial)
    # A vector of one or two units that are almost equal has no direction that rounding leaves alone.
    tolerance = 1e-3 if name != "lnlstm" else 0.2
    for quantity in cell.definition.by_name:
        assert record[quantity].dtype == np.float32
        np.testing.assert_allclose(record[quantity], exact[quantity], rtol=tolerance, atol=tolerance)


@EACH
@given(case=cases, looks=seeds)
@settings(max_examples=12)
def test_gradients_are_the_slopes_of_the_loss(name, case, looks):
    """Of every parameter, the inputs and the initial states; the loss looks at all states at random steps."""
    case = Case(min(case.steps, 4), case.batch, min(case.inputs, 3), min(case.hidden, 4), case.seed)
    cell, x, initial = draw_run(CELLS[name], {}, case)
    rng = np.random.default_rng(looks)
    seen = {s: rng.standard_normal((case.steps, *case.shape(cell.units(s)))) for s in cell.states}

    def loss():
        record = cell.forward(x, initial)
        return sum((weights * record[s]).sum() for s, weights in seen.items())

    further = {s: weights for s, weights in seen.items() if s != "hidden"}
    grads = cell.backward(cell.forward(x, initial), seen["hidden"], further)
    arrays = {**cell.parameters, "x": x, **{f"initial_{s}": array for s, array in initial.items()}}
    assert grads.keys() == arrays.keys()
    for key, array in arrays.items():
        assert grads[key].shape == array.shape
        scale = max(1.0, np.abs(grads[key]).max())
        # Where a layer norm's vector is almost constant, its curvature limits finite differences.
        rough = (1e-3, 1e-4) if name == "lnlstm" else (1e-5, 1e-6)
        np.testing.assert_allclose(grads[key], slopes(loss, array), rtol=rough[0], atol=rough[1] * scale, err_msg=key)


@given(case=cases)
def test_layer_norm_is_that_of_torch(case):
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle of this test")
    cell, x, _ = draw_run(CELLS["lnlstm"], {}, case)
    record = cell.forward(x)  # from zeros, of which layer norm makes zeros
    first = torch.from_numpy(np.ascontiguousarray(x[0]))
    total = []
    for w, scale, b in zip(
        *(rows(cell.parameters[key], 4) for key in ("weight_ih", "norm_ih", "bias_ih")), strict=True
    ):
        mapped = first @ torch.from_numpy(w).T
        size = (case.hidden,)
        total.append(torch.nn.functional.layer_norm(mapped, size, torch.from_numpy(scale), torch.from_numpy(b), 1e-5))
    i, f, g, o = (part + torch.from_numpy(b) for part, b in zip(total, rows(cell.bias_hh, 4), strict=True))
    c = torch.sigmoid(i) * torch.tanh(g)
    norm = torch.nn.functional.layer_norm(
        c, (case.hidden,), *(torch.from_numpy(cell.parameters[key]) for key in ("norm_cell", "bias_cell")), 1e-5
    )
    np.testing.assert_allclose(record["hidden"][0], torch.sigmoid(o) * torch.tanh(norm), rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(record["forget"][0], torch.sigmoid(f), rtol=1e-8, atol=1e-9)


@EACH
def test_each_names_its_source_and_has_few_lines(name):
    kind = CELLS[name]
    assert "References\n" in kind.__doc__
    assert "define" not in kind.__dict__
    assert kind.title and kind.reference and kind.define().phases[1:]


@EACH
@given(case=cases)
def test_values_stay_within_their_bounds(name, case):
    cell, x, _ = draw_run(CELLS[name], {}, case)
    record = cell.forward(10 * x)
    for quantity in cell.definition.quantities:
        assert quantity.low <= record[quantity.name].min() and record[quantity.name].max() <= quantity.high


@given(case=cases, at=st.integers(0, 8))
def test_the_highway_of_a_mingru_is_its_whole_jacobian(case, at):
    """Its gates do not see the state: dh_t / dh_{t-1} is diag(1 - z)."""
    case = Case(1, None, case.inputs, case.hidden, case.seed)
    cell, x, initial = draw_run(CELLS["mingru"], {}, case)
    record, unit = cell.forward(x, initial), at % case.hidden
    seed = np.zeros((1, case.hidden))
    seed[0, unit] = 1
    np.testing.assert_allclose(
        cell.backward(record, seed)["initial_hidden"], seed[0] * (1 - record["update"][0]), rtol=1e-12
    )
