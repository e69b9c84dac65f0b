"""The rooms of vislib: which may use which, no circle of imports anywhere, and a picture that is current."""

from scripts.rooms import ORDER, PAGE, circles, imports, modules, room, with_picture


def test_no_circle_of_modules():
    found = imports()
    assert len(found) > 150
    assert not circles(found)


def test_circle_is_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["c", "b", "a"]]


def test_late_import_is_seen():
    assert "vislib.zoo.efficientnet_lite0" in imports()["vislib.zoo.lite0"]


def test_room_uses_only_rooms_before_it():
    wrong = [
        f"{name} uses {other}"
        for name, used in imports().items()
        for other in used
        if room(name)
        and room(name) != room(other)
        and (not room(other) or ORDER.index(room(other)) > ORDER.index(room(name)))
    ]
    assert not wrong


def test_every_room_is_in_the_order():
    assert {room(name) for name in modules() if room(name)} == set(ORDER)


def test_picture_of_the_rooms_is_current():
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_picture(page), "run: python -m scripts.rooms"
