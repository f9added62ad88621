"""Widgets of CTK and of Slicer, as far as the modules use them: properties, signals, slots, a plain look."""
