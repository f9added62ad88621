"""Networks that register images."""
