"""Networks that place landmarks in a whole skull: a few of any pose (level 0), or all in a known one."""
