//! Voices through `bevy_audio`: an audio source for each player, and one for all voices without a place.
//!
//! The voice thread writes audio to ring buffers, and Bevy's audio thread reads it at its own pace: neither waits for
//! the other, and no frame of the game is in between.

use bevy_app::prelude::*;
use bevy_asset::{Asset, Assets};
use bevy_audio::{
    AddAudioSource, AudioPlayer, AudioPlugin, AudioSink, ChannelCount, Decodable, PlaybackSettings, Sample,
    SampleRate, Source, SpatialAudioSink,
};
use bevy_ecs::prelude::*;
use bevy_reflect::TypePath;
use consonance::{EngineOutput, PlayerStream, VoiceChat};

use crate::places::VoiceSpeaker;
use crate::plugin::VoiceSystems;
use crate::voice::Voice;

/// The playback of a chat, as an audio source for `AudioPlayer`. With
/// [`VoiceSound::BevyAudio`](crate::VoiceSound::BevyAudio) the plugin plays every one; this is for games that do it
/// themselves.
#[derive(Asset, TypePath, Clone, Debug)]
pub struct VoiceStream {
    chat: VoiceChat,
    /// `None` is the mix.
    player: Option<String>,
}

impl VoiceStream {
    /// The voice of one player, mono, without its place; it is taken out of the mix while this plays. Volume, mute,
    /// priority and ducking are in it. Played twice, the second one has the sound.
    pub fn of_player(chat: &VoiceChat, player: impl Into<String>) -> Self {
        Self { chat: chat.clone(), player: Some(player.into()) }
    }

    /// All voices that are not played by themselves, left and right. Played twice, the second one has the sound.
    pub fn mix(chat: &VoiceChat) -> Self {
        Self { chat: chat.clone(), player: None }
    }
}

impl Decodable for VoiceStream {
    type Decoder = VoiceStreamDecoder;

    fn decoder(&self) -> Self::Decoder {
        let (end, channels) = match &self.player {
            Some(player) => (End::Player(Box::new(self.chat.player(player).stream())), ChannelCount::MIN),
            None => (End::Mix(Box::new(self.chat.playback().engine_output())), STEREO),
        };
        let block_samples = usize::from(channels.get()) * BLOCK_FRAMES;
        VoiceStreamDecoder {
            end,
            channels,
            block: [0.0; 2 * BLOCK_FRAMES],
            block_samples,
            next: block_samples,
        }
    }
}

/// The samples of a [`VoiceStream`], at 48 kHz. It does not end by itself; without speech it is silent.
#[derive(Debug)]
pub struct VoiceStreamDecoder {
    end: End,
    channels: ChannelCount,
    block: [f32; 2 * BLOCK_FRAMES],
    /// The number of samples in the block.
    block_samples: usize,
    next: usize,
}

/// The engine's end of the chat.
#[derive(Debug)]
enum End {
    Player(Box<PlayerStream>),
    Mix(Box<EngineOutput>),
}

/// Frames per read, 5 ms: Bevy asks for single samples.
const BLOCK_FRAMES: usize = 240;
const STEREO: ChannelCount = ChannelCount::MIN.saturating_add(1);
const SAMPLE_RATE: SampleRate = match SampleRate::new(consonance::audio::SAMPLE_RATE_HZ) {
    Some(rate) => rate,
    None => SampleRate::MIN,
};

impl Iterator for VoiceStreamDecoder {
    type Item = Sample;

    fn next(&mut self) -> Option<Sample> {
        if self.next >= self.block_samples {
            let (block, channels) = (&mut self.block[..self.block_samples], self.channels.get().into());
            match &mut self.end {
                End::Player(stream) => stream.fill(block, channels, SAMPLE_RATE.get()),
                End::Mix(output) => output.fill(block, channels, SAMPLE_RATE.get()),
            }
            self.next = 0;
        }
        let sample = self.block[self.next];
        self.next += 1;
        Some(sample)
    }
}

impl Source for VoiceStreamDecoder {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> ChannelCount {
        self.channels
    }

    fn sample_rate(&self) -> SampleRate {
        SAMPLE_RATE
    }

    fn total_duration(&self) -> Option<std::time::Duration> {
        None
    }
}

/// Makes an app play its voices this way. Called once all plugins are added, whatever their order.
pub(crate) fn add(app: &mut App) {
    if !app.is_plugin_added::<AudioPlugin>() {
        tracing::error!("VoiceSound::BevyAudio needs Bevy's AudioPlugin: voices are not played");
        return;
    }
    app.add_audio_source::<VoiceStream>()
        .add_systems(PreUpdate, (play_players, play_mix).after(VoiceSystems::Receive));
}

/// On a speaker's entity: the player whose voice it plays, and the generation of the chat.
#[derive(Component, Debug, PartialEq, Eq)]
struct PlayedPlayer {
    generation: u64,
    player: String,
}

/// The entity that plays all other voices.
#[derive(Component, Debug)]
struct PlayedMix {
    generation: u64,
}

fn play_players(
    voice: Res<Voice>,
    mut streams: ResMut<Assets<VoiceStream>>,
    mut commands: Commands,
    speakers: Query<(Entity, &VoiceSpeaker, Option<&PlayedPlayer>)>,
    without_speaker: Query<Entity, (With<PlayedPlayer>, Without<VoiceSpeaker>)>,
) {
    for entity in &without_speaker {
        commands.entity(entity).remove::<Played>();
    }
    let generation = voice.generation();
    for (entity, speaker, played) in &speakers {
        let wanted =
            voice.chat().map(|chat| (chat, PlayedPlayer { generation, player: speaker.player.clone() }));
        if played == wanted.as_ref().map(|(_, player)| player) {
            continue;
        }
        // Bevy creates a sink only where there is none, so the old one is removed to play the new stream.
        let mut entity = commands.entity(entity);
        entity.remove::<Played>();
        if let Some((chat, player)) = wanted {
            let stream = AudioPlayer(streams.add(VoiceStream::of_player(chat, &player.player)));
            entity.insert_if_new(PlaybackSettings::ONCE.with_spatial(true)).insert((stream, player));
        }
    }
}

/// The components that a speaker's entity has while it is played. The game's own settings stay.
type Played = (AudioPlayer<VoiceStream>, AudioSink, SpatialAudioSink, PlayedPlayer);

fn play_mix(
    voice: Res<Voice>,
    mut streams: ResMut<Assets<VoiceStream>>,
    mut commands: Commands,
    mixes: Query<(Entity, &PlayedMix)>,
) {
    let generation = voice.generation();
    let wanted = voice.chat().filter(|_| mixes.iter().all(|(_, mix)| mix.generation != generation));
    for (entity, mix) in &mixes {
        if voice.chat().is_none() || mix.generation != generation {
            commands.entity(entity).despawn();
        }
    }
    if let Some(chat) = wanted {
        let stream = AudioPlayer(streams.add(VoiceStream::mix(chat)));
        commands.spawn((stream, PlaybackSettings::ONCE, PlayedMix { generation }));
    }
}
