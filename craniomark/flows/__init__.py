"""Flows: what a user asks for, from a specimen to a cohort, bundle or report."""
