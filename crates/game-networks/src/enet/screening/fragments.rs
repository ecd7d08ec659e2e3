//! Fragments, and whether those of a message cover every byte of it once.

use crate::enet::limits::FRAGMENTS_MAX;

/// A part of a message that does not fit into a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fragment {
    pub(crate) is_reliable: bool,
    pub(crate) channel: u8,
    /// Its own number if it is reliable, and that of the last reliable message before it otherwise.
    pub(crate) reliable: u16,
    /// The number of its message's first fragment.
    pub(crate) start: u16,
    /// In fragments.
    pub(crate) number: u32,
    pub(crate) count: u32,
    /// In bytes.
    pub(crate) offset: u32,
    pub(crate) length: u32,
    pub(crate) total: u32,
}

/// The fragments of one connection, which all have the same size except the last of each message.
#[derive(Debug, Default)]
pub(crate) struct Fragments {
    size: Option<u32>,
}

impl Fragments {
    /// Whether this may be one of them: then all fragments of a message together cover every byte of it.
    pub(crate) fn takes(&mut self, fragment: Fragment) -> bool {
        fragment.size().is_some_and(|size| *self.size.get_or_insert(size) == size)
    }
}

impl Fragment {
    /// The size of each fragment of its message but the last, in bytes, if the fragment is valid.
    fn size(self) -> Option<u32> {
        let is_last = self.number.checked_add(1)? == self.count;
        let size = if is_last { self.offset.checked_div(self.number)? } else { self.length };
        let is_whole = size.checked_mul(self.number) == Some(self.offset)
            && self.total.checked_sub(self.offset)?.min(size) == self.length
            && size > 0
            && self.total.div_ceil(size) == self.count
            && self.number < self.count
            && self.count <= FRAGMENTS_MAX
            && self.length > 0
            // The cast loses nothing: there are at most `FRAGMENTS_MAX` fragments.
            && (!self.is_reliable || self.start.wrapping_add(self.number as u16) == self.reliable);
        is_whole.then_some(size)
    }
}
