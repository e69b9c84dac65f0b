"""One server for many people: queue, results kept, memory, log."""
