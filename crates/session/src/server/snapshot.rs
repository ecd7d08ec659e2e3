//! A session as plain data: another process can continue it, and clients that can resume have their places there.
//!
//! It contains the data that a resuming client relies on. Everything else is rebuilt when it resumes: links, budgets,
//! how voice arrives, and positions. Clients of the original cannot resume, and are left out; a resuming client learns
//! from the roster that they are gone.

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_wire::{ClientId, CodecParameters, SessionId, SharedSecret};

use super::presence::Presence;
use super::room_policy::RoomPolicy;
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
        let now = now.max(self.rules.now());
        let (policy, presence) = (self.rules.policy(), &self.presence);
        let members = presence.members();
        let places = members.in_order().filter_map(|id| kept_place(presence, policy, id, now));
        let places = places.filter(|place| place.secret.is_some());
        let places = places.map(|place| {
            let is_unannounced = !members.visibility().is_known(place.id);
            KeptPlace { is_unannounced, ..place }
        });
        let restrictions = policy.register().iter();
        let restrictions =
            restrictions.map(|(identity, restrictions)| (identity.clone(), since(restrictions, now)));
        let (places, restrictions) = (places.collect(), restrictions.collect());
        SessionSnapshot { session: self.rules.session(), places, restrictions }
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
        server.rules.advance(now);
        if !server.rules.is_permissive() {
            server.replica().restore(snapshot);
        }
        server.presence.members_mut().give_out_own_ids();
        server
    }
}

/// A client's place, with times that count from this moment; whether others know of its outage is left out.
pub(super) fn kept_place(
    presence: &Presence,
    policy: &RoomPolicy,
    id: ClientId,
    moment: Instant,
) -> Option<KeptPlace> {
    let member = presence.members().get(id)?;
    let mut access = policy.gate().access(id).cloned().unwrap_or_default();
    access.ends_at = access.ends_at.map(|end| Instant::START + end.since(moment));
    Some(KeptPlace {
        id,
        name: member.name.clone(),
        codec: member.codec,
        rooms: member.rooms.names().map(Box::from).collect(),
        secret: presence.reservations().secret_of(id),
        is_unannounced: presence.members().visibility().is_unannounced(id),
        access,
    })
}

/// Access of a place, with times of a session's clock that is here now.
pub(super) fn access_from(access: &Access, now: Instant) -> Access {
    let mut access = access.clone();
    access.ends_at = access.ends_at.map(|end| now + end.since(Instant::START));
    access
}

/// Restrictions with times of a session's clock that is here now.
pub(super) fn restrictions_from(restrictions: &Restrictions, now: Instant) -> Restrictions {
    restrictions.map(|terms| Some(terms.with_ends(terms.ends.map(|end| now + end.since(Instant::START)))))
}

/// Restrictions with times that count from this moment.
pub(super) fn since(restrictions: &Restrictions, moment: Instant) -> Restrictions {
    restrictions.map(|terms: &RestrictionTerms| {
        Some(terms.with_ends(terms.ends.map(|end| Instant::START + end.since(moment))))
    })
}

/// A placeholder that no driver gives to a connection: the link of a client that has not come back yet.
pub(super) const NO_LINK: LinkId = LinkId(u64::MAX);
