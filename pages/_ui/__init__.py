"""What pages share: the sidebar's context, running work, and showing pictures."""
