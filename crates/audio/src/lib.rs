//! The audio pipeline without devices: capture chain, codec, jitter buffers, mixer, WAV files, recordings.
//!
//! The façade's voice thread is the main user; there is no network, device or clock here. Time is a [`SamplePosition`]
//! of the playback clock, which advances by one block of 10 ms whenever [`Mixer::mix`] is called, so everything can be
//! tested as fast as the machine runs.
//!
//! ```text
//! Input ─▶ CaptureChain ─▶ Activation ─▶ Framer ─▶ Encoder ─▶ packets
//!
//! packets ─▶ Mixer::push_frame ─▶ jitter buffer ─▶ Decoder ─▶ effects ─▶ volume ─▶ place ┐ one per speaker
//! Output ◀────────────────────────────────────────── limiter ◀─ master volume ◀─ sum ◀───┘
//! ```
//!
//! Packets and values from other players are never trusted: invalid ones are dropped and counted (see [`limits`] and
//! [`SpeakerStatistics`]), and lost audio is concealed.
//!
//! ```
//! use consonance_audio::{
//!     BLOCK_SAMPLES, CodecSettings, Encoder, EncoderSettings, FrameProperties, FrameSize, Input, Mixer,
//!     MixerSettings, OpusEncoder, SpeakerKey, StereoBlock, Tone,
//! };
//!
//! // The speaker is a tone, in frames of one block each; the mixer is the listener's.
//! let (mut input, frame, speaker) = (Tone::new(440.0, 0.5), FrameSize::Ms10, SpeakerKey(7));
//! let mut encoder = OpusEncoder::new(EncoderSettings { frame, ..EncoderSettings::default() })?;
//! let mut mixer = Mixer::new(MixerSettings::default());
//! mixer.add_speaker(speaker, CodecSettings::opus(frame))?;
//! mixer.start_utterance(speaker);
//!
//! let (mut block, mut packet, mut heard) = ([0.0; BLOCK_SAMPLES], [0; 1500], StereoBlock::SILENCE);
//! for sequence in 0..50 {
//!     input.read(&mut block);
//!     let length = encoder.encode(&block, &mut packet)?;
//!     let (now, properties) = (mixer.position(), FrameProperties::default());
//!     mixer.push_frame(speaker, sequence, now, &packet[..length], properties);
//!     mixer.mix(&mut heard);
//! }
//! assert!(heard.left.iter().any(|sample| *sample > 0.2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! | feature | by default | adds |
//! |---|---|---|
//! | `serde` | no | settings can be read from files and written to them |
//! | `neural-noise` | no | the neural levels of noise suppression; 2.4 MB of weights |
//! | `libopus` | no | the reference implementation of Opus in place of the one in Rust; deep concealment and deep redundancy; needs cmake to build |
//!
//! Needs Rust 1.95 or later.

#![forbid(unsafe_code)]

mod block;
mod capture;
mod codec;
mod declick;
#[cfg(feature = "neural-noise")]
pub mod denoise;
mod effects;
mod endpoint;
mod frame_properties;
mod framer;
pub mod jitter;
mod level;
mod leveller;
mod limiter;
pub mod limits;
mod mixer;
#[cfg(feature = "serde")]
mod or_off;
mod ramp;
mod recording;
mod spatial;
mod time_stretch;
mod tone;
mod wav;

pub use block::{BLOCK_SAMPLES, FrameSize, SAMPLE_RATE_HZ, SamplePosition, StereoBlock, duration_of};
pub use capture::{
    Activation, ActivationMode, ActivationSettings, BlockAnalysis, CaptureChain, CaptureSettings,
    CaptureStage, CaptureStatistics, Demand, EchoLevel, EchoStatistics, NoiseLevel, Spoken,
    VoiceDetectionSettings, VoiceSensitivity,
};
pub use codec::{
    CodecError, CodecKind, CodecSettings, DecodedAs, Decoder, Encoder, EncoderSettings, IdentityDecoder,
    IdentityEncoder, OpusDecoder, OpusEncoder, OpusLibrary, Quality, RateMode, Redundancy, Source,
};
pub use consonance_dsp::{ResampleError, resample};
pub use effects::{
    DistanceSettings, EffectChain, EffectError, EffectRack, MegaphoneSettings, MuffleSettings,
    PITCH_SHIFT_LATENCY_SAMPLES, PitchShiftSettings, RadioSettings, Reverb, ReverbSettings, ReverbSize,
    VoiceEffect, air_cutoff_hz, effect_preset_names, effect_presets,
};
pub use endpoint::{Discard, Input, Output, OutputError, Read, Silence};
pub use frame_properties::FrameProperties;
pub use framer::Framer;
pub use mixer::{
    DuckingSettings, Mixer, MixerError, MixerSettings, PlayedFrame, SpeakerKey, SpeakerSound,
    SpeakerStatistics, Unheard,
};
pub use recording::{
    Channels, OggOpusError, OggOpusSettings, OggOpusWriter, OpenTrack, RecordedBlock, RecordedTrack,
    Recording, RecordingError, RecordingFormat, RecordingSettings, TrackFile, TrackId,
};
pub use spatial::{
    Curve, CurveError, CurvePoint, Orientation, Pose, RollOff, SpatialMode, SpatialSettings, Spatializer,
    SpeakerPlace, axes,
};
pub use tone::Tone;
pub use wav::{WavError, WavInput, WavOutput};
