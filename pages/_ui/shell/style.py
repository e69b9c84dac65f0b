"""The start of a page: CSS rules that Streamlit's theme does not cover, and the heading."""

import html
import json
import runpy
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.pages_manager import PagesManager

from pages._ui.shell import address, language
from pages._ui.widgets.choice import forget_notes
from vislib.language import current, tr

_CSS = """
<style>
.stMainBlockContainer { padding: 4.2rem 2.5rem 3rem; max-width: 1680px; }
.v-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem .9rem; }
.v-title { font-size: 1.7rem; font-weight: 650; margin: 0; padding: 0; letter-spacing: -0.01em; }
.v-lead { margin: 0; opacity: .75; font-size: 1rem; }
.st-key-context { border-bottom: 1px solid rgba(128,128,128,.25); padding-bottom: .7rem; }
.st-key-upload [data-testid="stFileUploaderDropzoneInstructions"] { display: none; }
:is(.st-key-upload, .st-key-model_file) [data-testid="stFileChips"] > div > div:not(:has([aria-invalid="true"],
  [data-testid="stFileChipIconSpinner"])) { display: none; } /* the file in use stands in Image, in Model */
[data-testid="stFileChip"][aria-invalid="true"] { flex-wrap: wrap; height: auto; position: relative; max-width: none;
  min-width: 11rem; z-index: 1; }
.st-key-upload :has([aria-invalid="true"]) { overflow: visible !important; }
[data-testid="stFileChip"][aria-invalid="true"] [data-testid="stFileChipDeleteBtn"] { position: absolute; top: .5rem;
  right: .5rem; }
[data-testid="stFileChip"][aria-invalid="true"] [role="alert"] { position: static; width: 100%; height: auto; margin: 0;
  clip: auto; clip-path: none; white-space: normal; font-size: .8rem; } /* why the browser refuses it */
:is(.st-key-upload, .st-key-model_file) [data-testid="stFileChips"] > button { width: auto; min-height: 40px;
  padding: .25rem .75rem; border: 1px solid light-dark(#c9d0d6, #3a4651); border-radius: .5rem;
  background: light-dark(#fff, #12181f); color: inherit; }
:is(.st-key-upload, .st-key-model_file) [data-testid="stFileChips"] > button::after { content: %(upload)s;
  font-size: .875rem; margin-left: .3rem; } /* after an upload Streamlit has a plus sign only */
.st-key-upload [data-testid="stFileUploaderDropzone"] { padding: 0; min-height: 0; border: 0; background: none; }
.v-answer .v-top { display: grid !important; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 0 1.2rem; }
.v-answer .v-top li { margin-bottom: 0; }
.v-answer .v-name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.st-key-history { position: absolute; width: 0 !important; overflow: hidden; } /* it draws nothing */
.st-key-context_address { position: fixed; top: .65rem; right: 13.2rem; width: auto !important; z-index: 999990; }
.st-key-language_switch { position: fixed; top: .65rem; right: 9.2rem; width: auto !important; z-index: 999990; }
.st-key-language_switch button { padding: .1rem .3rem; }
  /* in the bar at the top, beside the menu and the sign of a running page */
[class*="st-key-grid_"] { display: grid !important; gap: 1.1rem 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 270px), 1fr)); }
[class*="st-key-grid_"] > div { width: auto !important; min-width: 0; max-width: 480px; }
.st-key-grid_preprocessings { grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); grid-auto-rows: 1fr;
  align-items: stretch !important; }
.st-key-grid_preprocessings > div > * { height: 100%; } /* cards of one height */
[class*="st-key-icon-"] { width: auto !important; flex: none; margin-left: auto; }
[class*="st-key-icon-"] [data-testid="stPopoverButton"] { min-height: 32px; padding: 0 .3rem; }
[class*="st-key-icon-"] [data-testid="stPopoverButton"] p { position: absolute; width: 1px; height: 1px;
  overflow: hidden; clip-path: inset(50%); } /* the name, for people who cannot see the icon */
[class*="st-key-settings"] { row-gap: .5rem; }
[data-testid="stMain"] { scroll-padding-top: 4.5rem; } /* what has the focus is not below the bar */
[data-testid="stElementToolbar"]:focus-within { opacity: 1 !important; }
[data-testid="stPageLink-NavLink"]:focus-visible, [data-testid="stSidebarNavLink"]:focus-visible,
[data-testid="stTopNavLink"]:focus-visible, [data-testid="stTopNavSection"]:focus-visible,
label:has(input:is([type="checkbox"], [role="switch"], [type="radio"]):focus-visible) {
  outline: 2px solid light-dark(#0b7285, #3bc9db) !important; outline-offset: 2px; border-radius: .3rem; }
.st-key-glance_number { position: sticky; top: 4.5rem; scroll-margin-top: 4.5rem; }
  /* a click on any tile shows its number beside it */
@media (min-width: 641px) and (max-width: 1000px) {
  .st-key-three_columns > * > [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
  .st-key-three_columns > * > * > [data-testid="stColumn"] { flex: 1 1 40% !important; min-width: 0; }
  .st-key-three_columns > * > * > [data-testid="stColumn"]:nth-child(3) { flex-basis: 100% !important; }
  .st-key-two_columns > * > [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
  .st-key-two_columns > * > * > [data-testid="stColumn"] { flex: 1 1 100% !important; }
}
@media (max-width: 640px) {
  .st-key-context_address { right: 9.6rem; }
  .st-key-language_switch { right: 6rem; }
  .stMainBlockContainer { padding: 3.2rem 1rem 3rem; }
  .st-key-context, [class*="st-key-settings"] { display: grid !important; grid-template-columns: 1fr 1fr;
    align-items: end; }
  .st-key-context > div, [class*="st-key-settings"] > div { width: auto !important; min-width: 0; }
  /* model and image in halves; below them upload, camera, class, options */
  .st-key-context { gap: .6rem .5rem; grid-template-columns: 5.6rem 44px calc(50% - 5.6rem - 44px - 1.25rem) 1fr 44px; }
  .st-key-context > * { grid-column: 1 / -1; }
  .st-key-context > :has(> .st-key-context_model) { grid-column: 1 / 4; }
  .st-key-context > :has(> .st-key-context_image) { grid-column: 4 / -1; }
  .st-key-context > .st-key-upload { grid-column: 1; }
  .st-key-context > :has(> .st-key-context_camera) { grid-column: 2; }
  .st-key-context > :has(> .st-key-context_class) { grid-column: 3 / 5; }
  .st-key-context > :has(> .st-key-context_further) { grid-column: 5; }
  .st-key-context :is(.st-key-context_camera, .st-key-context_further) [data-testid="stPopoverButton"] {
    padding: 0; width: 44px; }
  .st-key-context [data-testid="stPopoverButton"] > div > div[aria-hidden] { display: none; }
  .st-key-upload label, .st-key-context :is(.st-key-context_camera, .st-key-context_further) p {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  [class*="st-key-settings"] > div:has([data-testid="stButtonGroup"], [data-testid="stMultiSelect"]) {
    grid-column: 1 / -1; }
  [data-testid="stButtonGroup"] > div { flex-wrap: wrap; }
  [class*="st-key-grid_"] { grid-template-columns: 1fr 1fr; gap: 1rem .7rem; }
  [class*="st-key-icon-"] [data-testid="stPopoverButton"] { min-height: 40px; min-width: 40px; }
  .v-lead { font-size: .9rem; }
  [data-testid="stPageLink-NavLink"], [data-testid^="stBaseButton"] { min-height: 40px; }
  [data-testid="stTooltipIcon"] button { position: relative; }
  [data-testid="stTooltipIcon"] button::after { content: ""; position: absolute; inset: -12px; } /* 40 px to touch */
  .v-answer .v-top { grid-template-columns: 1fr 1fr; }
  .v-answer .v-top li:nth-child(n + 3) { display: none; }
}
[data-testid='stHeading'] h2 { font-size: 1.2rem; font-weight: 600; padding: .6rem 0 .2rem; }
.v-said { font-size: 2rem; line-height: 1.15; font-weight: 650; letter-spacing: -.01em; margin: 0 0 .6rem; padding: 0; }
.v-said span { font-weight: 400; opacity: .72; white-space: nowrap; }
[data-testid="stStatusWidget"] button { display: none; } /* this Stop resets widgets; the pages have their own Stop */
[data-testid="stMarkdownContainer"] table { display: block; overflow-x: auto; } /* a wide table scrolls, not the page */
[data-testid="stCheckbox"] [data-testid="stMarkdownContainer"], [data-testid="stCheckbox"] p {
  white-space: normal; } /* in a narrow column a switch's label takes two lines */
[data-testid="stCaptionContainer"] { opacity: 1; }
[data-testid="stCaptionContainer"] p { color: light-dark(#565e66, #a9b1ba); }
[data-tag] span, [data-tag] path, [data-testid="stBaseButton-primary"]:enabled p,
[data-testid="stBaseButton-primary"]:enabled span {
  color: light-dark(#ffffff, #06222a); } /* on the theme's colour, which is bright in the dark theme */
.v-bar-row { display: flex; align-items: center; gap: .5rem; font-size: .8rem; font-variant-numeric: tabular-nums; }
.v-unit { justify-content: center; opacity: .7; overflow: hidden; white-space: nowrap; text-overflow: ellipsis;
  display: block; text-align: center; }
.v-bar-row .v-ramp { flex: 1; height: .55rem; border-radius: 2px; border: 1px solid rgba(128,128,128,.35); }
.v-caption { font-size: .86rem; line-height: 1.35; margin: -.1rem 0 0; }
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
.v-facts span:not(.v-key) { opacity: .72; }
.v-key { display: inline-block; width: .75rem; height: .75rem; border-radius: 2px; margin-right: .4rem;
  border: 1px solid rgba(128,128,128,.4); vertical-align: -1px; }
.v-verdict { font-size: .86rem; line-height: 1.35; margin: 0; }
.v-verdict b { font-weight: 600; }
.v-verdict ul { list-style: none; margin: .2rem 0 .6rem !important; padding: 0 !important; }
.v-verdict li { margin: 0 0 .2rem !important; padding: 0 0 0 1.1rem !important; position: relative; opacity: .85;
  font-size: .82rem; }
.v-verdict li > b { position: absolute; left: 0; font-weight: 700; }
.v-verdict li.for > b { color: light-dark(#0b7285, #3bc9db); }
.v-verdict li.against > b { color: light-dark(#c2410c, #ff922b); }
@media (min-width: 641px) { /* there is room: the reasons always stand below the verdict */
  details.v-verdict summary { list-style: none; pointer-events: none; }
  details.v-verdict summary::-webkit-details-marker { display: none; }
  details.v-verdict::details-content { content-visibility: visible; height: auto; }
}
@media (max-width: 640px) { details.v-verdict summary { cursor: pointer; min-height: 40px; } }
.v-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.v-numbers { border-collapse: collapse; font-size: .76rem; font-variant-numeric: tabular-nums; }
.v-numbers td { border: 1px solid rgba(128,128,128,.35); padding: .2rem .5rem; text-align: right; }
.v-caption { position: relative; }
.v-caption .v-term { opacity: 1; text-decoration: underline dotted; text-underline-offset: 2px; cursor: help; }
.v-caption > span:has(.v-term:hover, .v-term:focus) { opacity: 1; } /* else the meaning would be see-through */
.v-term:focus-visible { outline: 2px solid var(--st-primary-color, #0b7285); outline-offset: 2px; }
.v-term:hover::after, .v-term:focus::after { content: attr(aria-label); position: absolute; z-index: 20; left: 0;
  top: 100%; width: max-content; max-width: min(100%, 26rem); padding: .5rem .7rem; border-radius: .4rem;
  font-size: .82rem;
  text-decoration: none; color: #fff; background: #1b2530; border: 1px solid #5a6570; pointer-events: none; }
.v-strip { display: flex; gap: .6rem; overflow-x: auto; margin: 0 0 .9rem; padding-bottom: .3rem; }
.v-strip.v-wrap { flex-wrap: wrap; overflow-x: visible; }
.v-strip figure { margin: 0; flex: 1 0 88px; max-width: 190px; }
.v-strip img { width: 100%; display: block; border-radius: 3px; border: 1px solid rgba(128,128,128,.35); }
.v-strip figcaption { font-size: .74rem; line-height: 1.3; opacity: .8; font-variant-numeric: tabular-nums;
  margin-top: .2rem; }
</style>
"""

_OTHER_LANGUAGE_CSS = """
<style>
[data-testid="stFileUploaderDropzone"] button p { font-size: 0; }
[data-testid="stFileUploaderDropzone"] button p::after { content: %(upload)s; font-size: .875rem; }
</style>
"""
"""Streamlit 1.67 has the word of this button in English only."""


def start(title: str, lead: str, busy: bool = False, shows_choices: bool = False) -> None:
    """Starts a page: the CSS rules, the title and the line under it.

    Args:
        title: The page's title.
        lead: The line under it.
        busy: As for `language.switch`.
        shows_choices: Whether the page shows the model, the image and the class that are chosen.
    """
    _through_app()
    forget_notes(title)
    address.read_address()
    if shows_choices:
        address.take_choices()
    else:
        address.carry_choices()
    address.keep_history()
    css = _CSS if current() == "en" else _CSS + _OTHER_LANGUAGE_CSS
    st.html(css.replace("%(upload)s", json.dumps(tr("Upload"), ensure_ascii=False)))
    language.switch(busy)
    st.html(
        f"<div class='v-head'><h1 class='v-title'>{html.escape(title)}</h1>"
        f"<p class='v-lead'>{html.escape(lead)}</p></div>"
    )


def settings_row(key: str = "") -> DeltaGenerator:
    """A row above the pictures for the widgets of a page; on a phone two stand side by side."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"settings{key}")


def three_columns(*widths: int) -> list[DeltaGenerator]:
    """Three columns of these relative widths; on a page of medium width the third stands below the two others."""
    return st.container(key="three_columns").columns(widths, gap="medium")


def two_columns(*widths: int) -> list[DeltaGenerator]:
    """Two columns of these relative widths; on a narrow screen the second is below the first."""
    return st.container(key="two_columns").columns(widths, gap="large")


def grid(key: str) -> DeltaGenerator:
    """A container whose elements stand side by side in equal columns, as many as the page is wide enough for."""
    return st.container(key=f"grid_{key}")


def _through_app() -> None:
    """Runs app.py if Streamlit started this page without it.

    Streamlit has an older kind of app whose pages are the files in the folder pages/. If the first visitor of a new
    server opens the link of a page, Streamlit runs that page alone, without the navigation of app.py.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        runpy.run_path(str(Path(__file__).resolve().parents[3] / "app.py"))
        st.stop()
