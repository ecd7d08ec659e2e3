//! The players of the session, the direct links to them, and how their voices arrive here.

use consonance_wire::ClientId;

use super::direct_links::DirectLinks;
use super::output::Output;
use super::peers::DirectPeers;
use super::players::{PlayerRecord, Players};
use super::receptions::Receptions;
use super::server_link::Joined;
use super::statistics::DirectLinkStatistics;
use super::timers::Timer;
use crate::roster::Member;

/// The players of the session, and the peers behind direct links, which may not be players yet.
#[derive(Debug)]
pub(super) struct Others {
    players: Players,
    links: DirectLinks,
    receptions: Receptions,
}

impl Others {
    pub(super) fn new() -> Self {
        let (links, receptions) = (DirectLinks::default(), Receptions::default());
        Self { players: Players::new(), links, receptions }
    }

    pub(super) fn players(&self) -> &Players {
        &self.players
    }

    pub(super) fn players_mut(&mut self) -> &mut Players {
        &mut self.players
    }

    pub(super) fn links(&self) -> &DirectLinks {
        &self.links
    }

    pub(super) fn links_mut(&mut self) -> &mut DirectLinks {
        &mut self.links
    }

    pub(super) fn receptions_mut(&mut self) -> &mut Receptions {
        &mut self.receptions
    }

    /// Which direct link reaches which player.
    pub(super) fn peers<'a>(&'a mut self, me: Option<Joined>, out: &'a mut Output) -> DirectPeers<'a> {
        DirectPeers { links: &mut self.links, players: &mut self.players, me, out }
    }

    /// Removes a player that has left. Its direct link stays, and may introduce another player.
    pub(super) fn remove(&mut self, id: ClientId, out: &mut Output) -> Option<Member<PlayerRecord>> {
        let member = self.players.remove(id)?;
        out.timers.clear(Timer::Speaker(id));
        self.links.forget_claimants(id);
        self.receptions.forget(id);
        Some(member)
    }

    /// Every direct link, in the order of their names.
    pub(super) fn direct_links(&self) -> impl Iterator<Item = DirectLinkStatistics> {
        self.links.iter_totals().map(|(link, claimed, totals)| DirectLinkStatistics {
            link,
            player: claimed.filter(|id| self.players.link_of(*id) == Some(link)),
            packets_in: totals.packets_in,
            bytes_in: totals.bytes_in,
            packets_out: totals.packets_out,
            bytes_out: totals.bytes_out,
        })
    }
}

#[cfg(test)]
mod tests {
    use consonance_wire::{CodecId, CodecParameters, SessionId};

    use super::super::direct_links::Claim;
    use super::super::speaker::Speaker;
    use super::*;
    use crate::link::LinkId;
    use crate::time::Instant;

    const ANN: ClientId = ClientId(3);
    const LINK: LinkId = LinkId(9);

    #[test]
    fn a_player_that_has_left_is_waited_for_no_more_and_its_link_may_introduce_another() {
        let codec = CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
        let (mut others, mut out) = (Others::new(), Output::new(9));
        others.players_mut().add(ANN, "Ann", codec, Speaker::new(false));
        others.links_mut().insert(LINK);
        others.links_mut().claim(LINK, Claim { session: SessionId(1), id: ANN });
        out.timers.set_no_later(Timer::Speaker(ANN), Instant::from_millis(20));
        assert_eq!(others.remove(ANN, &mut out).map(|member| member.id), Some(ANN));
        assert_eq!((others.players().ids().len(), out.timers.next()), (0, None));
        assert!(others.links().contains(LINK));
        assert_eq!(others.links().claimant(ANN), None, "ids are reused at once");
        assert!(others.remove(ANN, &mut out).is_none());
    }
}
