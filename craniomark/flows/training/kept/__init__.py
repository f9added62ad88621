"""Batches kept on disk: made once beside the training, shown several times."""
