"""Networks that tell the linear map between two images, trained on pairs made from one image."""
