//! The pages of one stream, written to a sink.

use std::io::{self, Write};

use crate::ogg_page::{PageBuilder, PageKind};

/// Fills pages with packets and passes them to a sink, several at once.
#[derive(Debug)]
pub(crate) struct PageSink<W: Write> {
    sink: W,
    page: PageBuilder,
    /// Pages that have not been written to the sink yet.
    sealed: Vec<u8>,
    /// The position at which the unfinished page begins, in samples at 48 kHz.
    page_begins: u64,
    /// The number of bytes written to the sink.
    bytes: u64,
}

impl<W: Write> PageSink<W> {
    /// The pages of a stream from this number and this position on.
    pub(crate) fn new(sink: W, serial: u32, pages: u32, begins: u64) -> Self {
        let page = PageBuilder::new(serial, pages);
        Self { sink, page, sealed: Vec::new(), page_begins: begins, bytes: 0 }
    }

    /// Writes both headers at once, each in a page of its own.
    pub(crate) fn begin(&mut self, head: &[u8], comments: &[u8]) -> io::Result<()> {
        self.page.push(head);
        self.page.seal(PageKind::First, 0, &mut self.sealed);
        self.page.push(comments);
        self.page.seal(PageKind::Middle, 0, &mut self.sealed);
        self.drain()
    }

    /// Adds a packet to a stream that ends at `end` without it.
    pub(crate) fn push(&mut self, end: u64, packet: &[u8]) -> io::Result<()> {
        let is_due = end - self.page_begins >= PAGE_SAMPLES;
        if is_due || !self.page.has_room(packet.len()) {
            self.seal_begun(end);
        }
        self.page.push(packet);
        if self.sealed.len() < WRITE_BYTES { Ok(()) } else { self.drain() }
    }

    /// Completes the page that is being filled, unless it is empty; its last packet ends at `end`.
    pub(crate) fn seal_begun(&mut self, end: u64) {
        if !self.page.is_empty() {
            self.page.seal(PageKind::Middle, end, &mut self.sealed);
            self.page_begins = end;
        }
    }

    /// Passes the full pages to the sink.
    pub(crate) fn drain(&mut self) -> io::Result<()> {
        self.sink.write_all(&self.sealed)?;
        self.bytes += self.sealed.len() as u64;
        self.sealed.clear();
        Ok(())
    }

    /// Passes everything to the sink, in a page that may be short.
    pub(crate) fn flush(&mut self, end: u64) -> io::Result<()> {
        self.seal_begun(end);
        self.drain()
    }

    /// Ends the stream with the page that is being filled, which may be empty, and gives the sink back.
    pub(crate) fn end(mut self, granule: u64) -> io::Result<W> {
        self.page.seal(PageKind::Last, granule, &mut self.sealed);
        self.drain()?;
        Ok(self.sink)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.page.is_empty()
    }

    pub(crate) fn page_begins(&self) -> u64 {
        self.page_begins
    }

    /// The number of bytes in whole pages, whether the sink has received them or not.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes + self.sealed.len() as u64
    }
}

/// RFC 7845 §6 asks for at most one second per page.
const PAGE_SAMPLES: u64 = 48_000 - 5_760;
/// A long silence is passed to the sink in pieces of this size.
const WRITE_BYTES: usize = 65_536;
