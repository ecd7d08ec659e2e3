//! Encrypted sessions: voice that pages seal is forwarded unchanged, and so are their groups' messages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use consonance_browser::{BrowserSettings, PageLimits};
use consonance_session::{Capabilities, ChannelProperties, ClientSettings, CodecParameters, Encryption};
use consonance_wire::{DeliveryMessage, MemberMessage, SealedVoice};

use crate::session::{Session, settings};

fn session(encryption: Encryption) -> Session {
    Session::with(|settings| settings.encryption = encryption)
}

fn encrypting(name: &str) -> BrowserSettings {
    BrowserSettings { encrypts: true, ..settings(name, 16) }
}

fn sealed(nth: u8) -> Vec<u8> {
    [&SealedVoice::head_of(Some(nth))[..], &[nth; 30]].concat()
}

/// The reassembled messages of the delivery service that a page received.
fn group_messages(session: &mut Session, page: usize) -> Vec<Vec<u8>> {
    let mut messages = vec![Vec::new()];
    for part in session.told_of(page, "group") {
        let data = BASE64.decode(part["data"].as_str().expect("a part has data")).expect("base64");
        messages.last_mut().expect("one has begun").extend(data);
        if part["more"] != true {
            messages.push(Vec::new());
        }
    }
    assert_eq!(messages.pop(), Some(Vec::new()), "a message is not finished");
    messages
}

#[test]
fn a_page_that_cannot_encrypt_is_refused_where_it_is_required() {
    let mut session = session(Encryption::Required);
    let page = session.page_with(settings("Alice", 16), PageLimits::default());
    let told = session.told_of(page, "refused");
    assert_eq!(told[0]["code"], "encryption");
    assert!(told[0]["message"].as_str().unwrap().contains("end-to-end encryption"), "{told:?}");
}

#[test]
fn messages_of_the_group_pass_in_parts() {
    let mut session = session(Encryption::Required);
    let page = session.page_with(encrypting("Alice"), PageLimits::default());
    let joined = session.told_of(page, "joined");
    assert_eq!(joined[0]["encrypted"], true);
    let package = MemberMessage::KeyPackage { key_package: &[7; 100], shows_group: true }.to_bytes();
    let (first, second) = package.split_at(60);
    for (part, more) in [(first, true), (second, false)] {
        let data = BASE64.encode(part);
        session.say(page, &format!(r#"{{"type":"group","data":"{data}","more":{more}}}"#));
    }
    session.wait(std::time::Duration::from_secs(1));
    let messages = group_messages(&mut session, page);
    let is_request = |message: &Vec<u8>| {
        matches!(DeliveryMessage::parse(message), Ok(Some(DeliveryMessage::Request { .. })))
    };
    assert!(messages.iter().any(is_request), "{messages:?}");
}

#[test]
fn a_message_of_the_group_that_is_too_long_is_a_problem_and_the_next_one_passes() {
    let mut session = session(Encryption::Required);
    let page = session.page_with(encrypting("Alice"), PageLimits::default());
    session.told(page);
    let part = BASE64.encode([0; 12_000]);
    for _ in 0..90 {
        session.say(page, &format!(r#"{{"type":"group","data":"{part}","more":true}}"#));
    }
    session.say(page, r#"{"type":"group","data":"AA"}"#);
    assert_eq!(session.told_of(page, "problem").len(), 1);
    session.say(page, r#"{"type":"group","data":"AA"}"#);
    assert_eq!(session.told_of(page, "problem").len(), 0);
    let long = BASE64.encode([0; 12_001]);
    session.say(page, &format!(r#"{{"type":"group","data":"{long}"}}"#));
    assert_eq!(session.told_of(page, "problem").len(), 1);
}

#[test]
fn sealed_frames_of_a_page_reach_players_and_pages_as_they_are() {
    let mut session = session(Encryption::Required);
    let alice = session.page_with(encrypting("Alice"), PageLimits::default());
    let bob = session.page_with(encrypting("Bob"), PageLimits::default());
    let nell = session.native_with(client("Nell"));
    session.say(bob, r#"{"type":"listen","room":"lobby"}"#);
    session.say(alice, r#"{"type":"open","channel":1,"to":{"room":"lobby"}}"#);
    let frames: Vec<_> = (0..5).map(sealed).collect();
    for frame in &frames {
        session.speak(alice, frame, false);
    }
    let heard: Vec<_> = session.heard(bob).into_iter().map(|heard| (heard.samples, heard.payload)).collect();
    assert_eq!(heard, frames.iter().map(|frame| (960, frame.clone())).collect::<Vec<_>>());
    let heard: Vec<_> = session.natives[nell].heard.iter().map(|(_, frame)| frame.clone()).collect();
    assert_eq!(heard, frames);
}

#[test]
fn a_sealed_frame_lasts_as_long_as_its_player_has_announced() {
    let mut session = session(Encryption::Required);
    let bob = session.page_with(encrypting("Bob"), PageLimits::default());
    session.say(bob, r#"{"type":"listen","room":"lobby"}"#);
    let mut of_nell = client("Nell");
    of_nell.codec = CodecParameters { frame_size_samples: 1920, ..of_nell.codec };
    let nell = session.native_with(of_nell);
    session.open_lobby(nell, ChannelProperties::default());
    session.speak_natively(nell, &sealed(9));
    let heard: Vec<_> = session.heard(bob).into_iter().map(|heard| (heard.samples, heard.payload)).collect();
    assert_eq!(heard, [(1920, sealed(9))]);
}

fn client(name: &str) -> ClientSettings {
    let mut settings = ClientSettings::new(name);
    settings.capabilities = Capabilities::ALL.with(Capabilities::GROUPS);
    settings
}
