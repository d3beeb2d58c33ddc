"""The entry point: the server, and in every run the page's configuration and navigation."""

import streamlit as st


def navigate() -> None:
    """Configure the page and run the one that is open."""
    # Imported in a run: what the pages declare, such as caches, belongs to a running server.
    from rnnviz.ui.pages.guide.chapters import CHAPTERS
    from rnnviz.ui.shared import lesson_link
    from rnnviz.ui.shared.opened_file import open_given_file
    from rnnviz.ui.shared.page_setup import ICON

    # Before the navigation: the icons of its pages are names of a font, which the browser would look for elsewhere.
    st.set_page_config(page_icon=ICON, layout="wide")
    chapters = [
        st.Page(f"pages/{name}.py", title=f"{k} {title}") for k, (name, title) in enumerate(CHAPTERS.items(), 1)
    ]
    pages = {
        "": [
            st.Page("pages/explore.py", title="Explore", icon=":material/visibility:", default=True),
            st.Page("pages/memory.py", title="Memory", icon=":material/history:"),
            st.Page("pages/compare.py", title="Compare", icon=":material/compare:"),
            st.Page("pages/units.py", title="Units", icon=":material/grid_view:"),
            st.Page("pages/dynamics.py", title="Dynamics", icon=":material/route:"),
            st.Page("pages/train.py", title="Train", icon=":material/model_training:"),
            st.Page("pages/models.py", title="Models", icon=":material/deployed_code:"),
        ],
        "Guide": [
            *chapters,
            st.Page("pages/glossary.py", title="Glossary"),
            st.Page("pages/room.py", title="Join your class"),
            st.Page("pages/teaching.py", title="Teaching with this"),
        ],
    }
    page = st.navigation(pages, position="top" if lesson_link.shows("navigation") else "hidden")
    st.set_page_config(page_title=f"{page.title} · rnnviz")
    if open_given_file() and page.url_path == "" and not st.query_params:
        st.switch_page("pages/models.py")
    page.run()


def report(error: Exception) -> bool:
    """Say on the page that something failed."""
    from rnnviz.ui.shared import failures

    return failures.show(error)


if __name__ == "__main__":  # Streamlit gives this name to every run of the script
    from rnnviz.ui.shared import first_runs

    with first_runs.turn():
        navigate()
else:
    from starlette.middleware import Middleware

    # Settings may be among the secrets, which become environment variables: some hosts have no other place for them.
    st.secrets.load_if_toml_exists()

    from rnnviz.ui.shared import room_route, served_code
    from rnnviz.ui.shared.admission import Admission
    from rnnviz.ui.shared.browser_messages import BrowserMessages
    from rnnviz.ui.shared.packed_files import PackedFiles
    from rnnviz.ui.shared.response_headers import ResponseHeaders
    from rnnviz.ui.shared.upkeep import upkeep

    app = st.App(
        __file__,
        routes=[*served_code.routes(), *room_route.routes()],
        middleware=[
            Middleware(ResponseHeaders),
            Middleware(Admission),
            Middleware(BrowserMessages),
            Middleware(PackedFiles),
        ],
        lifespan=upkeep,
        on_script_error=report,
    )
