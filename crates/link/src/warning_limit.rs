//! Warnings that any peer can cause.

use std::sync::atomic::{AtomicU32, Ordering};

/// How many warnings of one kind are logged.
const WARNINGS_MAX: u32 = 16;

/// Bounds warnings of one kind: the first 16 are logged as warnings, further ones for debugging only.
#[derive(Debug, Default)]
pub struct WarningLimit(AtomicU32);

impl WarningLimit {
    /// Whether the next one is logged as a warning.
    pub fn take(&self) -> bool {
        let next = |logged| (logged < WARNINGS_MAX).then_some(logged + 1);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_are_warnings() {
        let limit = WarningLimit::default();
        assert_eq!((0..100).filter(|_| limit.take()).count(), 16);
    }
}
