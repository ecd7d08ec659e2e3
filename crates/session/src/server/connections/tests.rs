//! Closing, sending and counting over links, without a server.

use alloc::vec::Vec;

use consonance_wire::{ErrorWrongSession, SessionId};

use super::*;

const NOW: Instant = Instant::START;
const LINK: LinkId = LinkId(7);
const ANN: ClientId = ClientId(3);

/// One link, which a client with these capabilities has joined over.
fn connections(capabilities: Capabilities) -> Connections {
    let mut connections = Connections::new(&Limits::default());
    connections.links_mut().insert(NOW, LINK, NOW, None);
    connections.links_mut().set_capabilities(LINK, capabilities);
    connections.links_mut().attach(LINK, ANN);
    connections.reach_over(ANN, LINK);
    connections
}

#[test]
fn a_peer_is_told_why_its_link_closes_only_if_it_reads_that() {
    for (capabilities, reads_notice) in [(Capabilities::NONE, false), (Capabilities::END_REASONS, true)] {
        let mut connections = connections(capabilities);
        connections.close(LINK, CloseReason::Stopped);
        let expected = LinkCommand::Close { link: LINK, reason: CloseReason::Stopped, reads_notice };
        assert_eq!((connections.pop_command(), connections.pop_command()), (Some(expected), None));
    }
}

#[test]
fn closing_all_forgets_every_link_and_drops_no_command() {
    let limits = Limits { events: 1, ..Limits::default() };
    let mut connections = Connections::new(&limits);
    for link in 0..9 {
        connections.links_mut().insert(NOW, LinkId(link), NOW, None);
    }
    connections.close_all(&CloseReason::Stopped);
    let closed = core::iter::from_fn(|| connections.pop_command()).count();
    assert_eq!((closed, connections.commands_dropped(), connections.links().len()), (9, 0, 0));
}

#[test]
fn a_client_is_sent_only_what_both_sides_of_its_link_can_do() {
    let mut connections = connections(Capabilities::MODERATION);
    assert!(!connections.send_if_able(NOW, ANN, Capabilities::HAND_OVER, b"hand-over"));
    assert!(!connections.send_if_able(NOW, ClientId(4), Capabilities::MODERATION, b"notice"));
    assert!(connections.send_if_able(NOW, ANN, Capabilities::MODERATION, b"notice"));
    let sent = connections.outbound_mut().pop().map(|sent| (sent.to.to_vec(), sent.payload.to_vec()));
    assert_eq!(sent, Some(([LINK].to_vec(), b"notice".to_vec())));
    assert!(connections.outbound_mut().pop().is_none());
}

#[test]
fn a_packet_counts_for_its_link_and_for_the_session_even_if_the_link_is_unknown() {
    let mut connections = connections(Capabilities::NONE);
    let packet: Vec<u8> = {
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        written(&ErrorWrongSession { session: SessionId(1) }.into(), &mut buffer).to_vec()
    };
    assert!(connections.receive(NOW, LINK, &packet).is_ok());
    assert!(connections.receive(NOW, LinkId(8), &packet).is_err());
    let of_link = connections.links().get(LINK).map(|record| record.received.packets);
    assert_eq!((of_link, connections.received().total(NOW).packets), (Some(1), 2));
}
