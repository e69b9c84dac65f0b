"""How pages show what was computed."""
