//! Facts about voice that a listener has learned from its clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::darkrift::voice::{Layout, VoiceDialect};

/// The dialect of the first handshake on a listener, for logs and for connections without a handshake so far. Clones
/// share it.
#[derive(Clone, Debug, Default)]
pub struct Learned(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// 0 while nothing was learned.
    first: AtomicU64,
    contradictions: AtomicU64,
}

impl Learned {
    /// The dialect of the first handshake.
    pub fn dialect(&self) -> Option<VoiceDialect> {
        unpack(self.0.first.load(Ordering::Relaxed))
    }

    /// The number of connections whose handshake contradicts the settings. If it is above 0, the settings are
    /// probably wrong, and those clients are not heard.
    pub fn contradictions(&self) -> u64 {
        self.0.contradictions.load(Ordering::Relaxed)
    }

    pub(crate) fn note(&self, dialect: VoiceDialect) {
        let is_first =
            self.0.first.compare_exchange(0, pack(dialect), Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if is_first {
            tracing::info!(tag = dialect.tag, layout = ?dialect.layout, "learned the tag of voice");
        }
    }

    /// Counts a handshake whose dialect contradicts the settings.
    pub(crate) fn note_contradiction(&self, settled: VoiceDialect, seen: VoiceDialect) {
        // Clients can trigger this at will, so only the first is logged; the rest are counted.
        if self.0.contradictions.fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::warn!(
                configured_tag = settled.tag,
                configured_layout = ?settled.layout,
                seen_tag = seen.tag,
                seen_layout = ?seen.layout,
                "a client's voice does not match the configuration, and is not heard"
            );
        }
    }
}

fn pack(dialect: VoiceDialect) -> u64 {
    let layout = match dialect.layout {
        Layout::Raw => 1,
        Layout::Prefixed => 2,
        Layout::PrefixedLittleEndian => 3,
    };
    layout << 16 | u64::from(dialect.tag)
}

fn unpack(packed: u64) -> Option<VoiceDialect> {
    let layout = match packed >> 16 {
        1 => Layout::Raw,
        2 => Layout::Prefixed,
        3 => Layout::PrefixedLittleEndian,
        _ => return None,
    };
    Some(VoiceDialect { tag: packed as u16, layout })
}
