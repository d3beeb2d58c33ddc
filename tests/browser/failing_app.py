"""An app whose only page fails on one text, with what rnnviz says then."""

import streamlit as st

if __name__ == "__main__":
    from rnnviz.ui.shared.session_keys import TEXT

    st.session_state.setdefault(TEXT, "Ada")

    @st.fragment
    def part() -> None:
        """A part of a page, which a letter runs alone."""
        text = st.text_input("Text", key=TEXT)
        st.write(f"{10 // (len(text) - 4)} letters.")

    part()
else:
    from app import report

    app = st.App(__file__, on_script_error=report)
