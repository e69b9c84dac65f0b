"""Displays of results that several pages use."""
