//! The server's notices to me: of restrictions, kicks, moves, refusals and answers.

use alloc::boxed::Box;
use core::time::Duration;

use consonance_wire::{Notice, WireStr};

use super::event::{ClientEvent, RecordingNotice};
use super::moderator::ModeratorRequests;
use super::output::Output;
use super::own_state::OwnState;
use super::players::Players;
use super::restrictions::TooManyRooms;
use super::server_link::Joined;
use super::settings::ClientSettings;
use crate::restrictions::{Restriction, RestrictionTerms, RoomRights};
use crate::server::RoomUse;
use crate::time::Instant;

/// A notice of the operator's, and all that it may change.
pub(super) struct Noticed<'a> {
    pub(super) own: &'a mut OwnState,
    pub(super) players: &'a mut Players,
    pub(super) moderator_requests: &'a mut ModeratorRequests,
    pub(super) me: Option<Joined>,
    pub(super) settings: &'a ClientSettings,
    pub(super) out: &'a mut Output,
}

impl Noticed<'_> {
    pub(super) fn handle(&mut self, now: Instant, notice: &Notice<'_>) {
        let Some(event) = self.apply(now, notice) else { return };
        let is_deafened =
            matches!(event, ClientEvent::Restricted { restriction: Restriction::Deafened, terms: Some(_) });
        self.out.event(event);
        if is_deafened {
            for id in self.players.ids() {
                self.players.stop_speaker(id, self.out);
            }
        }
    }

    fn apply(&mut self, now: Instant, notice: &Notice<'_>) -> Option<ClientEvent<'static>> {
        let text = |string: WireStr<'_>| Box::<str>::from(&*string.to_str());
        match *notice {
            Notice::Imposed { restriction, ends_in_s, reason } => {
                let ends = (ends_in_s > 0).then(|| now + Duration::from_secs(ends_in_s.into()));
                self.own.restrictions_mut().impose(restriction, RestrictionTerms::new(ends, &reason.to_str()))
            }
            Notice::Lifted { restriction } => self.own.restrictions_mut().lift(restriction),
            Notice::RoomRights { room, listen, speak } => {
                let set = self.own.restrictions_mut().set_rights(&text(room), RoomRights { listen, speak });
                set.unwrap_or_else(|TooManyRooms| {
                    self.out.statistics.ignored += 1;
                    None
                })
            }
            Notice::Kicked { reason } => {
                self.own.restrictions_mut().kick();
                Some(ClientEvent::Kicked { reason: text(reason) })
            }
            Notice::Moved { from, to } => {
                self.own.rooms_mut().follow_move(text(from), text(to), self.me, self.settings, self.out)
            }
            Notice::TextRateLimited { wait_ms } => {
                Some(ClientEvent::TextRateLimited { wait: Duration::from_millis(wait_ms.into()) })
            }
            Notice::RoomFull { room, is_speaking } => {
                let to = if is_speaking { RoomUse::Speak } else { RoomUse::Listen };
                Some(ClientEvent::RoomFull { room: text(room), to })
            }
            Notice::Recorded { is_whole, last_s } => {
                let recorded = RecordingNotice { is_whole, last: Duration::from_secs(last_s.into()) };
                self.own.restrictions_mut().confirm_recorded(recorded)
            }
            Notice::Answered { number, answer } => {
                self.moderator_requests.handle_answer(number, answer, self.out);
                None
            }
        }
    }
}
