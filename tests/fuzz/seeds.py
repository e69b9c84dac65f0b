"""Sound small files of every kind, to be damaged."""

import io
import zipfile
from collections.abc import Iterator

import numpy as np
from model_files import CONV, DENSE, PLAIN, POOL, archive, hdf5, layer, legacy, sequential
from PIL import Image, TiffImagePlugin

_HEIGHT, _WIDTH = 13, 17
_WAYS: dict[str, list[tuple[str, dict]]] = {
    "PNG": [("1", {}), ("L", {}), ("LA", {}), ("P", {}), ("P", {"transparency": 3}), ("RGB", {}), ("RGBA", {}),
            ("I;16", {}), ("RGB", {"dpi": (72, 72), "exif": "turned"}), ("RGBA", {"save_all": True})],
    "JPEG": [("L", {}), ("RGB", {}), ("CMYK", {}), ("RGB", {"progressive": True, "subsampling": 2}),
             ("RGB", {"exif": "turned", "comment": b"cat", "optimize": True})],
    "WEBP": [("RGB", {}), ("RGBA", {"lossless": True}), ("RGBA", {"save_all": True}), ("RGB", {"exif": "turned"})],
    "BMP": [("1", {}), ("L", {}), ("P", {}), ("RGB", {}), ("RGBA", {})],
    "GIF": [("L", {}), ("P", {"transparency": 5}), ("RGB", {"save_all": True})],
    "TIFF": [(mode, {"compression": packing})
             for mode in ("1", "L", "RGB", "RGBA", "CMYK", "I;16", "I", "F")
             for packing in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "group4")
             if (packing != "jpeg" or mode in ("L", "RGB")) and (packing != "group4" or mode == "1")],
}  # fmt: skip


def images() -> list[bytes]:
    """Pictures in every accepted format and in its modes and ways of packing."""
    return [_encoded(format, mode, dict(options)) for format, ways in _WAYS.items() for mode, options in ways]


def _encoded(format: str, mode: str, options: dict) -> bytes:
    picture = _picture(mode)
    if options.get("exif") == "turned":
        options["exif"] = Image.Exif()
        options["exif"][0x0112] = 6
        options["exif"][TiffImagePlugin.IMAGEDESCRIPTION] = "cat"
    if options.get("save_all"):
        options["append_images"] = [picture.rotate(90 * turn) for turn in (1, 2)]
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


def _picture(mode: str) -> Image.Image:
    noise = np.random.default_rng(0).integers(0, 256, (_HEIGHT, _WIDTH, 4), dtype=np.uint8)
    noise[:6] = (30, 200, 90, 128)  # a plain part, which packs
    if mode == "I;16":
        return Image.fromarray(noise[..., 0].astype(np.uint16) * 257)
    if mode in ("I", "F"):
        return Image.fromarray(noise[..., 0].astype(np.int32 if mode == "I" else np.float32) * 100)
    return Image.fromarray(noise, "RGBA").convert(mode)


def models_by_hand() -> list[bytes]:
    """Model files for which neither Keras nor TensorFlow is needed."""
    pooled = sequential(CONV, layer("MaxPooling2D"), layer("BatchNormalization"), layer("ReLU"), POOL, DENSE)
    configs = [PLAIN, pooled, sequential(CONV, layer("Flatten"), layer("Dropout", {"rate": 0.5}), DENSE)]
    packed = [archive(config, compression=zipfile.ZIP_DEFLATED) for config in configs]
    return [archive(), *packed, *(hdf5(legacy(config)) for config in configs)]


def models_of_keras(folder) -> Iterator[bytes]:
    """Tiny networks of every style, as Keras saves them in both formats."""
    import tiny_models
    from model_files import saved

    for build in tiny_models.STYLES.values():
        for suffix in (".keras", ".h5"):
            yield saved(tiny_models.seeded(build()), suffix, folder)


LABELS = [
    b"cat\ndog\nbird\n", "Käse\nÄpfel\n日本\n".encode(), b"0 cat\n1 dog\n2 bird", b"0: cat\r\n1: dog\r\n",
    b"number,name\n0,cat\n1,dog\n", b'cat,0\n"dog, large",1\n', b"cat,dog,bird", b'["cat", "dog"]',
    b'{"0": "cat", "1": "dog"}', b'{"cat": 0, "dog": 1}', b'{"0": ["n01", "cat"], "1": ["n02", "dog"]}',
    "cat\ndog\n".encode("utf-16"), b"\xef\xbb\xbfcat\ndog\n",
]  # fmt: skip


def zips() -> list[bytes]:
    """Zipped folders of images."""
    pictures = images()
    packed = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        for names in (["cats/1.png", "cats/2.jpg", "dogs/ü.png"], ["a.png"], ["pets/x/1.gif", "pets/y/2.png"]):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", method) as file:
                for number, name in enumerate(names):
                    file.writestr(name, pictures[5 + number])
            packed.append(buffer.getvalue())
    return packed
