"""The command ``craniomark``."""
