"""Ground floor: geometry, volumes, landmarks, meshes, specimens and the checks they share."""
