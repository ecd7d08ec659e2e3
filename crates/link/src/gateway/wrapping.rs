//! A voice packet becomes one message, or several.

use std::time::Instant;

use crate::Delivery;

use crate::gateway::{Envelope, MessageChannel, MessagePart, MessageParts};

/// Has an envelope wrap a packet for its client, and calls back with the message to send; false if it cannot be
/// wrapped. The buffer is for the message.
pub(crate) fn wrap_for_client(
    envelope: &mut impl Envelope,
    now: Instant,
    (delivery, packet): (Delivery, &[u8]),
    message: &mut Vec<u8>,
    mut send: impl FnMut(MessageChannel, &[u8]),
) -> bool {
    message.clear();
    if let Some(channel) = envelope.wrap(now, delivery, packet, message) {
        send(channel, message);
        return true;
    }
    let mut parts = MessageParts::default();
    let is_wrapped = envelope.wrap_in_parts(now, delivery, packet, &mut parts);
    while let Some((part, bytes)) = parts.pop() {
        if let MessagePart::ToClient(channel) = part {
            send(channel, bytes);
        }
    }
    is_wrapped
}
