//! Events of devices in use.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::devices::limits::EVENTS_MAX;
use crate::devices::state::DeviceState;

/// Microphone or loudspeaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The microphone.
    Input,
    /// The loudspeaker.
    Output,
}

/// A device was connected, disconnected or replaced by another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceEvent {
    /// The direction.
    pub direction: Direction,
    /// The new state; the latency of a device that has just started is not known yet and is reported as 0.
    pub state: DeviceState,
}

/// Events waiting to be polled.
#[derive(Debug, Default)]
pub(crate) struct EventQueue(Mutex<VecDeque<DeviceEvent>>);

impl EventQueue {
    pub(crate) fn push(&self, event: DeviceEvent) {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() == EVENTS_MAX {
            events.pop_front();
        }
        events.push_back(event);
    }

    pub(crate) fn pop(&self) -> Option<DeviceEvent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_polls_the_newest_is_kept() {
        let events = EventQueue::default();
        let event = |state| DeviceEvent { direction: Direction::Input, state };
        for _ in 0..=EVENTS_MAX {
            events.push(event(DeviceState::Lost));
        }
        events.push(event(DeviceState::Off));
        let polled: Vec<_> = std::iter::from_fn(|| events.pop()).collect();
        assert_eq!(polled.len(), EVENTS_MAX);
        assert_eq!(polled.last(), Some(&event(DeviceState::Off)));
    }
}
