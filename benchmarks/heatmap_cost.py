"""What a letter costs the heatmaps in the browser: from another trace to a page that is laid out again.

A real Chromium shows six heatmaps of 64 units and the prediction in turn for two texts. The peer, in the same window,
is the same figure by Plotly, given new values with `Plotly.react`.
"""

from __future__ import annotations

import json
from statistics import median

from playwright.sync_api import sync_playwright
from plotly.offline import get_plotlyjs

import rnnviz
from benchmarks import Row
from benchmarks.keystroke_cost import launch
from rnnviz.figures import heatmaps
from rnnviz.instrument import bundle, payload

STEPS = (12, 64, 256)
TARGET = "4 to 7 ms"
ROUNDS = 21
VIEWS = {"views": ["heatmaps"]}
PAGE = f"<!doctype html><style>{bundle.style()}</style><main style='width: 600px'></main><div id=peer></div>"
TIME = """async ([one, other, figures, rounds]) => {
  const store = instrument.store;
  store.set({ allRows: true });
  const first = store.trace;
  instrument.load(other);
  const traces = [first, store.trace];
  const milliseconds = async (change) => {
    const start = performance.now();
    await change();
    document.body.getBoundingClientRect();
    return performance.now() - start;
  };
  const times = [];
  const peer = document.getElementById('peer');
  await Plotly.newPlot(peer, figures[0].data, figures[0].layout);
  for (let k = 0; k < rounds; k++) {
    const ours = await milliseconds(() => store.load(traces[k % 2]));
    await new Promise(requestAnimationFrame);
    const { data, layout } = figures[(k + 1) % 2];
    times.push([ours, await milliseconds(() => Plotly.react(peer, data, layout))]);
    await new Promise(requestAnimationFrame);
  }
  return times;
}"""


def run() -> list[Row]:
    """Milliseconds of new values for the heatmaps, by the instrument and by Plotly."""
    model = rnnviz.load("names-lstm")
    rows = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for steps in STEPS:
            traces = [model.trace(letters * steps, limit=steps) for letters in ("ab", "ba")]
            sent = [{**payload(trace, model), **VIEWS} for trace in traces]
            figures = [json.loads(heatmaps(trace).to_json()) for trace in traces]
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.set_content(PAGE)
            page.add_script_tag(content=get_plotlyjs())
            mount = f"window.instrument = mount(document.querySelector('main'), {json.dumps(sent[0])});"
            page.add_script_tag(type="module", content=f"{bundle.script()}\n{mount}")
            page.wait_for_function("window.instrument && window.Plotly")
            times = page.evaluate(TIME, [*sent, figures, ROUNDS])
            page.close()
            ours, theirs = (median(column) for column in zip(*times, strict=True))
            ratio = median(a / b for a, b in times)
            size = f"T={steps}, H=64, six heatmaps and the prediction"
            rows.append(Row("new values for the heatmaps", size, ours, "Plotly.react", theirs, TARGET, ratio))
        browser.close()
    return rows
