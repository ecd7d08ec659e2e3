//! A session loop whose packets are captured.

use consonance_inspector::pcap::{PacketCapture, PacketCaptureSettings};
use consonance_testing::folder::Folder;

use crate::session_loop::fixture::Fixture;

#[test]
fn every_packet_between_players_and_server_is_captured() {
    let folder = Folder::new();
    let capture =
        PacketCapture::start(folder.path().join("packets.pcapng"), PacketCaptureSettings::default());
    let (capture, mut fixture) = (capture.unwrap(), Fixture::new(&["main"], 1));
    fixture.session_loop.capture_packets(capture.sink());
    let mut alice = fixture.player("Alice", 0, "main").talk("lobby");
    let mut bob = fixture.player("Bob", 0, "main").listen("lobby");
    fixture.settle(&mut [&mut alice, &mut bob]);
    alice.client.send_voice(b"a frame").unwrap();
    fixture.settle(&mut [&mut alice, &mut bob]);
    let of_players = [&alice, &bob].map(|player| {
        let counted = player.statistics();
        [counted.sent, counted.received].map(|way| way.reliable.packets + way.unreliable.packets)
    });
    let packets: u64 = of_players.iter().flatten().sum();
    assert!(packets > 8, "{of_players:?}");
    assert_eq!(capture.stop().unwrap().packets, packets);
}
