//! The bytes that stock peers produce by their rules.

use consonance_game_networks::ngo::{
    ConnectionApproved, NameHash, NgoBatch, NgoBatchWriter, NgoMessageType, SceneHandle, TypeList,
    VoiceDialect, VoiceName, packed, write_disconnect_reason, write_empty_synchronization,
};
use proptest::prelude::*;
use twox_hash::XxHash64;

use crate::ngo::support::{hex, id_of};

/// A voice packet: a player called Bob wants to join.
const D: &str = "8bc7 04 01 00000780 0000bb80 0004 426f62";
const BATCH_WITH_D: &str = "6011 0100 30000000 ccb0636301c602bd 59 e9 cb13cdc500000000 11000000 \
                            8bc7 04 01 00000780 0000bb80 0004 426f62 00";
const APPROVED: &str = "9201 7d9ae2a521 b23617b311 46c4ca0401 2ab2f15001 e93ab6d201 393be82c01 abc9506001 53a3384401 \
                        d3f61cb801 7f100daf01 f3a24a4a01 a622899701 e94e310d01 b5fe017401 be97be7301 bd23d8d001 \
                        58aafb1c01 9d9a5c0101 e951971701 8af7e78301 ee801fc601 427f88c601 97a3f54601 c2402ea301 \
                        4e6703d201 11 4206 01000000 0100000000000000 00000000";
const SYNCHRONIZE: &str =
    "02 00 00000000 00000000 00000000 00000000 00000000 00000000 08000000 00000000 00000000";

fn approved(types: TypeList) -> ConnectionApproved {
    ConnectionApproved { types, client_id: 1, tick: 100 }
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes);
    bytes
}

#[test]
fn numbers_are_packed_as_stock_ends_pack_them() {
    for (value, text) in [
        (0, "01"),
        (11, "59"),
        (29, "e9"),
        (31, "f9"),
        (32, "0201"),
        (300, "6209"),
        (8191, "faff"),
        (8192, "030001"),
        ((1 << 29) - 1, "fcffffff"),
        (1 << 29, "05 00000020"),
        (u32::MAX, "05 ffffffff"),
    ] {
        let bytes = written(|bytes| packed::write_u32(value, bytes));
        assert_eq!(bytes, hex(text), "{value}");
        assert_eq!(packed::read_u32(&bytes), Some((value, bytes.len())));
    }
    for (value, text) in [
        (0, "01"),
        (1, "11"),
        (16, "0201"),
        ((1 << 60) - 1, "f8ffffffffffffff"),
        (1 << 60, "09 0000000000000010"),
        (u64::MAX, "09 ffffffffffffffff"),
    ] {
        let bytes = written(|bytes| packed::write_u64(value, bytes));
        assert_eq!(bytes, hex(text), "{value}");
        assert_eq!(packed::read_u64(&bytes), Some((value, bytes.len())));
    }
    for length in ["00", "06", "07"] {
        assert_eq!(packed::read_u32(&hex(&format!("{length} 00000000 00000000"))), None, "{length}");
    }
    for length in ["00", "0a", "0f"] {
        assert_eq!(packed::read_u64(&hex(&format!("{length} 00000000 00000000 00000000"))), None, "{length}");
    }
}

proptest! {
    #[test]
    fn packed_numbers_are_read_as_they_were_written_and_not_when_cut(
        signed in any::<i32>(), unsigned in any::<u64>(), shift in 0_u32..64,
    ) {
        let signed = signed >> (shift / 2);
        let bytes = written(|bytes| packed::write_i32(signed, bytes));
        prop_assert_eq!(packed::read_i32(&bytes), Some((signed, bytes.len())));
        prop_assert_eq!(packed::read_i32(&bytes[..bytes.len() - 1]), None);
        let unsigned = unsigned >> shift;
        let bytes = written(|bytes| packed::write_u64(unsigned, bytes));
        prop_assert_eq!(packed::read_u64(&bytes), Some((unsigned, bytes.len())));
        prop_assert_eq!(packed::read_u64(&bytes[..bytes.len() - 1]), None);
    }
}

#[test]
fn types_are_the_hashes_of_their_names() {
    let names = [
        "ConnectionApprovedMessage",
        "ConnectionRequestMessage",
        "ChangeOwnershipMessage",
        "ClientConnectedMessage",
        "ClientDisconnectedMessage",
        "ClientRpcMessage",
        "CreateObjectMessage",
        "DestroyObjectMessage",
        "DisconnectReasonMessage",
        "ForwardClientRpcMessage",
        "ForwardServerRpcMessage",
        "NamedMessage",
        "NetworkTransformMessage",
        "NetworkVariableDeltaMessage",
        "ParentSyncMessage",
        "ProxyMessage",
        "RpcMessage",
        "SceneEventMessage",
        "ServerLogMessage",
        "ServerRpcMessage",
        "SessionOwnerMessage",
        "TimeSyncMessage",
        "UnnamedMessage",
        "AnticipationCounterSyncPingMessage",
        "AnticipationCounterSyncPongMessage",
    ];
    let stock: Vec<NgoMessageType> = TypeList::stock().types().iter().map(|(listed, _)| *listed).collect();
    assert_eq!(stock, names.map(NgoMessageType::of_netcode));
}

#[test]
fn names_of_voice_are_hashed_as_stock_ends_hash_them() {
    use NameHash::{EightBytes, FourBytes};
    assert_eq!(VoiceName::ToServer.hash(FourBytes), 0xc5cd_13cb);
    assert_eq!(VoiceName::ToClient.hash(FourBytes), 0x98ff_ac3f);
    assert_eq!(VoiceName::ToServer.hash(EightBytes), 0xc588_3d08_b05e_f598);
    assert_eq!(VoiceName::ToClient.hash(EightBytes), 0x805b_2d59_61b1_5226);
    let bytes: Vec<u8> = (0..=0x27).collect();
    assert_eq!(XxHash64::oneshot(0, &bytes), 0xf5da_40f1_b117_41e9);
}

#[test]
fn a_batch_with_a_voice_packet_of_48_bytes() {
    let voice = VoiceDialect::new(&TypeList::stock()).unwrap();
    let bytes = written(|bytes| voice.write(VoiceName::ToServer, NameHash::FourBytes, &hex(D), bytes));
    assert_eq!(bytes, hex(BATCH_WITH_D));
    assert_eq!(bytes.len(), 48);
    let messages: Vec<_> = NgoBatch::parse(&bytes).unwrap().messages().map(Result::unwrap).collect();
    assert_eq!(messages.len(), 1);
    assert_eq!(voice.name_of(&messages[0]), Some((VoiceName::ToServer, NameHash::FourBytes)));
    assert_eq!(VoiceDialect::packet(&messages[0]), Some(hex(D).as_slice()));
}

#[test]
fn an_empty_entry_of_a_list() {
    let list = TypeList::new(vec![(NgoMessageType(0), 0)]);
    assert_eq!(written(|bytes| list.write(bytes))[1..], hex("00000000 01"));
}

#[test]
fn approval_of_146_bytes() {
    let approved = approved(TypeList::stock());
    let body = written(|bytes| approved.write(bytes));
    assert_eq!(body, hex(APPROVED));
    assert_eq!(body.len(), 146);
    assert_eq!(ConnectionApproved::read(&body), Some(approved));
}

#[test]
fn ids_of_connected_clients_are_told_from_version_1_of_the_approval_on() {
    let lengths = [0, 1, 2].map(|version| {
        let mut types = TypeList::stock().types().to_vec();
        types[0].1 = version;
        written(|bytes| approved(TypeList::new(types)).write(bytes)).len()
    });
    assert_eq!(lengths, [134, 146, 146]);
}

#[test]
fn synchronization_of_38_bytes_and_of_42_with_long_handles() {
    let body = written(|bytes| write_empty_synchronization(SceneHandle::FourBytes, bytes));
    assert_eq!(body, hex(SYNCHRONIZE));
    assert_eq!(body.len(), 38);
    let long = written(|bytes| write_empty_synchronization(SceneHandle::EightBytes, bytes));
    assert_eq!(long, [&body[..10], &[0; 4], &body[10..]].concat());
}

#[test]
fn a_batch_with_approval_and_synchronization_of_208_bytes() {
    let bytes = written(|bytes| {
        let mut batch = NgoBatchWriter::new(bytes);
        batch.message(id_of(NgoMessageType::CONNECTION_APPROVED), &[&hex(APPROVED)]);
        batch.message(id_of(NgoMessageType::SCENE_EVENT), &[&hex(SYNCHRONIZE)]);
        batch.finish();
    });
    let expected =
        format!("6011 0200 d0000000 63a35dc5fedb2d97 01 9204 {APPROVED} 89 3201 {SYNCHRONIZE} 0000");
    assert_eq!(bytes, hex(&expected));
    assert_eq!(bytes.len(), 208);
}

#[test]
fn a_reason_is_a_number_and_text_of_16_bits() {
    let body = written(|bytes| write_disconnect_reason("né", bytes));
    assert_eq!(body, hex("01 02000000 6e00 e900"));
}
