//! Extensions behind a packet without effect of its own: see [`Extension`](consonance_wire::Extension).

use consonance_wire::{Capabilities, ClientId, GroupPart, ModeratorAnswer, ModeratorCommand, PositionReport};

use super::Server;
use super::fault::Fault;
use crate::link::LinkId;

impl Server {
    /// Handles a client's position, a group message, a moderation request, or a listener's reception report.
    #[inline(never)]
    pub(super) fn handle_extension(
        &mut self,
        link: LinkId,
        own: Option<ClientId>,
        trailing: &[u8],
    ) -> Result<(), Fault> {
        let (now, limits) = (self.rules.now(), self.rules.limits());
        let record = self.presence.links_mut().get_mut(link)?;
        if record.can(Capabilities::PROXIMITY)
            && let Some(report) = PositionReport::find(trailing)
        {
            record.budgets.take_position(now, limits)?;
            let id = own.ok_or(Fault::NotJoined)?;
            let report = report.map_err(|_| Fault::PositionRefused)?;
            self.observations.statistics_mut().positions_received += 1;
            self.rules.policy_mut().proximity_mut().report(id, report);
            return Ok(());
        }
        if record.can(Capabilities::GROUPS)
            && let Some(part) = GroupPart::find(trailing)
        {
            return self.group().handle_part(own, &part);
        }
        let within_rate = record.budgets.take_report(now, limits);
        if record.can(Capabilities::MODERATORS)
            && let Some(request) = ModeratorCommand::find(trailing)
        {
            // Answer refused requests, too: a moderator waits for answers, and sends no more requests while many are
            // pending.
            if let (Err(_), Some(own)) = (within_rate, own) {
                self.moderation().answer_moderator(own, request.number, ModeratorAnswer::Failed);
            }
            within_rate?;
            return self.moderation().handle_request(own, &request);
        }
        within_rate?;
        if record.can(Capabilities::VOICE_REPORTS) {
            let listener = own.ok_or(Fault::NotJoined)?;
            if self.observations.handle_report(now, self.presence.members(), listener, trailing) {
                return Ok(());
            }
        }
        self.observations.statistics_mut().ignored += 1;
        Ok(())
    }
}
