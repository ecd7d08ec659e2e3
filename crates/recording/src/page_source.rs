//! The whole pages at the start of a file.

use std::io::{self, Read};

use crate::ogg_page::{PAGE_BYTES_MAX, PageRead};

/// Reads one page after another, as long as they are whole.
#[derive(Debug)]
pub(crate) struct PageSource<R> {
    source: R,
    /// Bytes that were read: the current page, and unused bytes after it.
    window: Vec<u8>,
    /// The length of the current page, at the start of the window.
    used: usize,
}

impl<R: Read> PageSource<R> {
    pub(crate) fn new(source: R) -> Self {
        Self { source, window: Vec::new(), used: 0 }
    }

    /// The next page; `None` if no whole and undamaged page follows.
    pub(crate) fn next_page(&mut self) -> io::Result<Option<PageRead>> {
        self.window.drain(..self.used);
        self.used = 0;
        let missing = PAGE_BYTES_MAX.saturating_sub(self.window.len()) as u64;
        self.source.by_ref().take(missing).read_to_end(&mut self.window)?;
        let page = PageRead::parse(&self.window);
        self.used = page.map_or(0, |page| page.bytes);
        Ok(page)
    }

    /// The bytes of the page that [`next_page`](Self::next_page) returned.
    pub(crate) fn page(&self) -> &[u8] {
        &self.window[..self.used]
    }
}
