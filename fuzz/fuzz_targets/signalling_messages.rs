//! Input: messages of four clients of WebRTC Network's signalling, a server's messages, negotiation.
//! Checked: the server's messages are valid, round trip, and go to a client that came.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_game_networks::webrtc_network::fuzz::signalling_messages(bytes));
