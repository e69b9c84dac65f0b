"""Shared by all pages: the sidebar with model, image and class, and the style."""
