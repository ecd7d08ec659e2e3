//! Notices of why a link is closed: which clients get one, and how a client handles it.

use core::time::Duration;

use consonance_session::{
    Client, ClientSettings, CloseReason, Delivery, DrainTarget, Draining, EndCode, EndReason, Instant,
    LinkCommand, LinkId, Server,
};
use consonance_wire::{ClientId, EndNotice, Writer};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::packets;

/// The links that the server's driver must close, and whether their peers read a notice.
fn closes(server: &mut Server) -> Vec<(u64, bool)> {
    let mut closes = Vec::new();
    while let Some(command) = server.poll_command() {
        if let LinkCommand::Close { link, reads_notice, .. } = command {
            closes.push((link.0, reads_notice));
        }
    }
    closes
}

fn notice(reason: &str) -> Vec<u8> {
    let mut buffer = [0; 1024];
    let mut writer = Writer::new(&mut buffer);
    EndNotice { reason }.write(packets::SESSION, &mut writer).expect("it fits");
    writer.written().to_vec()
}

#[test]
fn only_a_peer_whose_handshake_announced_it_reads_a_notice() {
    let mut server = LoneServer::new();
    for (link, handshake) in
        [(1, packets::handshake("Original")), (2, packets::handshake_of_ours("Ours", None))]
    {
        server.connect(link);
        server.receive(link, &handshake);
    }
    server.connect(3);
    assert_eq!([1, 2, 3].map(|link| server.server.tables().reads_notice(LinkId(link))), [false, true, false]);
    server.server.stop();
    assert_eq!(closes(&mut server.server), [(1, false), (2, true), (3, false)]);
}

#[test]
fn a_newcomer_that_is_refused_reads_a_notice_too() {
    let mut server = LoneServer::new();
    let long = "x".repeat(200);
    for (link, handshake) in [(1, packets::handshake_of_ours(&long, None)), (2, packets::handshake(&long))] {
        server.connect(link);
        server.receive(link, &handshake);
    }
    assert_eq!(closes(&mut server.server), [(1, true), (2, false)]);
}

#[test]
fn a_client_keeps_what_the_server_said_last_until_its_next_link() {
    let mut client = Client::new(ClientSettings::new("Alice"));
    let now = Instant::START;
    client.start();
    client.handle_connected(now, LinkId(1));
    for reason in ["(full-busy retry=5)", "(full-session)"] {
        client.handle_packet(now, LinkId(1), Delivery::Reliable, &notice(reason));
        assert_eq!(
            client.server().end_notice().map(EndReason::encode).as_deref(),
            Some(reason),
            "before it has joined"
        );
    }
    client.handle_disconnected(now, LinkId(1));
    assert_eq!(client.server().end_notice(), Some(&EndCode::SessionFull.into()));
    let (at, _) = client.poll_timeout().expect("it tries again");
    client.handle_timeout(at);
    client.handle_connected(at, LinkId(2));
    assert_eq!(client.server().end_notice(), None);
    client.handle_packet(at, LinkId(1), Delivery::Reliable, &notice("(kicked)"));
    assert_eq!(client.server().end_notice(), None, "the old link says nothing any more");
}

#[test]
fn a_notice_ends_nothing_by_itself() {
    let mut alice = LoneClient::joined_ours("Alice", 1, &["lobby"]);
    assert_eq!(alice.receive(&notice("(kicked)")), [] as [&str; 0]);
    assert_eq!(alice.client.id(), Some(ClientId(1)));
}

#[test]
fn a_newcomer_to_a_session_that_ends_is_told_where_the_others_go() {
    let mut server = LoneServer::new();
    let address = "quic://b.example:1/main";
    let redirect = Some(DrainTarget { address: address.into(), window: Duration::ZERO });
    server
        .server
        .announcements()
        .drain(Instant::START, &Draining { ends_in: Duration::from_mins(1), redirect });
    server.connect(1);
    server.receive(1, &packets::handshake("Late"));
    assert_eq!(server.closed(), [(1, CloseReason::Draining { redirect: Some(address.into()) })]);
}

#[test]
fn a_banned_player_is_removed_with_the_end_of_its_ban() {
    let mut server = LoneServer::new();
    let id = server.join(1, "Alice", &["lobby"]);
    server.server.kick_banned(ClientId(id), "cheating", Some(2_000_000_000));
    let reason = CloseReason::Banned { reason: "cheating".into(), until: Some(2_000_000_000) };
    assert_eq!(server.closed(), [(1, reason)]);
    assert_eq!((server.server.clients(), server.statistics().kicked), (0, 1));
}
