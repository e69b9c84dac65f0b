"""Reads images from files and bytes, from folders, zip files and arrays."""
