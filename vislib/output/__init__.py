"""Results, and how they are drawn and saved."""
