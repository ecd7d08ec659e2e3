//! Origins of pages in a configuration.

use consonance_settings::{PlainValue, settings};

settings! {
    /// Which pages may connect, besides those of the server's own host.
    #[derive(Debug, PartialEq, Eq)]
    pub struct ListedOrigins {
        /// Other sites whose pages may connect; `*` admits every site.
        #[example(PlainValue::List(vec!["https://game.example.org".into()]))]
        pub origins: Vec<String> = Vec::new();
    }
}

impl ListedOrigins {
    /// A message about the first of them that is neither an origin nor `*`.
    pub fn problem(&self) -> Option<String> {
        let is_right = |origin: &str| origin == "*" || is_origin(origin);
        let wrong = self.origins.iter().find(|origin| !is_right(origin))?;
        Some(format!("origins: expected {ORIGIN}, or \"*\", not {wrong:?}"))
    }
}

/// What [`is_origin`] expects, in words.
pub const ORIGIN: &str = "a scheme and a host without a path, such as https://game.example.org";

/// Whether it is the scheme and the host of a site, without a path.
pub fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty() && !host.contains(['/', '?', '#', '*']) && !host.contains(char::is_whitespace)
    })
}
