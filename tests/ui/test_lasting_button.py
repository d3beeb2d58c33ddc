"""A press is neither lost nor counted twice, whatever interrupts the run that it starts."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from rnnviz.ui.shared.lasting_button import lasting_button

    if st.session_state.pop("interrupted", False):
        st.rerun()
    if lasting_button("Open", "open"):
        st.session_state["presses"] = st.session_state.get("presses", 0) + 1


def test_a_press_lasts_until_a_run_reaches_the_button():
    app = AppTest.from_function(page, default_timeout=60).run()
    assert "presses" not in app.session_state
    app.session_state["interrupted"] = True
    app.button(key="open").click().run()
    assert app.session_state["presses"] == 1
    app.run()
    assert app.session_state["presses"] == 1
