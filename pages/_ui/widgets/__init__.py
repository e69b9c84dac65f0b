"""Parts of a page that are independent of networks and sessions."""
