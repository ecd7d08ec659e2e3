//! Clients as the mods FiveM and RedM have them: they differ from Mumble's own in what they send, and play a voice only
//! where they know its place.

use consonance_mumble::control::messages::{ChannelUpdate, UserState, VoiceTarget, WhisperTarget};
use consonance_mumble::{Control, Sender, VoiceFormat, VoicePacket, VoicePlace};
use consonance_session::{ChannelProperties, Target};

use crate::players::session::{Session, denials};

/// First byte of a wideband SILK packet with one frame of 40 ms, and of one of 20 ms.
const MS_40: u8 = 10 << 3;
const MS_20: u8 = 9 << 3;

/// A client in such a game.
struct GameClient {
    user: usize,
    metres: [f32; 3],
    /// The range of its own voice.
    range_m: f32,
    /// What it adds to the number for each packet of 40 ms, where four would be right.
    step: u64,
    number: u64,
}

impl GameClient {
    fn new(session: &mut Session, name: &str, x: f32, step: u64) -> Self {
        Self { user: session.user(name), metres: [x, 0.0, 0.0], range_m: 15.0, step, number: 10 }
    }

    /// Sends a packet of 40 ms: place and range behind it, no context before it, and never a last one.
    fn speak(&mut self, session: &mut Session, target: u8, letter: u8) {
        let mut bytes = vec![0x80 | target, self.number as u8, 3, MS_40, 1, letter];
        for number in self.metres.into_iter().chain([self.range_m]) {
            bytes.extend(number.to_le_bytes());
        }
        self.number += self.step;
        let Ok(VoicePacket::Voice(voice)) = VoicePacket::read(VoiceFormat::Legacy, Sender::Client, &bytes)
        else {
            panic!("it is voice: {bytes:?}")
        };
        session.send_voice(self.user, &voice);
        session.wait(std::time::Duration::from_millis(40));
    }

    /// The letters that it plays, with their numbers: the volume is 0 where no place has come, or one out of range.
    fn plays(&self, session: &mut Session) -> Vec<(u8, u64)> {
        let heard = session.heard(self.user);
        let audible = heard.iter().filter(|voice| {
            let mut bytes = Vec::new();
            voice.write(VoiceFormat::Legacy, Sender::Server, &mut bytes);
            let Ok(VoicePacket::Voice(read)) = VoicePacket::read(VoiceFormat::Legacy, Sender::Server, &bytes)
            else {
                panic!("it is voice: {bytes:?}")
            };
            read.place.is_some_and(|place| self.is_within(place)) && read.opus.len() > 1
        });
        audible.map(|voice| (voice.opus[2], voice.number)).collect()
    }

    fn is_within(&self, place: VoicePlace) -> bool {
        let squares = self.metres.iter().zip(place.metres).map(|(own, its)| (own - its).powi(2));
        squares.sum::<f32>().sqrt() <= place.range_m.expect("its client needs a range")
    }
}

fn letters(played: &[(u8, u64)]) -> Vec<u8> {
    played.iter().map(|(letter, _)| *letter).collect()
}

#[test]
fn clients_of_games_hear_each_other_within_the_range_of_a_voice() {
    for step in [1, 2, 4] {
        let mut session = Session::new();
        let mut near = GameClient::new(&mut session, "Near", 0.0, step);
        let (listener, far) = (
            GameClient::new(&mut session, "Listener", 10.0, step),
            GameClient::new(&mut session, "Far", 100.0, step),
        );
        // The first packet has frames of another length than was announced.
        for letter in 0..10 {
            near.speak(&mut session, 0, letter);
        }
        let played = listener.plays(&mut session);
        assert_eq!(letters(&played), (1..10).collect::<Vec<_>>(), "counting by {step}");
        let numbers: Vec<u64> = played.iter().map(|(_, number)| number - played[0].1).collect();
        assert_eq!(numbers, (0..9).map(|packet| packet * 4).collect::<Vec<_>>(), "without gaps, in 10 ms");
        assert_eq!(far.plays(&mut session), []);
    }
}

#[test]
fn a_client_of_a_game_hears_players_that_have_no_place_and_is_heard_by_them() {
    let mut session = Session::new();
    let mut client = GameClient::new(&mut session, "Driver", 300.0, 4);
    let native = session.native("Nat");
    for letter in 0..3 {
        client.speak(&mut session, 0, letter);
    }
    assert_eq!(session.heard_natively(native).len(), 2);
    let lobby = Target::Room("lobby".into());
    session.natives[native].client.open_channel(lobby, ChannelProperties::default()).unwrap();
    session.speak_natively(native, &[MS_20, 1, 7]);
    assert_eq!(letters(&client.plays(&mut session)), [7]);
}

#[test]
fn clients_of_games_make_channels_by_name_listen_to_others_and_whisper_to_many() {
    let mut session = Session::new();
    let mut speaker = GameClient::new(&mut session, "Speaker", 0.0, 4);
    let make = |name: &str| ChannelUpdate {
        parent: Some(0),
        name: Some(name.into()),
        temporary: Some(true),
        ..ChannelUpdate::default()
    };
    let others: Vec<GameClient> =
        (0..40).map(|number| GameClient::new(&mut session, &format!("P{number}"), 1.0, 4)).collect();
    session.say(speaker.user, make("Game Channel 1"));
    session.wait(std::time::Duration::from_millis(60));
    // From the first packet on the session knows of frames of 40 ms, for which the speaker joins it again: its channel,
    // which nobody else is in, is the same one for all others.
    speaker.speak(&mut session, 0, 0);
    session.wait(std::time::Duration::from_secs(3));
    for other in &others {
        let told = session.told(other.user);
        let is_gone = |control: &Control| matches!(control, Control::ChannelRemove(_));
        assert!(!told.iter().any(is_gone), "{told:?}");
        let place = told.iter().rev().find_map(|control| match control {
            Control::UserState(state) if state.name() == "Speaker" => state.channel_id,
            _ => None,
        });
        assert_eq!(place, Some(5), "{told:?}");
    }
    // The first one listens to it from the lobby.
    let listening = UserState { listening_channel_add: vec![5], ..UserState::default() };
    session.say_state(others[0].user, listening);
    speaker.speak(&mut session, 0, 1);
    assert_eq!(letters(&others[0].plays(&mut session)), [1]);
    assert_eq!(others[1].plays(&mut session), []);
    // A target for each player, as the game's programs do it, and the channel besides.
    let told = session.told(speaker.user);
    let numbers = others.iter().map(|other| {
        let name = session.guests[other.user].player.name().to_owned();
        Session::number_of(&name, &told)
    });
    let mut targets: Vec<_> =
        numbers.map(|number| WhisperTarget { session: vec![number], ..WhisperTarget::default() }).collect();
    targets.push(WhisperTarget { channel_id: Some(5), ..WhisperTarget::default() });
    session.say(speaker.user, VoiceTarget { id: Some(2), targets });
    speaker.number += 100;
    speaker.speak(&mut session, 2, 9);
    for other in &others {
        assert_eq!(letters(&other.plays(&mut session)), [9]);
    }
    assert_eq!(denials(&session.told(speaker.user)), [""; 0]);
}
