"""Tasks, independent of one another: orientation and landmarks."""
