"""The page's address: one entry of the browser's history per page, and a button that copies what reopens the view."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages._ui.shell import digit_canvas, language
from pages._ui.shell.chosen import TOP, Context
from vislib.language import TAGS, current, listing, plural, tr

_POINTS = ("unit", "patch", "lab.at", "number at")
"""Places that a person chose on a picture, (x, y) as fractions of its width and height."""
_DRAWING = "drawing"
_NEXT = "values on the next page"
_CHOICES = ("model", "image", "class")
_CARRIED = "choices of the address"
_NUMBER = "number of"  # the channel whose number the Overview explains: (layer, channel)

_HISTORY_JS = """
export default function ({ data }) {
  document.documentElement.lang = data.lang;  // for screen readers, hyphens and the forms of characters
  if (window.__vislibHistory) return;
  window.__vislibHistory = true;
  const push = window.history.pushState.bind(window.history);
  const pathOf = (address) => new URL(address ?? "", document.location.href).pathname;
  // Streamlit makes an entry for each change of the parameters, also when it adds those of a page that was just opened.
  window.history.pushState = (state, title, address) =>
    pathOf(address) === document.location.pathname
      ? window.history.replaceState(state, title, address)
      : push(state, title, address);
  // Streamlit draws a popover's content at the end of the page, where Tab would arrive last. A popover that is opened
  // by a key gets the focus.
  const BODY = "[data-testid=stPopoverBody]";
  let byKey = false;
  document.addEventListener("keydown", ({ key }) => {
    byKey = true;
    if (key !== "Tab") return;
    const seen = new Set();  // a term that the page explains several times is one stop of the Tab key
    for (const term of document.querySelectorAll(".v-term")) {
      if (!term.checkVisibility()) continue;
      const name = term.textContent.toLowerCase();
      term.tabIndex = seen.has(name) ? -1 : 0;
      seen.add(name);
    }
  }, true);
  document.addEventListener("pointerdown", () => { byKey = false; }, true);
  const enter = (body, tries) => {
    const first = body.querySelector("input:enabled, button:enabled, textarea:enabled, a[href]");
    if (first) first.focus({ preventScroll: true });
    else if (tries) setTimeout(enter, 50, body, tries - 1);
  };
  new MutationObserver((changes) => {
    if (!byKey || !document.activeElement.closest("[data-testid=stPopover]")) return;
    for (const added of changes.flatMap((change) => [...change.addedNodes])) {
      const body = added.matches?.(BODY) ? added : added.querySelector?.(BODY);
      if (body) enter(body, 20);
    }
  }).observe(document.body, { childList: true, subtree: true });
}
"""
_history = st.components.v2.component("vislib_history", js=_HISTORY_JS)

_COPY_CSS = """
:host, div { font-family: var(--st-font); color: var(--st-text-color); }
.v-copy { position: relative; font-size: .86rem; }
.more { position: absolute; right: 0; top: calc(100% + .4rem); width: min(24rem, calc(100vw - 5.5rem));
  padding: .5rem .7rem;
  background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: .4rem; }
.more:has(label[hidden] + span:empty) { display: none; }
button { font: inherit; color: inherit; background: transparent; border: 1px solid var(--st-border-color);
  border-radius: var(--st-button-radius, .3rem); min-height: 2rem; padding: .1rem .7rem; cursor: pointer;
  white-space: nowrap; }
button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
button:focus-visible, input:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
label { display: flex; flex: 1 1 16rem; align-items: center; gap: .4rem; min-width: 0; }
label[hidden] { display: none; }
input { font: inherit; flex: 1; min-width: 0; min-height: 2rem; padding: .1rem .5rem; color: inherit;
  background: var(--st-secondary-background-color); border: 1px solid var(--st-border-color); border-radius: .3rem; }
@media (max-width: 640px) { button, input { min-height: 2.6rem; } }
"""
_COPY_HTML = """
<div class="v-copy">
  <button type="button"></button>
  <div class="more"><label hidden> <input readonly></label><span role="status"></span></div>
</div>
"""
_COPY_JS = """
export default function ({ parentElement, data }) {
  const [button, label, field, status] = ["button", "label", "input", "[role=status]"].map(
    (one) => parentElement.querySelector(one));
  button.textContent = data.words.copy;
  label.firstChild.textContent = `${data.words.address} `;
  button.onclick = async () => {
    const address = new URL(document.location.href);
    for (const [name, value] of data.more) address.searchParams.set(name, value);
    field.value = address.href;
    status.textContent = "";
    let copied = false;
    try {
      await navigator.clipboard.writeText(address.href);
      copied = true;
    } catch {}
    label.hidden = copied;
    if (!copied) { field.focus(); field.select(); }
    const said = copied ? data.words.copied : data.words.by_hand;
    status.textContent = [said, data.stays].filter(Boolean).join(" ");
  };
}
"""
_copy = st.components.v2.component("vislib_copy_address", html=_COPY_HTML, css=_COPY_CSS, js=_COPY_JS)


def keep_history() -> None:
    """Sees to one entry of the browser's history per page and to one Tab stop per explained term, says the page's
    language, and moves the focus into a popover that a key opens. Back and Forward keep what the session has chosen.

    Called before the widgets of a page are drawn.
    """
    # At Back and Forward Streamlit 1.67 sets every widget whose value is in the address to what the address says, but
    # has removed from it what another page had drawn: network, image and class would be the first ones again. Without
    # this flag the session's choice counts, as it does when a link of the navigation is clicked.
    run = get_script_run_ctx()
    if run is not None and getattr(run, "is_history_navigation", False):
        run.is_history_navigation = False
    _history(key="history", data={"lang": TAGS[current()]})


def copy_address(here: Context | None = None) -> None:
    """A small button that copies the address of this view, with what it can contain, and says what it cannot.

    Args:
        here: The page's context; None on a page without one.
    """
    words = {
        "copy": tr("Copy address"),
        "copied": tr("Copied."),
        "by_hand": tr("Copy it from the field (Ctrl+C)."),
        "address": tr("Address"),
    }
    more = [list(pair) for pair in _more(here).items()]
    _copy(data={"more": more, "stays": _stays(here), "words": words}, key="copy_address")


def open_page(page: str, shown: Mapping[str, str] = MappingProxyType({}), **chosen: Any) -> None:
    """Opens a page on which widgets have these values, by key.

    `shown` has, by key, what a select box shows for its value if that is another text: the address has it so.

    Streamlit 1.67 refuses to leave a page for another one as long as parameters of the address belong to its widgets,
    and to give it such parameters; an empty set of parameters passes.
    """
    st.session_state[_NEXT] = (chosen, {name: shown.get(name, str(value)) for name, value in chosen.items()})
    st.switch_page(page, query_params={})


def read_address() -> None:
    """Takes the points and the drawing of a copied address, and what `open_page` gave, over into this session; called
    before a page is drawn."""
    chosen, texts = st.session_state.pop(_NEXT, ({}, {}))
    st.session_state.update(chosen)
    for name, text in texts.items():  # Streamlit itself writes into the address only what a person changes
        st.query_params[name] = text
    for name in (*_POINTS, _NUMBER):
        written = st.query_params.get(name)
        if written is None:
            continue
        value = _number(written) if name == _NUMBER else _point(written)
        if value is not None and name not in st.session_state:
            st.session_state[name] = value
        del st.query_params[name]  # from now on the session has it, and it may change
    if text := st.query_params.get(_DRAWING):
        digit_canvas.from_text(text)
        del st.query_params[_DRAWING]


def carry_choices() -> None:
    """Keeps the choices that all pages share in the address of a page that does not show them: a reload keeps them."""
    for name in _CHOICES:
        if st.session_state.get(name) == TOP:  # what a page without it in its address shows, in any language
            st.query_params.pop(name, None)
        elif name in st.session_state:
            st.query_params[name] = str(st.session_state[name])
        elif asked := st.query_params.get(name):
            st.session_state.setdefault(_CARRIED, {})[name] = asked


def take_choices() -> None:
    """Gives the choices that `carry_choices` found in an address to the widgets of this page, before they are drawn."""
    carried = st.session_state.pop(_CARRIED, {})
    missing = {name: asked for name, asked in carried.items() if name not in {*st.session_state, *st.query_params}}
    if missing:
        st.query_params.update(missing)
        language.let_widgets_reread()


def _more(here: Context | None) -> dict[str, str]:
    more = language.in_address()
    for name in _POINTS:
        if point := st.session_state.get(name):
            more[name] = ",".join(f"{part:.4g}" for part in point)
    if number := st.session_state.get(_NUMBER):
        more[_NUMBER] = json.dumps(list(number))
    if here is not None and here.image_name == digit_canvas.NAME and (text := digit_canvas.as_text()):
        more[_DRAWING] = text
    return more


def _point(written: str) -> tuple[float, float] | None:
    try:
        x, y = (float(part) for part in written.split(","))
    except ValueError:
        return None
    return (x, y) if 0 <= x < 1 and 0 <= y < 1 else None


def _number(written: str) -> tuple[str, int] | None:
    try:
        layer, channel = json.loads(written)
    except (ValueError, TypeError):
        return None
    return (layer, channel) if isinstance(layer, str) and isinstance(channel, int) and channel >= 0 else None


def _stays(here: Context | None) -> str:
    """Which of the things in use are in this session only."""
    own: list[Any] = []
    if here is not None:
        own += [here.model_name] if here.model_name in st.session_state.get("own_models", {}) else []
        drawn = here.image_name == digit_canvas.NAME and digit_canvas.as_text()
        own += [here.image_name] if here.image_name in st.session_state.get("own_images", {}) and not drawn else []
    if not own:
        return ""
    return tr(
        plural(
            "{names} is in this session only: the address does not contain the file.",
            "{names} are in this session only: the address does not contain the file.",
            len(own),
            names=listing(own),
        )
    )
