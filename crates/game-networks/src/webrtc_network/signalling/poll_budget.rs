//! How much of the signalling one poll takes: voice waits for it, and unproved clients decide how much
//! there is.

use std::time::Instant;

use consonance_link::gateway::tcp::{TcpConnections, TcpSettings};

use super::link::{LinkEvent, SignallingLink};

/// One poll: so many events and so many reads, and the rest in the next one.
#[derive(Debug)]
pub(crate) struct PollBudget {
    events_left: usize,
    reads_left: usize,
}

impl PollBudget {
    pub(crate) fn new() -> Self {
        Self { events_left: EVENTS_PER_POLL, reads_left: READS_PER_POLL }
    }

    /// The next event, and the link that it is from: an event of an earlier read, or, when none of these is left, of
    /// the next read. So no more than one read ever waits here; the rest stays in the system's buffers.
    pub(crate) fn next(
        &mut self,
        now: Instant,
        connections: &mut TcpConnections,
        links: &mut [impl AsMut<SignallingLink>],
    ) -> Option<(usize, LinkEvent)> {
        self.events_left = self.events_left.checked_sub(1)?;
        loop {
            for (index, link) in links.iter_mut().enumerate() {
                if let Some(event) = link.as_mut().poll(now, connections) {
                    return Some((index, event));
                }
            }
            if self.reads_left == 0 {
                return None;
            }
            let event = connections.poll(now)?;
            self.reads_left -= 1;
            for link in &mut *links {
                if link.as_mut().handle_tcp(now, connections, &event) {
                    break;
                }
            }
        }
    }

    /// Whether the poll ended before everything was taken.
    pub(crate) fn has_left_some(&self) -> bool {
        self.events_left == 0 || self.reads_left == 0
    }
}

/// Connections to signalling servers: little is read at once, and a long message is put together of it.
pub(crate) fn tcp_settings() -> TcpSettings {
    TcpSettings { incoming_bytes_max: READ_BYTES, ..TcpSettings::default() }
}

/// A text is read in some microseconds, and the keys for a newcomer are made in some hundred.
const EVENTS_PER_POLL: usize = 32;

/// Reads may be so small that no event follows from them, and have their cost all the same.
const READS_PER_POLL: usize = 4;

/// The most that is read at once.
const READ_BYTES: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;
    use std::time::Duration;

    use consonance_link::gateway::streams::{Found, MessageStream as _};
    use consonance_link::gateway::websocket::PageOrigins;

    use super::*;
    use crate::webrtc_network::settings::tls_of;
    use crate::webrtc_network::signalling::client::SignallingEvent;
    use crate::webrtc_network::signalling::message::text_as_bytes;
    use crate::webrtc_network::signalling::{SignalLinkId, SignalMessage};
    use crate::webrtc_network::web_socket::{ServerSocket, server_socket};

    #[test]
    fn a_flood_of_texts_is_taken_in_short_turns_and_all_of_it_in_order() {
        const TEXTS: usize = 100_000;
        let (mut link, mut connections) = linked_with(|server, out| {
            (0..TEXTS).for_each(|number| {
                server.write(&text(if number % 1000 == 0 { "1" } else { "" }), out);
            });
        });
        let patience = Instant::now() + Duration::from_mins(1);
        let mut texts = 0;
        while texts < TEXTS {
            assert!(Instant::now() < patience, "the texts do not come");
            let (mut budget, mut taken) = (PollBudget::new(), 0);
            while let Some(event) = next(&mut budget, &mut link, &mut connections) {
                taken += 1;
                if let LinkEvent::Said(SignallingEvent::Text(_, text)) = event {
                    assert_eq!(text.len(), usize::from(texts % 1000 == 0), "text {texts}");
                    texts += 1;
                }
            }
            assert!(taken <= EVENTS_PER_POLL, "{taken} events in one poll");
            // The shortest message takes ten bytes with its frame.
            assert!(link.waiting() <= READ_BYTES / 10, "{} events wait", link.waiting());
        }
    }

    #[test]
    fn messages_from_which_nothing_follows_end_a_poll_too() {
        const MESSAGES: usize = 100_000;
        const MESSAGE_BYTES: usize = 3;
        let (mut link, mut connections) = linked_with(|server, out| {
            (0..MESSAGES).for_each(|_| server.write(&SignalMessage::Heartbeat.to_bytes(), out));
            server.write(&text(""), out);
        });
        let patience = Instant::now() + Duration::from_mins(1);
        let (mut polls, mut is_said) = (0, false);
        while !is_said {
            assert!(Instant::now() < patience, "the text does not come");
            let mut budget = PollBudget::new();
            while let Some(event) = next(&mut budget, &mut link, &mut connections) {
                is_said |= matches!(event, LinkEvent::Said(_));
            }
            polls += usize::from(budget.reads_left < READS_PER_POLL);
        }
        let polls_min = MESSAGES * MESSAGE_BYTES / (READS_PER_POLL * READ_BYTES);
        assert!(polls >= polls_min, "it was read in {polls} polls");
    }

    fn text(text: &str) -> Vec<u8> {
        SignalMessage::Relayed { is_reliable: true, link: SignalLinkId(1), data: text_as_bytes(text) }
            .to_bytes()
    }

    fn next(
        budget: &mut PollBudget,
        link: &mut SignallingLink,
        connections: &mut TcpConnections,
    ) -> Option<LinkEvent> {
        budget.next(Instant::now(), connections, std::slice::from_mut(link)).map(|(_, event)| event)
    }

    /// A link with a local signalling server that sends all of this as soon as the link is requested.
    fn linked_with(
        speak: impl FnOnce(&mut ServerSocket, &mut Vec<u8>) + Send + 'static,
    ) -> (SignallingLink, TcpConnections) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/chatapp", listener.local_addr().unwrap()).parse().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut socket = server_socket(PageOrigins::default(), None, 1024);
            let (mut request, mut out, mut found) = (Vec::new(), Vec::new(), Found::Nothing);
            while found != Found::Greeting {
                let mut bytes = [0; 1024];
                let count = stream.read(&mut bytes).unwrap();
                request.extend_from_slice(&bytes[..count]);
                (_, found) = socket.read(&request, &mut Vec::new(), &mut out).unwrap();
            }
            socket.accept(&mut out);
            speak(&mut socket, &mut out);
            stream.write_all(&out).unwrap();
            wait_for_goodbye(&mut stream);
        });
        let mut connections = TcpConnections::new(tcp_settings()).unwrap();
        let mut link = SignallingLink::new(url, Arc::clone(&tls_of(None)));
        link.start(Instant::now(), &mut connections);
        (link, connections)
    }

    fn wait_for_goodbye(stream: &mut TcpStream) {
        while stream.read(&mut [0; 1024]).is_ok_and(|count| count > 0) {}
    }
}
