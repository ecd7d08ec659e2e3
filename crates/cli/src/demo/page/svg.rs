//! The few shapes that the figures are drawn with, one unit of SVG to the CSS pixel.

use std::fmt::Display;

use super::element::Element;

/// A drawing of a fixed size; `label` is what is read out instead of it.
pub(super) fn canvas(width: f64, height: f64, label: impl Display) -> Element {
    Element::new("svg")
        .with("width", px(width))
        .with("height", px(height))
        .with("viewBox", format!("0 0 {} {}", px(width), px(height)))
        .with("role", "img")
        .with("aria-label", label)
}

pub(super) fn rect(x: f64, y: f64, width: f64, height: f64) -> Element {
    Element::new("rect")
        .with("x", px(x))
        .with("y", px(y))
        .with("width", px(width.max(0.0)))
        .with("height", px(height.max(0.0)))
}

/// A part of the drawing with its own origin; what reaches beyond it is cut off.
pub(super) fn window(x: f64, y: f64, width: f64, height: f64) -> Element {
    Element::new("svg")
        .with("x", px(x))
        .with("y", px(y))
        .with("width", px(width.max(0.0)))
        .with("height", px(height.max(0.0)))
}

/// Text whose base line begins (or by its class ends, or has its middle) at a point.
pub(super) fn text(x: f64, y: f64, class: &str, text: impl Display) -> Element {
    Element::of_class("text", class).with("x", px(x)).with("y", px(y)).text(text)
}

/// A tooltip for the parent element; it must be the first child.
pub(super) fn tip(text: impl Display) -> Element {
    Element::new("title").text(text)
}

/// A path of vertical lines, given as (x, upper end, lower end).
pub(super) fn uprights(class: &str, lines: impl IntoIterator<Item = (f64, f64, f64)>) -> Element {
    let mut path = String::new();
    for (x, from, to) in lines {
        path.extend(["M", &px(x), " ", &px(from), "V", &px(to)]);
    }
    Element::of_class("path", class).with("d", path)
}

/// A path of dots; the class gives it a width and round caps.
pub(super) fn dots(class: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Element {
    let mut path = String::new();
    for (x, y) in points {
        path.extend(["M", &px(x), " ", &px(y), "h0"]);
    }
    Element::of_class("path", class).with("d", path)
}

/// A tenth of a pixel is as fine as the eye sees; NaN is at the origin.
pub(super) fn px(value: f64) -> String {
    let tenths = (value * 10.0).round();
    if !tenths.is_finite() {
        return "0".to_owned();
    }
    let tenths = tenths as i64;
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{:.1}", tenths as f64 / 10.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short_and_always_numbers() {
        assert_eq!(px(12.0), "12");
        assert_eq!(px(12.34), "12.3");
        assert_eq!(px(-0.02), "0");
        assert_eq!(px(-1.25), "-1.3");
        assert_eq!(px(f64::NAN), "0");
        assert_eq!(px(f64::INFINITY), "0");
    }

    #[test]
    fn paths_have_one_piece_for_each_line_or_dot() {
        let lines = uprights("bars", [(1.0, 2.0, 3.0), (4.0, 5.0, 6.5)]);
        assert_eq!(lines.into_text(), "<path class=\"bars\" d=\"M1 2V3M4 5V6.5\"/>");
        assert_eq!(dots("dots", [(1.0, 2.0)]).into_text(), "<path class=\"dots\" d=\"M1 2h0\"/>");
    }
}
