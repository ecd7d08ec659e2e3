//! Music in two channels, from pages and bots to each other.

use std::time::Duration;

use consonance::VoiceChat;
use consonance::audio::{Quality, Tone};
use consonance_testing::input::LeftOnly;
use consonance_testing::stage::{Failure, KeyboardKey, Owner, Tab, ensure, until};

use crate::browser_test::fixture::Fixture;
use crate::browser_test::person::WITH_PAGE;
use crate::scenario::mouth_and_ear::Ear;

/// Each player plays on its left side only, and the others hear it on their left side.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server("stereo", WITH_PAGE)?;
    let address = server.said_address("quic://")?;
    let ear = Ear::default();
    let bot = bot(&address, &ear)?;
    let mut browser = fixture.browser(&Owner::default())?;
    let mut tabs = Vec::new();
    for name in ["Pia", "Piet"] {
        let tab = browser.tab()?;
        tab.go_to(&server.page("127.0.0.1", "/"))?;
        // Browsers play no sound before a user gesture.
        tab.press(KeyboardKey::Tab)?;
        tab.evaluate(SCRIPT)?;
        let joined = tab.evaluate(&format!("join({name:?})"))?;
        ensure(joined == "joined", || format!("{name} is {joined}"))?;
        tabs.push(tab);
    }
    is_on_the_left(fixture, &tabs[0], "Pia", "Bot")?;
    is_on_the_left(fixture, &tabs[0], "Pia", "Piet")?;
    bot_hears_pages_on_the_left(fixture, &bot, &ear)?;
    drop(bot);
    server.end()
}

fn is_on_the_left(fixture: &Fixture<'_>, tab: &Tab, listener: &str, speaker: &str) -> Result<(), Failure> {
    let decibels = tab.evaluate(&format!("leftOverRight({speaker:?})"))?;
    fixture.say(&format!("{listener} hears {speaker} {decibels} dB louder on the left"));
    ensure(decibels.as_f64() > Some(APART_DB), || {
        format!("{listener} hears {speaker} {decibels} dB louder there")
    })
}

fn bot_hears_pages_on_the_left(fixture: &Fixture<'_>, bot: &VoiceChat, ear: &Ear) -> Result<(), Failure> {
    for name in ["Pia", "Piet"] {
        let speaks = || Ok(bot.player_state(name).filter(|player| player.is_speaking()));
        until(&format!("{name} speaks"), WITHIN, speaks)?;
    }
    ear.forget();
    until("two seconds are heard", WITHIN, || Ok((ear.samples() > 96_000).then_some(())))?;
    let decibels = ear.left_over_right_db();
    fixture.say(&format!("the bot hears the pages {decibels:.1} dB louder on the left"));
    ensure(decibels > APART_DB, || format!("the bot hears the pages {decibels} dB louder on the left"))
}

fn bot(address: &str, ear: &Ear) -> Result<VoiceChat, Failure> {
    let builder = VoiceChat::to(address).map_err(|error| Failure::NotSo(error.to_string()))?;
    builder
        .name("Bot")
        .listen_to_room("lobby")
        .speak_in_room("lobby")
        .quality(Quality::Music)
        .input(Box::new(LeftOnly(Box::new(Tone::new(440.0, 0.3)))))
        .output(ear.loudspeaker())
        .start()
        .map_err(|error| Failure::NotSo(error.to_string()))
}

const SCRIPT: &str = include_str!("stereo.js");

/// The minimum difference between the sides: the encoders' crosstalk is quieter than that.
const APART_DB: f64 = 20.0;
const WITHIN: Duration = Duration::from_secs(20);
