//! Music in two channels, from pages and bots to each other.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use consonance::audio::{BLOCK_SAMPLES, Input, Output, OutputError, Quality, Read, StereoBlock, Tone};
use consonance::{Player, VoiceChat};
use consonance_testing::stage::{Failure, KeyboardKey, Owner, Tab, ensure, until};

use crate::browser_test::person::WITH_PAGE;
use crate::browser_test::stage::Stage;

/// What each plays on its left side only, the others hear on their left side.
pub(crate) fn play(stage: &Stage<'_>) -> Result<(), Failure> {
    let mut server = stage.server("stereo", WITH_PAGE)?;
    let address = server.said_address("quic://")?;
    let ears = Ears::default();
    let bot = bot(&address, &ears)?;
    let mut browser = stage.browser(&Owner::default())?;
    let mut tabs = Vec::new();
    for name in ["Pia", "Piet"] {
        let tab = browser.tab()?;
        tab.go_to(&server.page("127.0.0.1", "/"))?;
        // Without a gesture, a browser plays no sound.
        tab.press(KeyboardKey::Tab)?;
        tab.evaluate(SCRIPT)?;
        let joined = tab.evaluate(&format!("join({name:?})"))?;
        ensure(joined == "joined", || format!("{name} is {joined}"))?;
        tabs.push(tab);
    }
    is_on_the_left(stage, &tabs[0], "Pia", "Bot")?;
    is_on_the_left(stage, &tabs[0], "Pia", "Piet")?;
    bot_hears_pages_on_the_left(stage, &bot, &ears)?;
    drop(bot);
    server.end()
}

fn is_on_the_left(stage: &Stage<'_>, tab: &Tab, listener: &str, speaker: &str) -> Result<(), Failure> {
    let decibels = tab.evaluate(&format!("leftOverRight({speaker:?})"))?;
    stage.say(&format!("{listener} hears {speaker} {decibels} dB louder on the left"));
    ensure(decibels.as_f64() > Some(APART_DB), || {
        format!("{listener} hears {speaker} {decibels} dB louder there")
    })
}

fn bot_hears_pages_on_the_left(stage: &Stage<'_>, bot: &VoiceChat, ears: &Ears) -> Result<(), Failure> {
    for name in ["Pia", "Piet"] {
        let speaks = || Ok(bot.player(name).filter(Player::is_speaking));
        until(&format!("{name} speaks"), WITHIN, speaks)?;
    }
    ears.forget();
    until("two seconds are heard", WITHIN, || Ok((ears.samples() > 96_000).then_some(())))?;
    let decibels = ears.left_over_right_db();
    stage.say(&format!("the bot hears the pages {decibels:.1} dB louder on the left"));
    ensure(decibels > APART_DB, || format!("the bot hears the pages {decibels} dB louder on the left"))
}

fn bot(address: &str, ears: &Ears) -> Result<VoiceChat, Failure> {
    let builder = VoiceChat::to(address).map_err(|error| Failure::NotSo(error.to_string()))?;
    builder
        .name("Bot")
        .listen_to_room("lobby")
        .speak_in_room("lobby")
        .quality(Quality::Music)
        .input(Box::new(LeftOnly(Tone::new(440.0, 0.3))))
        .output(Box::new(ears.clone()))
        .start()
        .map_err(|error| Failure::NotSo(error.to_string()))
}

/// A tone on the left side.
struct LeftOnly(Tone);

impl Input for LeftOnly {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        self.0.read(block)
    }

    fn read_stereo(&mut self, block: &mut StereoBlock) -> Option<Read> {
        block.right.fill(0.0);
        Some(self.0.read(&mut block.left))
    }
}

/// How much either side heard.
#[derive(Clone, Debug, Default)]
struct Ears(Arc<Mutex<Energies>>);

#[derive(Debug, Default)]
struct Energies {
    samples: usize,
    left: f64,
    right: f64,
}

impl Ears {
    fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Energies::default();
    }

    fn samples(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).samples
    }

    fn left_over_right_db(&self) -> f64 {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        10.0 * (heard.left / heard.right.max(1e-9)).log10()
    }
}

impl Output for Ears {
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        let energy = |side: &[f32]| side.iter().map(|sample| f64::from(sample * sample)).sum::<f64>();
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.samples += BLOCK_SAMPLES;
        heard.left += energy(&block.left);
        heard.right += energy(&block.right);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

const SCRIPT: &str = include_str!("stereo.js");

/// What the encoders leave is below that.
const APART_DB: f64 = 20.0;
const WITHIN: Duration = Duration::from_secs(20);
