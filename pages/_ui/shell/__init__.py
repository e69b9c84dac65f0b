"""Shared by all pages: the row with model, image and class, and the style."""
