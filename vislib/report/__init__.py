"""A batch as one HTML file."""
