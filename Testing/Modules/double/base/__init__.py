"""What comes with Slicer as Python and is in no wheel: own small classes of the same names and manners."""
