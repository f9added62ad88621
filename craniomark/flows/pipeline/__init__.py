"""The main job: a specimen, or a cohort of them, from file to landmarks, pictures and report."""
