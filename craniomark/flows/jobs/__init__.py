"""Jobs in another process: what panels and servers ask for, and how they follow it.

Nothing here imports a third-party package, so that a program that has no torch, or must not load it
beside its windows, can use it. The other end is ``python -m craniomark.jobs``.
"""

from craniomark.flows.jobs.client import JobClient
from craniomark.flows.jobs.job import Job
from craniomark.flows.jobs.requests import (
    KINDS,
    Assess,
    Batch,
    CheckData,
    Evaluate,
    ListScans,
    Orient,
    Predict,
    Refine,
    Register,
    Segment,
    ShowModel,
    Template,
    Train,
)
from craniomark.flows.jobs.runs import RunView, look_at_run
from craniomark.flows.jobs.shape_requests import (
    ShapeAnalyze,
    ShapeAugment,
    ShapeCheck,
    ShapeExport,
    ShapeLoaders,
    ShapeModel,
    ShapeModes,
    ShapePredict,
    ShapeTest,
    ShapeTrain,
)

__all__ = [
    "KINDS",
    "Assess",
    "Batch",
    "CheckData",
    "Evaluate",
    "Job",
    "JobClient",
    "ListScans",
    "Orient",
    "Predict",
    "Refine",
    "Register",
    "RunView",
    "Segment",
    "ShapeAnalyze",
    "ShapeAugment",
    "ShapeCheck",
    "ShapeExport",
    "ShapeLoaders",
    "ShapeModel",
    "ShapeModes",
    "ShapePredict",
    "ShapeTest",
    "ShapeTrain",
    "ShowModel",
    "Template",
    "Train",
    "look_at_run",
]
