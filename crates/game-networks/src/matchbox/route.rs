//! The first byte of every message: its route.

use consonance_link::Delivery;

/// The destination of a message within the receiving player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// To its server, from a client's channels.
    ToServer,
    /// To its client, from a server's channels.
    ToClient,
    /// A packet over a direct link.
    Direct,
    /// An offer of a direct link, or its acceptance.
    DirectBegins,
    /// The end of a direct link, or the rejection of an offer.
    DirectEnds,
    /// The end of a direct link, because its queue overflowed.
    DirectOverflowed,
    /// The host, as the sender believes.
    Host,
    /// A greeting to a player that has not answered yet.
    Greeting,
    /// The answer to each greeting.
    GreetingReturned,
}

impl Route {
    /// The route of a message and the rest of it; `None` for what no player of ours sends.
    pub(crate) fn split(delivery: Delivery, message: &[u8]) -> Option<(Self, &[u8])> {
        let (&byte, rest) = message.split_first()?;
        let route = *ALL.get(usize::from(byte))?;
        let is_known = match route {
            Self::ToServer | Self::ToClient | Self::Direct => true,
            Self::Host => delivery == Delivery::Reliable,
            Self::DirectBegins
            | Self::DirectEnds
            | Self::DirectOverflowed
            | Self::Greeting
            | Self::GreetingReturned => delivery == Delivery::Reliable && rest.is_empty(),
        };
        is_known.then_some((route, rest))
    }

    /// Writes a message in place of what the buffer holds.
    pub(crate) fn write<'a>(self, rest: &[u8], message: &'a mut Vec<u8>) -> &'a [u8] {
        message.clear();
        message.push(self as u8);
        message.extend_from_slice(rest);
        message
    }
}

/// In the order of their bytes.
const ALL: [Route; 9] = [
    Route::ToServer,
    Route::ToClient,
    Route::Direct,
    Route::DirectBegins,
    Route::DirectEnds,
    Route::DirectOverflowed,
    Route::Host,
    Route::Greeting,
    Route::GreetingReturned,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_route_has_its_byte() {
        let mut message = Vec::new();
        for (byte, route) in (0..).zip(ALL) {
            let message = route.write(b"", &mut message);
            assert_eq!(message, [byte]);
            assert_eq!(Route::split(Delivery::Reliable, message), Some((route, &b""[..])));
        }
    }

    #[test]
    fn what_goes_no_known_way_is_nothing() {
        for (delivery, message) in [
            (Delivery::Reliable, &b""[..]),
            (Delivery::Reliable, b"\x09"),
            (Delivery::Reliable, b"\x04?"),
            (Delivery::Unreliable, b"\x03"),
            (Delivery::Unreliable, b"\x06"),
        ] {
            assert_eq!(Route::split(delivery, message), None, "{message:?}");
        }
    }
}
