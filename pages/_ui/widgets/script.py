"""What the scripts of several widgets share."""

FILL_JS = r"""
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
"""
"""Goes before a widget's script: fill("Row {row}", {row: 3}) → "Row 3", for sentences that the browser completes."""
