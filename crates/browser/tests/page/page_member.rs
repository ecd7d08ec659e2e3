//! Two pages in one group: each opens what the other seals, and invalid data is dropped.

use std::time::Duration;

use consonance_browser::wasm_encryption::{OpenOutcome, PageMember};
use consonance_e2ee::{MemberReport, ModeratorsSecret};
use consonance_session::RoomId;
use consonance_wire::{DeliveryMessage, MemberMessage, Named, PlainRooms, ReportAnswer, SealedVoice};
use serde_json::{Value, json};

const NOW: Duration = Duration::from_secs(1);
/// A frame of 20 ms of SILK in wideband.
const FRAME: &[u8] = &[9 << 3, 0x80, 1, 2, 3];

#[test]
fn frames_of_the_player_that_the_slot_is_known_to_play_are_opened() {
    let [mut ann, mut bob] = pair(&PlainRooms::Never);
    let mut frame = sealed(&mut ann, FRAME);
    assert!(SealedVoice::of(&frame).is_some());
    let as_sent = frame.clone();
    assert_eq!(bob.open_frame(NOW, 3, &mut frame), OpenOutcome::Early);
    assert_eq!(frame, as_sent);
    play(&mut bob, 3, "Cid", &[]);
    assert_eq!(bob.open_frame(NOW, 3, &mut frame), OpenOutcome::Early);
    play(&mut bob, 3, "Ann", &["lobby"]);
    assert_eq!(bob.open_frame(NOW, 3, &mut frame), OpenOutcome::Played);
    assert_eq!(frame, FRAME);
    let mut again = as_sent.clone();
    assert_eq!(bob.open_frame(NOW, 3, &mut again), OpenOutcome::Dropped, "a replay");
    let mut forged = sealed(&mut ann, FRAME);
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(bob.open_frame(NOW, 3, &mut forged), OpenOutcome::Dropped);
    assert_eq!(status(&mut bob)["counts"], json!({ "opened": 1, "refused": 2 }));
}

#[test]
fn without_keys_nothing_is_sent_and_without_encryption_everything_passes() {
    let mut ann = member("Ann");
    let mut frame = FRAME.to_vec();
    assert!(ann.seal_frame(&mut frame));
    assert_eq!(frame, FRAME);
    assert_eq!(ann.open_frame(NOW, 0, &mut frame), OpenOutcome::Played);
    assert_eq!(status(&mut ann)["state"], "off");
    ann.handle_joined(NOW, true, false);
    assert!(!ann.seal_frame(&mut frame.clone()));
    assert_eq!(ann.open_frame(NOW, 0, &mut frame), OpenOutcome::Dropped);
    assert_eq!(ann.seal_text(br#"{"text":"hello","to":{"room":"lobby"}}"#), None);
    assert_eq!(status(&mut ann)["state"], "waiting");
}

#[test]
fn a_page_that_asks_for_encryption_sends_nothing_where_there_is_none() {
    let mut ann = PageMember::start(br#"{"name":"Ann","strict":true}"#).unwrap();
    ann.handle_joined(NOW, false, false);
    assert_eq!(events(&mut ann), [json!({ "type": "withheld", "why": "not-offered", "name": null })]);
    assert!(!ann.seal_frame(&mut FRAME.to_vec()));
    assert_eq!(ann.open_text(NOW, br#"{"name":"Bob","text":"hello"}"#), None);
    assert_eq!(status(&mut ann)["state"], "waiting");
}

#[test]
fn a_page_that_asks_for_encryption_sends_and_plays_nothing_plain_whatever_the_group_allows() {
    for plain in [PlainRooms::Only(vec![RoomId::of("lobby").0]), PlainRooms::All] {
        let is_all = plain == PlainRooms::All;
        let ann = PageMember::start(br#"{"name":"Ann","strict":true}"#).unwrap();
        let [mut ann, mut bob] = pair_of(ann, &plain);
        assert_eq!(status(&mut ann)["state"], if is_all { "waiting" } else { "on" });
        assert_eq!(status(&mut bob)["state"], if is_all { "off" } else { "on" });
        events(&mut ann);
        ann.note_targets(br#"[{"room":"cave"},{"room":"lobby"}]"#);
        for _ in 0..2 {
            assert!(!ann.seal_frame(&mut FRAME.to_vec()));
            assert_eq!(ann.seal_text(br#"{"text":"hello","to":{"room":"lobby"}}"#), None);
            assert_eq!(ann.seal_text(br#"{"text":"hello","to":{"player":"Old"}}"#), None);
        }
        status(&mut ann);
        let room = if is_all { "cave" } else { "lobby" };
        let withheld = |why: &str, name: &str| json!({ "type": "withheld", "why": why, "name": name });
        let mut expected = vec![withheld("plain-room", room), withheld("not-a-member", "Old")];
        if is_all {
            expected.insert(1, withheld("plain-room", "lobby"));
        }
        assert_eq!(events(&mut ann), expected);
        play(&mut ann, 0, "Bob", &["lobby"]);
        assert_eq!(ann.open_frame(NOW, 0, &mut FRAME.to_vec()), OpenOutcome::Dropped);
        assert_eq!(ann.open_text(NOW, br#"{"name":"Bob","text":"hello","to":{"room":"lobby"}}"#), None);
    }
}

#[test]
fn a_first_epoch_with_rooms_that_are_not_encrypted_is_an_event() {
    let [mut ann, mut bob] = pair(&PlainRooms::Only(vec![RoomId::of("lobby").0]));
    for page in [&mut ann, &mut bob] {
        assert!(events(page).contains(&json!({ "type": "roomsChanged", "by": null })));
    }
    let [mut ann, _] = pair(&PlainRooms::Never);
    assert_eq!(events(&mut ann), Vec::<Value>::new());
}

#[test]
fn a_list_of_known_players_that_is_full_is_an_event_and_stays_as_it_is() {
    let known = (0..10_000)
        .fold(String::new(), |known, nth| known + &format!("{} seen name:player {nth}\n", "ab".repeat(32)));
    let settings = json!({ "name": "Ann", "knownKeys": known }).to_string();
    let [mut ann, _bob] = pair_of(PageMember::start(settings.as_bytes()).unwrap(), &PlainRooms::Never);
    for count in [1, 0] {
        status(&mut ann);
        let full = json!({ "type": "knownKeysFull" });
        assert_eq!(events(&mut ann).iter().filter(|event| **event == full).count(), count);
    }
    assert_eq!(ann.known_keys().lines().count(), 10_000);
    assert!(ann.verify("Bob"), "one that was compared has a place of its own");
    assert_eq!(ann.known_keys().lines().count(), 10_001);
}

#[test]
fn texts_are_sealed_and_opened_and_plain_ones_dropped() {
    let [mut ann, mut bob] = pair(&PlainRooms::Never);
    let sealed = ann.seal_text(br#"{"text":"good evening","to":{"room":"lobby"}}"#).unwrap();
    assert!(sealed.starts_with('\u{1}') && !sealed.contains("evening"));
    let of = |name: &str| json!({ "name": name, "text": sealed, "to": { "room": "lobby" } }).to_string();
    assert_eq!(bob.open_text(NOW, of("Ann").as_bytes()).as_deref(), Some("good evening"));
    assert_eq!(bob.open_text(NOW, of("Ann").as_bytes()), None, "a replay");
    assert_eq!(bob.open_text(NOW, br#"{"name":"Ann","text":"plain"}"#), None);
    let sealed = ann.seal_text(br#"{"text":"x","to":{"player":"Bob"}}"#).unwrap();
    let of_another = json!({ "name": "Cid", "text": sealed }).to_string();
    assert_eq!(bob.open_text(NOW, of_another.as_bytes()), None, "another has sealed it");
}

#[test]
fn voice_to_a_room_that_is_not_encrypted_is_plain_and_heard_from_there_only() {
    let [mut ann, mut bob] = pair(&PlainRooms::Only(vec![RoomId::of("lobby").0]));
    ann.note_targets(br#"[{"room":"cave"},{"player":"Bob"}]"#);
    assert_ne!(sealed(&mut ann, FRAME), FRAME);
    ann.note_targets(br#"[{"room":"cave"},{"room":"lobby"}]"#);
    assert_eq!(sealed(&mut ann, FRAME), FRAME);
    play(&mut bob, 0, "Ann", &["cave"]);
    assert_eq!(bob.open_frame(NOW, 0, &mut FRAME.to_vec()), OpenOutcome::Dropped);
    play(&mut bob, 0, "Ann", &["cave", "lobby"]);
    assert_eq!(bob.open_frame(NOW, 0, &mut FRAME.to_vec()), OpenOutcome::Played);
    play(&mut bob, 0, "Old", &[]);
    assert_eq!(bob.open_frame(NOW, 0, &mut FRAME.to_vec()), OpenOutcome::Played, "it is no member");
    ann.note_rooms(br#"["cave","lobby"]"#);
    assert_eq!(status(&mut ann)["plainRooms"], json!(["lobby"]));
}

#[test]
fn a_compared_member_is_remembered_as_verified() {
    let [mut ann, mut bob] = pair(&PlainRooms::Never);
    let recognition = |of: &mut PageMember, name: &str| {
        let status = status(of);
        let members = status["members"].as_array().unwrap();
        members.iter().find(|member| member["name"] == name).unwrap()["recognition"].clone()
    };
    for _ in 0..2 {
        assert_eq!(recognition(&mut ann, "Bob"), "new");
    }
    assert!(ann.verify("Bob") && !ann.verify("Cid") && !ann.verify("Ann"));
    assert_eq!(recognition(&mut ann, "Bob"), "verified");
    assert_eq!(recognition(&mut ann, "Ann"), Value::Null);
    let bobs_key = status(&mut bob)["members"][1]["key"].as_str().unwrap().to_owned();
    assert_eq!(ann.known_keys(), format!("{bobs_key} verified name:bob\n"));
}

#[test]
fn what_was_heard_lately_is_sealed_to_the_moderators() {
    let secret = ModeratorsSecret::generate().unwrap();
    let settings = json!({ "name": "Ann", "moderatorsKey": secret.public().to_string() }).to_string();
    let ann = PageMember::start(settings.as_bytes()).unwrap();
    let [mut ann, mut bob] = pair_of(ann, &PlainRooms::Never);
    let report = json!({ "players": ["Bob"], "reason": "shouting", "madeUnixS": 1_800_000_000 }).to_string();
    assert_eq!(ann.report(NOW, report.as_bytes()), Err("not-heard"));
    assert_eq!(bob.report(NOW, report.as_bytes()), Err("no-key"));
    assert_eq!(ann.report(NOW, b"{}"), Err("malformed"));
    let mut frame = sealed(&mut bob, FRAME);
    play(&mut ann, 0, "Bob", &["lobby"]);
    assert_eq!(ann.open_frame(NOW, 0, &mut frame), OpenOutcome::Played);
    while ann.poll_message().is_some() {}
    assert_eq!(ann.report(NOW, report.as_bytes()), Ok(()));
    let offer = ann.poll_message().expect("an offer");
    assert!(matches!(MemberMessage::parse(&offer), Ok(Some(MemberMessage::ReportOffer { .. }))));
    ann.handle_message(NOW, &DeliveryMessage::ReportAnswer { answer: ReportAnswer::Send }.to_bytes());
    let sent = ann.poll_message().expect("the report");
    let Ok(Some(MemberMessage::Report { report })) = MemberMessage::parse(&sent) else { panic!("no report") };
    let opened = MemberReport::open(report, &secret).unwrap();
    assert_eq!((&*opened.reason, &*opened.voices[0].frames[0].opus), ("shouting", FRAME));
}

#[test]
fn a_player_with_another_key_than_before_is_reported_once() {
    let known = format!("{} verified name:bob\n", "ab".repeat(32));
    let settings = json!({ "name": "Ann", "knownKeys": known }).to_string();
    let ann = PageMember::start(settings.as_bytes()).unwrap();
    let [mut ann, _bob] = pair_of(ann, &PlainRooms::Never);
    let expected = r#"{"type":"keyChanged","name":"Bob","wasVerified":true}"#;
    for count in [1, 0] {
        status(&mut ann);
        let events: Vec<_> = std::iter::from_fn(|| ann.poll_event()).collect();
        assert_eq!(events.iter().filter(|event| *event == expected).count(), count, "{events:?}");
    }
}

#[test]
fn both_see_the_members_and_the_same_safety_number() {
    let [mut ann, mut bob] = pair(&PlainRooms::Never);
    let (seen_by_ann, seen_by_bob) = (status(&mut ann), status(&mut bob));
    assert_eq!(seen_by_ann["state"], "on");
    assert_eq!(seen_by_ann["safetyNumber"], seen_by_bob["safetyNumber"]);
    let number = |status: &Value, name: &str| {
        let members = status["members"].as_array().unwrap();
        members.iter().find(|member| member["name"] == name).unwrap()["safetyNumber"].clone()
    };
    assert_eq!(number(&seen_by_ann, "Bob"), number(&seen_by_bob, "Ann"));
    assert_eq!(number(&seen_by_ann, "Ann"), Value::Null);
    assert_eq!(number(&seen_by_ann, "Bob")["words"].as_array().unwrap().len(), 6);
}

#[test]
fn a_kept_key_is_the_same_key_and_settings_that_are_wrong_are_refused() {
    let ann = member("Ann");
    let digits: Vec<String> = ann.key().iter().map(|byte| format!("{byte:02x}")).collect();
    let key = digits.concat();
    let again = PageMember::start(json!({ "name": "Ann", "key": key }).to_string().as_bytes()).unwrap();
    assert_eq!(again.key(), ann.key());
    for wrong in [&b"{}"[..], b"", br#"{"name":"Ann","key":"xy"}"#, br#"{"name":"Ann","key":"00"}"#] {
        assert!(PageMember::start(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn whatever_is_said_nothing_breaks() {
    let [mut ann, _] = pair(&PlainRooms::Never);
    for bytes in
        [&b""[..], b"{", br#"{"slot":99,"name":"x"}"#, br#"[{"room":7}]"#, &[255; 300], &[3, 0, 0, 0, 1]]
    {
        ann.note_slot(bytes);
        ann.note_player(bytes);
        ann.note_targets(bytes);
        ann.handle_message(NOW, bytes);
        assert_eq!(ann.seal_text(bytes), None);
        assert_eq!(ann.open_text(NOW, bytes), None);
        let _ = ann.open_packet(NOW, bytes).map(<[u8]>::len);
        let _ = ann.seal_packet(bytes).map(<[u8]>::len);
        let _ = ann.open_frame(NOW, usize::MAX, &mut bytes.to_vec());
    }
    assert_eq!(status(&mut ann)["state"], "on");
}

fn member(name: &str) -> PageMember {
    PageMember::start(json!({ "name": name }).to_string().as_bytes()).expect("a name that fits")
}

fn status(member: &mut PageMember) -> Value {
    serde_json::from_str(&member.status()).expect("the status is JSON")
}

fn events(member: &mut PageMember) -> Vec<Value> {
    let events = std::iter::from_fn(|| member.poll_event());
    events.map(|event| serde_json::from_str(&event).expect("an event is JSON")).collect()
}

fn sealed(member: &mut PageMember, frame: &[u8]) -> Vec<u8> {
    let mut frame = frame.to_vec();
    assert!(member.seal_frame(&mut frame));
    frame
}

fn play(member: &mut PageMember, slot: usize, name: &str, rooms: &[&str]) {
    member.note_slot(json!({ "slot": slot, "name": name, "rooms": rooms }).to_string().as_bytes());
}

/// Ann creates the group and adds Bob, as the delivery service asks her to.
fn pair(plain: &PlainRooms) -> [PageMember; 2] {
    pair_of(member("Ann"), plain)
}

/// The member, and Bob.
fn pair_of(mut ann: PageMember, plain: &PlainRooms) -> [PageMember; 2] {
    let mut bob = member("Bob");
    for member in [&mut ann, &mut bob] {
        member.handle_joined(NOW, true, false);
    }
    bob.handle_message(NOW, &DeliveryMessage::State { group: 1, must_rejoin: true }.to_bytes());
    let asked = bob.poll_message().expect("a key package");
    let Ok(Some(MemberMessage::KeyPackage { key_package, .. })) = MemberMessage::parse(&asked) else {
        panic!("Bob does not ask to be added")
    };
    let adds = vec![Named { name: "Bob".into(), message: key_package }];
    let request = DeliveryMessage::Request {
        number: 1,
        group: 1,
        epoch: None,
        adds,
        removes: Vec::new(),
        plain: plain.clone(),
    };
    ann.handle_message(NOW, &request.to_bytes());
    let made = ann.poll_message().expect("a commit");
    let Ok(Some(MemberMessage::Commit { tree, welcomes, .. })) = MemberMessage::parse(&made) else {
        panic!("Ann makes no group")
    };
    ann.handle_message(NOW, &DeliveryMessage::Accepted { number: 1 }.to_bytes());
    let welcome = welcomes[0].message;
    bob.handle_message(NOW, &DeliveryMessage::Welcome { group: 1, epoch: 1, welcome, tree }.to_bytes());
    [ann, bob]
}
