//! Queues that free their memory once empty.

use std::collections::VecDeque;

/// Takes the next element. A queue that was long, for example after a user joined or the machine paused, frees its
/// memory once empty: it is one of hundreds.
pub(super) fn next<T>(queue: &mut VecDeque<T>) -> Option<T> {
    let next = queue.pop_front();
    if next.is_none() && queue.capacity() > KEPT_MAX {
        *queue = VecDeque::new();
    }
    next
}

/// The capacity that an empty queue keeps.
const KEPT_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_that_was_long_gives_its_memory_back_when_it_is_empty() {
        let mut queue: VecDeque<_> = (0..1000).collect();
        assert_eq!(std::iter::from_fn(|| next(&mut queue)).count(), 1000);
        assert_eq!(queue.capacity(), 0);
        queue.push_back(7);
        assert_eq!((next(&mut queue), next(&mut queue)), (Some(7), None));
        assert!((1..=KEPT_MAX).contains(&queue.capacity()));
    }
}
