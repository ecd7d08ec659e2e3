//! The common frame of all our pages: the head, the style, and the script that draws tables and tabs.
//!
//! The page of this crate (feature `page`) and those of `consonance-admin` use this frame, each with its own script
//! and style. [`SCRIPT`] comes before the page's own script and defines for it:
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

/// A page: the parts to insert into the frame, as HTML except for the title.
#[derive(Clone, Copy, Debug)]
pub struct WebPage<'a> {
    /// The title of the window and of the brand above the heading, as plain text.
    pub title: &'a str,
    /// The page's own part of the head, including [`STYLE`] and [`SCRIPT`] or links to them.
    pub head: &'a str,
    /// Beside the heading, on the right.
    pub buttons: &'a str,
    /// The part below the heading and the error message.
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

/// The script that a page's own script builds on.
pub const SCRIPT: &str = include_str!("web_page/frame.js");
