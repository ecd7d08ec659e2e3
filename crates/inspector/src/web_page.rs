//! What all pages of ours have in common: the head, the style, and the script that draws tables and tabs.
//!
//! The page of this crate (feature `page`) and those of `consonance-admin` stand in this frame, and have a script and a
//! style of their own besides. [`SCRIPT`] comes before a page's own and defines, for all of it:
//!
//! | name | what it does |
//! |---|---|
//! | `$(id)` | the element of that id |
//! | `element(tag, properties, ...children)` | makes one; strings become text and never markup |
//! | `say(element, text)` | changes its text if it is another |
//! | `trouble(words)` | shows what is wrong at the top of the page; `null` hides it |
//! | `table(place, columns, rows, key, none, classOf)` | draws rows into a place, and keeps those that are there already |
//! | `text(title, of, className)` | a column of words for it |
//! | `makeTabs(titles, opened)` | makes tabs in `#tabs` for sections; gives the function that shows one |

/// A page: what stands in the frame, as HTML but for the title.
#[derive(Clone, Copy, Debug)]
pub struct WebPage<'a> {
    /// What the window and the brand above the heading are called, in plain words.
    pub title: &'a str,
    /// The page's own part of the head, with [`STYLE`] and [`SCRIPT`] in it or links to them.
    pub head: &'a str,
    /// Beside the heading, on the right.
    pub buttons: &'a str,
    /// Below the heading and whatever trouble there is.
    pub body: &'a str,
}

impl WebPage<'_> {
    /// The page in one piece.
    ///
    /// ```
    /// use consonance_inspector::web_page::WebPage;
    ///
    /// let page = WebPage { title: "Voices", head: "", buttons: "", body: "<main></main>" };
    /// assert!(page.to_html().contains("<title>Voices</title>"));
    /// ```
    pub fn to_html(self) -> String {
        let Self { title, head, buttons, body } = self;
        format!(
            include_str!("web_page/frame.html"),
            title = title,
            head = head,
            buttons = buttons,
            body = body
        )
    }
}

/// The style, for light and dark, wide and narrow; colours are variables.
pub const STYLE: &str = include_str!("web_page/frame.css");

/// The script that a page's own leans on.
pub const SCRIPT: &str = include_str!("web_page/frame.js");
