"""The first bytes of the files that results are saved as."""

SIGNATURES = {".png": b"\x89PNG\r\n\x1a\n", ".svg": b"<?xml", ".pdf": b"%PDF-", ".npz": b"PK\x03\x04"}
