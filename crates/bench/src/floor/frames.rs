//! The frames that are sent: four, one behind the other, as a voice makes them.

/// Frames of equal length and different content.
pub(super) struct Frames {
    bytes: Vec<u8>,
    frame_bytes: usize,
}

impl Frames {
    /// So many are sent to every listener before the next loop of code begins again, so that
    /// each loop has the same to do.
    pub(super) const COUNT: usize = 4;

    /// `frame_bytes` is 1 or more.
    pub(super) fn new(frame_bytes: usize) -> Self {
        let bytes = (0..Self::COUNT * frame_bytes).map(|index| (index % 251) as u8).collect();
        Self { bytes, frame_bytes }
    }

    pub(super) fn frame_bytes(&self) -> usize {
        self.frame_bytes
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.frame_bytes)
    }

    /// All of them as they lie.
    pub(super) fn as_one(&self) -> &[u8] {
        &self.bytes
    }
}
