"""Mistakes planted into modules, one at a time: tests that do not notice are too weak.

``python -m mutants --help`` says how; all connections, parameters and names of ``.ui`` files are taken, not a
list by hand.
"""
