//! Any bytes as the block behind a packet, and any items written into one.

use consonance_wire::fuzz_tape::Tape;
use consonance_wire::limits::PACKET_BYTES_MAX;
use consonance_wire::{
    Closing, Extension, ExtensionWriter, ModeratorCommand, Notice, Packet, PositionReport, ServerList,
    SessionId, VoiceReport, Writer,
};

/// Reads bytes as a block and writes its items again; then takes the bytes for items and writes a block of them.
///
/// # Panics
/// If items or a report change on the way, or if a block that is cut off has others than the first of its items.
pub fn extension_block(bytes: &[u8]) {
    if let Some(extension) = Extension::find(bytes) {
        let items: Vec<_> = extension.items().collect();
        assert!(bytes.starts_with(&block(&items)), "the same items make the same block");
        check_voice_report(bytes);
        check_position_report(bytes);
        check_closing(bytes);
        check_server_list(bytes);
        check_moderator_request(bytes);
        check_notice(bytes);
    }
    let mut tape = Tape::new(bytes);
    let mut items = Vec::new();
    while !tape.is_empty() {
        items.push((tape.byte(), tape.counted()));
    }
    let block = block(&items);
    let read = Extension::find(&block).expect("a block is found");
    assert!(read.items().eq(items.iter().copied()), "what was written is read");
    let cut = bytes.iter().map(|byte| usize::from(*byte)).sum::<usize>() % block.len();
    let front: Vec<_> = Extension::find(&block[..cut]).map(|read| read.items().collect()).unwrap_or_default();
    assert!(items.starts_with(&front), "a block that is cut off at {cut} has the first items");
}

/// Reads the block as a report of how voice arrives, and if it is one, writes it again.
fn check_voice_report(bytes: &[u8]) {
    let Some(report) = VoiceReport::find(bytes) else { return };
    let mut buffer = vec![0; PACKET_BYTES_MAX + bytes.len()];
    let mut writer = Writer::new(&mut buffer);
    report.write(SessionId(7), &mut writer).expect("what was read has room where it came from");
    let (_, trailing) = Packet::parse_with_trailing(writer.written()).expect("what was written is a packet");
    assert_eq!(VoiceReport::find(trailing), Some(report), "what was written is read");
}

/// The same as a position report.
fn check_position_report(bytes: &[u8]) {
    let Some(Ok(report)) = PositionReport::find(bytes) else { return };
    let mut buffer = [0; PACKET_BYTES_MAX];
    let mut writer = Writer::new(&mut buffer);
    report.write(SessionId(7), &mut writer).expect("a position is short");
    let (_, trailing) = Packet::parse_with_trailing(writer.written()).expect("what was written is a packet");
    assert_eq!(PositionReport::find(trailing), Some(Ok(report)), "what was written is read");
}

/// The same as what a server says that closes.
fn check_closing(bytes: &[u8]) {
    let Some(closing) = Closing::find(bytes) else { return };
    let mut buffer = [0; PACKET_BYTES_MAX];
    let mut writer = Writer::new(&mut buffer);
    closing.write(SessionId(7), &mut writer).expect("the longest address fits");
    let (_, trailing) = Packet::parse_with_trailing(writer.written()).expect("what was written is a packet");
    assert_eq!(Closing::find(trailing), Some(closing), "what was written is read");
}

/// The same as a list of servers.
fn check_server_list(bytes: &[u8]) {
    let Some(list) = ServerList::find(bytes) else { return };
    let addresses: Vec<&str> = list.addresses().collect();
    let mut buffer = vec![0; PACKET_BYTES_MAX + bytes.len()];
    let mut writer = Writer::new(&mut buffer);
    ServerList::write(&addresses, SessionId(7), &mut writer)
        .expect("what was read has room where it came from");
    let (_, trailing) = Packet::parse_with_trailing(writer.written()).expect("what was written is a packet");
    assert_eq!(ServerList::find(trailing), Some(list), "what was written is read");
}

/// The same as what a moderator wants done.
fn check_moderator_request(bytes: &[u8]) {
    let Some(request) = ModeratorCommand::find(bytes) else { return };
    let mut buffer = vec![0; PACKET_BYTES_MAX + bytes.len()];
    let mut writer = Writer::new(&mut buffer);
    request.write(SessionId(7), &mut writer).expect("what was read has room where it came from");
    let (_, trailing) = Packet::parse_with_trailing(writer.written()).expect("what was written is a packet");
    assert_eq!(ModeratorCommand::find(trailing), Some(request), "what was written is read");
}

/// The same as what a server says of an operator's decisions.
fn check_notice(bytes: &[u8]) {
    let Some(notice) = Notice::find(bytes) else { return };
    let mut buffer = vec![0; PACKET_BYTES_MAX + bytes.len()];
    let mut writer = Writer::new(&mut buffer);
    notice.write(SessionId(7), &mut writer).expect("what was read has room where it came from");
    let (_, trailing) = Packet::parse_with_trailing(writer.written()).expect("what was written is a packet");
    assert_eq!(Notice::find(trailing), Some(notice), "what was written is read");
}

fn block(items: &[(u8, &[u8])]) -> Vec<u8> {
    let length = 2 + items.iter().map(|(_, bytes)| 3 + bytes.len()).sum::<usize>();
    let mut buffer = vec![0; length];
    let mut writer = Writer::new(&mut buffer);
    let mut block = ExtensionWriter::begin(&mut writer).expect("two bytes for the mark");
    for (tag, bytes) in items {
        block.item(*tag, bytes).expect("the buffer has room for every item");
    }
    assert_eq!(writer.len(), length);
    buffer
}
