"""From an image of a set to the pages that explain it, at one click."""

from functools import partial

import streamlit as st

from pages._ui.shell import address, images
from vislib.images.sets import ImageSet
from vislib.language import text, tr

PAGES = {
    "pages/overview.py": text("Overview"),
    "pages/class_activation.py": text("Class activation"),
    "pages/what_if.py": text("What if"),
}
_OF_MAPS = "pages/class_activation.py"
_JUST_USED = "image just used"
_WHOLE_PAGE = "the whole page runs next"


def buttons(found: ImageSet, number: int, has_maps: bool) -> None:
    """A row of buttons for an image of a set: each makes it the image of every page and opens one of them; the last
    one stays here.

    Args:
        found: The set.
        number: The image's number in it.
        has_maps: Whether the network has feature maps.
    """
    use = partial(images.use_of_set, found, number)
    with st.container(horizontal=True, gap="small", key="onward"):
        for page, title in _pages(has_maps).items():
            if st.button(
                tr("Open in {page}", page=title), key=f"open {page}", icon=":material/arrow_forward:", on_click=use
            ):
                address.open_page(page, image=st.session_state["image"])
        st.button(tr("Use on every page"), key="use row", icon=":material/swap_horiz:", on_click=_use_here, args=(use,))


def remember() -> None:
    """Notes that a click on this page has just chosen the image of every page."""
    st.session_state[_JUST_USED] = st.session_state["image"]


def links(has_maps: bool) -> None:
    """Links to the pages that explain the image that a click here has chosen; nothing before such a click."""
    used = st.session_state.get(_JUST_USED)
    if used is None or used != st.session_state.get("image"):
        return
    with st.container(horizontal=True, gap="small", key="onward_links"):
        for page, title in _pages(has_maps).items():
            st.page_link(page, label=tr("Open in {page}", page=title), icon=":material/arrow_forward:")


def leave_fragment() -> None:
    """At the start of a fragment with `buttons`: runs the whole page if the image of the page has just changed."""
    if st.session_state.pop(_WHOLE_PAGE, False):
        st.rerun()


def _use_here(use: partial) -> None:
    use()
    st.session_state[_WHOLE_PAGE] = True


def _pages(has_maps: bool) -> dict[str, str]:
    return {page: title for page, title in PAGES.items() if has_maps or page != _OF_MAPS}
