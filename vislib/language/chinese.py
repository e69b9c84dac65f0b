"""Values in Chinese sentences: Latin words and numbers stand between spaces, Chinese words do not."""

import re
from collections.abc import Mapping
from typing import Any

_CHINESE = "\u3001-\u303f\u4e00-\u9fff\uff01-\uff60“”‘’…"
_FIRST, _LAST = re.compile(f"[{_CHINESE}]"), re.compile(f"[{_CHINESE}]$")


def closed_up(template: str, values: Mapping[str, Any]) -> str:
    """A template without the spaces that stand between a Chinese character of its own and one of a value.

    Args:
        template: The Chinese template.
        values: Name in it → value in Chinese.

    Example:
        >>> closed_up("在 {images} 中", {"images": "示例图像"}), closed_up("在 {images} 中", {"images": "cats.zip"})
        ('在{images}中', '在 {images} 中')
    """
    for name, value in values.items():
        if not isinstance(value, str) or not value:
            continue
        field = rf"\{{{name}(?:!\w)?(?::[^{{}}]*)?\}}"
        if _FIRST.match(value):
            template = re.sub(rf"(?<=[{_CHINESE}]) (?={field})", "", template)
        if _LAST.search(value):
            template = re.sub(rf"({field}) (?=[{_CHINESE}])", r"\1", template)
    return template
