"""Images: read from files and bytes, from folders, zips and arrays."""
