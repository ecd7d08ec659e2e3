//! Listening, speaking and writing by the rules, without a server.

use alloc::format;
use alloc::string::String;
use core::time::Duration;

use consonance_wire::names::NameKey;
use consonance_wire::{
    ChannelBits, ChannelKind, CodecId, CodecParameters, List, Priority, Restriction, SessionId, VoiceChannel,
    VoiceData, VoiceOptions,
};

use super::*;
use crate::link::LinkId;
use crate::restrictions::{RestrictionTerms, Restrictions, RoomRights};
use crate::server::access::RoomUse;
use crate::server::fault::Fault;
use crate::server::members::Members;
use crate::server::moderation::PlayerIdentity;
use crate::server::settings::RoomBounds;

const NOW: Instant = Instant::START;
const CODEC: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
const ANN: ClientId = ClientId(0);
const BOB: ClientId = ClientId(1);

fn policy(change: impl FnOnce(&mut ServerSettings)) -> RoomPolicy {
    let mut settings = ServerSettings::from_seed(1);
    change(&mut settings);
    RoomPolicy::new(&settings)
}

/// Rooms whose names begin with `staff` require the token `staff`.
fn with_staff_rooms() -> RoomPolicy {
    policy(|settings| settings.access = [("staff*".into(), AccessRule::for_both(["staff"]))].into())
}

fn members() -> Members {
    let mut members = Members::new();
    for name in ["Ann", "Bob"] {
        let id = members.take_id().unwrap();
        members.insert(id, name.into(), NameKey::of(name), CODEC, LinkId(0));
    }
    members
}

/// A client enters a room, as in a server.
fn enter(policy: &mut RoomPolicy, members: &mut Members, id: ClientId, room: &str) -> bool {
    assert!(members.enter(id, room));
    policy.enter(id, room)
}

/// Whether a client's frame to a room is refused.
fn speak(
    policy: &mut RoomPolicy,
    members: &Members,
    id: ClientId,
    bits: ChannelBits,
    room: &str,
) -> Option<Refused> {
    let channels = [VoiceChannel { bits, recipient: RoomId::of(room).0 }];
    let (options, channels) = (VoiceOptions::new(0), List::from(&channels));
    let (session, frame) = (SessionId(1), &[0x55; 9][..]);
    let voice = VoiceData { session, sender: id, options, sequence: 1, channels, frame };
    policy.check_voice(members, NOW, id, &voice).err()
}

fn bits() -> ChannelBits {
    ChannelBits::new(ChannelKind::Room)
}

/// The name of the fault, and the report for the operator.
fn told(refused: Option<Refused>) -> Option<(&'static str, Option<Report>)> {
    refused.map(|Refused { fault, report }| (name_of(fault), report.map(|report| *report)))
}

fn name_of(fault: Fault) -> &'static str {
    match fault {
        Fault::Muted => "muted",
        Fault::SpeechForbidden => "speech forbidden",
        Fault::SpeakersLimited => "speakers limited",
        Fault::PriorityForbidden => "priority forbidden",
        Fault::RoomReserved => "room reserved",
        Fault::RoomForbidden => "room forbidden",
        Fault::RoomFull => "room full",
        Fault::RoomRefused => "room refused",
        Fault::RoomsExhausted => "rooms exhausted",
        _ => "something else",
    }
}

/// Another room name with the same id.
fn same_id_as(room: &str) -> String {
    let mut names = (0..).map(|number| format!("other {number}"));
    names.find(|name| RoomId::of(name) == RoomId::of(room)).unwrap()
}

fn decide(policy: &mut RoomPolicy, id: ClientId, name: &str, change: impl FnOnce(&mut Restrictions)) {
    let (identity, mut restrictions) = (PlayerIdentity::Name(name.into()), <Restrictions>::default());
    change(&mut restrictions);
    policy.register_mut().replace(&identity, restrictions);
    policy.register_mut().attach(id, &identity);
}

#[test]
fn a_room_that_asks_for_a_token_is_closed_without_it_and_the_operator_is_told_once() {
    let (mut policy, mut members) = (with_staff_rooms(), members());
    policy.grant(BOB, ["staff"].into_iter().collect());
    enter(&mut policy, &mut members, BOB, "staff");
    assert_eq!(policy.check_listener(ANN, "staff").map_err(name_of), Err("room forbidden"));
    assert!(policy.check_listener(BOB, "staff").is_ok() && policy.check_listener(ANN, "hall").is_ok());
    let denied = Report::Denied { room: "staff".into(), to: RoomUse::Speak };
    for report in [Some(denied), None] {
        let refused = speak(&mut policy, &members, ANN, bits(), "staff");
        assert_eq!(told(refused), Some(("speech forbidden", report)));
    }
    assert_eq!(told(speak(&mut policy, &members, BOB, bits(), "staff")), None);
    policy.leave(BOB, "staff", false);
    assert_eq!(told(speak(&mut policy, &members, ANN, bits(), "staff")), None, "it has no listeners");
}

#[test]
fn rights_of_a_player_come_before_the_rules_of_a_room() {
    let (mut policy, mut members) = (with_staff_rooms(), members());
    enter(&mut policy, &mut members, BOB, "staff");
    let rights = RoomRights { listen: Some(true), speak: Some(true) };
    decide(&mut policy, ANN, "Ann", |restrictions| assert!(restrictions.set_room_rights("staff", rights)));
    assert!(policy.check_listener(ANN, "staff").is_ok() && policy.looks_into_voice());
    assert_eq!(told(speak(&mut policy, &members, ANN, bits(), "staff")), None);
    assert_eq!(policy.forbidden(BOB, ["hall", "staff"].into_iter()), [Box::from("staff")]);
    policy.forget(ANN);
    assert!(!policy.may_listen(ANN, "staff"));
}

#[test]
fn a_muted_client_neither_speaks_nor_writes() {
    let (mut policy, members) = (policy(|_| {}), members());
    decide(&mut policy, ANN, "Ann", |restrictions| {
        restrictions.impose(Restriction::Muted, RestrictionTerms::default());
        restrictions.impose(Restriction::TextMuted, RestrictionTerms::default());
    });
    assert_eq!(told(speak(&mut policy, &members, ANN, bits(), "hall")), Some(("muted", None)));
    let every = (Duration::ZERO, None);
    let write = |policy: &mut RoomPolicy, id| policy.check_text(NOW, id, every, b"text", [BOB].into_iter());
    assert_eq!(write(&mut policy, ANN), Err(TextRefusal::Muted));
    assert_eq!(write(&mut policy, BOB), Ok(()));
}

#[test]
fn a_text_that_comes_too_soon_is_held_unless_it_is_the_rest_of_the_last_one() {
    let mut policy = policy(|_| {});
    let every = (Duration::from_secs(2), None);
    let mut write = |text: &[u8], to| policy.check_text(NOW, ANN, every, text, [to].into_iter());
    assert_eq!(write(b"one", BOB), Ok(()));
    assert_eq!(write(b"one", ClientId(2)), Ok(()), "in another relay");
    assert_eq!(write(b"one", BOB), Err(TextRefusal::RateLimited(Duration::from_secs(2))));
    assert_eq!(write(b"two", BOB), Err(TextRefusal::RateLimited(Duration::from_secs(2))));
}

#[test]
fn a_frame_of_more_priority_than_its_speaker_may_have_is_told_once() {
    let (mut policy, members) = (policy(|_| {}), members());
    let mut access = Access::default();
    access.priority_max = Some(Priority::Low);
    policy.grant(ANN, access);
    let high = bits().with_priority(Priority::High);
    for report in [Some(Report::Priority), None] {
        let refused = speak(&mut policy, &members, ANN, high, "hall");
        assert_eq!(told(refused), Some(("priority forbidden", report)));
    }
    assert_eq!(told(speak(&mut policy, &members, BOB, high, "hall")), None);
}

#[test]
fn a_room_has_as_many_listeners_and_speakers_as_its_limits_allow() {
    let limits = RoomLimits { listeners: Some(1), speakers: Some(1), ..RoomLimits::default() };
    let mut policy = policy(|settings| settings.room_limits = [("hall".into(), limits)].into());
    let mut members = members();
    enter(&mut policy, &mut members, BOB, "hall");
    assert_eq!(policy.check_listener(ANN, "hall").map_err(name_of), Err("room full"));
    let full = |to, is_first| Report::Full { room: "hall".into(), to, is_first };
    assert_eq!(policy.note_full(ANN, "hall"), full(RoomUse::Listen, true));
    assert_eq!(policy.note_full(ANN, "hall"), full(RoomUse::Listen, false));
    assert_eq!(told(speak(&mut policy, &members, BOB, bits(), "hall")), None);
    for report in [Some(full(RoomUse::Speak, true)), None] {
        let refused = speak(&mut policy, &members, ANN, bits(), "hall");
        assert_eq!(told(refused), Some(("speakers limited", report)));
    }
    policy.set_room_limits(&[], [].into_iter());
    assert!(policy.check_listener(ANN, "hall").is_ok() && !policy.looks_into_voice());
}

#[test]
fn the_id_of_a_room_in_use_is_claimed_by_as_many_with_a_token_as_are_in_the_way() {
    let (mut policy, mut members) = (with_staff_rooms(), members());
    let other = same_id_as("staff");
    enter(&mut policy, &mut members, BOB, &other);
    assert!(policy.is_kept_for_others("staff"));
    assert_eq!(policy.claim_id(&members, ANN, "staff").map_err(name_of), Err("room reserved"));
    policy.grant(ANN, ["staff"].into_iter().collect());
    assert_eq!(policy.claim_id(&members, ANN, "staff").map_err(name_of), Ok([other.into()].into()));
    assert_eq!(policy.claim_id(&members, ANN, "hall").map_err(name_of), Ok(Vec::new()));
}

#[test]
fn a_client_that_did_not_get_into_a_room_does_not_speak_to_the_listeners_behind_its_id() {
    let (mut policy, mut members) = (with_staff_rooms(), members());
    let other = same_id_as("staff");
    policy.grant(BOB, ["staff"].into_iter().collect());
    enter(&mut policy, &mut members, BOB, "staff");
    policy.grant(ANN, ["staff"].into_iter().collect());
    let taken = Report::IdTaken { room: (*other).into(), in_use: Some("staff".into()) };
    assert_eq!(policy.keep_out(ANN, &other, Some("staff")), Some(taken));
    assert_eq!(policy.keep_out(ANN, &other, Some("staff")), None);
    let refused = told(speak(&mut policy, &members, ANN, bits(), "staff"));
    assert_eq!(refused.map(|(fault, _)| fault), Some("speech forbidden"));
    policy.forget_wish(ANN, &other);
    assert_eq!(told(speak(&mut policy, &members, ANN, bits(), "staff")), None);
}

#[test]
fn rooms_of_one_id_under_different_rules_are_closed_but_for_the_first_that_a_rule_is_about() {
    let (mut policy, mut members) = (policy(|_| {}), members());
    let other = same_id_as("staff");
    assert!(!enter(&mut policy, &mut members, ANN, "staff"));
    assert!(enter(&mut policy, &mut members, BOB, &other), "the wire cannot tell them apart");
    let rules = [("staff*".into(), AccessRule::for_both(["staff"]))];
    assert_eq!(policy.set_access_rules(&rules, [].into_iter(), &[ANN, BOB]), [Box::from(&*other)]);
    policy.leave(BOB, &other, false);
    policy.guard_again(&other);
    assert!(!policy.may_listen(ANN, "staff"));
}

#[test]
fn rooms_are_within_their_bounds() {
    let (mut policy, mut members) = (policy(|_| {}), members());
    let bounds = RoomBounds { name_bytes: 5, per_client: 2, in_use: 2 };
    enter(&mut policy, &mut members, BOB, "one");
    enter(&mut policy, &mut members, BOB, "two");
    let check = |id, room: &str| {
        let member = members.get(id).unwrap();
        policy.check_one_more(bounds, member, room).map_err(name_of)
    };
    assert_eq!(check(ANN, "one"), Ok(()));
    assert_eq!(check(ANN, "three"), Err("rooms exhausted"));
    assert_eq!(check(ANN, "too long"), Err("room refused"));
    assert_eq!(check(BOB, "one"), Err("room refused"), "it is in as many as it may");
}
