//! What is reported of frames and of events, without a server.

use consonance_wire::names::NameKey;
use consonance_wire::{
    ChannelBits, ChannelKind, CodecId, CodecParameters, List, RoomId, VoiceChannel, VoiceOptions,
};

use super::super::monitor::SpokenTo;
use super::*;

const NOW: Instant = Instant::START;
const CODEC: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
const ANN: ClientId = ClientId(0);

/// Ann, who listens to the lobby.
fn tables() -> (Members, RoomDirectory) {
    let (mut members, mut directory) = (Members::new(), RoomDirectory::new([].into_iter()));
    members.insert(ANN, "Ann".into(), NameKey::of("Ann"), CODEC, LinkId(10));
    members.enter(ANN, "lobby");
    directory.enter("lobby");
    (members, directory)
}

fn left(id: u16) -> ServerEvent {
    ServerEvent::ClientLeft { id: ClientId(id), name: "Ann".into(), subject: None, link: LinkId(10) }
}

#[test]
fn a_speaker_is_reported_by_name_once_and_as_stopped_when_it_is_silent() {
    let (members, directory) = tables();
    let mut observations = Observations::new(9);
    let room = RoomId::of("lobby");
    let channels = [VoiceChannel { bits: ChannelBits::new(ChannelKind::Room), recipient: room.0 }];
    let (session, options, channels) = (SessionId(1), VoiceOptions::new(0), List::from(&channels[..]));
    let voice = VoiceData { session, sender: ANN, options, sequence: 1, channels, frame: &[0; 9] };
    for _ in 0..2 {
        observations.note_channels(NOW, &voice, &members, &directory);
    }
    let (name, to) = ("Ann".into(), SpokenTo::Room { id: room, name: Some("lobby".into()) });
    assert_eq!(observations.pop_event(), Some(ServerEvent::StartedSpeaking { id: ANN, name, to }));
    assert_eq!(observations.pop_event(), None);
    let silence = observations.next_silence().unwrap();
    observations.end_silent_channels(silence, &members, &directory);
    assert!(matches!(observations.pop_event(), Some(ServerEvent::StoppedSpeaking { id: ANN, .. })));
    assert_eq!((observations.pop_event(), observations.next_silence()), (None, None));
}

#[test]
fn the_oldest_event_is_dropped_and_counted_unless_a_later_one_gives_way() {
    let mut observations = Observations::new(2);
    observations.raise(left(1));
    observations.raise_before(1, left(2));
    observations.raise(left(3));
    observations.raise(left(4));
    assert_eq!(observations.statistics().events_dropped, 2);
    assert_eq!([(); 3].map(|()| observations.pop_event()), [Some(left(3)), Some(left(4)), None]);
}

#[test]
fn the_next_session_goes_on_with_the_counts_and_none_of_the_events() {
    let mut before = Observations::new(2);
    before.statistics_mut().spoofed += 3;
    before.raise(left(1));
    let mut next = Observations::new(2);
    next.count_on_from(before);
    assert_eq!((next.statistics().spoofed, next.pop_event()), (3, None));
}
