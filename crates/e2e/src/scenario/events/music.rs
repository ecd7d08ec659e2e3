//! Music begins and ends.

use consonance_testing::stage::{SOON, until};

use crate::scenario::cast::{CastMember, DANCE_FLOOR};
use crate::scenario::fixture::Fixture;
use crate::scenario::programme::To;
use crate::scenario::report::{Check, Checks};
use crate::scenario::words::Words;

impl Fixture {
    pub(super) fn music_begins(&mut self) -> Checks {
        let bot = self.player(CastMember::Jukebox)?;
        let channel = bot.open(To::Room(DANCE_FLOOR));
        bot.mouth.say(&Words::Music.sound().repeat(REPEATS));
        self.music = Some(channel);
        let dancers = self.players.iter().filter(|player| player.member.listens_to(DANCE_FLOOR));
        let (bot, mut member) = (CastMember::Jukebox.name(), Vec::new());
        for dancer in dancers {
            let hears = || dancer.voice.player_state(&bot).is_some_and(|bot| bot.is_speaking());
            until(&format!("{:?} hears the music", dancer.member), SOON, || Ok(hears().then_some(())))?;
            member.push(dancer.member.name());
        }
        Ok(vec![Check::seen(format!("music plays for {}", member.join(", ")))])
    }

    pub(super) fn music_ends(&mut self) -> Checks {
        let channel = self.music.take();
        let bot = self.player(CastMember::Jukebox)?;
        let was_playing = !bot.mouth.is_silent();
        bot.mouth.hush();
        if let Some(channel) = channel {
            channel.close();
        }
        self.pass(1.0)?;
        Ok(vec![Check::new("the music has played all the while", was_playing)])
    }
}

/// Longer than any player speaks over it: two minutes.
const REPEATS: usize = 40;
