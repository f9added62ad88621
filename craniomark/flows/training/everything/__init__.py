"""From a folder of landmarked scans to a working bundle, stage by stage."""

from craniomark.flows.training.everything.run import train_everything

__all__ = ["train_everything"]
