"""The language of a session: from the address (?lang=zh), the switch, the browser, or the server's VISLIB_LANG."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from vislib.language import (
    LANGUAGES,
    Language,
    current,
    from_environment,
    language_named,
    translations,
    use_resolver,
)

_KEY, _PARAMETER = "language", "lang"
_NAMES = ("model", "image", "images", "models", "reference", "class", _PARAMETER)
"""Parameters of an address whose values are names, never texts of the app."""


def begin() -> None:
    """Finds the language of this run; called before anything is drawn."""
    use_resolver(_of_session)
    asked = language_named(st.query_params.get(_PARAMETER))
    if asked is not None and asked != st.session_state.get(_KEY):
        st.session_state[_KEY] = asked
    elif _KEY not in st.session_state:
        st.session_state[_KEY] = _of_browser() or from_environment()
    _restate()


def switch(busy: bool = False) -> None:
    """A button with the name of the other language, in the bar at the top; while the page is `busy` it is disabled."""
    other = _other()
    with st.container(key="language_switch", width="content"):
        st.button(LANGUAGES[other], key="to_language", type="tertiary", on_click=_to, args=(other,), disabled=busy)


def in_address() -> dict[str, str]:
    """What a copied address says about the language: nothing if it is English, so that its reader's counts."""
    return {} if current() == "en" else {_PARAMETER: current()}


def _of_browser() -> Language | None:
    return language_named(st.context.locale) or language_named(st.context.headers.get("Accept-Language"))


def _of_session() -> Language | None:
    return st.session_state.get(_KEY) if get_script_run_ctx() is not None else None


def _other() -> Language:
    return "en" if st.session_state[_KEY] == "zh" else "zh"


def _to(language: Language) -> None:
    st.session_state[_KEY] = language
    st.query_params[_PARAMETER] = language
    # The browser goes on showing a choice as it was, and a widget whose options read differently is another one for
    # Streamlit: what the session holds for it is kept and shown as it reads now if it is set here.
    for name, value in list(st.session_state.items()):
        if isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value)):
            st.session_state[name] = value


def _restate() -> None:
    """Says the choices of the address in the language of this run, as in a link that was copied in the other one."""
    zh = translations("zh")
    said = zh if st.session_state[_KEY] == "zh" else {words: template for template, words in zh.items()}
    changed = False
    for name, value in st.query_params.items():
        if name not in _NAMES and name not in st.session_state and value in said:
            st.query_params[name] = said[value]
            changed = True
    if changed:
        let_widgets_reread()


def let_widgets_reread() -> None:
    """Lets widgets begin with what the address says now: Streamlit 1.67 gives them what it said as it came."""
    run = get_script_run_ctx()
    if run is not None:
        with run.session_state.query_params() as parameters:
            parameters.set_initial_query_params_from_current()
