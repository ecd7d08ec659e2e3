//! The channels that the game wants, and which of them are currently open in the session.
//!
//! Everything is decided once per captured block: which channels transmit in it, how far each is faded, and then which
//! channels open and which close. Opening comes first, so that a player that moves between rooms while speaking is not
//! interrupted.

mod wanted_channel;

use std::collections::BTreeMap;
use std::time::Instant;

use consonance_audio::{ActivationMode, Demand};
use consonance_session::{ChannelProperties, Client, Priority, Target};

use wanted_channel::WantedChannel;

use crate::channel::{ChannelActivation, ChannelNumber, ChannelOrder, ChannelState, NewChannel};
use crate::player_state::SpeakingChannel;
use crate::timeline::Timeline;

/// The activation of the chat as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChatActivation {
    pub(crate) mode: ActivationMode,
    /// The key for push to talk.
    pub(crate) key_held: bool,
}

/// A channel that the game wants, as seen by others.
pub(crate) struct ChannelView<'a> {
    pub(crate) target: &'a Target,
    pub(crate) properties: ChannelProperties,
    pub(crate) activation: ChannelActivation,
    /// Whether it is currently open in the session.
    pub(crate) is_open: bool,
}

/// The most channels that a game may want, open or not.
const CHANNELS_MAX: usize = 1024;

/// All channels that the game wants.
pub(super) struct WantedChannels {
    channels: BTreeMap<ChannelNumber, WantedChannel>,
    chat: Timeline<ChatActivation>,
    /// Whether a state visible to the game has changed.
    changed: bool,
}

impl WantedChannels {
    pub(super) fn new() -> Self {
        let chat = Timeline::new(ChatActivation::default());
        Self { channels: BTreeMap::new(), chat, changed: false }
    }

    /// Adds a channel for sound recorded from `from` on; for all sound if that is `None`.
    ///
    /// # Errors
    /// If the game wants too many channels.
    pub(super) fn add(
        &mut self,
        channel: ChannelNumber,
        new: NewChannel,
        from: Option<Instant>,
    ) -> Result<(), String> {
        // While nothing is captured, they are removed only here.
        self.channels.retain(|_, wanted| wanted.open.is_some() || wanted.is_still_wanted());
        if self.channels.len() >= CHANNELS_MAX {
            return Err(format!(
                "{CHANNELS_MAX} channels are already open, which is the limit: close some first"
            ));
        }
        let activation = match from {
            None => Timeline::new(new.settings.activation),
            Some(from) => {
                let mut activation = Timeline::new(ChannelActivation::Closed);
                activation.set(from, new.settings.activation);
                activation
            }
        };
        self.channels.insert(channel, WantedChannel::new(new, activation));
        self.changed = true;
        Ok(())
    }

    /// Carries out an order for a channel; no effect on a closed one.
    ///
    /// # Errors
    /// If there are too many channels for another one.
    pub(super) fn obey(
        &mut self,
        channel: ChannelNumber,
        order: ChannelOrder,
        now: Instant,
        client: &mut Client,
    ) -> Result<(), String> {
        if let ChannelOrder::Open(new) = order {
            return self.add(channel, new, Some(now));
        }
        let Some(wanted) = self.channels.get_mut(&channel) else { return Ok(()) };
        match order {
            ChannelOrder::Open(_) => {}
            ChannelOrder::Properties(properties) => {
                wanted.new.settings.properties = properties;
                wanted.show(client);
            }
            ChannelOrder::Activation(activation) => wanted.activation.set(now, activation),
            ChannelOrder::Fade(fade) => wanted.new.settings.fade = fade,
        }
        Ok(())
    }

    /// Changes the activation of channels that follow the chat, from now on.
    pub(super) fn set_chat(&mut self, now: Instant, change: impl FnOnce(&mut ChatActivation)) {
        let mut chat = self.chat.newest();
        change(&mut chat);
        self.chat.set(now, chat);
    }

    /// The combined demand of all channels; without any channel, that of the chat.
    pub(super) fn demand(&self) -> Demand {
        let chat = self.chat.newest();
        let mut demand = Demand::default();
        if self.channels.is_empty() {
            return chat.mode.demand(chat.key_held);
        }
        for wanted in self.channels.values().filter(|wanted| wanted.is_still_wanted()) {
            let one = wanted.demand(chat);
            demand.everything |= one.everything;
            demand.speech |= one.speech;
            demand.tail_ms = demand.tail_ms.max(one.tail_ms);
        }
        demand
    }

    /// Opens and closes channels in the session as needed for the next block of sound, which was recorded until then;
    /// returns whether any channel is open, and the problem, if there is one.
    pub(super) fn decide_block(
        &mut self,
        recorded_until: Instant,
        is_speech: bool,
        client: &mut Client,
    ) -> (bool, Option<String>) {
        let (mut problem, mut has_room) = (None, true);
        let chat = self.chat.at(recorded_until);
        for wanted in self.channels.values_mut() {
            let before = wanted.state();
            if let Err(text) = wanted.follow(recorded_until, is_speech, chat, &mut has_room, client) {
                problem = Some(text);
            }
            self.changed |= before != wanted.state();
        }
        let mut any_open = false;
        for wanted in self.channels.values_mut() {
            if wanted.is_over() {
                wanted.close(client);
                self.changed = true;
            }
            any_open |= wanted.open.is_some();
        }
        self.forget_unwanted();
        (any_open, problem)
    }

    /// Closes all channels in the session at once, without fading.
    pub(super) fn slam(&mut self, client: &mut Client) {
        for wanted in self.channels.values_mut() {
            self.changed |= wanted.open.is_some();
            wanted.slam(client);
        }
        self.forget_unwanted();
    }

    fn forget_unwanted(&mut self) {
        let before = self.channels.len();
        self.channels.retain(|_, wanted| wanted.is_still_wanted());
        self.changed |= before != self.channels.len();
    }

    /// Every channel that the game wants.
    pub(super) fn wanted(&self) -> impl Iterator<Item = ChannelView<'_>> {
        let wanted = self.channels.values().filter(|wanted| wanted.is_still_wanted());
        wanted.map(|wanted| ChannelView {
            target: &wanted.new.target,
            properties: wanted.new.settings.properties,
            activation: wanted.activation.newest(),
            is_open: wanted.open.is_some(),
        })
    }

    /// The activation of the chat as a whole.
    pub(super) fn chat(&self) -> ChatActivation {
        self.chat.newest()
    }

    /// The channels that are currently open in the session. `priority` is that of channels without their own.
    pub(super) fn open_channels(&self, priority: Priority) -> Vec<SpeakingChannel> {
        let open = self.channels.values().filter(|wanted| wanted.open.is_some());
        open.map(|wanted| wanted.speaking_channel(priority)).collect()
    }

    /// The channel states for the game, if any has changed since the last call of [`shown`](Self::shown).
    pub(super) fn changed(&self) -> Option<impl Iterator<Item = (ChannelNumber, ChannelState)>> {
        let states = self.channels.iter().filter(|(_, wanted)| wanted.is_still_wanted());
        self.changed.then(|| states.map(|(&channel, wanted)| (channel, wanted.state())))
    }

    /// Marks the states as published.
    pub(super) fn shown(&mut self) {
        self.changed = false;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use consonance_session::ClientSettings;

    use super::*;
    use crate::channel::ChannelSettings;
    use crate::fader::Fade;

    const RADIO: ChannelNumber = ChannelNumber(1);
    const NEAR: ChannelNumber = ChannelNumber(2);

    /// Channels of a client without a session, and blocks of 10 ms whose time is `late` before that of their handling.
    struct Bench {
        wanted: WantedChannels,
        client: Client,
        begun: Instant,
        now_ms: u64,
        late_ms: u64,
    }

    impl Bench {
        fn new(late_ms: u64) -> Self {
            let begun = Instant::now();
            let client = Client::new(ClientSettings::new("Alice"));
            Self { wanted: WantedChannels::new(), client, begun, now_ms: 1_000, late_ms }
        }

        fn now(&self) -> Instant {
            self.begun + Duration::from_millis(self.now_ms)
        }

        fn add(&mut self, channel: ChannelNumber, activation: ChannelActivation, fade: Fade) {
            let target = Target::Room(format!("{channel:?}").into());
            let settings = ChannelSettings { activation, fade, ..ChannelSettings::default() };
            let new = NewChannel::new(target, settings);
            let now = self.now();
            self.wanted.add(channel, new, Some(now)).unwrap();
        }

        fn set(&mut self, channel: ChannelNumber, activation: ChannelActivation) {
            let (now, order) = (self.now(), ChannelOrder::Activation(activation));
            self.wanted.obey(channel, order, now, &mut self.client).unwrap();
        }

        /// Runs this many blocks; returns which of them went over a channel.
        fn blocks(&mut self, count: usize, channel: ChannelNumber, is_speech: bool) -> Vec<bool> {
            let one = |_| {
                self.now_ms += 10;
                let recorded_until = self.now().checked_sub(Duration::from_millis(self.late_ms)).unwrap();
                let (any_open, problem) =
                    self.wanted.decide_block(recorded_until, is_speech, &mut self.client);
                assert_eq!(problem, None);
                let is_open = self.wanted.channels.get(&channel).is_some_and(|wanted| wanted.open.is_some());
                assert!(any_open || !is_open);
                is_open
            };
            (0..count).map(one).collect()
        }
    }

    #[test]
    fn what_was_said_before_a_channel_was_opened_or_after_it_was_shut_does_not_go_over_it() {
        let mut bench = Bench::new(200);
        bench.add(RADIO, ChannelActivation::Open, Fade::NONE);
        let opened = bench.blocks(30, RADIO, false);
        assert_eq!(opened.iter().position(|open| *open), Some(20), "the first block after 200 ms");
        bench.set(RADIO, ChannelActivation::Closed);
        assert!(bench.wanted.demand().everything, "the last 200 ms are wanted");
        let shut = bench.blocks(30, RADIO, false);
        assert_eq!(shut.iter().position(|open| !*open), Some(20));
        assert_eq!(bench.wanted.demand(), Demand::default());
    }

    #[test]
    fn a_key_that_is_pressed_for_a_moment_lets_that_moment_through_however_late_it_comes() {
        let mut bench = Bench::new(200);
        bench.wanted.set_chat(bench.begun, |chat| chat.mode = ActivationMode::PushToTalk);
        bench.add(RADIO, ChannelActivation::Inherit, Fade::NONE);
        bench.blocks(50, RADIO, false);
        for key_held in [true, false, true, false] {
            let now = bench.now();
            bench.wanted.set_chat(now, |chat| chat.key_held = key_held);
            assert!(bench.blocks(5, RADIO, false).iter().all(|open| !open));
        }
        let heard = bench.blocks(30, RADIO, false);
        let expected: Vec<bool> = (0..30).map(|n| matches!(n, 0..5 | 10..15)).collect();
        assert_eq!(heard, expected);
    }

    #[test]
    fn a_channel_that_is_left_for_another_one_closes_after_the_other_has_opened() {
        let mut bench = Bench::new(0);
        bench.add(RADIO, ChannelActivation::Open, Fade::NONE);
        bench.blocks(5, RADIO, false);
        bench.add(NEAR, ChannelActivation::Open, Fade::NONE);
        bench.wanted.channels[&RADIO].new.closed.set();
        assert!(bench.wanted.channels[&RADIO].open.is_some(), "until the next block");
        assert_eq!(bench.blocks(1, NEAR, false), [true]);
        assert_eq!(bench.wanted.channels.len(), 1);
    }

    #[test]
    fn a_fade_out_goes_on_after_speech_and_silence_slams_everything_shut() {
        let mut bench = Bench::new(0);
        let fade = Fade { fade_out_seconds: 0.15, ..Fade::NONE };
        bench.add(NEAR, ChannelActivation::Voice, fade);
        assert_eq!(bench.wanted.demand(), Demand { everything: false, speech: true, tail_ms: 150 });
        bench.blocks(5, NEAR, true);
        let tail = bench.blocks(20, NEAR, false);
        assert_eq!(tail.iter().filter(|open| **open).count(), 14, "the fifteenth is silent");
        bench.blocks(5, NEAR, true);
        bench.wanted.slam(&mut bench.client);
        assert!(bench.wanted.channels[&NEAR].state() == ChannelState::default());
    }

    #[test]
    fn closed_channels_are_forgotten_although_nothing_is_captured() {
        let mut bench = Bench::new(0);
        for number in 0..10_000 {
            let new = NewChannel::new(Target::Room("lobby".into()), ChannelSettings::default());
            let closed = new.closed.clone();
            bench.wanted.add(ChannelNumber(number), new, None).unwrap();
            closed.set();
        }
        assert_eq!(bench.wanted.channels.len(), 1);
    }

    #[test]
    fn a_channel_for_which_there_was_no_room_opens_as_soon_as_there_is_and_its_game_is_told_once() {
        let mut bench = Bench::new(0);
        let most = ClientSettings::new("Alice").channels as u32;
        for number in 0..=most {
            // Closing a channel with listeners would take a frame, which this test does not send.
            let target = Target::Player(format!("stranger {number}").into());
            let open = ChannelSettings { activation: ChannelActivation::Open, ..ChannelSettings::default() };
            let new = NewChannel::new(target, open);
            bench.wanted.add(ChannelNumber(number), new, None).unwrap();
        }
        let mut block = |wanted: &mut WantedChannels| {
            bench.now_ms += 10;
            let recorded_until = bench.begun + Duration::from_millis(bench.now_ms);
            let (_, problem) = wanted.decide_block(recorded_until, false, &mut bench.client);
            (problem.is_some(), wanted.channels[&ChannelNumber(most)].open.is_some())
        };
        assert_eq!(
            [(); 3].map(|()| block(&mut bench.wanted)),
            [(true, false), (false, false), (false, false)]
        );
        bench.wanted.channels[&ChannelNumber(3)].new.closed.set();
        assert_eq!([(); 2].map(|()| block(&mut bench.wanted)), [(false, false), (false, true)]);
    }

    #[test]
    fn a_game_that_wants_too_many_channels_is_told() {
        let mut bench = Bench::new(0);
        let channels = 0..CHANNELS_MAX as u32;
        channels.for_each(|number| bench.add(ChannelNumber(number), ChannelActivation::Closed, Fade::NONE));
        let new = NewChannel::new(Target::Room("lobby".into()), ChannelSettings::default());
        assert!(bench.wanted.add(ChannelNumber(u32::MAX), new, None).is_err());
    }
}
