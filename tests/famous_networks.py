"""The beginnings of networks that people use: every kind of block that the whole has, in a third of its time."""

from vislib.backend import keras

_LAST = {
    "ResNet50": "conv4_block2_out",
    "ResNet50V2": "conv4_block1_out",
    "DenseNet121": "conv3_block3_concat",
    "InceptionV3": "mixed4",
    "Xception": "block5_sepconv3_bn",
    "EfficientNetB0": "block4b_add",
    "VGG16": "block5_pool",
}


def beginning(name: str, side: int) -> keras.Model:
    """A network of `keras.applications` up to a layer in its middle, with five classes behind that."""
    whole = getattr(keras.applications, name)(weights=None, input_shape=(side, side, 3), include_top=False)
    x = keras.layers.GlobalAveragePooling2D()(whole.get_layer(_LAST[name]).output)
    return keras.Model(whole.input, keras.layers.Dense(5, activation="softmax")(x))
