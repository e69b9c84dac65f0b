"""Methods as a table whose rows can be clicked; on a narrow page each row is a card."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from vislib.language import text, tr


@dataclass(frozen=True)
class Row:
    """One method, in words.

    Attributes:
        id: Its name.
        title: The name that people read.
        question: What it answers.
        seconds: What a map costs.
        facts: Under each of the headings of `FACTS`, "yes" or "no".
        verdicts: What the sanity checks found, each with whether it is good.
        caveat: What to know.
        reference: Its paper.
    """

    id: str
    title: str
    question: str
    seconds: str
    facts: Sequence[str]
    verdicts: Sequence[tuple[bool, str]]
    caveat: str
    reference: str


FACTS = (text("Knows the class"), text("Signed"), text("Needs gradients"))

_CSS = """
:host { display: block; }
.table { display: block; font: 400 .86rem/1.4 var(--st-font, sans-serif); color: var(--st-text-color, inherit);
  container-type: inline-size; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: 600; vertical-align: bottom; padding: .35rem .6rem .35rem 0; }
td { vertical-align: top; padding: .55rem .6rem .55rem 0; }
tr { border-bottom: 1px solid var(--st-border-color, rgba(128,128,128,.3)); }
thead th { font-size: .78rem; color: light-dark(#565e66, #a9b1ba); }
td.number, td.fact { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.fact span { display: none; }
td.about { color: light-dark(#565e66, #a9b1ba); }
button { all: unset; box-sizing: border-box; cursor: pointer; font-weight: 600;
  color: light-dark(#0b7285, #3bc9db); }
button:hover { text-decoration: underline; text-underline-offset: 2px; }
button:focus-visible { outline: 2px solid var(--st-primary-color, #0b7285); outline-offset: 3px; border-radius: 2px; }
td cite { display: block; font-style: normal; font-size: .78rem; color: light-dark(#565e66, #a9b1ba); }
td.checks div { padding-left: 1.1rem; position: relative; margin-bottom: .15rem; }
td.checks b { position: absolute; left: 0; font-weight: 700; }
.good b { color: light-dark(#0b7285, #3bc9db); }
.bad b { color: light-dark(#c2410c, #ff922b); }
@container (min-width: 861px) {
  th:nth-child(1) { width: 15%; } th:nth-child(2) { width: 20%; } th:nth-child(3) { width: 6%; }
  th:nth-child(4), th:nth-child(5), th:nth-child(6) { width: 7%; }
  th:nth-child(7) { width: 17%; }
}
@container (max-width: 860px) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody { display: block; }
  tr { display: flex; flex-wrap: wrap; gap: .15rem .9rem; padding: .8rem 0; }
  td { padding: 0; }
  td.title, td.question, td.checks, td.about { flex: 0 0 100%; }
  td.title { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .6rem; font-size: 1rem; }
  td.fact span { display: inline; color: light-dark(#565e66, #a9b1ba); }
  button { min-height: 40px; display: inline-flex; align-items: center; }
}
"""

_JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  let place = parentElement.querySelector(".table");
  if (!place) {
    place = document.createElement("div");
    place.className = "table";
    parentElement.appendChild(place);
  }
  const make = (tag, parent, text, className) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    parent.appendChild(element);
    return element;
  };
  const words = data.words, table = document.createElement("table");
  table.setAttribute("aria-label", data.name);
  const head = make("tr", make("thead", table));
  for (const text of [words.method, words.question, words.seconds, ...data.facts, words.checks, words.caveat])
    make("th", head, text).scope = "col";
  const body = make("tbody", table);
  for (const row of data.rows) {
    const line = make("tr", body);
    const title = make("td", line, undefined, "title");
    const button = make("button", title, row.title);
    button.type = "button";
    button.title = row.opens;
    button.onclick = () => setTriggerValue("clicked", row.id);
    make("cite", title, row.reference);
    make("td", line, row.question, "question");
    const facts = [[words.seconds, row.seconds], ...data.facts.map((name, k) => [name, row.facts[k]])];
    for (const [name, value] of facts) {
      const cell = make("td", line, undefined, "fact");
      make("span", cell, `${name}: `);
      cell.append(value);
    }
    const checks = make("td", line, undefined, "checks");
    for (const [good, text] of row.verdicts) {
      const verdict = make("div", checks, undefined, good ? "good" : "bad");
      make("b", verdict, good ? "+" : "−").setAttribute("aria-hidden", "true");
      verdict.append(text);
    }
    make("td", line, row.caveat, "about");
  }
  place.replaceChildren(table);
}
"""

_component = st.components.v2.component("vislib_method_table", css=_CSS, js=_JS)


def method_table(rows: Sequence[Row], key: str, name: str, on_click: Callable[[str], None]) -> None:
    """Draws the table.

    Args:
        rows: The methods.
        key: Key of the widget.
        name: What the table is, for people who cannot see it, in the language in use.
        on_click: Called with the id of a clicked row before the page runs again.
    """

    def clicked() -> None:
        if chosen := st.session_state[key].clicked:
            on_click(chosen)

    opens = {row.id: tr("Open {method} for your image", method=row.title) for row in rows}
    data = {
        "rows": [{**asdict(row), "opens": opens[row.id]} for row in rows],
        "facts": [tr(fact) for fact in FACTS],
        "name": name,
        "words": {
            "method": tr("Method"),
            "question": tr("What it answers"),
            "seconds": tr("Seconds"),
            "checks": tr("Sanity checks"),
            "caveat": tr("What to know"),
        },
    }
    _component(data=data, key=key, on_clicked_change=clicked)
