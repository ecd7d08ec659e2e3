//! Replays every stored input of the fuzzers, without a fuzzer.

use std::path::Path;

use consonance_browser::fuzz::{browser_control, opus_repack};
use consonance_browser::wasm_voice::fuzz::page_without_webrtc;
use consonance_e2ee::fuzz::{key_log, member_report};
use consonance_e2ee::sframe::fuzz::sealed_frames;
use consonance_game_networks::darkrift::fuzz::darkrift_streams;
use consonance_game_networks::darkrift::voice::fuzz::darkrift_messages;
use consonance_game_networks::enet::fuzz::enet_datagrams;
use consonance_game_networks::fishnet::fuzz::fishnet_payloads;
use consonance_game_networks::forge::fuzz::forge_datagrams;
use consonance_game_networks::hosted::fuzz::hosted_room;
use consonance_game_networks::kcp::fuzz::kcp_datagrams;
use consonance_game_networks::litenetlib::fuzz::litenetlib_datagrams;
use consonance_game_networks::mirror::fuzz::mirror_messages;
use consonance_game_networks::ngo::fuzz::ngo_messages;
use consonance_game_networks::sidecar::fuzz::sidecar_frames;
use consonance_game_networks::simple_web::fuzz::simple_web_streams;
use consonance_game_networks::steam::fuzz::steam_packets;
use consonance_game_networks::utp::fuzz::utp_datagrams;
use consonance_game_networks::webrtc_network::fuzz::signalling_messages;
use consonance_link::hosted::channels::fuzz::hosted_channels;
use consonance_link::voice_websocket::fuzz::websocket_streams;
use consonance_mumble::fuzz::{mumble_control, mumble_datagrams, mumble_voice};
use consonance_quic::fast_path::fuzz::path_operations;
use consonance_quic::fuzz::client_hello;
use consonance_recording::fuzz::sealed_track;
use consonance_server::fuzz::{hand_over, join_token, node_messages};
use consonance_testing::sim::fuzz::{
    client_operations, extension_block, group_members, group_server, sealed_packets, server_operations,
    unpack, wire_parse,
};
use consonance_web::webrtc::fuzz::{webrtc_datagrams, webrtc_media, webrtc_offers};

#[test]
fn no_stored_packet_finds_a_fault() {
    replay("wire_parse", wire_parse);
}

#[test]
fn no_stored_block_finds_a_fault() {
    replay("extension_block", extension_block);
}

#[test]
fn no_stored_operations_find_a_fault_in_a_server() {
    replay("server_operations", server_operations);
}

#[test]
fn no_stored_operations_find_a_fault_in_a_client() {
    replay("client_operations", client_operations);
}

#[test]
fn no_stored_operations_find_a_fault_in_the_fast_path() {
    replay("path_operations", path_operations);
}

#[test]
fn no_stored_hello_finds_a_fault() {
    replay("client_hello", client_hello);
}

#[test]
fn no_stored_token_finds_a_fault() {
    replay("join_token", join_token);
}

#[test]
fn nothing_stored_that_a_process_may_have_left_finds_a_fault() {
    replay("hand_over", hand_over);
}

#[test]
fn nothing_stored_that_another_node_may_say_finds_a_fault() {
    replay("node_messages", node_messages);
}

#[test]
fn no_stored_messages_find_a_fault_in_what_is_read_of_mirror() {
    replay("mirror_messages", mirror_messages);
}

#[test]
fn no_stored_stream_finds_a_fault_in_a_websocket() {
    replay("simple_web_streams", simple_web_streams);
}

#[test]
fn no_stored_stream_finds_a_fault_in_voice_over_websockets() {
    replay("websocket_streams", websocket_streams);
}

#[test]
fn no_stored_frame_of_a_sidecars_link_finds_a_fault() {
    replay("sidecar_frames", sidecar_frames);
}

#[test]
fn no_stored_datagrams_find_a_fault_in_kcp2k() {
    replay("kcp_datagrams", kcp_datagrams);
}

#[test]
fn nothing_stored_that_mumbles_clients_may_say_finds_a_fault() {
    replay("mumble_control", mumble_control);
}

#[test]
fn no_stored_voice_packet_of_mumble_finds_a_fault() {
    replay("mumble_voice", mumble_voice);
}

#[test]
fn no_stored_datagrams_find_a_fault_in_mumbles_encryption() {
    replay("mumble_datagrams", mumble_datagrams);
}

#[test]
fn nothing_stored_that_darkrifts_peers_may_say_finds_a_fault() {
    replay("darkrift_streams", darkrift_streams);
}

#[test]
fn no_stored_message_of_darkrift_finds_a_fault() {
    replay("darkrift_messages", darkrift_messages);
}

#[test]
fn no_stored_datagrams_find_a_fault_in_forge() {
    replay("forge_datagrams", forge_datagrams);
}

#[test]
fn no_stored_datagrams_find_a_fault_in_enet() {
    replay("enet_datagrams", enet_datagrams);
}

#[test]
fn nothing_stored_that_a_game_may_push_finds_a_fault_in_its_room() {
    replay("hosted_room", hosted_room);
}

#[test]
fn no_stored_datagrams_find_a_fault_in_litenetlib() {
    replay("litenetlib_datagrams", litenetlib_datagrams);
}

#[test]
fn no_stored_payload_of_fishnet_finds_a_fault() {
    replay("fishnet_payloads", fishnet_payloads);
}

#[test]
fn no_stored_messages_find_a_fault_in_what_webrtc_network_negotiates() {
    replay("signalling_messages", signalling_messages);
}

#[test]
fn no_stored_datagrams_find_a_fault_in_what_browsers_connect_to() {
    replay("webrtc_datagrams", webrtc_datagrams);
}

#[test]
fn no_stored_offers_find_a_fault_in_what_answers_browsers() {
    replay("webrtc_offers", webrtc_offers);
}

#[test]
fn no_stored_datagrams_find_a_fault_in_unity_transport() {
    replay("utp_datagrams", utp_datagrams);
}

#[test]
fn no_stored_messages_find_a_fault_in_what_serves_netcode() {
    replay("ngo_messages", ngo_messages);
}

#[test]
fn no_stored_step_of_steams_accounts_finds_a_fault() {
    replay("steam_packets", steam_packets);
}

#[test]
fn no_stored_messages_find_a_fault_in_the_channels_of_a_game() {
    replay("hosted_channels", hosted_channels);
}

#[test]
fn nothing_stored_that_can_happen_to_a_pages_player_finds_a_fault() {
    replay("browser_control", browser_control);
}

#[test]
fn no_stored_packets_find_a_fault_in_a_pages_voice() {
    replay("opus_repack", opus_repack);
}

#[test]
fn nothing_stored_that_comes_to_a_page_without_webrtc_finds_a_fault() {
    replay("page_without_webrtc", page_without_webrtc);
}

#[test]
fn no_stored_packets_find_a_fault_in_media_of_browsers() {
    replay("webrtc_media", webrtc_media);
}

#[test]
fn no_stored_operations_open_a_frame_that_no_member_sealed() {
    replay("sframe", sealed_frames);
}

#[test]
fn no_stored_operations_of_a_hostile_delivery_service_find_a_fault() {
    replay("group_members", group_members);
}

#[test]
fn no_stored_messages_of_a_hostile_member_find_a_fault() {
    replay("group_server", group_server);
}

#[test]
fn no_stored_packet_passes_that_no_member_sealed() {
    replay("sealed_packets", sealed_packets);
}

#[test]
fn no_stored_track_finds_a_fault_in_what_is_read_of_sealed_recordings() {
    replay("sealed_track", sealed_track);
}

#[test]
fn no_stored_log_of_keys_finds_a_fault() {
    replay("key_log", key_log);
}

#[test]
fn no_stored_report_of_a_player_finds_a_fault() {
    replay("member_report", member_report);
}

fn replay(target: &str, body: impl Fn(&[u8])) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../fuzz/corpus/{target}.pack"));
    let packed = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let inputs = unpack(&packed).inspect(|input| body(input)).count();
    assert!(inputs > 10, "{inputs} inputs in {target}.pack");
}
