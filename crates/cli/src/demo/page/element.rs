//! Elements of HTML and SVG, written so that each is closed and whatever stands in it is escaped.

use std::fmt::Display;

/// An element with its attributes and everything in it, already as text.
pub(super) struct Element {
    name: &'static str,
    attributes: String,
    content: String,
}

impl Element {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, attributes: String::new(), content: String::new() }
    }

    /// An element with a `class`, as most are.
    pub(super) fn of_class(name: &'static str, class: &str) -> Self {
        Self::new(name).with("class", class)
    }

    /// A frame for content that may be wider than the page: it scrolls, with the keyboard too, and the page does not.
    pub(super) fn scrolling(label: impl Display) -> Self {
        Self::of_class("div", "scroll").with("tabindex", 0).with("role", "region").with("aria-label", label)
    }

    pub(super) fn with(mut self, attribute: &'static str, value: impl Display) -> Self {
        self.attributes.push(' ');
        self.attributes.push_str(attribute);
        self.attributes.push_str("=\"");
        escape(&value.to_string(), &mut self.attributes);
        self.attributes.push('"');
        self
    }

    pub(super) fn text(mut self, text: impl Display) -> Self {
        escape(&text.to_string(), &mut self.content);
        self
    }

    /// Text that is markup, style or script already: only ever a constant of this program.
    pub(super) fn verbatim(mut self, text: &'static str) -> Self {
        self.content.push_str(text);
        self
    }

    pub(super) fn child(mut self, child: Self) -> Self {
        child.write(&mut self.content);
        self
    }

    pub(super) fn children(self, children: impl IntoIterator<Item = Self>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    pub(super) fn into_text(self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(self, out: &mut String) {
        out.extend(["<", self.name, &self.attributes]);
        if self.content.is_empty() && SELF_CLOSING.contains(&self.name) {
            out.push_str("/>");
        } else {
            out.extend([">", &self.content, "</", self.name, ">"]);
        }
    }
}

/// HTML knows the short form for a few of its elements only, SVG for all of them.
const SELF_CLOSING: [&str; 5] = ["meta", "rect", "line", "path", "circle"];

/// Safe in text and between quotes. Control characters, which no document may hold, become U+FFFD.
fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("&#10;"),
            letter if letter.is_control() => out.push('\u{FFFD}'),
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_nest_and_are_closed() {
        let list = Element::new("ul").children(["a", "b"].map(|item| Element::new("li").text(item)));
        assert_eq!(list.into_text(), "<ul><li>a</li><li>b</li></ul>");
    }

    #[test]
    fn only_elements_that_html_knows_as_empty_are_written_short() {
        assert_eq!(Element::new("rect").with("x", 1).into_text(), "<rect x=\"1\"/>");
        assert_eq!(Element::of_class("i", "dot").into_text(), "<i class=\"dot\"></i>");
    }

    #[test]
    fn text_and_attributes_are_escaped() {
        let hostile = "<script>\"'&\u{0}\u{7f}";
        let escaped = "&lt;script&gt;&quot;&#39;&amp;\u{FFFD}\u{FFFD}";
        let element = Element::new("b").with("title", hostile).text(hostile);
        assert_eq!(element.into_text(), format!("<b title=\"{escaped}\">{escaped}</b>"));
    }
}
