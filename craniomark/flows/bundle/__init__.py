"""Bundles: what a model was made from, what it holds and how good it is, verified at load."""

from craniomark.flows.bundle.choose import choose_bundle
from craniomark.flows.bundle.fetch import (
    Source,
    delete_bundle,
    fetch_bundle,
    given,
    registered,
    verify_bundle,
)
from craniomark.flows.bundle.load import Bundle, load_bundle
from craniomark.flows.bundle.make import pack, write_bundle
from craniomark.flows.bundle.manifest import (
    FileEntry,
    LandmarkDefinition,
    Manifest,
    TemplateFrame,
    TrainingSpecimen,
    as_json,
)
from craniomark.flows.bundle.search import (
    FoundBundle,
    find_bundles,
    model_folders,
    user_models_folder,
)
from craniomark.flows.bundle.verify import read_manifest, verify_folder

__all__ = [
    "Bundle",
    "FileEntry",
    "FoundBundle",
    "LandmarkDefinition",
    "Manifest",
    "Source",
    "TemplateFrame",
    "TrainingSpecimen",
    "as_json",
    "choose_bundle",
    "delete_bundle",
    "fetch_bundle",
    "find_bundles",
    "given",
    "load_bundle",
    "model_folders",
    "pack",
    "read_manifest",
    "registered",
    "user_models_folder",
    "verify_bundle",
    "verify_folder",
    "write_bundle",
]
