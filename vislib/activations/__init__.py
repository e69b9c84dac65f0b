"""What a network's layers answer: feature maps, kernels, and the image patches that excite a unit most."""
