"""What screen readers say of charts and tables is plain text."""

import pytest

from tests.pages.app_pages import open_page

VIEWS = [("memory", {"question": question}) for question in ("causes", "reach", "writers", "changes", "units")]
VIEWS += [("dynamics", {"view": view}) for view in ("paths", "settling", "words", "growth")]
VIEWS += [("compare", {"mode": mode}) for mode in ("cells", "texts")]


@pytest.mark.parametrize(
    ("page", "link"), VIEWS, ids=lambda part: part if isinstance(part, str) else "-".join(part.values())
)
def test_descriptions_have_no_marks_of_markdown(page, link):
    app = open_page(page, **link)
    found = [each.proto.alt for each in (*app.get("plotly_chart"), *app.dataframe)]
    assert all(found) and (found or link.get("question") == "changes")
    assert not [text for text in found if "**" in text or "\\" in text]
