//! The queue of unreliable packets for the host, which keeps the newest ones for a short time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::HostedSettings;

/// A queue that is bounded in length and in age. A host that was away for a while finds current voice, and not
/// everything since it left.
#[derive(Debug)]
pub(super) struct VoiceQueue<T> {
    max: usize,
    max_age: Duration,
    waiting: VecDeque<(Instant, T)>,
}

impl<T> VoiceQueue<T> {
    pub(super) fn new(settings: &HostedSettings) -> Self {
        let max_age = settings.outgoing_unreliable_age;
        Self { max: settings.outgoing_unreliable_packets, max_age, waiting: VecDeque::new() }
    }

    /// Queues a packet; packets dropped for it are passed to `pushed_out`.
    pub(super) fn push(&mut self, now: Instant, packet: T, mut pushed_out: impl FnMut(T)) {
        while let Some((queued_at, _)) = self.waiting.front()
            && (self.waiting.len() >= self.max || now.saturating_duration_since(*queued_at) > self.max_age)
            && let Some((_, oldest)) = self.waiting.pop_front()
        {
            pushed_out(oldest);
        }
        self.waiting.push_back((now, packet));
    }

    pub(super) fn pop(&mut self) -> Option<T> {
        self.waiting.pop_front().map(|(_, packet)| packet)
    }

    /// Keeps the packets that may stay.
    pub(super) fn retain(&mut self, mut may_stay: impl FnMut(&mut T) -> bool) {
        self.waiting.retain_mut(|(_, packet)| may_stay(packet));
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PacketLimits;

    const AGE: Duration = Duration::from_millis(300);

    fn queue(packets: usize) -> VoiceQueue<u32> {
        let limits = PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 };
        let settings = HostedSettings { outgoing_unreliable_packets: packets, ..HostedSettings::new(limits) };
        assert_eq!(settings.outgoing_unreliable_age, AGE);
        VoiceQueue::new(&settings)
    }

    fn rest(queue: &mut VoiceQueue<u32>) -> Vec<u32> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn a_host_that_was_away_for_two_seconds_finds_the_last_third_of_one() {
        let (mut queue, start) = (queue(1024), Instant::now());
        let mut lost = 0;
        for frame in 0..100 {
            queue.push(start + Duration::from_millis(20) * frame, frame, |_| lost += 1);
        }
        let found = rest(&mut queue);
        assert_eq!((found.first(), found.last()), (Some(&84), Some(&99)));
        assert_eq!(found.len() + lost, 100);
    }

    #[test]
    fn the_oldest_goes_when_there_are_too_many() {
        let (mut queue, now) = (queue(2), Instant::now());
        let mut lost = Vec::new();
        for frame in 0..4 {
            queue.push(now, frame, |oldest| lost.push(oldest));
        }
        assert_eq!((lost, rest(&mut queue)), (vec![0, 1], vec![2, 3]));
    }
}
