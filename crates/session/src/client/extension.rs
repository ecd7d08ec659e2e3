//! Extensions behind a packet without effect of its own: see [`Extension`](consonance_wire::Extension).

use alloc::boxed::Box;

use consonance_wire::{Capabilities, Closing, GroupPart, Notice, PacketHeader, ServerList, VoiceReport};

use super::event::ClientEvent;
use super::{Client, Fault};
use crate::time::Instant;

/// A message in an extension from a server of ours to its clients.
pub(super) enum Carried<'a> {
    Report(VoiceReport<'a>),
    Notice(Notice<'a>),
    Closing(Closing<'a>),
    Servers(ServerList<'a>),
    GroupPart(GroupPart<'a>),
}

impl Client {
    /// The message in the extension, if the server has announced that capability.
    pub(super) fn carried<'a>(&self, trailing: &'a [u8]) -> Option<Carried<'a>> {
        let announced = |capability| self.server_can(capability);
        let report = || VoiceReport::find(trailing).filter(|_| announced(Capabilities::VOICE_REPORTS));
        let notice = || Notice::find(trailing).filter(|_| announced(Capabilities::MODERATION));
        let closing = || Closing::find(trailing).filter(|_| announced(Capabilities::HAND_OVER));
        let group = || GroupPart::find(trailing).filter(|_| announced(Capabilities::GROUPS));
        let servers = || ServerList::find(trailing).filter(|_| announced(Capabilities::SERVER_LIST));
        report()
            .map(Carried::Report)
            .or_else(|| notice().map(Carried::Notice))
            .or_else(|| closing().map(Carried::Closing))
            .or_else(|| servers().map(Carried::Servers))
            .or_else(|| group().map(Carried::GroupPart))
    }

    pub(super) fn handle_carried(
        &mut self,
        now: Instant,
        header: PacketHeader,
        carried: &Carried<'_>,
    ) -> Result<(), Fault> {
        self.check_session(header)?;
        match carried {
            Carried::Report(report) => self.handle_voice_report(now, report),
            Carried::Notice(notice) => self.handle_notice(now, notice),
            Carried::GroupPart(part) => self.handle_group_part(part)?,
            Carried::Closing(closing) => self.handle_closing(closing),
            Carried::Servers(list) => {
                let addresses = list.addresses().map(Box::from).collect();
                self.events.push(ClientEvent::ServersListed { addresses });
            }
        }
        Ok(())
    }
}
