"""What a person clicks: a class, a tile, a point, Stop, Save; and the address that keeps it."""

import io
import re

import numpy as np
from PIL import Image
from playwright.sync_api import expect
from quick_methods import QUICK_QUERY


def test_class_change_shows_in_captions_and_address(server, visit):
    it = visit(f"{server}/class_activation?model=cifar10")
    it.settled("class_activation")
    it.says("Logit of “cat”")
    it.choose_class("dog")
    it.says("Logit of “dog”")
    it.settled("class_activation")
    expect(it.main.get_by_text("Logit of “cat”")).to_have_count(0)
    assert it.query()["class"] == "dog"
    it.go("filters")
    assert it.query()["class"] == "dog"


def test_address_opens_the_same_state_for_someone_else(server, visit):
    it = visit(f"{server}/feature_maps")
    it.settled("feature_maps")
    it.choose_class("espresso")
    it.says("Channel")
    it.page.get_by_role("combobox", name="Layer").first.click()
    it.page.keyboard.type("head_relu")
    it.page.keyboard.press("Enter")
    it.says("7 × 7 units")
    it.settled("feature_maps")
    other = visit(it.page.evaluate("location.href"), person=2)
    other.settled("feature_maps")
    other.says("7 × 7 units")
    assert other.query() == it.query()
    assert it.query().items() >= {"class": "espresso", "layer": "head_relu"}.items()
    chosen = other.page.get_by_role("combobox", name="Class to explain").first
    expect(chosen).to_have_value("espresso")
    assert other.main.locator(".v-caption").all_inner_texts() == it.main.locator(".v-caption").all_inner_texts()


def test_box_and_page_agree_about_the_image_after_a_change_of_the_network(server, visit):
    it = visit(f"{server}/filters?image=rocket.jpg")
    it.settled("filters")
    it.page.get_by_role("combobox", name="Model").first.click()
    it.page.keyboard.type("digits")
    it.page.keyboard.press("Enter")
    it.says("The image is now digits/0.png, because rocket.jpg does not suit digits.")
    it.settled("filters")
    expect(it.page.get_by_role("combobox", name="Image").first).to_have_value("digits/0.png")
    it.go("saliency")
    expect(it.page.get_by_role("combobox", name="Image").first).to_have_value("digits/0.png")
    expect(it.main.locator("img[alt*='over digits/0.png']").first).to_be_visible()


def test_settings_stand_before_the_pictures_on_a_phone(server, visit):
    it = visit(f"{server}/occlusion?model=cifar10&{QUICK_QUERY}", viewport={"width": 390, "height": 844})
    it.settled("occlusion")
    patch = it.main.get_by_role("spinbutton", name="Patch (px)").first.bounding_box()
    picture = it.main.locator("img[alt^='Occlusion']").first.bounding_box()
    assert patch["y"] < picture["y"] < 844


def test_stop_and_start_again(server, visit, hold):
    it = visit(f"{server}/occlusion?model=cifar10&class=truck&{QUICK_QUERY}")
    expect(it.main.get_by_text(re.compile(r"Occlusion: [1-9]\d* of \d+"))).to_be_visible()
    it.main.get_by_role("button", name="Stop").press("Enter")
    expect(it.main.get_by_text(re.compile(r"stopped after [1-9]\d* of \d+"))).to_be_visible()
    expect(it.main.get_by_role("button", name="Go on")).to_be_focused()
    it.quiet()
    expect(it.main.locator("img[alt^='Occlusion, after']")).to_be_visible()
    hold.unlink()
    it.main.get_by_role("button", name="Start again").click()
    it.says("Logit of “truck”")
    it.settled("occlusion")
    expect(it.main.get_by_text("stopped")).to_have_count(0)
    expect(it.main.get_by_role("button", name="Stop")).to_have_count(0)


def test_box_drawn_on_the_picture_is_in_the_fields_and_the_address(server, visit):
    it = visit(f"{server}/compare_and_trust?model=digits&image=digits/3.png&methods=Grad-CAM")
    it.settled("compare_and_trust")
    picture = it.main.locator(".root:has(polygon)")
    picture.scroll_into_view_if_needed()
    at = picture.bounding_box()
    for share, act in ((0.25, it.page.mouse.down), (0.5, lambda: None), (0.75, it.page.mouse.up)):
        it.page.mouse.move(at["x"] + share * at["width"], at["y"] + share * at["height"])
        act()
    it.says("By chance it is 25 %")
    it.settled("compare_and_trust")
    sides = {"box_left": "7", "box_top": "7", "box_right": "21", "box_bottom": "21"}
    assert it.query().items() >= sides.items()
    expect(it.main.get_by_role("spinbutton", name="Right (px)")).to_have_value("21")


def saved(it, button: str) -> tuple[str, bytes]:
    with it.page.expect_download() as download:
        it.page.get_by_role("button", name=button).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_save_gives_picture_and_numbers(server, visit):
    it = visit(f"{server}/class_activation?model=cifar10")
    it.settled("class_activation")
    it.main.get_by_role("button", name="Save").first.click()
    name, content = saved(it, "Picture (PNG)")
    assert name == "cifar10_cat-cat-grad_cam.png"
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert np.asarray(Image.open(io.BytesIO(content))).std() > 10
    name, content = saved(it, "Raw numbers (NPZ)")
    assert name == "cifar10_cat-cat-grad_cam.npz"
    values = np.load(io.BytesIO(content))["values"]
    assert values.shape == (32, 32)
    assert np.isfinite(values).all()
    assert values.max() > 0


def test_tile_of_the_glance_shows_its_numbers_and_opens_its_channel(server, visit):
    it = visit(f"{server}/?class=espresso&image=coffee.jpg")
    it.settled("")
    tile = it.main.locator("button.tile").nth(12)
    channel, layer = re.match(r"Channel (\d+) of (\S+):", tile.locator("img").get_attribute("alt")).groups()
    tile.click()
    it.says(f"Channel {channel} of {layer}")
    it.quiet()
    expect(tile).to_have_attribute("aria-pressed", "true")
    expect(it.main.locator(".st-key-glance_number")).to_be_in_viewport()
    caption = it.main.locator(".v-caption").filter(has_text="Click another number")
    before = caption.inner_text()
    it.page.locator("button:has(img[alt*='choose a number of it'])").press("ArrowRight")
    expect(caption).not_to_have_text(before)
    it.quiet()
    it.main.get_by_role("button", name="Open in Feature maps").click()
    it.says(f"Channel {channel} over the image")
    it.settled("feature_maps")
    assert it.path() == "feature_maps"
    assert it.query().items() >= {"layer": layer, "channel": channel}.items()
    expect(it.main.locator(".v-facts").first).to_contain_text(layer)
    expect(it.page.get_by_role("combobox", name="Class to explain").first).to_have_value("espresso")
    assert it.query().items() >= {"class": "espresso", "image": "coffee.jpg"}.items()


def test_number_of_a_tile_is_seen_on_a_phone(server, visit):
    """There it lies below all tiles."""
    it = visit(f"{server}/?model=digits", viewport={"width": 390, "height": 844})
    it.settled("")
    tile = it.main.locator("button.tile").nth(5)
    channel, layer = re.match(r"Channel (\d+) of (\S+):", tile.locator("img").get_attribute("alt")).groups()
    how_to_go_on = it.main.locator(".v-caption").filter(has_text="Click another number")
    tile.scroll_into_view_if_needed()
    expect(how_to_go_on).not_to_be_in_viewport()
    tile.click()
    expect(how_to_go_on).to_be_in_viewport()
    expect(it.main.get_by_text(f"Channel {channel} of {layer}")).to_be_in_viewport()


def test_filters_button_opens_their_maps(server, visit):
    it = visit(f"{server}/filters?conv=head_conv")
    it.settled("filters")
    it.main.get_by_role("button", name="The feature maps of these filters").click()
    it.settled("feature_maps")
    expect(it.main.locator(".v-facts").first).to_contain_text("head_conv")


def test_point_is_chosen_by_click_and_arrow_key(server, visit):
    it = visit(f"{server}/feature_maps?layer=head_relu")
    it.settled("feature_maps")
    caption = it.main.locator(".v-caption").filter(has_text="over the image")
    picture = it.main.locator("button img[alt*='choose a point']")
    box = picture.bounding_box()
    picture.click(position={"x": box["width"] * 3.5 / 7, "y": box["height"] * 5.5 / 7})
    expect(caption).to_contain_text("Unit at row 5, column 3:")
    it.quiet()
    it.page.keyboard.press("ArrowRight")
    expect(caption).to_contain_text("Unit at row 5, column 4:")
    it.quiet()
    it.page.keyboard.press("ArrowUp")
    expect(caption).to_contain_text("Unit at row 4, column 4:")


def test_channel_tile_is_enlarged(server, visit):
    it = visit(f"{server}/feature_maps?layer=head_relu")
    it.settled("feature_maps")
    tile = it.main.locator("button[aria-pressed=false]").nth(5)
    channel = re.match(r"Channel (\d+):", tile.locator("img").get_attribute("alt"))[1]
    tile.click()
    it.says(f"Channel {channel} over the image")
    expect(it.main.locator("button[aria-pressed=true]")).to_contain_text(channel)


def test_click_and_arrow_keys_on_a_mask_choose_what_is_explained(server, visit):
    """On scene 3 the largest segment, a 9, lies left of a 6, with background between them."""
    it = visit(f"{server}/saliency?model=scene-segmentation&image=scenes/scene-3.png&{QUICK_QUERY}")
    it.says("Outlined: “9”")
    it.settled("saliency")
    mask = it.main.get_by_role("img", name="choose a segment")
    box = mask.bounding_box()
    mask.click(position={"x": 46.5 / 64 * box["width"], "y": 32.5 / 64 * box["height"]})
    it.says("Outlined: “6”")
    it.says("Logit of “6”")
    it.settled("saliency")
    it.main.get_by_role("button", name="choose a segment").press("ArrowLeft")
    it.says("Outlined: “background”")
    it.settled("saliency")
    expect(it.page.get_by_role("combobox", name="Segment to explain").first).to_have_value("background")
