"""Parts of the page with this name."""
