//! The frames that are sent: four in a row, as a voice produces them.

/// Frames of equal length and different content.
pub(super) struct Frames {
    bytes: Vec<u8>,
    frame_bytes: usize,
}

impl Frames {
    /// The number of frames that each loop sends to every listener, so that all loops do the same work.
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

    /// All frames, back to back.
    pub(super) fn as_one(&self) -> &[u8] {
        &self.bytes
    }
}
