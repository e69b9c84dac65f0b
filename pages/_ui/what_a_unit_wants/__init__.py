"""Parts of the page of this name."""
