//! A limit of voices at once in each room: the higher priority is heard, among equals the clearly louder speaker, and
//! otherwise the one that started first.

use core::time::Duration;

use consonance_session::{
    Capabilities, ChannelId, ChannelProperties, CodecId, CodecParameters, LinkId, Priority,
    ProximitySettings, RoomId, RoomPattern, Target,
};
use consonance_wire::{ChannelBits, ChannelKind};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::{Network, Player};
use crate::behaviour::support::packets;

const FRAME: &[u8] = b"speech";
/// An encoder's frames of silence are at most this long.
const SILENCE: &[u8] = b"..";
/// The first bytes of Opus frames of one vowel, 20 dB apart; the one in between is 3 dB above the first.
const QUIET: &[u8] = &[0x78, 0x9b, 0x97, 0x3b, 0xeb, 0xad, 0x06, 0xbb, 0x61, 0x8c];
const LITTLE_LOUDER: &[u8] = &[0x78, 0x9c, 0x87, 0xbb, 0xeb, 0xad, 0x06, 0xbb, 0x61, 0x8c];
const LOUD: &[u8] = &[0x78, 0xac, 0xe9, 0x20, 0xc9, 0xb9, 0x74, 0x84, 0xd6, 0x25];
/// Music, whose loudness cannot be read from the frame.
const MUSIC: &[u8] = &[0xf8, 0xac, 0xe9, 0x20, 0xc9, 0xb9, 0x74, 0x84, 0xd6, 0x25];

/// A listener and some speakers in the lobby, all with these capabilities.
fn crowd(capabilities: Capabilities, speakers: &[&str]) -> (Network, Player, Vec<Player>) {
    let mut network = Network::new();
    network.capabilities = capabilities;
    let listener = network.join("Listener", &["lobby"]);
    let speakers: Vec<Player> = speakers.iter().map(|name| network.join(name, &[])).collect();
    for speaker in &speakers {
        open(&mut network, *speaker, Priority::Default);
    }
    network.events(listener);
    (network, listener, speakers)
}

fn open(network: &mut Network, speaker: Player, priority: Priority) -> ChannelId {
    let properties = ChannelProperties { priority: Some(priority), ..ChannelProperties::default() };
    network.client(speaker).open_channel(Target::Room("lobby".into()), properties).expect("a channel more")
}

/// Sends one frame from each speaker, in this order; returns the speakers that the listener hears.
fn heard(network: &mut Network, listener: Player, speakers: &[Player], frame: &[u8]) -> Vec<String> {
    network.events(listener);
    for speaker in speakers {
        network.client(*speaker).send_voice(frame).expect("in the session");
        network.run();
    }
    network.wait(Duration::from_millis(20));
    let frames = network.events(listener).into_iter().filter_map(|event| {
        let id = event.strip_prefix("frame ")?.split_once(" of ")?.1.split_once(':')?.0.to_owned();
        Some(id)
    });
    frames.collect()
}

#[test]
fn only_so_many_are_heard_and_the_first_ones_stay() {
    for capabilities in [Capabilities::ALL, Capabilities::NONE] {
        let (mut network, listener, speakers) = crowd(capabilities, &["A", "B", "C", "D"]);
        assert_eq!(heard(&mut network, listener, &speakers, FRAME), ["1", "2", "3", "4"]);
        network.server.reconfigure().set_voices_per_room(Some(2));
        let order = [speakers[2], speakers[0], speakers[3], speakers[1]];
        assert_eq!(heard(&mut network, listener, &order, FRAME), ["3", "1"], "{capabilities:?}");
        assert_eq!(heard(&mut network, listener, &speakers, FRAME), ["1", "3"]);
        assert_eq!(network.server.statistics().voice_shed, 4);
        network.server.reconfigure().set_voices_per_room(None);
        assert_eq!(heard(&mut network, listener, &speakers, FRAME), ["1", "2", "3", "4"]);
    }
}

#[test]
fn a_pausing_speaker_gives_way_after_half_a_second_and_silence_keeps_no_slot() {
    let (mut network, listener, speakers) = crowd(Capabilities::ALL, &["A", "B"]);
    network.server.reconfigure().set_voices_per_room(Some(1));
    assert_eq!(heard(&mut network, listener, &speakers, FRAME), ["1"]);
    for _ in 0..30 {
        heard(&mut network, listener, &speakers[..1], SILENCE);
    }
    assert_eq!(heard(&mut network, listener, &[speakers[1], speakers[0]], FRAME), ["2"]);
}

#[test]
fn more_priority_takes_the_place_of_less() {
    let (mut network, listener, speakers) = crowd(Capabilities::ALL, &["A", "B"]);
    let chief = network.join("Chief", &[]);
    open(&mut network, chief, Priority::High);
    network.server.reconfigure().set_voices_per_room(Some(1));
    assert_eq!(
        heard(&mut network, listener, &[speakers[0], speakers[1], chief, speakers[0]], FRAME),
        ["1", "3"]
    );
}

/// Sends these frames of both speakers for this long; returns those that are heard at the end.
fn heard_after(
    network: &mut Network,
    listener: Player,
    frames: [(Player, &[u8]); 2],
    ms: u64,
) -> Vec<String> {
    let mut last = Vec::new();
    for _ in 0..ms / 20 {
        last.clear();
        for (speaker, frame) in frames {
            network.client(speaker).send_voice(frame).expect("in the session");
            network.run();
        }
        network.wait(Duration::from_millis(20));
        let events = network.events(listener).into_iter();
        let of = |event: String| Some(event.strip_prefix("frame ")?.split_once(" of ")?.1[..1].to_owned());
        last.extend(events.filter_map(of));
    }
    last
}

#[test]
fn a_clearly_louder_speaker_replaces_another_after_a_second_and_stays() {
    for capabilities in [Capabilities::ALL, Capabilities::NONE] {
        let (mut network, listener, speakers) = crowd(capabilities, &["A", "B"]);
        network.server.reconfigure().set_voices_per_room(Some(1));
        let frames = [(speakers[0], QUIET), (speakers[1], LOUD)];
        assert_eq!(heard_after(&mut network, listener, frames, 900), ["1"], "it had just begun");
        assert_eq!(heard_after(&mut network, listener, frames, 200), ["2"]);
        let frames = [(speakers[0], LITTLE_LOUDER), (speakers[1], QUIET)];
        assert_eq!(heard_after(&mut network, listener, frames, 5000), ["2"], "louder, but not clearly");
    }
}

#[test]
fn a_loud_voice_stays_through_a_quiet_word_and_music_is_neither_pushed_out_nor_pushes_out() {
    for (first, second) in [(LOUD, QUIET), (MUSIC, LOUD), (QUIET, MUSIC)] {
        let (mut network, listener, speakers) = crowd(Capabilities::ALL, &["A", "B"]);
        network.server.reconfigure().set_voices_per_room(Some(1));
        heard_after(&mut network, listener, [(speakers[0], first), (speakers[1], second)], 2000);
        let word = if first == LOUD { QUIET } else { first };
        let frames = [(speakers[0], word), (speakers[1], second)];
        assert_eq!(heard_after(&mut network, listener, frames, 300), ["1"], "{first:02x?} {second:02x?}");
    }
}

#[test]
fn loudness_is_nothing_beside_priority() {
    let (mut network, listener, speakers) = crowd(Capabilities::ALL, &["A"]);
    let chief = network.join("Chief", &[]);
    open(&mut network, chief, Priority::High);
    network.server.reconfigure().set_voices_per_room(Some(1));
    let frames = [(chief, QUIET), (speakers[0], LOUD)];
    assert_eq!(heard_after(&mut network, listener, frames, 3000), ["2"]);
}

#[test]
fn a_lower_limit_keeps_the_loudest_audible_speakers() {
    let (mut network, listener, speakers) = crowd(Capabilities::ALL, &["A", "B"]);
    network.server.reconfigure().set_voices_per_room(Some(2));
    let frames = [(speakers[0], QUIET), (speakers[1], LOUD)];
    assert_eq!(heard_after(&mut network, listener, frames, 100), ["1", "2"]);
    network.server.reconfigure().set_voices_per_room(Some(1));
    assert_eq!(heard_after(&mut network, listener, frames, 100), ["2"]);
}

#[test]
fn a_frame_that_is_heard_in_no_room_but_a_crowded_one_is_dropped_whatever_empty_rooms_it_goes_to() {
    let (mut network, listener, speakers) = crowd(Capabilities::ALL, &["A", "B"]);
    network.server.reconfigure().set_voices_per_room(Some(1));
    let empty = Target::Room("empty".into());
    network.client(speakers[1]).open_channel(empty, ChannelProperties::default()).expect("a channel more");
    assert_eq!(heard(&mut network, listener, &speakers, FRAME), ["1"]);
    assert_eq!(network.server.statistics().voice_shed, 1);
}

#[test]
fn a_room_that_all_listeners_have_left_starts_again() {
    let (mut network, listener, speakers) = crowd(Capabilities::NONE, &["A", "B"]);
    network.server.reconfigure().set_voices_per_room(Some(1));
    assert_eq!(heard(&mut network, listener, &speakers, FRAME), ["1"]);
    network.client(listener).leave_room("lobby");
    network.run();
    network.client(listener).join_room("lobby").expect("a room more");
    network.run();
    assert_eq!(
        heard(&mut network, listener, &speakers[1..], FRAME),
        ["2"],
        "the first one has no place there"
    );
}

#[test]
fn a_speaker_that_leaves_frees_its_slot_at_once() {
    let (mut network, listener, speakers) = crowd(Capabilities::NONE, &["A", "B"]);
    network.server.reconfigure().set_voices_per_room(Some(1));
    assert_eq!(heard(&mut network, listener, &speakers, FRAME), ["1"]);
    network.cut(speakers[0]);
    assert_eq!(heard(&mut network, listener, &speakers[1..], FRAME), ["2"]);
}

#[test]
fn a_lower_limit_keeps_the_first_audible_speakers() {
    let (mut network, listener, speakers) = crowd(Capabilities::ALL, &["A", "B", "C"]);
    network.server.reconfigure().set_voices_per_room(Some(3));
    assert_eq!(heard(&mut network, listener, &speakers, FRAME).len(), 3);
    network.server.reconfigure().set_voices_per_room(Some(1));
    assert_eq!(heard(&mut network, listener, &[speakers[2], speakers[1], speakers[0]], FRAME), ["1"]);
}

#[test]
fn speaking_unheard_disconnects_no_client() {
    let (mut network, listener, speakers) = crowd(Capabilities::ALL, &["A", "B"]);
    network.server.reconfigure().set_voices_per_room(Some(1));
    for _ in 0..1000 {
        heard(&mut network, listener, &speakers, FRAME);
    }
    assert_eq!(network.server.clients(), 3);
    assert!(network.server.statistics().voice_shed >= 1000);
}

#[test]
fn listeners_of_the_beginning_hear_the_end_of_an_utterance_once() {
    let mut server = LoneServer::new();
    for (link, name) in [(1, "A"), (2, "B"), (3, "C")] {
        server.join(link, name, &["lobby"]);
    }
    server.server.reconfigure().set_voices_per_room(Some(1));
    let mut sequence = 0;
    let mut speaks = |link: u64, priority, is_closing| {
        sequence += 1;
        let bits = ChannelBits::new(ChannelKind::Room).with_priority(priority).with_closing(is_closing);
        let voice = packets::spoken(link as u16 - 1, 0, sequence, &[(bits, RoomId::of("lobby").0)], "speech");
        server.relays(link, &packets::relay_unreliable(&[0, 1, 2], &voice))
    };
    assert!(speaks(1, Priority::Default, false) && !speaks(2, Priority::Default, false));
    assert!(!speaks(2, Priority::Default, true), "B was never heard");
    assert!(speaks(3, Priority::High, false), "C takes the place of A");
    assert!(!speaks(1, Priority::Default, false));
    assert!(speaks(1, Priority::Default, true));
    assert!(!speaks(1, Priority::Default, true), "that was the end");
    assert!(speaks(3, Priority::High, true) && speaks(2, Priority::Default, false), "the place is free");
}

#[test]
fn an_opus_frame_is_silence_up_to_two_bytes_sealed_or_not_and_a_frame_of_another_codec_never() {
    let opus = CodecParameters { kind: CodecId::OPUS, ..packets::CODEC };
    let raw = CodecParameters { kind: CodecId::IDENTITY, ..packets::CODEC };
    for (codec, frame, is_speech) in [
        (opus, ".", false),
        (opus, "..", false),
        (opus, "...", true),
        (opus, &packets::sealed(2), false),
        (opus, &packets::sealed(3), true),
        (raw, ".", true),
        (raw, "..", true),
        (raw, &packets::sealed(2), true),
    ] {
        let mut server = LoneServer::new();
        server.join_with_codec(1, "A", codec, &["lobby"]);
        server.join_with_codec(2, "B", codec, &["lobby"]);
        server.server.reconfigure().set_voices_per_room(Some(1));
        let lobby = [(ChannelBits::new(ChannelKind::Room), RoomId::of("lobby").0)];
        let mut says = |link: u64, frame| {
            let voice = packets::spoken(link as u16 - 1, 0, 1, &lobby, frame);
            server.relays(link, &packets::relay_unreliable(&[0, 1], &voice))
        };
        // Only speech takes the only slot, so that another speaker is not heard.
        assert!(says(1, frame));
        assert_eq!(says(2, "speech"), !is_speech, "{codec:?}, {} bytes", frame.len());
    }
}

#[test]
fn players_and_proximity_rooms_are_spoken_to_as_before() {
    let mut network = Network::of_ours();
    network.set_up(|settings| {
        settings.proximity = vec![(RoomPattern::from("world"), ProximitySettings::new(20.0))];
    });
    let listener = network.join("Listener", &["lobby"]);
    let speakers = ["A", "B"].map(|name| network.join(name, &[]));
    open(&mut network, speakers[0], Priority::Default);
    let to_player = Target::Player("Listener".into());
    network
        .client(speakers[1])
        .open_channel(to_player, ChannelProperties::default())
        .expect("a channel more");
    network.server.reconfigure().set_voices_per_room(Some(1));
    assert_eq!(heard(&mut network, listener, &speakers, FRAME), ["1", "2"]);
    assert_eq!(network.server.tables().links().filter(|row| row.link == LinkId(1)).count(), 1);
}
