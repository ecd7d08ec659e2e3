//! What must always hold: for each event that a player is told, and for the tables as a whole.

use consonance_session::{Client, ClientEvent, Disconnection, TextTarget, VoiceFrame};
use thiserror::Error;

use crate::actor::{Heard, Player};
use crate::model::{Model, Room, View};
use crate::network::{Parcel, Who};
use crate::tally::Tally;
use crate::words::{Recipient, Target, Word, Words};

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub(crate) struct Violation(String);

pub(crate) type Checked = Result<(), Violation>;

impl Violation {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// Fails with these words unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($words:tt)+) => {
        if !$condition {
            return Err($crate::check::Violation::new(format!($($words)+)));
        }
    };
}
pub(crate) use ensure;

/// One packet in the hands of one player: what it may and must hear of it.
#[derive(Debug)]
pub(crate) struct Hearing<'a> {
    who: Who,
    carried: Option<Carried<'a>>,
    heard: bool,
    must_stop: bool,
}

/// A word that came with a packet.
#[derive(Debug)]
struct Carried<'a> {
    word: &'a Word,
    claim: Claim,
    /// The network's second copy may be heard again.
    is_repeated: bool,
    knows_the_speaker: bool,
    /// The speaker was already heard before: then the original's machine lets one frame through that is for others,
    /// and stops (spec: behaviour, Receiving voice, steps 4 and 8).
    was_speaking: bool,
}

/// Whether the player is to hear a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    Must,
    /// It is addressed to the player, but may be too late, or come from somebody who is not known here yet.
    May,
    Never,
}

impl<'a> Hearing<'a> {
    /// Of no packet: nothing is to be heard.
    pub(crate) fn nothing(who: Who) -> Self {
        Self { who, carried: None, heard: false, must_stop: false }
    }

    /// Of a packet that is about to be handed to a player's client.
    pub(crate) fn of(parcel: &Parcel, player: &mut Player, model: &Model, words: &'a Words) -> Self {
        let word = parcel.word.and_then(|probe| words.get(probe));
        let carried = word.map(|word| Carried::of(word, parcel.repeated, player, model));
        Self { carried, ..Self::nothing(player.who) }
    }

    /// A frame or a text was heard.
    pub(crate) fn was_heard(&self) -> bool {
        self.heard
    }

    /// An event that the packet, or whatever else just happened, has raised.
    pub(crate) fn event(&mut self, event: &ClientEvent<'_>, heard: &mut Heard, model: &Model) -> Checked {
        let who = self.who;
        match event {
            ClientEvent::Joined { session, id } => {
                ensure!(heard.told == Tally::default(), "{who} joins while others have not left");
                ensure!(!heard.somebody_speaks(), "{who} joins while somebody speaks");
                *heard = Heard::anew(Some((*session, *id)));
            }
            ClientEvent::RosterReceived => {
                ensure!(!heard.roster_received, "{who} received the roster twice");
                heard.roster_received = true;
            }
            ClientEvent::PlayerJoined { id, name, .. } => {
                let is_me = heard.joined.is_some_and(|(_, own)| own == *id);
                ensure!(is_me == (**name == *model.name(who)), "{who} is told that {name} has its own id");
                if !is_me {
                    heard.told.add_player(*id, name);
                }
            }
            ClientEvent::PlayerLeft { id, name } => {
                ensure!(!heard.ear(*id).is_speaking, "{name} leaves {who} while speaking");
                *heard.ear(*id) = crate::actor::Ear::default();
                heard.told.remove_player(*id, name);
            }
            ClientEvent::EnteredRoom { id, room, .. } => heard.told.add_room(*id, room),
            ClientEvent::ExitedRoom { id, room, .. } => heard.told.remove_room(*id, room),
            ClientEvent::StartedSpeaking { id, name } => {
                let ear = heard.ear(*id);
                ensure!(!ear.is_speaking, "{name} starts to speak to {who} twice");
                (ear.is_speaking, ear.offset) = (true, None);
                self.is_of_the_speaker(name, model)?;
            }
            ClientEvent::StoppedSpeaking { id, name } => {
                let ear = heard.ear(*id);
                ensure!(ear.is_speaking, "{name} stops to speak to {who} without having started");
                ear.is_speaking = false;
            }
            ClientEvent::Voice(frame) => self.voice(frame, heard)?,
            ClientEvent::Text { id, name, to, text } => {
                let word = self.word(text.parse().ok())?;
                ensure!(
                    word.is_text && word.id == *id,
                    "{who} reads {text} from {id}, but {} wrote it",
                    word.id
                );
                let to_room = matches!(to, TextTarget::Room(_));
                let was_to_room = word.to.iter().any(|to| matches!(to.target, Target::Room(_)));
                ensure!(to_room == was_to_room, "{who} reads {text} as written to {to:?}");
                ensure!(self.may_hear(), "{who} reads {text}, which is not addressed to it");
                self.is_of_the_speaker(name, model)?;
                self.heard = true;
            }
            ClientEvent::Disconnected { cause, .. } => {
                ensure!(
                    heard.told == Tally::default(),
                    "{who} is disconnected ({cause:?}) with players left over"
                );
                ensure!(!heard.somebody_speaks(), "{who} is disconnected ({cause:?}) while somebody speaks");
                *heard = Heard::anew(None);
                heard.was_evicted = *cause == Disconnection::NameTakenOver;
            }
            other => return Err(Violation::new(format!("{who} is told something unknown: {other:?}"))),
        }
        Ok(())
    }

    /// Everything that the packet raised was told.
    pub(crate) fn end(&self, heard: &mut Heard) -> Checked {
        let Some(Carried { word, claim, .. }) = self.carried else { return Ok(()) };
        let (who, probe) = (self.who, word.probe.0);
        ensure!(
            self.heard || claim != Claim::Must,
            "{who} must hear word {probe} of {} ({:?}), which was delivered to it, but does not",
            word.from,
            word.to
        );
        if self.must_stop {
            let goes_on = heard.ear(word.id).is_speaking;
            ensure!(!goes_on, "{who} goes on hearing {}, who speaks to others now", word.from);
        }
        Ok(())
    }

    fn voice(&mut self, frame: &VoiceFrame<'_>, heard: &mut Heard) -> Checked {
        let who = self.who;
        let number = frame.frame.try_into().map(u64::from_be_bytes).ok();
        let word = self.word(number)?;
        let probe = word.probe.0;
        ensure!(
            !word.is_text && word.id == frame.id,
            "{who} hears word {probe} as the voice of {}",
            frame.id
        );
        let ear = heard.ear(frame.id);
        ensure!(ear.is_speaking, "{who} hears word {probe} before its speaker has started");
        // Two numbers for one frame, or one for two, would play a frame twice or another one never.
        let offset = frame.packet_sequence.wrapping_sub(frame.sequence as u16);
        let same = *ear.offset.get_or_insert(offset);
        ensure!(same == offset, "{who} hears word {probe} out of count: {same} became {offset}");
        if !self.may_hear() {
            let was_speaking = self.carried.as_ref().is_some_and(|carried| carried.was_speaking);
            let is_last = frame.channels.is_empty() && was_speaking;
            ensure!(is_last, "{who} hears word {probe} of {}, which is for {:?} only", word.from, word.to);
            self.must_stop = true;
        }
        self.heard = true;
        Ok(())
    }

    fn may_hear(&self) -> bool {
        self.carried.as_ref().is_some_and(|carried| carried.claim != Claim::Never)
    }

    /// The word that this packet carries, if it is the one with that number and was not heard before.
    fn word(&self, number: Option<u64>) -> Result<&'a Word, Violation> {
        let who = self.who;
        let Some(Carried { word, is_repeated, .. }) = self.carried else {
            return Err(Violation::new(format!("{who} hears {number:?} out of nothing")));
        };
        let probe = word.probe.0;
        ensure!(number == Some(probe), "{who} hears {number:?} when word {probe} comes");
        let again = self.heard || (!is_repeated && word.heard.contains(&who));
        ensure!(!again, "{who} hears word {probe} twice");
        ensure!(word.from != who, "{who} hears itself");
        Ok(word)
    }

    fn is_of_the_speaker(&self, name: &str, model: &Model) -> Checked {
        let known = self.carried.as_ref().filter(|carried| carried.knows_the_speaker);
        let Some(Carried { word, .. }) = known else { return Ok(()) };
        let speaker = model.name(word.from);
        ensure!(speaker == name, "{} takes {speaker} for {name}", self.who);
        Ok(())
    }
}

impl<'a> Carried<'a> {
    /// What a word is to a player, by what the player wants and knows; its ear remembers that the word came.
    fn of(word: &'a Word, is_repeated: bool, player: &mut Player, model: &Model) -> Self {
        let Player { heard, rooms, .. } = player;
        let nobody =
            Self { word, claim: Claim::Never, is_repeated, knows_the_speaker: false, was_speaking: false };
        let Some((_, own)) = heard.joined.filter(|(session, _)| *session == word.session) else {
            return nobody;
        };
        let to_me = |recipient: &&Recipient| match recipient.target {
            Target::Room(room) => rooms.contains(&room),
            Target::Player(id) => id == own,
        };
        let is_addressed = word.to.iter().any(|recipient| to_me(&recipient));
        let is_open = word.to.iter().filter(to_me).any(|recipient| !recipient.closing);
        let view = heard.view;
        let stay = word.stay.and_then(|stay| model.stay(stay));
        let knows_the_speaker = view.zip(stay).is_some_and(|(view, stay)| Model::knows(view, stay));
        let ear = heard.ear(word.id);
        let was_speaking = ear.is_speaking;
        let is_believed = word.is_text || (is_open && ear.believes(word));
        let claim = match (is_addressed, knows_the_speaker && is_believed) {
            (false, _) => Claim::Never,
            (true, false) => Claim::May,
            (true, true) => Claim::Must,
        };
        if !word.is_text {
            ear.note(word);
            if !knows_the_speaker {
                // It counts as a frame of whoever has the id now: the wire cannot tell them apart.
                let taken_for = match view {
                    Some(view) => model.known_as(view, word.id),
                    None => model.link_of(word.id).and_then(|link| model.over(link)),
                };
                ear.misled_about = taken_for.map(|stay| stay.joined);
            }
        }
        Self { claim, knows_the_speaker, was_speaking, ..nobody }
    }
}

/// A player's whole table is the truth as far as it has been told, and what its events said; its rooms are those it
/// was told to listen to.
pub(crate) fn tables(player: &Player, client: &Client, model: &Model) -> Checked {
    let who = player.who;
    let listens = client.rooms().len() == player.rooms.len();
    ensure!(
        listens,
        "{who} was told to listen to {:?}, not to {:?}",
        player.rooms,
        client.rooms().collect::<Vec<_>>()
    );
    let (Some(view), Some((_, own))) = (player.heard.view, player.heard.joined) else { return Ok(()) };
    let mut table = Tally::default();
    for known in client.players() {
        table.add_player(known.id, known.name);
        for room in known.rooms {
            table.add_room(known.id, room);
        }
    }
    let mut told = table;
    told.remove_player(own, client.name());
    ensure!(told == player.heard.told, "the table of {who} is not what its events said");
    if model.tally(view) != Some(table) {
        return Err(Violation::new(difference(who, client, model, view)));
    }
    Ok(())
}

/// What a player knows wrong, for people.
fn difference(who: Who, client: &Client, model: &Model, view: View) -> String {
    let truth = model.known(view).map(|stay| {
        let rooms =
            (0..model.rooms()).map(Room).filter(|room| model.listeners(view, *room).any(|id| id == stay.id));
        let rooms: Vec<_> = rooms.map(|room| model.room_name(room)).collect();
        format!("{} {} {rooms:?}", stay.id, model.name(stay.who))
    });
    let mut truth: Vec<_> = truth.collect();
    let mut known: Vec<_> =
        client.players().map(|known| format!("{} {} {:?}", known.id, known.name, known.rooms)).collect();
    let both: Vec<_> = truth.iter().filter(|entry| known.contains(entry)).cloned().collect();
    truth.retain(|entry| !both.contains(entry));
    known.retain(|entry| !both.contains(entry));
    format!("{who} should know {truth:?} and knows {known:?} instead, at version {}", view.version.0)
}
