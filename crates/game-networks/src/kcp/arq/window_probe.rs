//! Probing the window of a side that could take nothing: its report of a new window may have been lost.

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WindowProbe {
    /// The time of the next probe, and the wait for it; none while the other side takes something.
    next: Option<(u64, u32)>,
}

impl WindowProbe {
    /// Whether to send a probe now.
    pub(super) fn is_due(&mut self, now_ms: u64, remote_window: u16) -> bool {
        if remote_window > 0 {
            self.next = None;
            return false;
        }
        let (due_ms, waited_ms) = match self.next {
            None => (None, PROBE_FIRST_MS),
            Some((due_ms, waited_ms)) if due_ms <= now_ms => (Some(due_ms), waited_ms + waited_ms / 2),
            Some(_) => return false,
        };
        let wait_ms = waited_ms.min(PROBE_MS_MAX);
        self.next = Some((now_ms + u64::from(wait_ms), wait_ms));
        due_ms.is_some()
    }

    pub(super) fn due_ms(&self) -> Option<u64> {
        self.next.map(|(due_ms, _)| due_ms)
    }
}

// The values of KCP.

/// The time before the first probe.
const PROBE_FIRST_MS: u32 = 7000;
/// The longest time between two probes.
const PROBE_MS_MAX: u32 = 120_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_come_after_seven_seconds_and_then_ever_more_rarely_up_to_two_minutes() {
        let mut probe = WindowProbe::default();
        let asked: Vec<u64> = (0..600_000).step_by(500).filter(|&now_ms| probe.is_due(now_ms, 0)).collect();
        let waits: Vec<u64> = std::iter::once(0).chain(asked.iter().copied()).collect();
        let waits: Vec<u64> = waits.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(waits[..3], [7000, 10_500, 16_000]);
        assert!(waits.iter().all(|&wait| wait <= 120_500), "{waits:?}");
    }

    #[test]
    fn a_side_that_takes_something_is_not_asked() {
        let mut probe = WindowProbe::default();
        assert!(!probe.is_due(0, 0));
        assert!(!probe.is_due(7000, 1));
        assert!(!probe.is_due(7000, 0), "it is waited for again");
        assert_eq!(probe.due_ms(), Some(14_000));
    }
}
