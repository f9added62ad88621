"""The demonstration: the whole main job on specimens whose truth is known."""
