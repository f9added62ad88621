"""From words of the command line to settings that were checked."""
