"""An HTML document inside the page, as tall as its content and in the theme's colours; its scripts never run."""

import streamlit as st

_CSS = """
iframe { display: block; width: 100%; height: 400px; border: 0; border-radius: .5rem; }
"""

# The sandbox forbids scripts; allow-same-origin only lets this page measure the document.
_JS = """
export default function ({ parentElement, data }) {
  let frame = parentElement.querySelector("iframe");
  if (!frame) {
    frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-same-origin allow-popups");
    parentElement.appendChild(frame);
  }
  frame.title = data.title;
  const style = getComputedStyle(parentElement.host || parentElement);
  const dress = () => {
    const inside = frame.contentDocument;
    if (!inside || !inside.body) return;
    const back = style.getPropertyValue("--st-background-color").trim();
    const root = inside.documentElement;
    for (const [name, from] of [["--back", "--st-background-color"], ["--card", "--st-secondary-background-color"],
      ["--ink", "--st-text-color"], ["--accent", "--st-primary-color"]]) {
      const value = style.getPropertyValue(from).trim();
      if (value) root.style.setProperty(name, value);
    }
    inside.body.style.fontFamily = style.getPropertyValue("--st-font");
    if (back) inside.body.style.background = back;
    frame.style.height = `${root.scrollHeight + 2}px`;
  };
  if (frame.srcdoc !== data.document) {
    frame.onload = () => {
      dress();
      new ResizeObserver(dress).observe(frame.contentDocument.body);
    };
    frame.srcdoc = data.document;
  } else dress();
}
"""

_component = st.components.v2.component("vislib_document", css=_CSS, js=_JS)


def document_frame(document: str, key: str, title: str) -> None:
    """Draws the document.

    Args:
        document: A whole HTML document.
        key: Key of the component.
        title: What it is, for people who cannot see it.
    """
    _component(data={"document": document, "title": title}, key=key)
