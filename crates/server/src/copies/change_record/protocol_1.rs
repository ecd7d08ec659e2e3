//! The changes of protocol 1, byte for byte: nodes that speak it and nodes of this version follow each other's sessions
//! while a cluster is updated.

use std::fmt::Write as _;

use consonance_session::{
    Access, CodecId, CodecParameters, Instant, KeptPlace, PlayerIdentity, Priority, Restriction,
    RestrictionTerms, Restrictions, RoomRights, SharedSecret, Vouched,
};

use super::*;

/// Kind by kind: its name, and its bytes in hexadecimal digits. Lines are added, and never changed.
const VECTORS: &str = include_str!("protocol_1.txt");

fn full_access() -> Access {
    let mut access = Access::from_iter(["vip"]).listening_to(["lobby", "team-*"]).speaking_to(["lobby"]);
    access.priority_max = Some(Priority::High);
    access.is_moderator = true;
    access.subject = Some("a7".into());
    access.vouched = Vouched::Name;
    access.ends_at = Some(Instant::from_millis(90_000));
    access
}

fn client(access: Access, secret: Option<SharedSecret>) -> SessionChange {
    SessionChange::Client(CopiedClient {
        place: KeptPlace {
            id: ClientId(300),
            name: "Alice".into(),
            codec: CodecParameters { kind: CodecId(1), frame_size_samples: 960, sample_rate_hz: 48_000 },
            rooms: vec!["lobby".into(), "team-1".into()],
            secret,
            is_unannounced: true,
            access,
        },
        capabilities: Capabilities(0x0102_0304),
        position: secret.and_then(|_| Position::new([1.5, -2.0, 300.25]).ok()),
        link: None,
    })
}

fn changes() -> Vec<(&'static str, SessionChange, Option<At>)> {
    let node = NodeId(0x00F3_A2C0_9B7D_1E55);
    let mut restrictions = Restrictions::default();
    let ends = Some(Instant::from_millis(70_000));
    restrictions.impose(Restriction::Muted, RestrictionTerms::new(ends, "spam"));
    restrictions.impose(Restriction::TextMuted, RestrictionTerms::new(None, ""));
    restrictions.impose(Restriction::Deafened, RestrictionTerms::new(None, "too loud"));
    restrictions.set_room_rights("lobby", RoomRights { listen: Some(true), speak: Some(false) });
    let (name, subject) = (PlayerIdentity::Name("Bob".into()), PlayerIdentity::Subject("b8".into()));
    let secret = Some(SharedSecret(*b"sixteen bytes 16"));
    vec![
        (
            "client-at-an-edge",
            client(full_access(), secret),
            Some(At { node, worker: 1, link: Some(70_000) }),
        ),
        ("client-at-the-owner", client(Access::default(), None), Some(At { node, worker: 0, link: None })),
        ("client-away", client(Access::default(), None), None),
        ("gone", SessionChange::Gone(ClientId(300)), None),
        ("restricted", SessionChange::Restricted(name, restrictions), None),
        ("unrestricted", SessionChange::Restricted(subject, Restrictions::default()), None),
    ]
}

fn bytes_of(change: &SessionChange, at: Option<At>) -> Vec<u8> {
    let mut record = ChangeRecord::of(change, |_| None);
    if let ChangeRecord::Client(client) = &mut record {
        client.at = at;
    }
    postcard::to_allocvec(&record).unwrap()
}

#[test]
fn every_change_is_written_as_protocol_1_has_it() {
    let mut written = String::new();
    for (name, change, at) in changes() {
        let _ = write!(written, "{name} ");
        for byte in bytes_of(&change, at) {
            let _ = write!(written, "{byte:02x}");
        }
        written.push('\n');
    }
    assert_eq!(written, VECTORS);
}

#[test]
fn every_change_of_protocol_1_is_read_as_it_was_meant() {
    assert_eq!(VECTORS.lines().count(), changes().len());
    for ((name, change, at), line) in changes().into_iter().zip(VECTORS.lines()) {
        let digits = line.strip_prefix(name).unwrap().trim_start().as_bytes();
        let (pairs, _) = digits.as_chunks::<2>();
        let byte = |pair: &[u8; 2]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
        let bytes: Vec<u8> = pairs.iter().map(byte).collect();
        let record: ChangeRecord = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(record.read(), Ok((change, at)), "{name}");
    }
}

#[test]
fn a_change_of_a_kind_that_a_later_version_adds_is_an_error() {
    assert!(postcard::from_bytes::<ChangeRecord>(&[3, 1, 2, 3]).is_err());
}
