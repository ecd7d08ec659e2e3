//! Recordings of sessions: their players, the place of each voice, and when they begin and end.

use std::time::Duration;

use consonance_server::recording::{RecordingEndReason, RecordingRefusal};
use consonance_session::{CodecId, RoomId};
use consonance_testing::sound::{FRAME_SAMPLES, correlation, decode_live, encode, peak, speech};
use consonance_wire::{ALWAYS_SEND_ROOM, ChannelBits, ChannelKind, VoiceChannel};

use crate::recording::call::{Call, ROOM, setup};

const FRAME: Duration = Duration::from_millis(20);

#[test]
fn voices_lie_where_they_came_in_to_the_sample_and_sound_as_they_were_sent() {
    let mut call = Call::new(&setup("aligned"));
    let _listener = call.listener();
    let (mut alice, mut bob) = (call.join("Alice"), call.join("Bob"));
    let (first, second) =
        (encode(&speech(0.0, 2.0), FRAME_SAMPLES), encode(&speech(2.0, 3.0), FRAME_SAMPLES));
    call.wait(Duration::from_millis(1_250));
    call.say(&mut alice, &first, FRAME);
    call.wait(Duration::from_millis(505));
    call.say(&mut bob, &second, FRAME);
    alice.pause();
    call.wait(Duration::from_millis(2_500));
    call.say(&mut alice, &second, FRAME);

    let recorded = call.end().remove(0);
    let ms = |ms: usize| ms * 48;
    for (player, places) in [
        ("Alice", &[(ms(1_250), &first), (ms(1_250 + 2_000 + 505 + 1_000 + 2_500), &second)][..]),
        ("Bob", &[(ms(1_250 + 2_000 + 505), &second)]),
    ] {
        let sound = recorded.sound(player);
        for (at, packets) in places {
            let live = decode_live(packets);
            let likeness = correlation(&sound[*at..], &live);
            assert!(likeness > 0.99, "{player}: {likeness}");
            assert!(correlation(&sound[at + 1..], &live) < likeness, "{player}: a sample later");
            assert!(correlation(&sound[at - 1..], &live) < likeness, "{player}: a sample earlier");
        }
        // The skipped samples at the start are the codec's delay, which precedes each first packet.
        let silent = &sound[..places[0].0 - 312];
        assert!(peak(silent) < 1e-3, "{player}: {}", peak(silent));
        let track = recorded.track(player);
        let spans: Vec<_> = track.spans.iter().map(|span| (span.from_sample, span.to_sample)).collect();
        let expected: Vec<_> = places
            .iter()
            .map(|(at, packets)| (*at as u64, (at + packets.len() * FRAME_SAMPLES) as u64))
            .collect();
        assert_eq!((spans, track.first_sample), (expected, Some(places[0].0 as u64)), "{player}");
        assert!(track.spans.iter().all(|span| span.rooms == [ROOM] && !span.to_players));
        assert_eq!((track.frames_lost, track.frames_late, track.frames_refused), (0, 0, 0));
    }
    assert_eq!((&*recorded.index.session, recorded.index.ended), ("main", Some(RecordingEndReason::Empty)));
}

#[test]
fn voice_to_the_always_send_room_is_recorded_without_listeners() {
    let mut call = Call::new(&setup("always_send"));
    let _listener = call.listener();
    let mut alice = call.join("Alice");
    let frames = encode(&speech(0.0, 1.0), FRAME_SAMPLES);
    let to = |recipient: RoomId| VoiceChannel {
        bits: ChannelBits::new(ChannelKind::Room),
        recipient: recipient.0,
    };
    for frame in &frames {
        alice.speak_without_a_target(call.now, frame, &[to(RoomId::ALWAYS_SEND)]);
        call.run_once();
        call.wait(FRAME);
    }
    // To any other room without a listener: not recorded.
    alice.pause();
    alice.speak_without_a_target(call.now, &frames[0], &[to(RoomId::of("an empty room"))]);
    call.run_once();

    let recorded = call.end().remove(0);
    let track = recorded.track("Alice");
    let spans: Vec<_> =
        track.spans.iter().map(|span| (span.to_sample - span.from_sample, &*span.rooms)).collect();
    assert_eq!(spans, [((frames.len() * FRAME_SAMPLES) as u64, &[ALWAYS_SEND_ROOM.to_owned()][..])]);
    assert!(correlation(&recorded.sound("Alice"), &decode_live(&frames)) > 0.99);
}

#[test]
fn frames_that_come_late_twice_or_never_leave_the_others_in_their_places() {
    let mut call = Call::new(&setup("disorder"));
    let _listener = call.listener();
    let mut alice = call.join("Alice");
    let packets = encode(&speech(0.0, 1.0), FRAME_SAMPLES);
    // Swapped in pairs, every fifth twice, and the thirtieth never.
    for index in 0..packets.len() {
        let turned = index ^ 1;
        let copies = if turned == 30 {
            0
        } else if turned % 5 == 0 {
            2
        } else {
            1
        };
        for _ in 0..copies {
            alice.sequence = 1_000 + turned as u16;
            alice.speak(call.now, &packets[turned]);
        }
        call.run_once();
        call.wait(FRAME);
    }
    let recorded = call.end().remove(0);
    let track = recorded.track("Alice");
    // The first two arrived before the order was known, so one is late.
    assert_eq!((track.frames, track.frames_lost), (packets.len() as u64 - 2, 1));
    let sound = recorded.sound("Alice");
    let live = decode_live(&packets);
    let late = live.len() - 15 * FRAME_SAMPLES;
    let at = track.first_sample.unwrap() as usize;
    let likeness = correlation(&sound[at + late - FRAME_SAMPLES..], &live[late..]);
    assert!(likeness > 0.99, "{likeness}");
}

#[test]
fn what_is_no_opus_is_left_out_and_counted() {
    let mut call = Call::new(&setup("no-opus"));
    let _listener = call.listener();
    let mut raw = call.join_with_codec("Raw", CodecId::IDENTITY);
    let mut garbage = call.join("Garbage");
    let packets = encode(&speech(0.0, 0.1), FRAME_SAMPLES);
    call.say(&mut raw, &packets, FRAME);
    call.say(&mut garbage, &[vec![3], vec![3, 0], vec![0xFF; 900]], FRAME);
    call.say(&mut garbage, &packets, FRAME);
    let recorded = call.end().remove(0);
    let counted = |player| (recorded.track(player).frames, recorded.track(player).frames_refused);
    assert_eq!((counted("Raw"), counted("Garbage")), ((0, 5), (5, 3)));
    recorded.sound("Garbage");
}

#[test]
fn no_speaker_makes_a_file_grow_faster_than_time_passes() {
    let mut call = Call::new(&setup("too-fast"));
    let _listener = call.listener();
    let mut flood = call.join("Flood");
    let packets = encode(&speech(0.0, 6.0), FRAME_SAMPLES);
    call.say(&mut flood, &packets, Duration::from_millis(4));
    let recorded = call.end().remove(0);
    let track = recorded.track("Flood");
    assert!(track.frames_refused > 0);
    assert!(track.duration_samples <= 48 * (4 * packets.len() as u64 + 1_020), "{}", track.duration_samples);
}

#[test]
fn a_player_that_comes_back_speaks_into_the_same_file_and_an_id_says_nothing() {
    let mut call = Call::new(&setup("again"));
    let _listener = call.listener();
    let packets = encode(&speech(0.0, 0.2), FRAME_SAMPLES);
    for name in ["Alice", "Bob", "Alice"] {
        let mut voice = call.join(name);
        assert_eq!(voice.id.0, 1, "ids are used again");
        call.say(&mut voice, &packets, FRAME);
        voice.leave(&mut call);
    }
    let recorded = call.end().remove(0);
    let frames: Vec<_> =
        recorded.index.tracks.iter().map(|track| (&*track.file, &*track.player, track.frames)).collect();
    assert_eq!(frames, [("Alice-1.opus", "Alice", 20), ("Bob-2.opus", "Bob", 10)]);
    recorded.sound("Alice");
}

#[test]
fn names_that_mean_something_to_a_file_system_are_files_in_the_folder() {
    let mut call = Call::new(&setup("hostile-names"));
    let _listener = call.listener();
    let packets = encode(&speech(0.0, 0.1), FRAME_SAMPLES);
    let names = ["../../etc/passwd", "..\\..\\x", "a/b", "a_b", "CON", "nul.txt", "\u{202e}gpj", "A_B", ""];
    for name in names.iter().filter(|name| !name.is_empty()) {
        let mut voice = call.join(name);
        call.say(&mut voice, &packets, FRAME);
    }
    let recorded = call.end().remove(0);
    let mut files: Vec<_> = recorded.index.tracks.iter().map(|track| track.file.to_lowercase()).collect();
    for track in &recorded.index.tracks {
        assert_eq!(recorded.folder.join(&track.file).parent(), Some(&*recorded.folder));
        recorded.sound(&track.player);
    }
    files.sort();
    files.dedup();
    assert_eq!(files.len(), names.len() - 1);
}

#[test]
fn there_are_no_more_tracks_than_allowed() {
    let mut setup = setup("tracks");
    setup.settings.tracks_max = 2;
    let mut call = Call::new(&setup);
    let _listener = call.listener();
    let packets = encode(&speech(0.0, 0.1), FRAME_SAMPLES);
    for name in ["One", "Two", "Three"] {
        let mut voice = call.join(name);
        call.say(&mut voice, &packets, FRAME);
    }
    let recorded = call.end().remove(0);
    assert_eq!((recorded.index.tracks.len(), recorded.index.frames_without_track), (2, 5));
}

#[test]
fn a_speaker_without_a_free_track_is_in_the_recording_that_follows() {
    let mut setup = setup("followed");
    setup.settings.tracks_max = 2;
    let mut call = Call::new(&setup);
    let _listener = call.listener();
    let packets = encode(&speech(0.0, 0.1), FRAME_SAMPLES);
    for name in ["One", "Two"] {
        let mut voice = call.join(name);
        call.say(&mut voice, &packets, FRAME);
        voice.leave(&mut call);
    }
    let mut abuser = call.join("Three");
    call.say(&mut abuser, &packets, FRAME);
    call.wait(Duration::from_mins(1));
    // A single frame: the recorder may end the recording before it reads a second one.
    call.say(&mut abuser, &packets[..1], FRAME);
    call.wait_until("the first to end", |recorder| recorder.status().finished == 1);
    call.say(&mut abuser, &packets, FRAME);
    let recorded = call.end();
    let reasons: Vec<_> = recorded.iter().map(|recorded| recorded.index.ended.unwrap()).collect();
    assert_eq!(reasons, [RecordingEndReason::TracksReached, RecordingEndReason::Empty]);
    assert_eq!((recorded[0].index.tracks.len(), recorded[0].index.frames_without_track), (2, 6));
    assert_eq!(recorded[1].track("Three").frames, 5);
}

#[test]
fn what_is_for_single_players_is_recorded_only_where_that_is_wanted() {
    for (whispers, frames) in [(false, 5), (true, 10)] {
        let mut setup = setup("whispers");
        setup.settings.whispers = whispers;
        let mut call = Call::new(&setup);
        let listener = call.listener();
        let mut alice = call.join("Alice");
        let packets = encode(&speech(0.0, 0.1), FRAME_SAMPLES);
        let private = VoiceChannel { bits: ChannelBits::new(ChannelKind::Player), recipient: listener.id.0 };
        let room = VoiceChannel { bits: ChannelBits::new(ChannelKind::Room), recipient: RoomId::of(ROOM).0 };
        for channels in [&[private][..], &[private, room]] {
            for packet in &packets {
                alice.speak_on(call.now, packet, channels);
                call.run_once();
                call.wait(FRAME);
            }
        }
        let recorded = call.end().remove(0);
        let track = recorded.track("Alice");
        assert_eq!(track.frames, frames, "whispers: {whispers}");
        let last = track.spans.last().unwrap();
        assert!(last.to_players && last.rooms == [ROOM]);
        assert_eq!(track.spans[0].rooms.is_empty(), whispers);
    }
}

#[test]
fn voice_that_is_sent_to_arrive_for_certain_is_recorded_like_any_other() {
    let mut call = Call::new(&setup("reliable"));
    let _listener = call.listener();
    let mut alice = call.join("Alice");
    let packets = encode(&speech(0.0, 0.2), FRAME_SAMPLES);
    for packet in &packets[..5] {
        alice.speak_reliably(call.now, packet);
        call.run_once();
        call.wait(FRAME);
    }
    call.say(&mut alice, &packets[5..], FRAME);
    let recorded = call.end().remove(0);
    let track = recorded.track("Alice");
    assert_eq!((track.frames, track.frames_lost, track.first_sample), (10, 0, Some(0)));
}

#[test]
fn the_configuration_s_recording_lasts_from_the_first_player_to_the_last() {
    let mut call = Call::new(&setup("first-to-last"));
    assert_eq!(call.session_loop.is_recorded("main"), Some(false));
    let listener = call.listener();
    assert_eq!(call.session_loop.is_recorded("main"), Some(true));
    listener.leave(&mut call);
    assert_eq!(call.session_loop.is_recorded("main"), Some(false));
    let _again = call.listener();
    let recorded = call.end();
    let reasons: Vec<_> = recorded.iter().map(|recorded| recorded.index.ended).collect();
    assert_eq!(reasons, [Some(RecordingEndReason::Empty); 2]);
}

#[test]
fn an_operator_starts_and_stops_a_recording() {
    let mut setup = setup("operator");
    setup.settings.sessions.clear();
    let mut call = Call::new(&setup);
    let _listener = call.listener();
    let mut alice = call.join("Alice");
    let packets = encode(&speech(0.0, 0.2), FRAME_SAMPLES);
    call.say(&mut alice, &packets, FRAME);
    let (now, session_loop) = (call.now, &mut call.session_loop);
    assert_eq!(session_loop.stop_recording(now, "main"), Err(RecordingRefusal::NotRecorded));
    assert_eq!(session_loop.start_recording(now, "other"), Err(RecordingRefusal::NoSession));
    assert_eq!(session_loop.start_recording(now, "main"), Ok(()));
    assert_eq!(session_loop.start_recording(now, "main"), Err(RecordingRefusal::AlreadyRecorded));
    call.say(&mut alice, &packets, FRAME);
    assert_eq!(call.session_loop.stop_recording(call.now, "main"), Ok(()));
    call.say(&mut alice, &packets, FRAME);
    let recorded = call.end();
    assert_eq!(recorded.len(), 1);
    let recorded = &recorded[0];
    assert_eq!((recorded.index.ended, recorded.index.by_operator), (Some(RecordingEndReason::Stopped), true));
    assert_eq!((recorded.track("Alice").frames, recorded.track("Alice").first_sample), (10, Some(0)));
}

#[test]
fn without_a_folder_nothing_is_recorded() {
    let mut call = Call::new(&setup("none"));
    let sessions = consonance_server::SessionsSettings::new(["main"]).unwrap();
    let mut without = consonance_server::SessionLoop::new(&sessions);
    assert_eq!(without.start_recording(call.now, "main"), Err(RecordingRefusal::NotSetUp));
    call.run_once();
}

#[test]
fn a_recording_that_is_long_enough_is_followed_by_another() {
    let mut setup = setup("rotation");
    setup.settings.duration_max = Duration::from_secs(1);
    let mut call = Call::new(&setup);
    let _listener = call.listener();
    let mut alice = call.join("Alice");
    let packets = encode(&speech(0.0, 2.5), FRAME_SAMPLES);
    call.say(&mut alice, &packets, FRAME);
    let recorded = call.end();
    let frames: Vec<_> = recorded.iter().map(|recorded| recorded.track("Alice").frames).collect();
    assert_eq!(frames, [50, 50, 25]);
    let reasons: Vec<_> = recorded.iter().map(|recorded| recorded.index.ended.unwrap()).collect();
    assert_eq!(
        reasons,
        [RecordingEndReason::DurationReached, RecordingEndReason::DurationReached, RecordingEndReason::Empty]
    );
}

#[test]
fn players_of_ours_are_told_while_they_are_recorded_and_originals_are_told_nothing() {
    let mut setup = setup("told");
    setup.settings.sessions.clear();
    let mut call = Call::new(&setup);
    let (mut ours, mut original) = (call.join_ours("Ours"), call.join("Original"));
    assert_eq!(ours.told(call.now), [false; 0]);
    call.session_loop.start_recording(call.now, "main").unwrap();
    let mut late = call.join_ours("Late");
    assert_eq!((ours.told(call.now), late.told(call.now)), (vec![true], vec![true]));
    call.session_loop.stop_recording(call.now, "main").unwrap();
    assert_eq!((ours.told(call.now), late.told(call.now)), (vec![false], vec![false]));
    assert_eq!(original.told(call.now), [false; 0]);
}
