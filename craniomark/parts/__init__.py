"""Networks, losses and augmentation that several tasks are built of."""
