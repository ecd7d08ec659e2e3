//! The measured player: everything that a voice chat does every 10 ms, without threads.

use std::collections::BTreeMap;
use std::error::Error;

use consonance::audio::{
    Activation, ActivationMode, ActivationSettings, BLOCK_SAMPLES, CaptureChain, CaptureSettings,
    CodecSettings, Encoder as _, EncoderSettings, FrameProperties, Framer, Mixer, MixerSettings, OpusEncoder,
    Pose, SpatialMode, SpatialSettings, SpeakerKey, SpeakerPlace, Spoken, StereoBlock,
};
use consonance_session::{Client, ClientEvent, ClientId, ClientSettings, Delivery, Instant};

use super::memory_session::PLAYER;

/// Both directions of one player.
pub(super) struct Player {
    pub(super) client: Client,
    chain: CaptureChain,
    activation: Activation,
    framer: Framer,
    encoder: OpusEncoder,
    packet: Vec<u8>,
    mixer: Mixer,
    speakers: BTreeMap<ClientId, SpeakerKey>,
    heard: StereoBlock,
}

impl Player {
    /// A player with an open microphone, so that every frame is sent.
    ///
    /// # Errors
    /// If there is no encoder.
    pub(super) fn new(capture: CaptureSettings) -> Result<Self, Box<dyn Error>> {
        let settings = EncoderSettings::default();
        let mut mixer = Mixer::new(MixerSettings::default());
        mixer.set_spatial(SpatialSettings { mode: SpatialMode::Hrtf, ..SpatialSettings::default() });
        mixer.set_listener(Some(Pose::default()));
        let open = ActivationSettings { mode: ActivationMode::Open, ..ActivationSettings::default() };
        Ok(Self {
            client: Client::new(ClientSettings::new("player")),
            chain: CaptureChain::new(capture),
            activation: Activation::new(open),
            framer: Framer::new(settings.frame),
            encoder: OpusEncoder::new(settings)?,
            packet: vec![0; 4_000],
            mixer,
            speakers: BTreeMap::new(),
            heard: StereoBlock::default(),
        })
    }

    /// Takes 10 ms of the microphone and the received packets, and plays 10 ms of stereo; outgoing packets are added
    /// to `sent`.
    pub(super) fn beat(
        &mut self,
        now: Instant,
        near: &[f32; BLOCK_SAMPLES],
        mail: &[(Delivery, Vec<u8>)],
        sent: &mut Vec<(Delivery, Vec<u8>)>,
    ) {
        self.client.handle_timeout(now);
        for (delivery, packet) in mail {
            self.client.handle_packet(now, PLAYER, *delivery, packet);
        }
        self.speak(near);
        self.listen();
        while let Some(transmit) = self.client.poll_transmit() {
            sent.push((transmit.delivery, transmit.payload.to_vec()));
        }
        self.mixer.mix(&mut self.heard);
        while self.mixer.poll_played().is_some() {}
    }

    /// The number of decoded frames.
    pub(super) fn frames_heard(&self) -> u64 {
        let played = |&key: &SpeakerKey| self.mixer.statistics(key).map_or(0, |statistics| statistics.played);
        self.speakers.values().map(played).sum()
    }

    /// Processes and sends a block of the microphone, which also picks up the loudspeaker.
    fn speak(&mut self, near: &[f32; BLOCK_SAMPLES]) {
        let render = self.heard.to_mono();
        let mut block = std::array::from_fn(|i| near[i] + 0.2 * render[i]);
        let heard = self.chain.process(&mut block, Some(&render));
        if self.activation.process(&mut block, &heard, false) == Spoken::Silence {
            return;
        }
        let mut samples = &block[..];
        while let Some(frame) = self.framer.fill(&mut samples) {
            if let Ok(length) = self.encoder.encode(frame, &mut self.packet) {
                // Sends nothing until there is a listener.
                let _ = self.client.send_voice(&self.packet[..length]);
            }
        }
    }

    fn listen(&mut self) {
        let now = self.mixer.position();
        let angle = now.as_micros() as f32 * 1e-6;
        for (number, &key) in self.speakers.values().enumerate() {
            let angle = angle + number as f32;
            let place =
                SpeakerPlace { position_m: [2.0 * angle.sin(), 0.0, 2.0 * angle.cos()], occlusion: 0.3 };
            self.mixer.set_place(key, Some(place));
        }
        while let Some(event) = self.client.poll_event() {
            match event {
                ClientEvent::StartedSpeaking { id, .. } => {
                    let key = SpeakerKey(self.speakers.len() as u32);
                    let codec = CodecSettings::opus(EncoderSettings::default().frame);
                    if self.mixer.add_speaker(key, codec).is_ok() {
                        self.speakers.insert(id, key);
                        self.mixer.start_utterance(key);
                    }
                }
                ClientEvent::Voice(voice) => {
                    let Some(&key) = self.speakers.get(&voice.id) else { continue };
                    let properties = FrameProperties {
                        gain: voice.amplitude,
                        priority: voice.priority as u8,
                        positional: voice.positional,
                    };
                    self.mixer.push_frame(key, voice.sequence, now, voice.frame, properties);
                }
                _ => {}
            }
        }
    }
}
