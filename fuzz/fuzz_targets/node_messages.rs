//! Input: bundles, beats and announcements of another node, as bytes and as messages about what is not that node's.
//! Checked: no session or copy changes its owner or players, no player is lost or heard in another's name, no secret is
//! told; what is kept has a bound.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_server::fuzz::node_messages(bytes));
