//! Input: operations of two Mumble users' datagrams and of what asks for a server list.
//! Checked: a datagram is its sender's and taken once; answers are short.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_mumble::fuzz::mumble_datagrams(bytes));
