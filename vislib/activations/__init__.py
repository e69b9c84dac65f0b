"""The activations of a network's layers: feature maps, kernels, and the image patches that excite a unit most."""
