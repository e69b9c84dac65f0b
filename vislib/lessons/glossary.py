"""The terms of the field in plain words."""

from vislib.language import Text, text

TERMS: dict[Text, Text] = {
    text("activation"): text("A number in the output of a layer; also the function, such as ReLU, that computes it."),
    text("activation maximization"): text(
        "Changing a picture step by step, so that a chosen unit becomes more and more active (Erhan et al. 2009)."
    ),
    text("average pooling"): text("Replaces each window of a map by its mean."),
    text("baseline"): text("A map known to explain nothing, such as random numbers; a useful method must do better."),
    text("batch normalization"): text(
        "Shifts and scales each channel by its mean and deviation in training, so that "
        "layers get numbers of similar size (Ioffe & Szegedy 2015)."
    ),
    text("bias"): text("A number added to a sum of products; each filter has one."),
    text("channel"): text("One of the maps in a layer's output; of an image: red, green or blue."),
    text("class activation map"): text(
        "A heatmap from a layer's maps: where the evidence for a class is (Zhou et al. 2016)."
    ),
    text("convolution"): text("A small window of weights slides over the maps; at each place the products are summed."),
    text("cross-correlation"): text("Like convolution, but the kernel is not flipped; networks call this convolution."),
    text("dense layer"): text("Every output is a weighted sum of all inputs."),
    text("depthwise"): text("A depthwise convolution has one kernel for each channel and sums nothing over channels."),
    text("dilation"): text(
        "Gaps between the weights of a kernel, so that it covers more pixels with the same number of weights."
    ),
    text("dropout"): text(
        "Sets random activations to 0 in training; at prediction it does nothing (Srivastava et al. 2014)."
    ),
    text("feature map"): text("The output of one filter: a number for each place."),
    text("filter"): text("The weights that compute one feature map: a kernel for each input channel."),
    text("FLOPs"): text("Floating-point operations; a multiply-add counts as two."),
    text("gradient"): text("How fast a number changes with each of the numbers that it is computed from."),
    text("heatmap"): text("A number for each pixel, drawn as colours."),
    text("kernel"): text("The small grid of weights that slides over a map."),
    text("logit"): text("A class's raw score, before softmax or sigmoid."),
    text("max pooling"): text("Replaces each window of a map by its largest value."),
    text("multiply-add"): text("One product added to a sum; the usual measure of a network's work."),
    text("padding"): text("Numbers added around an image, so that the window fits at its edges."),
    text("parameter"): text("A number that training sets: a weight or a bias."),
    text("preprocessing"): text(
        "The conversion of pixels from 0 to 255 into the numbers that the network was trained on."
    ),
    text("receptive field"): text("The pixels of the input that a unit can depend on."),
    text("ReLU"): text("The function max(0, x): negative numbers become 0."),
    text("residual"): text(
        "A residual block adds its input to its output, so it learns only the difference (He et al. 2015)."
    ),
    text("saliency"): text("How strongly a small change of each pixel would change the score (Simonyan et al. 2013)."),
    text("sigmoid"): text("The function 1 / (1 + e^−x), which maps any number to one between 0 and 1."),
    text("softmax"): text("Turns logits into probabilities that add up to 1: e^z over the sum of all e^z."),
    text("stride"): text("How many pixels the window moves at each step."),
    text("unit"): text("One number in a layer's output, or the channel it belongs to."),
}
"""Term → its meaning."""
