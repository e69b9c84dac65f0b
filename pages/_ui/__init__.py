"""The parts of the pages. Each folder imports only from those before it: widgets, server, shell, results, pages."""
