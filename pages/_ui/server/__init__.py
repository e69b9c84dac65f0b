"""One server for many users: the queue of computations, the cache of results, memory, the log."""
