"""Data sets made of others, which tell how they were made."""
