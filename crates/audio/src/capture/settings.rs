//! Settings of the capture chain.

/// Settings of a [`CaptureChain`](crate::CaptureChain); each may change while it runs.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case", default, deny_unknown_fields)
)]
pub struct CaptureSettings {
    /// Whether everything below 80 Hz is taken out: handling, hum, direct current.
    pub high_pass: bool,
    /// Echo cancelling; `None` is off.
    #[cfg_attr(feature = "serde", serde(with = "crate::or_off"))]
    pub echo: Option<EchoLevel>,
    /// Noise suppression; `None` is off.
    #[cfg_attr(feature = "serde", serde(with = "crate::or_off"))]
    pub noise: Option<NoiseLevel>,
    /// How much of everything that is not speech is removed by a neural network (`RNNoise`), 0 to 1; `None` is off.
    /// 1 removes up to 80 dB.
    pub background_removal: Option<f32>,
    /// Whether speech is brought to −20 dBFS, by up to 36 dB up or 12 dB down. Noise is not raised above −50 dBFS by
    /// that.
    pub automatic_gain: bool,
    /// When speech is taken for speech.
    pub voice_detection: VoiceDetectionSettings,
}

impl CaptureSettings {
    /// No processing, except that invalid samples are removed (see [`CaptureStatistics`](crate::CaptureStatistics));
    /// for files and music.
    pub const UNPROCESSED: Self = Self {
        high_pass: false,
        echo: None,
        noise: None,
        background_removal: None,
        automatic_gain: false,
        voice_detection: VoiceDetectionSettings::DEFAULT,
    };

    /// Whether sound passes as it is.
    pub fn leaves_sound_alone(&self) -> bool {
        *self == Self { voice_detection: self.voice_detection, ..Self::UNPROCESSED }
    }

    /// The same without what takes music for noise, or evens it out: noise suppression, the removal of background, and
    /// the automatic gain.
    #[must_use]
    pub const fn for_music(self) -> Self {
        Self { noise: None, background_removal: None, automatic_gain: false, ..self }
    }
}

impl Default for CaptureSettings {
    fn default() -> Self {
        Self {
            high_pass: true,
            echo: Some(EchoLevel::Moderate),
            noise: Some(NoiseLevel::Moderate),
            background_removal: None,
            automatic_gain: true,
            voice_detection: VoiceDetectionSettings::DEFAULT,
        }
    }
}

/// How eagerly echo is hidden; the subtraction before is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum EchoLevel {
    /// Rather a little echo than a damaged voice.
    Low,
    /// For laptops and loudspeakers on a desk.
    #[default]
    Moderate,
    /// Rather a damaged voice than echo: loud loudspeakers.
    High,
}

/// How much noise is turned down at most. Key presses and mouse clicks between words are turned down by up to 20 dB at
/// each level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum NoiseLevel {
    /// 6 dB.
    Low,
    /// 12 dB.
    #[default]
    Moderate,
    /// 18 dB.
    High,
    /// 24 dB.
    VeryHigh,
    /// Everything that is not speech, by a small neural network (`GTCRN`, feature `neural-noise`): 30 ms later, at a
    /// fifth of the cost of [`Strong`](Self::Strong). As [`VeryHigh`](Self::VeryHigh) where the feature is off, and
    /// while the machine is [too slow](crate::CaptureChain::note_cost).
    StrongLight,
    /// Everything that is not speech, by a neural network (`DeepFilterNet3`, feature `neural-noise`): 30 ms later.
    /// As [`VeryHigh`](Self::VeryHigh) where the feature is off, and as [`StrongLight`](Self::StrongLight) or
    /// `VeryHigh` while the machine is [too slow](crate::CaptureChain::note_cost).
    Strong,
}

impl NoiseLevel {
    /// The name that settings have for it, such as `very-high`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
            Self::VeryHigh => "very-high",
            Self::StrongLight => "strong-light",
            Self::Strong => "strong",
        }
    }
}

/// When the voice detector takes sound for speech.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case", default, deny_unknown_fields)
)]
pub struct VoiceDetectionSettings {
    /// Speech begins when the probability reaches this, 0 to 1.
    pub threshold: f32,
    /// It ends when the probability stays this much below the threshold, 0 to 1.
    pub hysteresis: f32,
    /// How long it has to stay there, in milliseconds; at most 60 000.
    #[cfg_attr(feature = "serde", serde(alias = "hang-over-ms"))]
    pub hold_ms: u32,
}

impl VoiceDetectionSettings {
    /// Threshold 0.5, hysteresis 0.15, 200 ms.
    pub const DEFAULT: Self = Self { threshold: 0.5, hysteresis: 0.15, hold_ms: 200 };

    /// The defaults with another sensitivity.
    pub const fn with_sensitivity(sensitivity: VoiceSensitivity) -> Self {
        let threshold = match sensitivity {
            VoiceSensitivity::Low => 0.7,
            VoiceSensitivity::Medium => 0.5,
            VoiceSensitivity::High => 0.35,
            VoiceSensitivity::VeryHigh => 0.2,
        };
        Self { threshold, ..Self::DEFAULT }
    }
}

impl Default for VoiceDetectionSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How little it takes to be taken for speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VoiceSensitivity {
    /// Only clear speech.
    Low,
    /// Speech.
    #[default]
    Medium,
    /// Soft speech too, and sometimes noise.
    High,
    /// Anything that may be speech.
    VeryHigh,
}
