//! Every limit of the engine: its value, its reason, and the counter that grows when it is reached.

/// Packets queued per speaker: 1.3 s of the shortest frames, 7.7 s of the longest. The oldest are dropped first,
/// counted in [`JitterCounters::overflowed`](crate::jitter::JitterCounters).
pub const QUEUED_PACKETS_MAX: usize = 128;

/// Utterances queued per speaker after the one that plays. The oldest queued one is dropped first, its frames counted
/// as overflowed.
pub const WAITING_UTTERANCES_MAX: usize = 4;

/// Bytes of one Opus packet: the buffer size that the authors of the codec recommend. Voice needs a tenth. A longer one
/// is counted as undecodable.
pub const OPUS_PACKET_BYTES_MAX: usize = 4_000;

/// Bytes of any packet that is kept: 60 ms of raw samples. A longer one is counted as undecodable and never stored.
pub const PACKET_BYTES_MAX: usize = 4 * 2_880;

/// The longest delay that the jitter buffer aims for, 400 ms: beyond it people start to talk over each other.
pub const TARGET_DELAY_SAMPLES_MAX: u64 = 19_200;

/// The longest delay that is played out, 600 ms. Frames that would be later are skipped, down to the
/// target, and counted as overflowed.
pub const DELAY_SAMPLES_MAX: u64 = 28_800;

/// Entries kept for [`Mixer::poll_played`](crate::Mixer::poll_played): more than a second of 10 ms frames of eight
/// speakers. The oldest are dropped first, counted in [`Mixer::played_overflow`](crate::Mixer::played_overflow).
pub const PLAYED_REPORTS_MAX: usize = 1_024;

/// The default limit of speakers in one mixer; a decoder is about 100 kB. One more is refused with
/// [`MixerError::TooManySpeakers`](crate::MixerError).
pub const DEFAULT_MAX_SPEAKERS: usize = 256;

/// The default limit of speakers decoded at the same time by one mixer: a listener cannot follow more voices at once.
/// The frames of others are counted in [`SpeakerStatistics::skipped`](crate::SpeakerStatistics).
pub const DEFAULT_MAX_DECODED: usize = 16;

/// The highest volume of a speaker or of all, an amplitude factor: +12 dB. Higher ones are reduced to it.
pub const VOLUME_MAX: f32 = 4.0;

/// The longest WAV file that is read, in seconds: all of it is kept in memory. A longer one is refused.
pub const WAV_SECONDS_MAX: u64 = 3_600;

/// The longest pre-roll, 1 s: earlier speech was not meant to be sent. A longer one is shortened.
pub const PRE_ROLL_MS_MAX: u32 = 1_000;

/// Points of a roll-off [`Curve`](crate::Curve): enough for a hand-drawn curve, and few enough to be copied with the
/// settings on the audio thread. A longer one is refused with [`CurveError::TooManyPoints`](crate::CurveError).
pub const CURVE_POINTS_MAX: usize = 16;

/// Tracks of one recording: each is an open file. One more is refused with
/// [`RecordingError::TooManyTracks`](crate::RecordingError).
pub const TRACKS_MAX: usize = 256;

/// The longest recording, 6 hours: the limit of a stereo WAV file. Later blocks are left out, counted in
/// [`RecordedTrack::blocks_after_end`](crate::RecordedTrack).
pub const RECORDING_SECONDS_MAX: u64 = 6 * 3_600;

/// Effects of one chain; there are six kinds.
/// One more is refused with [`EffectError::TooManyEffects`](crate::EffectError).
pub const EFFECTS_MAX: usize = 8;

/// The most zones whose reverberation one mixer renders at a time, up to 270 kB each. A speaker in another zone is
/// heard in the most similar one.
pub const REVERB_ZONES_MAX: usize = 4;
