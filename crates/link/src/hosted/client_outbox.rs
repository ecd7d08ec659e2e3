//! The queue of requests from a hosted client to its host.

use std::collections::VecDeque;
use std::time::Instant;

use super::HostedSettings;
use super::voice_queue::VoiceQueue;
use super::waiting::{Waiting, WaitingLimits};
use super::watched::Queue;
use crate::packet_pool::SharedPacket;
use crate::{Delivery, Peer};

/// Requests in order, and separately voice, which no request may delay.
#[derive(Debug)]
pub(super) struct ClientOutbox {
    limits: WaitingLimits,
    requests: VecDeque<Request>,
    voice: VoiceQueue<SharedPacket>,
    waiting: Waiting,
    /// Whether the transport was dropped.
    pub(super) is_closed: bool,
    /// Whether the handle was dropped.
    pub(super) is_host_gone: bool,
    /// Packets from the host that were malformed or had no link.
    pub(super) malformed: u64,
}

/// Links are identified by the number of the attempt to make them.
#[derive(Debug)]
pub(super) enum Request {
    Connect(Peer),
    Send(Delivery, SharedPacket),
    Disconnect(Peer),
}

/// The result of queueing a packet.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Queued,
    /// Queued; this many older ones were dropped for it.
    InPlaceOf(u64),
    Full,
}

impl ClientOutbox {
    pub(super) fn new(settings: &HostedSettings) -> Self {
        Self {
            limits: WaitingLimits::of(settings),
            requests: VecDeque::new(),
            voice: VoiceQueue::new(settings),
            waiting: Waiting::default(),
            is_closed: false,
            is_host_gone: false,
            malformed: 0,
        }
    }

    pub(super) fn connect(&mut self, attempt: Peer) {
        self.requests.push_back(Request::Connect(attempt));
    }

    pub(super) fn send(&mut self, now: Instant, delivery: Delivery, packet: SharedPacket) -> Sent {
        match delivery {
            Delivery::Reliable if !self.waiting.add(self.limits, packet.len()) => return Sent::Full,
            Delivery::Reliable => self.requests.push_back(Request::Send(delivery, packet)),
            Delivery::Unreliable => {
                let mut gone = 0;
                self.voice.push(now, packet, |_| gone += 1);
                if gone > 0 {
                    return Sent::InPlaceOf(gone);
                }
            }
        }
        Sent::Queued
    }

    /// Requests the end of a link, after its reliable packets. False if the host has never heard of this link and so
    /// need not.
    pub(super) fn disconnect(&mut self, attempt: Peer) -> bool {
        self.voice.clear();
        if matches!(self.requests.back(), Some(Request::Connect(last)) if *last == attempt) {
            self.requests.pop_back();
            return false;
        }
        self.requests.push_back(Request::Disconnect(attempt));
        true
    }

    /// Discards queued packets.
    pub(super) fn drop_packets(&mut self) {
        self.voice.clear();
        self.requests.retain(|request| !matches!(request, Request::Send(..)));
        self.waiting = Waiting::default();
    }

    pub(super) fn pop(&mut self) -> Option<Request> {
        let Some(request) = self.requests.pop_front() else {
            return Some(Request::Send(Delivery::Unreliable, self.voice.pop()?));
        };
        if let Request::Send(_, packet) = &request {
            self.waiting.remove(packet.len());
        }
        Some(request)
    }
}

impl Queue for ClientOutbox {
    fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.voice.is_empty()
    }
}
