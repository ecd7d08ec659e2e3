//! The invariants: of each event that a player receives, and of the tables as a whole.

mod tables;

use consonance_session::{
    Capabilities, ClientEvent, ClientId, Disconnection, Instant, TextTarget, VoiceFrame,
};

use crate::sim::actor::Player;
use crate::sim::heard::{Ear, Heard};
use crate::sim::model::{Model, View};
use crate::sim::network::Parcel;
use crate::sim::numbers::PlayerId;
use crate::sim::tally::Tally;
use crate::sim::violation::{Checked, Violation, ensure};
use crate::sim::words::{Recipient, Word, WordTarget, Words};
pub(crate) use tables::tables;

/// One packet at one player: what the player may and must hear of it.
#[derive(Debug)]
pub(crate) struct Hearing<'a> {
    player_id: PlayerId,
    /// By the player's clock.
    now: Instant,
    can_resume: bool,
    /// The player's view before the event.
    view: Option<View>,
    /// The players reported to have left.
    left: Vec<ClientId>,
    carried: Option<Carried<'a>>,
    heard: bool,
    must_stop: bool,
}

/// A word carried by a packet.
#[derive(Debug)]
struct Carried<'a> {
    word: &'a Word,
    claim: Claim,
    /// The network's second copy may be heard again.
    is_repeated: bool,
    knows_the_speaker: bool,
    /// The speaker was already heard before: then the original's machine lets one frame through that is for others,
    /// with no channel and so without loudness, and stops: steps 4 and 8 of `session/src/client/speaker.rs`.
    was_speaking: bool,
}

/// Whether the player is to hear a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    Must,
    /// It is addressed to the player, but may be too late, or come from a player that is not known here yet.
    May,
    Never,
}

impl<'a> Hearing<'a> {
    /// A check without a packet: nothing may be heard.
    pub(crate) fn nothing(player: &Player, now: Instant) -> Self {
        let can_resume = player.capabilities.contains(Capabilities::RESUME);
        let (player_id, view) = (player.id, player.heard.last_view());
        Self {
            player_id,
            now,
            can_resume,
            view,
            left: Vec::new(),
            carried: None,
            heard: false,
            must_stop: false,
        }
    }

    /// A check for this packet, which is about to be given to the player's client.
    pub(crate) fn carries(&mut self, parcel: &Parcel, player: &mut Player, model: &Model, words: &'a Words) {
        let word = parcel.word.and_then(|probe| words.get(probe));
        self.carried = word.map(|word| Carried::of(word, parcel.repeated, player, model));
    }

    /// A frame or a text was heard.
    pub(crate) fn was_heard(&self) -> bool {
        self.heard
    }

    /// Checks an event that was raised by the packet or by whatever else just happened.
    pub(crate) fn event(&mut self, event: &ClientEvent<'_>, heard: &mut Heard, model: &Model) -> Checked {
        let player_id = self.player_id;
        match event {
            ClientEvent::Joined { session, id } => {
                ensure!(heard.told == Tally::default(), "{player_id} joins while others have not left");
                ensure!(!heard.has_speaker(), "{player_id} joins while a player speaks");
                heard.joins(self.now, *session, *id);
            }
            ClientEvent::Resumed { session, id } => {
                let is_back = heard.resumes(self.now, *session, *id);
                ensure!(is_back, "{player_id} resumes as {id}, which is not a place that it lost");
            }
            ClientEvent::PlayersSynced => {
                ensure!(!heard.roster_received, "{player_id} received the roster twice");
                heard.roster_received = true;
            }
            ClientEvent::PlayerJoined { id, name, .. } => {
                let is_me = heard.joined.is_some_and(|(_, own)| own == *id);
                ensure!(
                    is_me == (**name == *model.name(player_id)),
                    "{player_id} is told that {name} has its own id"
                );
                if !is_me {
                    heard.told.add_player(*id, name);
                }
            }
            ClientEvent::PlayerLeft { id, name } => {
                ensure!(!heard.ear(*id).is_speaking, "{name} leaves {player_id} while speaking");
                *heard.ear(*id) = Ear::default();
                heard.told.remove_player(*id, name);
                self.left.push(*id);
            }
            ClientEvent::EnteredRoom { id, room, .. } => heard.told.add_room(*id, room),
            ClientEvent::ExitedRoom { id, room, .. } => heard.told.remove_room(*id, room),
            ClientEvent::StartedSpeaking { id, name } => {
                let ear = heard.ear(*id);
                ensure!(!ear.is_speaking, "{name} starts to speak to {player_id} twice");
                (ear.is_speaking, ear.offset) = (true, None);
                self.is_of_the_speaker(name, model)?;
            }
            ClientEvent::StoppedSpeaking { id, name } => {
                let ear = heard.ear(*id);
                ensure!(ear.is_speaking, "{name} stopped speaking to {player_id} without having started");
                ear.is_speaking = false;
            }
            ClientEvent::Voice(frame) => self.voice(frame, heard)?,
            ClientEvent::Text { id, name, to, text } => {
                let word = self.word(text.parse().ok())?;
                let is_sender = word.is_text && word.id == *id;
                ensure!(is_sender, "{player_id} reads {text} from {id}, but {} wrote it", word.id);
                let to_room = matches!(to, TextTarget::Room(_));
                let was_to_room = word.to.iter().any(|to| matches!(to.target, WordTarget::Room(_)));
                ensure!(to_room == was_to_room, "{player_id} reads {text} as written to {to:?}");
                ensure!(self.may_hear(), "{player_id} reads {text}, which is not addressed to it");
                self.is_of_the_speaker(name, model)?;
                self.heard = true;
            }
            ClientEvent::UplinkReport(report) => {
                let is_possible = report.lost <= report.sent;
                ensure!(is_possible, "{player_id} is told that more is lost than was sent: {report:?}");
            }
            ClientEvent::Disconnected { cause, .. } => self.disconnected(*cause, heard)?,
            // No check here depends on the other events.
            _ => {}
        }
        Ok(())
    }

    /// Checks the whole, once all events are processed.
    pub(crate) fn end(&self, heard: &mut Heard, model: &Model) -> Checked {
        self.have_they_left(heard, model)?;
        let Some(Carried { word, claim, .. }) = self.carried else { return Ok(()) };
        let (player_id, probe) = (self.player_id, word.probe.0);
        ensure!(
            self.heard || claim != Claim::Must,
            "{player_id} must hear word {probe} of {} ({:?}), which was delivered to it, but does not",
            word.from,
            word.to
        );
        if self.must_stop {
            let goes_on = heard.ear(word.id).is_speaking;
            ensure!(!goes_on, "{player_id} goes on hearing {}, player_id speaks to others now", word.from);
        }
        Ok(())
    }

    fn disconnected(&self, cause: Disconnection, heard: &mut Heard) -> Checked {
        let player_id = self.player_id;
        let is_lost =
            matches!(cause, Disconnection::LinkLost | Disconnection::ConnectFailed | Disconnection::NoAnswer);
        if self.can_resume && is_lost && heard.loses_link(self.now) {
            return Ok(());
        }
        let is_alone = heard.told == Tally::default();
        ensure!(is_alone, "{player_id} is disconnected ({cause:?}) with players left over");
        ensure!(!heard.has_speaker(), "{player_id} is disconnected ({cause:?}) while a player speaks");
        *heard = Heard::again(None);
        heard.was_evicted = cause == Disconnection::ReplacedByNewerLogin;
        Ok(())
    }

    /// A player that is said to have left has left, lost link or not, unless the player's own time in the session is
    /// over.
    fn have_they_left(&self, heard: &Heard, model: &Model) -> Checked {
        let Some(view) = self.view.filter(|_| !heard.is_fresh && !heard.has_given_up(self.now)) else {
            return Ok(());
        };
        for id in &self.left {
            let stays = model.holder(*id).filter(|holder| Model::knows(view, holder));
            ensure!(stays.is_none(), "{} is told that {id} left, which is still here", self.player_id);
        }
        Ok(())
    }

    fn voice(&mut self, frame: &VoiceFrame<'_>, heard: &mut Heard) -> Checked {
        let player_id = self.player_id;
        let number = frame.frame.try_into().map(u64::from_be_bytes).ok();
        let word = self.word(number)?;
        let probe = word.probe.0;
        ensure!(
            !word.is_text && word.id == frame.id,
            "{player_id} hears word {probe} as the voice of {}",
            frame.id
        );
        let ear = heard.ear(frame.id);
        ensure!(ear.is_speaking, "{player_id} hears word {probe} before its speaker has started");
        // With two numbers for one frame, it would be played twice; with one number for two, one would never be played.
        let offset = frame.packet_sequence.wrapping_sub(frame.sequence as u16);
        let same = *ear.offset.get_or_insert(offset);
        ensure!(same == offset, "{player_id} hears word {probe} out of count: {same} became {offset}");
        if !self.may_hear() {
            let was_speaking = self.carried.as_ref().is_some_and(|carried| carried.was_speaking);
            let is_last = frame.channels.is_empty() && frame.amplitude <= 0.0 && was_speaking;
            ensure!(
                is_last,
                "{player_id} hears word {probe} of {}, which is for {:?} only",
                word.from,
                word.to
            );
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
        let player_id = self.player_id;
        let Some(Carried { word, is_repeated, .. }) = self.carried else {
            return Err(Violation::new(format!("{player_id} hears {number:?} out of nothing")));
        };
        let probe = word.probe.0;
        ensure!(number == Some(probe), "{player_id} hears {number:?} when word {probe} comes");
        let again = self.heard || (!is_repeated && word.heard.contains(&player_id));
        ensure!(!again, "{player_id} hears word {probe} twice");
        ensure!(word.from != player_id, "{player_id} hears itself");
        Ok(word)
    }

    fn is_of_the_speaker(&self, name: &str, model: &Model) -> Checked {
        let known = self.carried.as_ref().filter(|carried| carried.knows_the_speaker);
        let Some(Carried { word, .. }) = known else { return Ok(()) };
        let speaker = model.name(word.from);
        ensure!(speaker == name, "{} takes {speaker} for {name}", self.player_id);
        Ok(())
    }
}

impl<'a> Carried<'a> {
    /// The meaning of a word for a player, by the player's rooms and view; notes the word's arrival in the player's
    /// ear.
    fn of(word: &'a Word, is_repeated: bool, player: &mut Player, model: &Model) -> Self {
        let Player { heard, rooms, .. } = player;
        let unheard =
            Self { word, claim: Claim::Never, is_repeated, knows_the_speaker: false, was_speaking: false };
        let Some((_, own)) = heard.joined.filter(|(session, _)| *session == word.session) else {
            return unheard;
        };
        let to_me = |recipient: &&Recipient| match recipient.target {
            WordTarget::Room(room) => rooms.contains(&room),
            WordTarget::Player(id) => id == own,
        };
        let (mut is_addressed, mut is_open) = (false, false);
        for recipient in word.to.iter().filter(to_me) {
            is_addressed = true;
            is_open |= !recipient.closing;
        }
        let view = heard.view;
        let ear = heard.ear(word.id);
        let knows_the_speaker = knows(view, word, ear, model);
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
                // The frame counts as one of the player that has the id now: on the wire they are indistinguishable.
                let taken_for = match view {
                    Some(view) => model.known_as(view, word.id),
                    None => model.holder(word.id),
                };
                let taken_for = taken_for.map(|stay| stay.joined);
                if taken_for.is_none() || taken_for != word.stay {
                    ear.misled_about = taken_for;
                }
            }
        }
        Self { claim, knows_the_speaker, was_speaking, ..unheard }
    }
}

/// Whether a player with this view knows the speaker; an ear asks once per speaker and version.
fn knows(view: Option<View>, word: &Word, ear: &mut Ear, model: &Model) -> bool {
    let Some((view, joined)) = view.zip(word.stay) else { return false };
    let question = Some((joined, view.version));
    if ear.known != question && model.stay(joined).is_some_and(|stay| Model::knows(view, stay)) {
        ear.known = question;
    }
    ear.known == question
}
