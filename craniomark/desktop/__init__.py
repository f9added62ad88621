"""What the Slicer modules share: the thinking in plain classes, and a thin layer of Qt over it.

Files that import ``qt`` hold widgets and a timer and nothing else; presenters know no Qt and are tested
without it. Nothing here imports torch: that happens in the child process of `craniomark.flows.jobs`.
"""
