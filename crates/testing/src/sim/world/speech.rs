//! Talking and writing: frames at their pace, channels that open and close, and the required recipients of a word.

use std::time::Duration;

use consonance_session::{Capabilities, ChannelProperties, ClientId, Priority, Target, VoiceError};

use super::player::Addressed;
use super::{Thing, World};
use crate::sim::action::Action;
use crate::sim::actor::{Said, SaidState, SpeechTarget, Talk};
use crate::sim::clock::Time;
use crate::sim::numbers::PlayerId;
use crate::sim::violation::{Checked, ensure};
use crate::sim::words::{Recipient, USUAL_LISTENERS, Word, WordTarget};

/// A frame of 960 samples at 48 kHz.
const FRAME: Duration = Duration::from_millis(20);
/// More channels than this and the oldest is closed first.
const CHANNELS: usize = 4;
/// Frames after the channels were closed, if there is no listener to hear the first.
const LAST_FRAMES: u8 = 3;

impl World {
    /// One of the silent players begins to talk, to any recipient.
    pub(super) fn start_talk(&mut self) -> Checked {
        let player_id = self.any_player();
        let player = &self.players[player_id.index()];
        if player.talk.is_some() || player.client.is_none() {
            let at = self.soon(Duration::from_millis(100));
            self.agenda.add(at, Thing::TalkStarts);
            return Ok(());
        }
        let target = self.any_target(player_id);
        self.act(Action::Talk(player_id, target))
    }

    /// Opens a channel, or goes on with those that are open, and speaks for a while.
    pub(super) fn talk(&mut self, player_id: PlayerId, target: SpeechTarget, span: Duration) -> Checked {
        self.open_channel(player_id, target)?;
        if self.dice.chance(200_000) {
            let second = self.any_target(player_id);
            self.open_channel(player_id, second)?;
        }
        let ends_by_closing = !(self.swarm.mutes && self.dice.chance(300_000));
        let until = self.agenda.now() + span;
        self.begin(player_id, Talk { until, last_frames: LAST_FRAMES, ends_by_closing, is_extra: false });
        Ok(())
    }

    /// Speaks a few frames besides what others talk; a player that talks just goes on for as long.
    pub(super) fn say_something(&mut self, player_id: PlayerId, target: SpeechTarget) -> Checked {
        let until = self.agenda.now() + 10 * FRAME;
        if let Some(talk) = &mut self.players[player_id.index()].talk {
            talk.until = talk.until.max(until);
            return Ok(());
        }
        self.open_channel(player_id, target)?;
        self.begin(
            player_id,
            Talk { until, last_frames: LAST_FRAMES, ends_by_closing: true, is_extra: true },
        );
        Ok(())
    }

    fn begin(&mut self, player_id: PlayerId, talk: Talk) {
        let player = &mut self.players[player_id.index()];
        player.talk = Some(talk);
        self.agenda.add(self.agenda.now(), Thing::Speaks(player_id, player.life));
    }

    /// Speaks the next frame, which is due.
    pub(super) fn speaks(&mut self, player_id: PlayerId, life: u32) -> Checked {
        let now = self.agenda.now();
        let player = &self.players[player_id.index()];
        let Some(talk) = player.talk.filter(|_| player.life == life) else {
            self.agenda.add(now, Thing::TalkStarts);
            return Ok(());
        };
        if talk.until > now || self.go_on_closing(player_id, talk) {
            self.speak(player_id)?;
            let next = self.next_frame(player_id);
            self.agenda.add(next, Thing::Speaks(player_id, life));
        } else {
            self.players[player_id.index()].talk = None;
            if !talk.is_extra {
                self.agenda.add(now, Thing::TalkStarts);
            }
        }
        Ok(())
    }

    /// Writes to all players in a room, or to a player.
    pub(super) fn write(&mut self, player_id: PlayerId, to: SpeechTarget) -> Checked {
        let probe = self.words.next();
        let Some(mut word) = self.new_word(player_id, true) else { return Ok(()) };
        let view = self.players[player_id.index()].heard.view;
        let target = self.engine_target(to);
        let recipient = match to {
            SpeechTarget::Room(room) => Some(WordTarget::Room(room)),
            SpeechTarget::Player(other) => {
                let stay = view.and_then(|view| self.model.known_player(view, other));
                stay.map(|stay| WordTarget::Player(stay.id))
                    .or_else(|| self.being_introduced(player_id, other))
            }
        };
        word.to.extend(recipient.map(|target| Recipient { target, closing: false }));
        let expected = view.map(|_| self.audience(&word).0);
        let Some(client) = &mut self.players[player_id.index()].client else { return Ok(()) };
        let sent = client.send_text(&target, &probe.0.to_string());
        if let (Some(expected), Ok(sent)) = (&expected, &sent) {
            ensure!(
                *sent == expected.len(),
                "{player_id} writes to {sent} instead of {} in {to}",
                expected.len()
            );
        }
        ensure!(
            view.is_none() || sent.is_ok() == recipient.is_some(),
            "{player_id} writes to {to}: {sent:?}"
        );
        if sent.is_ok() {
            self.words.add(word);
            self.counts.texts += 1;
            let addressed = self.send_of(player_id, Some(probe))?;
            ensure!(addressed.routed == 0, "{player_id} writes to the server itself");
            is_listed_right(player_id, addressed.listed, expected)?;
        }
        Ok(())
    }

    /// Speaks one frame on all channels that are open or closing.
    fn speak(&mut self, player_id: PlayerId) -> Checked {
        let probe = self.words.next();
        let view = self.players[player_id.index()].heard.view;
        let Some(mut word) = self.new_word(player_id, false) else {
            return self.speak_without_session(player_id);
        };
        word.to = self.recipients(player_id);
        let (expected, i_am_one) = self.audience(&word);
        let expected = view.map(|_| expected);
        let player = &mut self.players[player_id.index()];
        let Some(client) = &mut player.client else { return Ok(()) };
        let before = client.voice().next_sequence();
        let sent = client.send_voice(&probe.0.to_be_bytes());
        ensure!(sent.is_ok(), "{player_id} cannot speak: {sent:?}");
        let was_sent = client.voice().next_sequence() != before;
        if let Some(expected) = &expected {
            let is_right = was_sent == (i_am_one || !expected.is_empty());
            ensure!(
                is_right,
                "{player_id} speaks word {} to {expected:?} and itself: {i_am_one}; sent: {was_sent}",
                probe.0
            );
        }
        if was_sent {
            player.channels.retain(|said| said.state == SaidState::Open);
        }
        self.words.add(word);
        self.counts.spoken += 1;
        let addressed = self.send_of(player_id, Some(probe))?;
        self.is_addressed_right(player_id, addressed, expected)
    }

    /// A client of ours sends a frame up once, if there is a listener; the server finds the listeners. An original
    /// lists them.
    fn is_addressed_right(
        &mut self,
        player_id: PlayerId,
        addressed: Addressed,
        expected: Option<Vec<ClientId>>,
    ) -> Checked {
        if !self.players[player_id.index()].capabilities.contains(Capabilities::SERVER_ROUTING) {
            ensure!(addressed.routed == 0, "{player_id} leaves it to the server to find its listeners");
            return is_listed_right(player_id, addressed.listed, expected);
        }
        let (routed, listed) = (addressed.routed, addressed.listed);
        let is_right =
            expected.as_ref().map_or(routed <= 1, |expected| routed == usize::from(!expected.is_empty()));
        ensure!(
            is_right && listed.is_empty(),
            "{player_id} sends a word for {expected:?} up {routed} times, and lists {listed:?}"
        );
        self.counts.routed += routed as u64;
        Ok(())
    }

    /// Without a session a frame is lost, and that is an answer.
    fn speak_without_session(&mut self, player_id: PlayerId) -> Checked {
        if let Some(client) = &mut self.players[player_id.index()].client {
            let sent = client.send_voice(&[0; 8]);
            ensure!(sent == Err(VoiceError::NotJoined), "{player_id} speaks without a session: {sent:?}");
        }
        Ok(())
    }

    /// A word of a player in a session, without recipients yet.
    fn new_word(&self, player_id: PlayerId, is_text: bool) -> Option<Word> {
        let heard = &self.players[player_id.index()].heard;
        let (session, id) = heard.joined?;
        let (stay, is_sure) = (heard.stay(), heard.view.is_some());
        let (probe, said) = (self.words.next(), self.agenda.now());
        Some(Word {
            probe,
            said,
            from: player_id,
            session,
            id,
            stay,
            to: Vec::new(),
            is_sure,
            is_text,
            heard: Vec::with_capacity(USUAL_LISTENERS),
        })
    }

    /// The recipients of the next frame, by the player's open and closing channels and its view of the others.
    fn recipients(&self, player_id: PlayerId) -> Vec<Recipient> {
        let player = &self.players[player_id.index()];
        let known = |other| player.heard.view.and_then(|view| self.model.known_player(view, other));
        let recipient = |said: &Said| {
            let closing = said.state != SaidState::Open;
            let target = match said.target {
                SpeechTarget::Room(room) => WordTarget::Room(room),
                SpeechTarget::Player(other) => {
                    let Some(stay) = known(other) else {
                        return self
                            .being_introduced(player_id, other)
                            .map(|target| Recipient { target, closing });
                    };
                    let is_same = matches!(said.state, SaidState::Closing(Some(then)) if then == stay.joined);
                    if closing && !is_same {
                        return None;
                    }
                    WordTarget::Player(stay.id)
                }
            };
            Some(Recipient { target, closing })
        };
        player.channels.iter().filter_map(recipient).collect()
    }

    /// While a player's tables are just being filled, only its client can say which players are in them.
    fn being_introduced(&self, player_id: PlayerId, other: PlayerId) -> Option<WordTarget> {
        let player = &self.players[player_id.index()];
        let client = player.client.as_ref().filter(|_| player.heard.view.is_none())?;
        client.players().id_of(self.model.name(other)).map(WordTarget::Player)
    }

    /// The clients that a word must be addressed to, by ascending id, and whether its speaker is one of them.
    pub(super) fn audience(&self, word: &Word) -> (Vec<ClientId>, bool) {
        let Some(view) = self.players[word.from.index()].heard.view else { return (Vec::new(), false) };
        let mut ids = Vec::with_capacity(USUAL_LISTENERS);
        for recipient in &word.to {
            match recipient.target {
                WordTarget::Room(room) => ids.extend(self.model.listeners(view, room)),
                WordTarget::Player(id) => ids.push(id),
            }
        }
        ids.sort_unstable();
        ids.dedup();
        let own = ids.iter().position(|id| *id == word.id);
        if let Some(own) = own {
            ids.remove(own);
        }
        (ids, own.is_some())
    }

    fn open_channel(&mut self, player_id: PlayerId, target: SpeechTarget) -> Checked {
        if self.players[player_id.index()].channels.len() >= CHANNELS {
            self.close_channel(player_id, 0);
        }
        let properties = ChannelProperties {
            positional: self.dice.chance(300_000),
            priority: self.dice.pick(&[None, Some(Priority::Low), Some(Priority::High)]).copied().flatten(),
            amplitude: self.dice.below(3) as f32,
        };
        let engine_target = self.engine_target(target);
        let player = &mut self.players[player_id.index()];
        let Some(client) = &mut player.client else { return Ok(()) };
        match client.open_channel(engine_target, properties) {
            Ok(channel) => player.channels.push(Said { channel, target, state: SaidState::Open }),
            Err(error) => ensure!(player.channels.len() > CHANNELS, "{player_id} opens {target}: {error}"),
        }
        Ok(())
    }

    fn close_channel(&mut self, player_id: PlayerId, index: usize) {
        let player = &mut self.players[player_id.index()];
        let (view, is_unsure) = (player.heard.view, player.heard.is_unsure());
        let (Some(said), Some(client)) = (player.channels.get_mut(index), &mut player.client) else { return };
        // At the moment it is unknown whether the channel waits for a player.
        if said.state != SaidState::Open || is_unsure {
            return;
        }
        client.voice_mut().close_channel(said.channel);
        said.state = match said.target {
            SpeechTarget::Room(_) => SaidState::Closing(None),
            SpeechTarget::Player(other) => {
                let Some(stay) = view.and_then(|view| self.model.known_player(view, other)) else {
                    player.channels.remove(index);
                    return;
                };
                SaidState::Closing(Some(stay.joined))
            }
        };
    }

    /// Closes what is open at the end of a talk; whether another frame is due to carry that.
    fn go_on_closing(&mut self, player_id: PlayerId, talk: Talk) -> bool {
        if !talk.ends_by_closing || talk.last_frames == 0 {
            return false;
        }
        for index in (0..self.players[player_id.index()].channels.len()).rev() {
            self.close_channel(player_id, index);
        }
        let player = &mut self.players[player_id.index()];
        player.talk = Some(Talk { last_frames: talk.last_frames - 1, ..talk });
        !player.channels.is_empty()
    }

    /// Frames follow the player's own clock.
    fn next_frame(&self, player_id: PlayerId) -> Time {
        let clock = &self.players[player_id.index()].clock;
        clock.when(clock.read(self.agenda.now()) + FRAME)
    }

    pub(super) fn any_target(&mut self, player_id: PlayerId) -> SpeechTarget {
        let other = self.any_player();
        if self.swarm.talks_to_players && other != player_id && self.dice.chance(200_000) {
            return SpeechTarget::Player(other);
        }
        SpeechTarget::Room(self.any_room())
    }

    fn engine_target(&self, target: SpeechTarget) -> Target {
        match target {
            SpeechTarget::Room(room) => Target::Room(self.model.room_name(room).into()),
            SpeechTarget::Player(other) => Target::Player(self.model.name(other).into()),
        }
    }
}

fn is_listed_right(
    player_id: PlayerId,
    mut listed: Vec<ClientId>,
    expected: Option<Vec<ClientId>>,
) -> Checked {
    let Some(expected) = expected else { return Ok(()) };
    listed.sort_unstable();
    ensure!(listed == expected, "{player_id} addresses a word to {listed:?} instead of {expected:?}");
    Ok(())
}
