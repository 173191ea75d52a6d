"""The look of Gradio's own parts: our colours, the system's typeface, square and quiet."""

from __future__ import annotations

from typing import Any

# The same names as in static/style.css: light, dark.
PAPER = ("#f8f7f3", "#16181b")
SURFACE = ("#ffffff", "#1f2226")
TEXT = ("#1f2328", "#e9e7e2")
FAINT = ("#565d66", "#abb2ba")
LINE = ("#d9d6cd", "#3a3f45")
BLUE = ("#1d4e89", "#9cc5f5")


def theme() -> Any:
    """Return the Gradio theme. No typeface is fetched from anywhere."""
    import gradio as gr

    fonts = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
    base = gr.themes.Base(
        primary_hue="blue", neutral_hue="stone", font=fonts, font_mono=["ui-monospace", "monospace"]
    )
    colours = {
        "body_background_fill": PAPER, "body_text_color": TEXT, "body_text_color_subdued": FAINT,
        "background_fill_primary": PAPER, "background_fill_secondary": PAPER,
        "block_background_fill": PAPER, "block_label_text_color": FAINT,
        "block_title_text_color": TEXT, "border_color_primary": LINE, "border_color_accent": BLUE,
        "input_background_fill": SURFACE, "input_border_color": FAINT,
        "input_border_color_focus": BLUE, "input_placeholder_color": FAINT,
        "button_primary_background_fill": BLUE, "button_primary_background_fill_hover": BLUE,
        "button_primary_text_color": PAPER, "button_primary_border_color": BLUE,
        "button_secondary_background_fill": SURFACE, "button_secondary_text_color": TEXT,
        "button_secondary_border_color": LINE, "link_text_color": BLUE, "color_accent": BLUE,
        "color_accent_soft": SURFACE,
    }  # fmt: skip
    values = {}
    for name, (light, dark) in colours.items():
        values[name] = light
        # One colour has no dark counterpart in Gradio.
        if name != "color_accent":
            values[f"{name}_dark"] = dark
    return base.set(
        **values, block_border_width="0px", block_shadow="none", input_shadow="none",
        input_shadow_focus="none", block_padding="0px", input_radius="10px",
        button_large_radius="10px",
    )  # fmt: skip
