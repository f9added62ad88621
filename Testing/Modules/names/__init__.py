"""Names of Qt, CTK and Slicer that modules use, against committed lists of what there is, since which Slicer.

The double only knows what the modules need today; these lists are the word of Qt and Slicer themselves.
"""
