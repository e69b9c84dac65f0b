"""Reading a page in Streamlit's test runner as a person would: its text, its facts, what it says went wrong."""

import html
import re

from streamlit.testing.v1 import AppTest


def raw_html(page: AppTest) -> list[str]:
    return [element.proto.body for element in page.get("html") if "<style>" not in element.proto.body]


def blocks(page: AppTest) -> list[str]:
    """The text of the page's captions, facts and lists, one string each, without tags."""
    bodies = [re.sub(r"<span class='v-term'[^>]*>([^<]*)</span>", r"\1", body) for body in raw_html(page)]
    bodies = [re.sub(r"<sup>([^<]*)</sup>", r"^\1", body) for body in bodies]
    return [html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))).strip() for body in bodies]


def text(page: AppTest) -> str:
    return "\n".join([*blocks(page), *(element.value for element in page.header)])


def pictures(page: AppTest) -> list[str]:
    """The alternative texts of the page's pictures, without the place where a map is strongest."""
    return [alt.split("; strongest")[0] for alt in alternative_texts(page)]


def alternative_texts(page: AppTest) -> list[str]:
    """The whole alternative texts of the page's pictures."""
    return [image.alt for element in page.get("image") for image in element.proto.imgs]


def compute_all(page: AppTest) -> AppTest:
    """Presses the button for what takes long, if the page has it."""
    buttons = [button for button in page.button if button.key == "compute all"]
    return buttons[0].click().run() if buttons else page


def errors(page: AppTest) -> list[str]:
    """The sentences of the page's error boxes, as shown: without Markdown's backslashes and word joiners."""
    return [re.sub(r"\\(.)|\u2060", r"\1", element.value) for element in page.error]


def check_sound(page: AppTest) -> AppTest:
    """No exception and no error box."""
    assert not page.exception, [element.value for element in page.exception]
    assert not page.error, errors(page)
    return page
