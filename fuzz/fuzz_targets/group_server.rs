//! Input: messages and parts of a hostile member of an encrypted session.
//! Checked: honest members keep their links, and share an epoch five seconds later; bounded requests.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consonance_testing::sim::fuzz::group_server(bytes));
