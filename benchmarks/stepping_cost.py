"""Moving through time on Explore, in a real Chromium, at T = 128 and H = 64.

It answers three questions. How long does it take from a key press to the frame that shows the new step, compared with
the same step through the server? How long does it take from the last letter typed until the instrument is repainted?
How many bytes does a rerun send?
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

from benchmarks import Row
from benchmarks.keystroke_cost import ROOT, TEXT, launch, serve

FRAME = 16.7  # milliseconds
STEPS, LETTERS = 100, 24
LONG = "Wolfeschlegelsteinhausenbergerdorff " * 4

THROUGH_THE_SERVER = """
import sys
sys.path.insert(0, {root!r})
import rnnviz, streamlit as st
from rnnviz.figures import heatmaps
trace = st.cache_resource(lambda: rnnviz.load("names-lstm").trace({text!r}))()
step = st.slider("Step", 1, len(trace), 1, key="step")
st.button("Forward", on_click=lambda: st.session_state.update(step=step + 1))
st.plotly_chart(heatmaps(trace, step=step), key="heatmaps")
st.text(f"step {{step}}")
"""

# From the key press, at a random moment within a frame, until the next frame is on the screen.
PRESS = """async count => {
  const host = document.querySelector('[data-testid=stBidiComponentIsolated], .instrument-place') ?? document;
  const root = (host.shadowRoot ?? host).querySelector('.instrument')
    ?? [...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('.instrument')).find(Boolean);
  const painted = () => new Promise(done => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(null);
  }));
  const frames = [], work = [];
  for (let k = 0; k < count; k++) {
    await new Promise(done => setTimeout(done, 40 + Math.random() * 17));
    const start = performance.now();
    root.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true, composed: true}));
    root.getBoundingClientRect();
    work.push(performance.now() - start);
    frames.push(await painted() - start);
  }
  return {frames, work};
}"""


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = launch(playwright)
        frames, work, typing, sent = _explore(browser)
        app = Path(folder) / "through_the_server.py"
        app.write_text(THROUGH_THE_SERVER.format(root=str(ROOT), text=LONG[:127]))
        server = _through_the_server(browser, app)
        browser.close()
    high = quantiles(frames, n=20)[-1]
    size = "T=128, H=64"
    peer = "a rerun on the server"
    return [
        Row("key press to frame, 95th percentile", size, high, peer, server, f"{FRAME} ms"),
        Row("  of which script and layout, 95th percentile", size, quantiles(work, n=20)[-1], peer, server, ""),
        Row("last letter to repainted instrument", "T=64, H=64", median(typing), "the target", 250.0, "250 ms"),
        Row("  95th percentile", "T=64, H=64", quantiles(typing, n=20)[-1], "the target", 350.0, "350 ms"),
        Row("kilobytes sent for one letter", "T=64, H=64", sent / 1000, "the target", 110.0, "110 kB"),
    ]


def _explore(browser) -> tuple[list[float], list[float], list[float], float]:
    with serve(ROOT / "app.py") as (address, _):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        received: list[int] = []
        page.on(
            "websocket",
            lambda socket: socket.on("framereceived", lambda data: received.append(len(data or b""))),
        )
        page.goto(f"{address}/?step=1&text={LONG[:127]}")
        page.wait_for_selector(".instrument .token")
        page.wait_for_timeout(4000)
        durations = page.evaluate(PRESS, STEPS)
        box = page.get_by_role("textbox", name="Type a sequence")
        box.fill(TEXT)
        page.wait_for_timeout(3000)
        times = []
        received.clear()
        for k in range(LETTERS):
            times.append(letter_to_repaint(page, box, TEXT[:-1] + "abcdefghijklmnopqrstuvwxyz"[k]))
            page.wait_for_timeout(500)
        page.close()
        return durations["frames"], durations["work"], times, sum(received) / LETTERS


def letter_to_repaint(page: Page, box, text: str) -> float:
    """Milliseconds from a change of the last letter to the instrument's next repaint, the typing pause included.

    The instrument repaints all its views at once, so the letter in its tokens stands for all of them.
    """
    page.evaluate(
        """letter => {
          const shown = () => {
            const hosts = [document, ...[...document.querySelectorAll('*')].flatMap(e => e.shadowRoot ?? [])];
            const tokens = hosts.map(host => host.querySelector('.instrument .tokens')).find(Boolean);
            return tokens?.children[tokens.childElementCount - 2]?.textContent;  // the last one is the end mark
          };
          window.repainted = new Promise(done => {
            const look = () => {
              const drawn = shown() === letter;
              requestAnimationFrame(drawn ? () => done(performance.now()) : look);
            };
            look();
          });
          document.addEventListener('input', () => { window.typed = performance.now(); }, {once: true, capture: true});
        }""",
        text[-1],
    )
    box.fill(text)
    return page.evaluate("async () => (await window.repainted) - window.typed")


def _through_the_server(browser, app: Path) -> float:
    with serve(app) as (address, _):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        page.get_by_text("step 1", exact=True).wait_for()
        page.wait_for_timeout(3000)
        times = []
        for step in range(2, 14):
            start = page.evaluate(
                """step => {
                  window.shown = new Promise(done => {
                    const there = graph => graph.layout.shapes?.[0]?.x0 === step - 1.5;
                    const look = () => [...document.querySelectorAll('.js-plotly-plot')].some(there)
                      ? done(performance.now()) : requestAnimationFrame(look);
                    look();
                  });
                  return performance.now();
                }""",
                step,
            )
            page.get_by_role("button", name="Forward").click()
            times.append(page.evaluate("async () => await window.shown") - start)
            page.wait_for_timeout(300)
        page.close()
        return median(times)
