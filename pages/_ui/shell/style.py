"""The start of a page: CSS rules that Streamlit's theme does not cover, and the heading."""

import html
import runpy
from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

_CSS = """
<style>
.stMainBlockContainer { padding-top: 3.4rem; padding-bottom: 3rem; max-width: 1320px; }
[data-testid='stHeading'] h3 { font-size: 1.15rem; font-weight: 600; padding: .6rem 0 .2rem; }
[data-testid="stStatusWidget"] button { display: none; } /* this Stop resets widgets; the pages have their own Stop */
[data-testid="stMarkdownContainer"] table { display: block; overflow-x: auto; } /* a wide table scrolls, not the page */
[data-testid="stCheckbox"] [data-testid="stMarkdownContainer"], [data-testid="stCheckbox"] p {
  white-space: normal; } /* in a narrow column a switch's label takes two lines */
.v-title { font-size: 1.7rem; font-weight: 650; margin: 0; padding: 0; letter-spacing: -0.01em; }
.v-lead { margin: .15rem 0 .3rem; opacity: .75; font-size: 1rem; }
.v-bar-row { display: flex; align-items: center; gap: .5rem; font-size: .8rem; font-variant-numeric: tabular-nums; }
.v-bar-row .v-ramp { flex: 1; height: .55rem; border-radius: 2px; border: 1px solid rgba(128,128,128,.35); }
.v-caption { font-size: .86rem; line-height: 1.35; margin: .3rem 0 0; }
.v-caption b { font-weight: 600; }
.v-caption span { opacity: .72; }
.v-top { list-style: none; margin: 0 !important; padding: 0 !important; font-size: .86rem; }
.v-top li { margin-left: 0 !important; padding-left: 0 !important; display: grid; grid-template-columns: 1fr auto;
  column-gap: .5rem; margin: 0 0 .35rem; padding: 0; }
.v-top .v-value { font-variant-numeric: tabular-nums; opacity: .8; white-space: nowrap; }
.v-top .v-bar { grid-column: 1 / -1; height: .3rem; border-radius: 2px; background: rgba(128,128,128,.2); }
.v-top .v-bar span { display: block; height: 100%; border-radius: 2px; background: #15aabf; }
.v-top .v-bar { position: relative; }
.v-top .v-bar i { position: absolute; top: -2px; bottom: -2px; width: 2px; margin-left: -1px; background: currentColor;
  opacity: .7; }
.v-top .v-bar i.v-dot { width: 10px; height: 10px; top: calc(50% - 5px); margin-left: -5px; border-radius: 50%;
  background: #0b7285; opacity: 1; }
.v-top .v-ends { grid-column: 1 / -1; display: flex; justify-content: space-between; font-size: .72rem; opacity: .72;
  font-variant-numeric: tabular-nums; margin-top: .25rem; }
.v-facts { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; font-size: .9rem;
  margin: 0 !important; padding: 0 !important; list-style: none; }
.v-facts li { margin-left: 0 !important; padding-left: 0 !important; }
.v-facts b { font-weight: 600; font-variant-numeric: tabular-nums; }
.v-facts span { opacity: .72; }
.v-key { display: inline-block; width: .75rem; height: .75rem; border-radius: 2px; margin-right: .4rem;
  border: 1px solid rgba(128,128,128,.4); vertical-align: -1px; }
.v-verdict { font-size: .86rem; line-height: 1.35; margin: 0; }
.v-verdict b { font-weight: 600; }
.v-verdict ul { list-style: none; margin: .2rem 0 .6rem !important; padding: 0 !important; }
.v-verdict li { margin: 0 0 .2rem !important; padding: 0 0 0 1.1rem !important; position: relative; opacity: .85;
  font-size: .82rem; }
.v-verdict li::before { position: absolute; left: 0; font-weight: 700; }
.v-verdict li.for::before { content: "+"; color: #0b7285; }
.v-verdict li.against::before { content: "−"; color: #e8590c; }
.v-numbers { border-collapse: collapse; font-size: .76rem; font-variant-numeric: tabular-nums; }
.v-numbers td { border: 1px solid rgba(128,128,128,.35); padding: .2rem .5rem; text-align: right; }
.v-caption abbr { text-decoration: underline dotted; text-underline-offset: 2px; cursor: help; }
.v-strip { display: flex; gap: .6rem; overflow-x: auto; margin: 0 0 .9rem; padding-bottom: .3rem; }
.v-strip figure { margin: 0; flex: 1 0 88px; max-width: 190px; }
.v-strip img { width: 100%; display: block; border-radius: 3px; border: 1px solid rgba(128,128,128,.35); }
.v-strip figcaption { font-size: .74rem; line-height: 1.3; opacity: .8; font-variant-numeric: tabular-nums;
  margin-top: .2rem; }
</style>
"""


def start(title: str, lead: str) -> None:
    """Starts a page: the CSS rules, the title and the line under it."""
    _through_app()
    st.html(_CSS)
    st.html(f"<h1 class='v-title'>{html.escape(title)}</h1><p class='v-lead'>{html.escape(lead)}</p>")


def _through_app() -> None:
    """Runs app.py if Streamlit started this page without it.

    Streamlit has an older kind of app whose pages are the files in the folder pages/. If the first visitor of a new
    server opens the link of a page, Streamlit runs that page alone, without the navigation of app.py.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        runpy.run_path(str(Path(__file__).resolve().parents[3] / "app.py"))
        st.stop()
