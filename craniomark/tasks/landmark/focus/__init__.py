"""Level 2: each landmark looked at closely, in patches of the image about where it is thought to be."""
