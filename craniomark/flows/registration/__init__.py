"""Registration of two images by named methods, from files to transform, warped image and report."""
