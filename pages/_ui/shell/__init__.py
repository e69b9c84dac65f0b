"""What every page stands on: the model, the image and the class chosen, and the page's style."""
