"""The pictures of the gallery: the value of a block's last expression, if it is a figure or a picture."""

from matplotlib.figure import Figure
from PIL import Image
from sphinx_gallery.scrapers import figure_rst


def value_scraper(block, block_vars, gallery_conf) -> str:
    """Saves the figure or picture that a block ends with, as a notebook would show it."""
    value = block_vars["example_globals"].get("___")
    if not isinstance(value, Figure | Image.Image) or value is block_vars.get("shown"):
        return figure_rst([], gallery_conf["src_dir"])
    block_vars["shown"] = value
    path = next(block_vars["image_path_iterator"])
    if isinstance(value, Figure):
        value.savefig(path, dpi=110, facecolor="white", bbox_inches="tight")
    else:
        value.save(path)
    return figure_rst([path], gallery_conf["src_dir"])
