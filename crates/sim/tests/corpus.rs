//! Every input that a fuzzer found worth keeping, without a fuzzer.

use std::path::Path;

use consonance_sim::fuzz::{client_operations, extension_block, server_operations, unpack, wire_parse};

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

fn replay(target: &str, body: impl Fn(&[u8])) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../fuzz/corpus/{target}.pack"));
    let packed = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let inputs = unpack(&packed).inspect(|input| body(input)).count();
    assert!(inputs > 10, "{inputs} inputs in {target}.pack");
}
