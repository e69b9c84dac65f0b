"""The content of the Learn pages: the story of an image in a network, published architectures, a glossary."""
