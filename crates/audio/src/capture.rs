//! The capture chain: processes a microphone's samples for listeners, in stages over blocks of 10 ms.
//!
//! ```text
//! microphone ─▶ sanitise ─▶ high-pass ─▶ echo ─▶ noise ─▶ background ─▶ gain, limiter ─▶ voice detection
//! loudspeaker ─────────────────────────────┘     (StrongLight, Strong: a neural network)
//! ```
//!
//! The order matters: a stage that is not linear, such as background removal, comes after the echo canceller, whose
//! model of the room is linear.

mod activation;
mod background;
mod catch_up;
mod clicks;
mod cost_guard;
mod decimator;
mod echo;
mod gain;
mod high_pass;
mod neural;
mod noise;
mod overlap;
mod sanitiser;
mod settings;
mod spectrum;
mod statistics;
mod voice_detector;

pub use activation::{Activation, ActivationMode, ActivationSettings, Demand, Spoken};
pub use settings::{CaptureSettings, EchoLevel, NoiseLevel, VoiceDetectionSettings, VoiceSensitivity};
pub use statistics::{CaptureStatistics, EchoStatistics};

use std::time::Duration;

use self::background::BackgroundRemoval;
use self::clicks::ClickSuppressor;
use self::cost_guard::CostGuard;
use self::echo::EchoCanceller;
use self::gain::AutomaticGain;
use self::high_pass::HighPass;
use self::neural::{Network, NeuralSuppressor};
use self::noise::NoiseSuppressor;
use self::overlap::{Analysis, Synthesis, Window};
use self::sanitiser::Sanitiser;
use self::spectrum::{BINS, Transform};
use self::voice_detector::VoiceDetector;
use crate::block::BLOCK_SAMPLES;
use crate::level;

/// The results of the chain for one block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockAnalysis {
    /// The probability of speech, 0 to 1.
    pub speech_probability: f32,
    /// Whether the block belongs to speech: with hysteresis, and with the hold time at the end.
    pub is_speech: bool,
    /// Level of the chain's output, in dB of full scale (root mean square), at least −100.
    pub level_dbfs: f32,
}

/// The stages, for timing them; see [`CaptureChain::process_watched`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaptureStage {
    /// Sanitising and the high-pass.
    HighPass,
    /// The echo canceller's subtraction.
    EchoSubtraction,
    /// The transform that echo canceller and noise suppressor share: reported after the way to spectra, and again after
    /// the way back.
    Spectrum,
    /// The echo canceller's suppression.
    EchoSuppression,
    /// Noise suppression.
    Noise,
    /// The suppression of clicks: reported after it has listened, and again after it has turned them down.
    Clicks,
    /// Background removal.
    Background,
    /// Automatic gain and limiter.
    Gain,
    /// Voice detection.
    VoiceDetection,
}

/// The capture chain. Its stages are switched and tuned by [`CaptureSettings`].
///
/// It allocates when it is made and when a stage is switched on, and never per block. Sound comes out
/// [`CaptureChain::delay_samples`] later.
pub struct CaptureChain {
    settings: CaptureSettings,
    sanitiser: Sanitiser,
    high_pass: HighPass,
    spectral: Option<Box<Spectral>>,
    neural: Option<NeuralSuppressor>,
    cost: CostGuard,
    background: Option<BackgroundRemoval>,
    gain: AutomaticGain,
    voice_detector: VoiceDetector,
    was_speech: bool,
    blocks: u64,
    input_level_dbfs: f32,
    output_level_dbfs: f32,
    output_amplitude: f32,
}

impl CaptureChain {
    /// A chain in its initial state.
    pub fn new(settings: CaptureSettings) -> Self {
        let mut chain = Self {
            settings,
            sanitiser: Sanitiser::default(),
            high_pass: HighPass::new(),
            spectral: None,
            neural: None,
            cost: CostGuard::new(),
            background: None,
            gain: AutomaticGain::new(),
            voice_detector: VoiceDetector::new(settings.voice_detection),
            was_speech: false,
            blocks: 0,
            input_level_dbfs: level::SILENCE_DBFS,
            output_level_dbfs: level::SILENCE_DBFS,
            output_amplitude: 0.0,
        };
        chain.set_settings(settings);
        chain
    }

    /// Processes one block of the microphone, mono at 48 kHz, in place.
    ///
    /// `render` is the loudspeaker's sound of the same 10 ms, or of up to 250 ms earlier; `None` if there was none. Any
    /// samples are safe: NaN becomes silence, and is counted.
    pub fn process(
        &mut self,
        microphone: &mut [f32; BLOCK_SAMPLES],
        render: Option<&[f32; BLOCK_SAMPLES]>,
    ) -> BlockAnalysis {
        self.process_watched(microphone, render, |_| {})
    }

    /// As [`process`](Self::process), and calls `done` after each stage, so that the caller can time it.
    pub fn process_watched(
        &mut self,
        microphone: &mut [f32; BLOCK_SAMPLES],
        render: Option<&[f32; BLOCK_SAMPLES]>,
        mut done: impl FnMut(CaptureStage),
    ) -> BlockAnalysis {
        self.blocks += 1;
        self.sanitiser.microphone(microphone);
        self.input_level_dbfs = level::dbfs(microphone);
        if self.settings.high_pass {
            self.high_pass.process(microphone);
        }
        done(CaptureStage::HighPass);
        if let Some(spectral) = &mut self.spectral {
            let mut render = render.copied().unwrap_or([0.0; BLOCK_SAMPLES]);
            self.sanitiser.loudspeaker(&mut render);
            let is_speech = self.voice_detector.was_speech_within(clicks::PLOSIVE_BLOCKS);
            spectral.process(microphone, &render, is_speech, &mut done);
        }
        if let Some(neural) = &mut self.neural {
            neural.process(microphone);
            done(CaptureStage::Noise);
        }
        if let Some(background) = &mut self.background {
            background.process(microphone);
            done(CaptureStage::Background);
        }
        if self.settings.automatic_gain {
            self.gain.process(microphone, self.was_speech);
            done(CaptureStage::Gain);
        }
        self.output_level_dbfs = level::dbfs(microphone);
        self.output_amplitude = level::mean_absolute(microphone);
        let echo = self.spectral.as_ref().and_then(|spectral| spectral.echo.as_ref());
        let is_echo = echo.is_some_and(EchoCanceller::is_echo);
        self.was_speech = self.voice_detector.process(microphone, is_echo);
        done(CaptureStage::VoiceDetection);
        BlockAnalysis {
            speech_probability: self.voice_detector.probability(),
            is_speech: self.was_speech,
            level_dbfs: self.output_level_dbfs,
        }
    }

    /// The settings in force.
    pub fn settings(&self) -> &CaptureSettings {
        &self.settings
    }

    /// Changes the settings. A stage that stays on keeps what it has learnt; one that is switched on starts from its
    /// initial state.
    pub fn set_settings(&mut self, settings: CaptureSettings) {
        self.switch_noise(settings.echo, settings.noise);
        match (&mut self.background, settings.background_removal) {
            (Some(removal), Some(intensity)) => removal.set_intensity(intensity),
            (removal, wanted) => *removal = wanted.map(BackgroundRemoval::new),
        }
        if settings.high_pass && !self.settings.high_pass {
            self.high_pass = HighPass::new();
        }
        if settings.automatic_gain && !self.settings.automatic_gain {
            self.gain = AutomaticGain::new();
        }
        self.voice_detector.set_settings(settings.voice_detection);
        self.settings = settings;
    }

    /// Notes how long the last call of [`process`](Self::process) took. If blocks repeatedly take more than a third of
    /// the available time, a cheaper level of noise suppression is in force for a minute or more: instead of
    /// [`Strong`](NoiseLevel::Strong), [`StrongLight`](NoiseLevel::StrongLight), and if that takes too long as well,
    /// one without a network.
    ///
    /// Without these calls the configured level is always in force. Allocates when the level changes.
    pub fn note_cost(&mut self, cost: Duration) {
        if self.wanted_network().is_none() {
            return;
        }
        let allowed = self.cost.allowed();
        self.cost.note(cost, self.neural.as_ref().map(NeuralSuppressor::network));
        if self.cost.allowed() != allowed {
            self.switch_noise(self.settings.echo, self.settings.noise);
        }
    }

    /// The delay from input to output, with the current settings: one block for echo cancelling and noise suppression
    /// together, three for its neural levels, one for the removal of background.
    pub fn delay_samples(&self) -> usize {
        let blocks = usize::from(self.spectral.is_some()) + usize::from(self.background.is_some());
        let neural = self.neural.as_ref().map_or(0, NeuralSuppressor::delay_samples);
        blocks * BLOCK_SAMPLES + neural
    }

    /// Counts and levels.
    pub fn statistics(&self) -> CaptureStatistics {
        CaptureStatistics {
            blocks: self.blocks,
            non_finite_samples: self.sanitiser.non_finite_samples,
            clipped_samples: self.sanitiser.clipped_samples,
            input_level_dbfs: self.input_level_dbfs,
            output_level_dbfs: self.output_level_dbfs,
            output_amplitude: self.output_amplitude,
            gain_db: if self.settings.automatic_gain { self.gain.gain_db() } else { 0.0 },
            speech_probability: self.voice_detector.probability(),
            noise: self.noise_in_force(),
            is_noise_reduced: self.wanted_network() > self.cost.allowed(),
            echo: self
                .spectral
                .as_ref()
                .and_then(|spectral| spectral.echo.as_ref())
                .map(EchoCanceller::statistics),
        }
    }

    fn switch_noise(&mut self, echo: Option<EchoLevel>, noise: Option<NoiseLevel>) {
        let network = noise.and_then(Network::of).min(self.cost.allowed());
        if self.neural.as_ref().map(NeuralSuppressor::network) != network {
            self.neural = network.and_then(NeuralSuppressor::new);
        }
        let noise = noise.filter(|_| self.neural.is_none());
        if echo.is_none() && noise.is_none() {
            self.spectral = None;
        } else {
            self.spectral.get_or_insert_with(|| Box::new(Spectral::new())).switch(echo, noise);
        }
    }

    fn wanted_network(&self) -> Option<Network> {
        self.settings.noise.and_then(Network::of)
    }

    fn noise_in_force(&self) -> Option<NoiseLevel> {
        match (self.wanted_network(), &self.neural) {
            (Some(_), Some(neural)) => Some(neural.network().level()),
            (Some(_), None) => Some(NoiseLevel::VeryHigh),
            (None, _) => self.settings.noise,
        }
    }
}

impl std::fmt::Debug for CaptureChain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaptureChain").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// The stages that work on spectra, and share them so that all of them together delay by one block only.
struct Spectral {
    echo: Option<EchoCanceller>,
    noise: Option<NoiseSuppressor>,
    /// `Some` if noise is suppressed.
    clicks: Option<ClickSuppressor>,
    window: Window,
    transform: Transform,
    analysis: Analysis,
    synthesis: Synthesis,
}

impl Spectral {
    fn new() -> Self {
        Self {
            echo: None,
            noise: None,
            clicks: None,
            window: Window::new(),
            transform: Transform::new(),
            analysis: Analysis::new(),
            synthesis: Synthesis::new(),
        }
    }

    fn switch(&mut self, echo: Option<EchoLevel>, noise: Option<NoiseLevel>) {
        match (&mut self.echo, echo) {
            (Some(canceller), Some(level)) => canceller.set_level(level),
            (canceller, wanted) => *canceller = wanted.map(EchoCanceller::new),
        }
        match (&mut self.noise, noise) {
            (Some(suppressor), Some(level)) => suppressor.set_level(level),
            (suppressor, wanted) => *suppressor = wanted.map(NoiseSuppressor::new),
        }
        if self.noise.is_some() != self.clicks.is_some() {
            self.clicks = self.noise.is_some().then(ClickSuppressor::new);
        }
    }

    fn process(
        &mut self,
        block: &mut [f32; BLOCK_SAMPLES],
        render: &[f32; BLOCK_SAMPLES],
        is_speech: bool,
        done: &mut impl FnMut(CaptureStage),
    ) {
        if let Some(echo) = &mut self.echo {
            echo.subtract(block, render, &self.window, &mut self.transform);
            done(CaptureStage::EchoSubtraction);
        }
        if let Some(clicks) = &mut self.clicks {
            clicks.listen(block, is_speech);
            done(CaptureStage::Clicks);
        }
        self.analysis.push(block, &self.window, &mut self.transform);
        done(CaptureStage::Spectrum);
        let mut gains = [1.0; BINS];
        if let Some(echo) = &mut self.echo {
            echo.gains(&self.analysis, &mut gains);
            done(CaptureStage::EchoSuppression);
        }
        if let Some(noise) = &mut self.noise {
            noise.gains(&self.analysis.spectrum, &mut gains);
        }
        let spectrum = &mut self.analysis.spectrum;
        for (bin, gain) in gains.into_iter().enumerate() {
            spectrum.re[bin] *= gain;
            spectrum.im[bin] *= gain;
        }
        if self.noise.is_some() {
            done(CaptureStage::Noise);
        }
        if let Some(clicks) = &mut self.clicks {
            clicks.suppress(spectrum, &mut self.synthesis, &self.window, &mut self.transform);
            done(CaptureStage::Clicks);
        }
        self.synthesis.pull(spectrum, &self.window, &mut self.transform, block);
        done(CaptureStage::Spectrum);
    }
}
