"""What does each kind of job; torch and all that is slow to import come with the first job that needs it."""

from collections.abc import Callable, Mapping
from typing import Any

from craniomark.flows.jobs import requests as asks
from craniomark.flows.jobs import shape_requests as shapes
from craniomark.jobs.endings import Result
from craniomark.jobs.kinds import (
    data,
    evaluate,
    given,
    landmarks,
    listing,
    model,
    pose,
    register,
    segment,
    shape,
    shape_networks,
    shape_results,
    train,
)
from craniomark.jobs.reports import Reports
from craniomark.jobs.shelf import Shelf

Doer = Callable[[Any, Reports, Shelf], Result]

DOERS: Mapping[type[Any], Doer] = {
    asks.Orient: pose.orient,
    asks.Predict: landmarks.predict,
    asks.Batch: landmarks.batch,
    asks.Assess: given.assess,
    asks.Refine: given.refine,
    asks.Register: register.register,
    asks.Segment: segment.segment,
    asks.ListScans: listing.scans,
    asks.CheckData: data.check,
    asks.Template: data.template,
    asks.Train: train.train,
    asks.Evaluate: evaluate.evaluate,
    asks.ShowModel: model.show,
    shapes.ShapeCheck: shape.check,
    shapes.ShapeModel: shape.model,
    shapes.ShapeAugment: shape.augment,
    shapes.ShapeLoaders: shape.loaders,
    shapes.ShapeTrain: shape_networks.train,
    shapes.ShapeTest: shape_networks.test,
    shapes.ShapePredict: shape_networks.predict,
    shapes.ShapeAnalyze: shape_results.analyze,
    shapes.ShapeModes: shape_results.modes,
    shapes.ShapeExport: shape_results.export,
}
"""By the type of the request."""
