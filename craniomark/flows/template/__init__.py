"""Templates: from a folder of landmarked CTs to a bundle that predicts."""

from craniomark.flows.template.build import TemplateSettings, build_template

__all__ = ["TemplateSettings", "build_template"]
