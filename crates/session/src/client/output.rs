//! What the parts of a client give to its driver: packets, commands for links, events and deadlines; and the counters.

use alloc::collections::VecDeque;

use consonance_wire::{Packet, WriteError, Writer};

use super::event::ClientEvent;
use super::event_queue::Events;
use super::send_order::{SendOrder, StagedOutbox};
use super::statistics::ClientStatistics;
use super::timers::Timers;
use crate::link::{CloseReason, LinkCommand, LinkId};

/// Every part of a client writes here, and none reads what another has written.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) outbox: StagedOutbox,
    pub(super) commands: VecDeque<LinkCommand>,
    pub(super) events: Events,
    pub(super) timers: Timers,
    pub(super) statistics: ClientStatistics,
}

impl Output {
    /// Holds at most this many events.
    pub(super) fn new(events_max: usize) -> Self {
        Self {
            outbox: StagedOutbox::default(),
            commands: VecDeque::new(),
            events: Events::new(events_max),
            timers: Timers::default(),
            statistics: ClientStatistics::default(),
        }
    }

    pub(super) fn event(&mut self, event: ClientEvent<'static>) {
        self.events.push(event);
    }

    pub(super) fn close(&mut self, link: LinkId, reason: CloseReason) {
        self.commands.push_back(LinkCommand::close(link, reason));
    }

    /// Sends a packet over one link.
    ///
    /// # Errors
    /// If the packet is longer than the network carries.
    pub(super) fn send(
        &mut self,
        stage: SendOrder,
        link: LinkId,
        packet: &Packet<'_>,
    ) -> Result<(), WriteError> {
        self.outbox.push(stage, link, packet)
    }

    /// Sends what `write` writes over one link.
    ///
    /// # Errors
    /// Any error of `write`, for example for a packet that is longer than the network carries.
    pub(super) fn send_written(
        &mut self,
        stage: SendOrder,
        link: LinkId,
        write: impl FnOnce(&mut Writer<'_>) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        self.outbox.push_written(stage, [link], |out| {
            let mut writer = Writer::new(out);
            write(&mut writer)?;
            Ok(writer.len())
        })
    }
}
