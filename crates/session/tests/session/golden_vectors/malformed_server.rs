//! Damaged packets → their effects on a server that trusts every byte, as the original does.

use consonance_session::{Delivery, Instant, LinkId, Server, ServerSettings, SessionId};
use serde_json::{Value, json};

use super::driver;
use super::outcome::Outcome;

const SESSION: SessionId = SessionId(0x1234_5678);
/// Peer 1 is A with id 0 and listens to room g, peer 2 is B with id 1 and listens to g and h, peer 3 is C with id 2.
const STATES: [&str; 3] = [
    "8bc70112345678000241000001000003c00000bb800001000267",
    "8bc70112345678000242000101000003c00000bb800002000267000268",
    "8bc70112345678000243000201000003c00000bb800000",
];
const HANDSHAKES: [&str; 3] =
    ["8bc70401000003c00000bb80000241", "8bc70401000003c00000bb80000242", "8bc70401000003c00000bb80000243"];
const SENDER: LinkId = LinkId(2);

/// The packet comes from peer 2. Where the original fails, ours sends nothing and counts one, whatever the original
/// sent before it failed.
pub(crate) fn run(entry: &Value) {
    let packet = driver::bytes(driver::text(entry, "hex"));
    let mut server = server_of_three();
    let refused = driver::refused_by_server(&server.statistics());
    let mut sent = Outcome::default();
    if let Some(relayed) = server.handle_packet(Instant::START, SENDER, Delivery::Reliable, &packet) {
        for link in relayed.to {
            sent.add_packet("s2c", link.0, false, relayed.payload);
        }
    }
    while let Some(transmit) = server.poll_transmit() {
        for link in transmit.to {
            sent.add_packet("s2c", link.0, transmit.delivery == Delivery::Reliable, transmit.payload);
        }
    }

    let expected = &entry["server"];
    let mut as_recorded = Outcome::default();
    if expected.get("throws").is_some() {
        assert_eq!(driver::refused_by_server(&server.statistics()), refused + 1);
    } else {
        for packet in driver::list(expected, "sent") {
            let bytes = driver::bytes(driver::text(packet, "hex"));
            as_recorded.add_packet(
                "s2c",
                driver::number(packet, "peer"),
                packet["rel"] == json!(true),
                &bytes,
            );
        }
    }
    assert_eq!(sent, as_recorded);
}

fn server_of_three() -> Server {
    let mut settings = ServerSettings::from_seed(0);
    settings.session = SESSION;
    settings.permissive = true;
    let mut server = Server::new(settings);
    for (peer, (handshake, state)) in (1..).map(LinkId).zip(HANDSHAKES.into_iter().zip(STATES)) {
        server.handle_connected(Instant::START, peer);
        for hex in [handshake, state] {
            let packet = driver::bytes(hex);
            assert_eq!(server.handle_packet(Instant::START, peer, Delivery::Reliable, &packet), None);
        }
    }
    while server.poll_transmit().is_some() || server.poll_event().is_some() {}
    server
}
