"""What the Learn pages teach: a picture's way through a network, published architectures, terms."""
