"""Cells as programs write them in NumPy, by their formulas: what files of such programs must come back to."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def rnn(w, u, b, x, activation=np.tanh):
    """(T, H) of h = f(W x + U h + b)."""
    h, states = np.zeros(len(u)), []
    for one in x:
        h = activation(w @ one + u @ h + b)
        states.append(h)
    return np.array(states)


def lstm(w, u, b, x, peepholes=(0, 0, 0), added=0, projection=None, middle=None, start=None):
    """(T, H) of an LSTM with gates i, f, g, o; middle: the two matrices of a multiplicative one."""
    hidden = len(u) // 4
    h = np.zeros(u.shape[1]) if start is None else start[0]
    c, states = np.zeros(hidden) if start is None else start[1], []
    for one in x:
        seen = h if middle is None else (middle[0] @ one) * (middle[1] @ h)
        i, f, g, o = np.split(w @ one + u @ seen + b, 4)
        i, f = sigmoid(i + peepholes[0] * c), sigmoid(f + added + peepholes[1] * c)
        c = f * c + i * np.tanh(g)
        h = sigmoid(o + peepholes[2] * c) * np.tanh(c)
        h = h if projection is None else projection @ h
        states.append(h)
    return np.array(states)


def gru(w, u, b, x, recalled=0, after=True, keeps=True):
    """(T, H) of a GRU with gates r, z, n; recalled: a bias inside the product with the reset gate."""
    h, states = np.zeros(u.shape[1]), []
    (wr, wz, wn), (ur, uz, un), (br, bz, bn) = (np.split(array, 3) for array in (w, u, b))
    for one in x:
        r, z = sigmoid(wr @ one + ur @ h + br), sigmoid(wz @ one + uz @ h + bz)
        n = np.tanh(wn @ one + bn + (r * (un @ h + recalled) if after else un @ (r * h)))
        h = (1 - z) * n + z * h if keeps else z * n + (1 - z) * h
        states.append(h)
    return np.array(states)


def light_gru(w, u, b, x):
    """(T, H) of a light GRU with the candidate first."""
    h, states = np.zeros(u.shape[1]), []
    for one in x:
        a, z = np.split(w @ one + u @ h + b, 2)
        h = sigmoid(z) * h + (1 - sigmoid(z)) * np.maximum(a, 0)
        states.append(h)
    return np.array(states)
