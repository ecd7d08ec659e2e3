//! A page's state, for diagnosing why a player is not heard.

use std::time::Duration;

use consonance_browser::{PageLimits, PageVoice};
use consonance_session::ChannelProperties;

use crate::frames::{FRAME, MS_20, MS_40, frame};
use crate::session::{Session, settings};

const OPEN_LOBBY: &str = r#"{"type":"open","channel":1,"to":{"room":"lobby"}}"#;

#[test]
fn what_became_of_the_voice_of_a_page_is_known_with_its_time() {
    // Silence is a frame of at most one byte; no Opus packet is longer than 120 ms.
    let (silence, too_long, no_opus) = (vec![MS_20], vec![MS_40, 1, 2, 3], vec![MS_20 | 3, 63]);
    for (what, packet, opens, of) in [
        ("speech", frame(1), true, (|_| None) as fn(PageVoice) -> _),
        ("speech without a channel", frame(1), false, |voice| Some(voice.without_channel)),
        ("silence", silence, true, |voice| Some(voice.silent)),
        ("frames of 40 ms", too_long, true, |voice| Some(voice.unusable)),
        ("no Opus", no_opus, true, |voice| Some(voice.unusable)),
    ] {
        let mut session = Session::new();
        let (alice, _bob) = (session.page("Alice"), session.native("Bob"));
        if opens {
            session.say(alice, OPEN_LOBBY);
        }
        session.wait(FRAME);
        assert_eq!(session.guests[alice].player.page_voice(), PageVoice::default(), "{what}");
        session.speak(alice, &packet, false);
        let (now, voice) = (session.now, session.guests[alice].player.page_voice());
        assert!(voice.newest.is_some_and(|at| now.since(at) <= FRAME), "{what}: {voice:?}");
        let fates = [voice.without_channel, voice.silent, voice.too_many, voice.unusable];
        assert_eq!(fates.iter().flatten().count(), usize::from(of(voice).is_some()), "{what}: {voice:?}");
        assert!(of(voice).is_none_or(|fate| fate == voice.newest), "{what}: {voice:?}");
        assert_eq!(session.guests[alice].player.open_channels(), usize::from(opens), "{what}");
    }
}

#[test]
fn a_pause_between_words_is_no_silence() {
    let mut session = Session::new();
    let (alice, _bob) = (session.page("Alice"), session.native("Bob"));
    session.say(alice, OPEN_LOBBY);
    session.speak(alice, &frame(1), false);
    session.speak(alice, &[MS_20], false);
    assert_eq!(session.guests[alice].player.page_voice().silent, None);
    session.wait(Duration::from_secs(6));
    session.speak(alice, &[MS_20], false);
    assert!(session.guests[alice].player.page_voice().silent.is_some());
}

#[test]
fn that_a_page_floods_is_known() {
    let mut session = Session::new();
    let alice = session.page("Alice");
    session.say(alice, OPEN_LOBBY);
    for nth in 0..1000 {
        let now = session.now;
        session.guests[alice].player.handle_voice(now, nth, nth * 960, &frame(0));
    }
    let voice = session.guests[alice].player.page_voice();
    assert_eq!((voice.too_many, voice.newest), (Some(session.now), Some(session.now)));
}

#[test]
fn ignored_and_slotless_speakers_are_listed() {
    let mut session = Session::new();
    let page = session.page_with(settings("Alice", 2), PageLimits::default());
    session.say(page, r#"{"type":"listen","room":"lobby"}"#);
    let natives = ["Bob", "Carol", "Dave"].map(|name| session.native(name));
    for native in natives {
        session.open_lobby(native, ChannelProperties::default());
        session.speak_natively(native, &frame(0));
    }
    let player = &session.guests[page].player;
    assert_eq!((player.slots(), player.without_slot().collect::<Vec<_>>()), (2, vec!["Dave"]));
    session.say(page, r#"{"type":"ignore","player":"Dave","ignored":true}"#);
    let player = &session.guests[page].player;
    assert_eq!(player.ignored().collect::<Vec<_>>(), ["Dave"]);
    assert_eq!(player.without_slot().count(), 0, "an ignored player needs no slot");
}
