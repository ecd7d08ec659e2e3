//! A session as plain data: another process can continue it, and clients that can resume have their places there.
//!
//! It contains the data that a resuming client relies on. Everything else is rebuilt when it resumes: links, budgets,
//! how voice arrives, and positions. Clients of the original cannot resume, and are left out; a resuming client learns
//! from the roster that they are gone.

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_name_key::NameKey;
use consonance_wire::{ClientId, CodecParameters, SessionId, SharedSecret};

use super::{Access, PlayerIdentity, Server, ServerSettings};
use crate::link::LinkId;
use crate::restrictions::{RestrictionTerms, Restrictions};
use crate::time::Instant;

/// A session at one moment. Times in it count from that moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSnapshot {
    /// The session's number: a ticket is only valid for this session.
    pub session: SessionId,
    /// Clients that can resume their places, in the order in which newcomers are told of them.
    pub places: Vec<KeptPlace>,
    /// The restrictions and rights of players, here or not.
    pub restrictions: Vec<(PlayerIdentity, Restrictions)>,
}

/// A client's place in the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPlace {
    /// The client's id.
    pub id: ClientId,
    /// Its name.
    pub name: Box<str>,
    /// The codec that it sends and wants to receive.
    pub codec: CodecParameters,
    /// The rooms that it listens to.
    pub rooms: Vec<Box<str>>,
    /// The secret with which it gets its place back; none if it cannot resume. Any reader of this can take the place:
    /// keep it like a private key.
    pub secret: Option<SharedSecret>,
    /// Whether it has not announced its rooms yet, so that others do not know of it.
    pub is_unannounced: bool,
    /// The access that it was granted at admission.
    pub access: Access,
}

impl Server {
    /// The data with which another process can [continue](Self::restore) this session. It does not include later
    /// changes.
    pub fn snapshot(&self, now: Instant) -> SessionSnapshot {
        let now = now.max(self.now);
        let places = self.members.in_order().filter_map(|id| {
            let member = self.members.get(id)?;
            let access = self.access_since(id, now);
            Some(KeptPlace {
                id,
                name: member.name.clone(),
                codec: member.codec,
                rooms: member.rooms.names().map(Box::from).collect(),
                secret: Some(self.reservations.secret_of(id)?),
                is_unannounced: !self.visibility.is_known(id),
                access,
            })
        });
        let restrictions = self
            .restricted_players()
            .map(|(identity, restrictions)| (identity.clone(), since(restrictions, now)));
        let (places, restrictions) = (places.collect(), restrictions.collect());
        SessionSnapshot { session: self.settings.session, places, restrictions }
    }

    /// Continues a session of another process: its number, and its clients, each of which has
    /// [`Limits::resume`](crate::Limits::resume) to come back. They are present like clients without a link, and no
    /// events report them before they [resume](crate::ServerEvent::ClientResumed) or leave.
    ///
    /// Everything else follows these settings. A client that does not fit them, or has the id or the name of an
    /// earlier one of the snapshot, is left out, and joins as a newcomer.
    pub fn restore(mut settings: ServerSettings, snapshot: &SessionSnapshot, now: Instant) -> Self {
        settings.session = snapshot.session;
        let mut server = Self::new(settings);
        server.now = now;
        if !server.settings.permissive {
            server.restore_restrictions(&snapshot.restrictions);
            snapshot.places.iter().for_each(|place| server.keep_restored(place));
        }
        server.members.give_out_own_ids();
        server
    }

    /// The access that a client was granted at admission, with times that count from this moment.
    pub(super) fn access_since(&self, id: ClientId, moment: Instant) -> Access {
        let mut access = self.policy.gate().access(id).cloned().unwrap_or_default();
        access.ends_at = access.ends_at.map(|end| Instant::START + end.since(moment));
        access
    }

    /// The same with times of this session's clock.
    pub(super) fn access_from_now(&self, access: &Access) -> Access {
        let mut access = access.clone();
        access.ends_at = access.ends_at.map(|end| self.now + end.since(Instant::START));
        access
    }

    /// Restrictions with times of this session's clock.
    pub(super) fn restrictions_from_now(&self, restrictions: &Restrictions) -> Restrictions {
        restrictions
            .map(|terms| Some(terms.with_ends(terms.ends.map(|end| self.now + end.since(Instant::START)))))
    }

    fn restore_restrictions(&mut self, restrictions: &[(PlayerIdentity, Restrictions)]) {
        for (identity, restrictions) in restrictions.iter().take(self.settings.limits.restrictions) {
            let restrictions = self.restrictions_from_now(restrictions);
            self.policy.register_mut().replace(identity, restrictions);
        }
    }

    fn keep_restored(&mut self, place: &KeptPlace) {
        let KeptPlace { id, name, codec, .. } = place;
        let limits = &self.settings.limits;
        let fits = self.members.len() < limits.links
            && name.len() <= self.settings.longest_name()
            && self.settings.is_possible(*codec);
        let key = NameKey::of(name);
        let Some(secret) = place.secret.filter(|_| fits) else { return };
        if self.members.get(*id).is_some() || self.members.find_spelled(name, &key).is_some() {
            return;
        }
        self.members.insert(*id, Box::clone(name), key, *codec, NO_LINK);
        let access = self.access_from_now(&place.access);
        self.policy.grant(*id, access);
        self.begin_restrictions(*id);
        for room in &place.rooms {
            self.enter_restored(*id, room);
        }
        let until = self.now + self.settings.limits.resume;
        self.reservations.set_secret(*id, secret);
        self.reservations.keep(*id, until, None);
        if place.is_unannounced {
            self.visibility.note_unannounced(*id);
        }
    }

    /// A room that these settings do not allow is left out: its client names it again when it comes back, and is
    /// refused then like any other.
    fn enter_restored(&mut self, id: ClientId, room: &str) {
        let Some(member) = self.members.get(id) else { return };
        let is_allowed = self.policy.may_be_restored(self.settings.room_bounds(), member, room);
        if is_allowed && self.members.enter(id, room) {
            self.statistics.room_collisions += u64::from(self.policy.enter(id, room));
        }
    }
}

/// Restrictions with times that count from this moment.
pub(super) fn since(restrictions: &Restrictions, moment: Instant) -> Restrictions {
    restrictions.map(|terms: &RestrictionTerms| {
        Some(terms.with_ends(terms.ends.map(|end| Instant::START + end.since(moment))))
    })
}

/// A placeholder that no driver gives to a connection: the link of a client that has not come back yet.
pub(super) const NO_LINK: LinkId = LinkId(u64::MAX);
