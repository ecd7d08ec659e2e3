//! Recent speech, taken out for a report.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Instant;

use consonance_session::{RoomId, Server};
use consonance_wire::names::NameKey;

use super::SessionLoop;
use crate::moderation::PlayerRef;
use crate::recording::Excerpt;
use crate::report_buffer::{BufferedVoice, rooms_of};
use crate::reports::{NothingToReport, ReportedVoices};
use crate::sessions::Session;

impl SessionLoop {
    /// The recent speech of a player, here or gone a moment ago, and, if that is wanted, of others in the rooms that
    /// it spoke to or listens to. Its whispers to single players are included, those of others are not. See
    /// [`SessionsSettings::report_buffer`](crate::SessionsSettings::report_buffer).
    ///
    /// # Errors
    /// If there is no such session, nothing is kept, or the player had no listener recently.
    pub fn reported_voices(
        &mut self,
        now: Instant,
        session: &str,
        player: &PlayerRef,
    ) -> Result<ReportedVoices, NothingToReport> {
        let index = self.state.sessions.find(session).ok_or(NothingToReport::NoSession)?;
        let settings = *self.state.voices.settings();
        let oldest = now.checked_sub(settings.last).filter(|_| settings.is_on());
        let oldest = oldest.ok_or(NothingToReport::NotKept)?;
        let voices = Asked { now, oldest, player: &Meant::of(player), with_others: settings.with_others };
        report(self.state.sessions.get_mut(index), &voices)
    }
}

/// The voices that are asked for.
struct Asked<'a> {
    now: Instant,
    oldest: Instant,
    player: &'a Meant<'a>,
    with_others: bool,
}

fn report(session: &mut Session, asked: &Asked<'_>) -> Result<ReportedVoices, NothingToReport> {
    let &Asked { now, oldest, player, with_others } = asked;
    session.report_buffer.forget_before(oldest);
    let mut voices: Vec<_> = session.report_buffer.iter_mut().collect();
    let meant = voices.iter().filter(|voice| is_meant(voice, player));
    let newest = meant.min_by_key(|voice| voice.age(now)).ok_or(NothingToReport::NotHeard)?;
    let (name, subject) = (newest.name.clone(), newest.subject.clone());
    let mut rooms = rooms_of_listener(&session.server, &name);
    for voice in voices.iter_mut().filter(|voice| is_meant(voice, player)) {
        rooms.extend(voice.packets().flat_map(|(_, packet)| rooms_of(packet)));
    }
    if !with_others {
        voices.retain(|voice| is_meant(voice, player));
    }
    // The reported player first, then the latest speakers.
    voices.sort_by_key(|voice| (Reverse(is_meant(voice, player)), voice.age(now)));
    voices.truncate(VOICES_MAX);
    let mut excerpt = Excerpt::new(&session.name, oldest, now);
    for room in &rooms {
        excerpt.add_room(*room, session.server.tables().room_names(*room).next().unwrap_or_default());
    }
    for voice in voices {
        let is_whole = is_meant(voice, player);
        add(&mut excerpt, voice, |packet| is_whole || rooms_of(packet).any(|room| rooms.contains(&room)));
    }
    Ok(ReportedVoices { session: session.name.clone(), player: name.to_string(), subject, excerpt })
}

/// The most voices in a report, including the reported player's own, which limits the work of copying.
const VOICES_MAX: usize = 16;

/// The player whose voices are asked for.
enum Meant<'a> {
    Name(NameKey),
    Subject(&'a str),
}

impl<'a> Meant<'a> {
    fn of(player: &'a PlayerRef) -> Self {
        match player {
            PlayerRef::Name(name) => Self::Name(NameKey::of(name)),
            PlayerRef::Subject(subject) => Self::Subject(subject),
        }
    }
}

fn is_meant(voice: &BufferedVoice, player: &Meant<'_>) -> bool {
    match player {
        Meant::Name(key) => voice.name.key() == key,
        Meant::Subject(subject) => voice.subject.as_deref() == Some(*subject),
    }
}

fn rooms_of_listener(server: &Server, name: &str) -> BTreeSet<RoomId> {
    let row = server.tables().client_named(name).and_then(|id| server.tables().client(id));
    row.into_iter().flat_map(|row| row.rooms).map(RoomId::of).collect()
}

/// Players without buffered voice are not named.
fn add(excerpt: &mut Excerpt, voice: &mut BufferedVoice, is_wanted: impl Fn(&[u8]) -> bool) {
    let (id, codec, name, subject) = (voice.id, voice.codec, voice.name.clone(), voice.subject.clone());
    let mut wanted = voice.packets().filter(|(_, packet)| is_wanted(packet)).peekable();
    if wanted.peek().is_some() {
        excerpt.add_speaker(id, codec, &name, subject.as_deref());
    }
    for (at, packet) in wanted {
        excerpt.add_voice(at, packet);
    }
}
