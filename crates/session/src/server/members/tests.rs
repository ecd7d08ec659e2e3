//! Ids, names and order, without a server.

use consonance_wire::CodecId;

use super::*;

const CODEC: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };

fn join(members: &mut Members, name: &str) -> ClientId {
    let id = members.take_id().unwrap();
    members.insert(id, name.into(), NameKey::of(name), CODEC, LinkId(u64::from(id.0)));
    id
}

#[test]
fn an_id_is_free_again_once_its_client_has_left() {
    let mut members = Members::new();
    let [ann, bob, _] = ["Ann", "Bob", "Cid"].map(|name| join(&mut members, name));
    assert_eq!(members.remove(ann).map(|member| member.data), Some(LinkId(0)));
    assert!(members.remove(ann).is_none());
    assert_eq!(join(&mut members, "Dan"), ann);
    assert_eq!(members.in_order().collect::<Vec<_>>(), [ann, bob, ClientId(2)]);
}

#[test]
fn clients_know_more_than_copies_until_those_are_told_what_others_saw() {
    let mut members = Members::new();
    let ann = join(&mut members, "Ann");
    members.note_changes(None, 1);
    let version = members.version();
    assert_eq!(members.version_of_clients(), Some(version));
    members.set_link(ann, LinkId(9));
    assert_eq!(members.version_of_clients(), Some(version), "no client is told of links");
    members.enter(ann, "lobby");
    assert_eq!(members.version_of_clients(), None);
    assert_eq!((members.pop_changed(), members.pop_changed()), (Some(ann), None));
    assert_eq!(members.version_of_clients(), Some(members.version()));
}

#[test]
fn an_id_that_a_client_brought_along_is_not_given_out() {
    let mut members = Members::new();
    let ghost = ClientId(0);
    members.insert(ghost, "ghost".into(), NameKey::of("ghost"), CODEC, LinkId(9));
    assert_eq!(join(&mut members, "Ann"), ClientId(1));
    members.remove(ghost);
    assert_eq!(join(&mut members, "Bob"), ghost);
}

#[test]
fn the_ids_of_clients_that_were_here_first_count_as_given_out() {
    let mut members = Members::new();
    for id in [4, 1] {
        members.insert(ClientId(id), "x".into(), NameKey::of("x"), CODEC, LinkId(0));
    }
    members.give_out_own_ids();
    assert_eq!([(); 4].map(|()| join(&mut members, "y").0), [3, 2, 0, 5]);
}

#[test]
fn the_client_that_spells_a_name_so_is_found_first() {
    let mut members = Members::new();
    let [lower, upper] = ["ann", "ANN"].map(|name| join(&mut members, name));
    let key = NameKey::of("Ann");
    assert_eq!(members.find("ANN", &key), Some(upper));
    assert_eq!(members.find("Ann", &key), Some(lower));
    assert_eq!(members.find_spelled("Ann", &key), None);
    assert_eq!(members.named(&key), [lower, upper]);
    members.remove(lower);
    assert_eq!(members.find("ann", &key), Some(upper));
}

#[test]
fn a_room_has_its_listeners_until_they_leave_it_or_the_session() {
    let mut members = Members::new();
    let [ann, bob] = ["Ann", "Bob"].map(|name| join(&mut members, name));
    let lobby = RoomId::of("lobby");
    assert!(members.enter(ann, "lobby") && !members.enter(ann, "lobby"));
    assert!(members.enter(bob, "lobby") && members.is_in(bob, "lobby") && members.is_in_id(bob, lobby));
    assert_eq!(members.listeners_by_name(lobby, "lobby"), [ann, bob]);
    assert!(members.listeners_by_name(lobby, "hall").is_empty());
    members.remove(ann);
    assert_eq!(members.listeners(lobby), [bob]);
    assert_eq!(members.leave_last(bob).as_deref(), Some("lobby"));
    assert!(members.listeners(lobby).is_empty());
}
