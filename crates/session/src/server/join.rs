//! Joining: the handshake, who has to go for it, and what the newcomer is told.

use consonance_wire::{
    Client, ClientId, ClientState, CodecSettings, HandshakeExtension, HandshakeRequest, HandshakeResponse,
    List, RemoveClient, WireStr, Writer,
};

use super::{Fault, Server, ServerEvent};
use crate::limits::MAX_NAME_BYTES;
use crate::link::{CloseReason, Delivery, LinkId};
use crate::time::Instant;

impl Server {
    pub(super) fn handle_handshake(
        &mut self,
        now: Instant,
        link: LinkId,
        request: &HandshakeRequest<'_>,
        extension: Option<&HandshakeExtension>,
    ) -> Result<(), Fault> {
        let name = request.name.ok_or(Fault::NameRefused)?.to_str();
        if name.len() > self.settings.limits.name_bytes.min(MAX_NAME_BYTES) {
            self.close(link, CloseReason::NameTooLong);
            return Err(Fault::NameRefused);
        }
        self.note_capabilities(link, extension);
        if let Some(ticket) = extension.and_then(|extension| extension.ticket)
            && self.resume(now, link, &name, &ticket)
        {
            return Ok(());
        }
        self.make_room(link, &name);
        let Some(id) = self.ids.take() else {
            self.statistics.links_refused += 1;
            self.close(link, CloseReason::SessionFull);
            return Ok(());
        };
        self.add_client(link, id, &name, request.codec);
        self.welcome(link, id, false);
        Ok(())
    }

    /// Removes the client that this link had, then the one that had this name.
    fn make_room(&mut self, link: LinkId, name: &str) {
        if let Ok(previous) = self.client_of(link) {
            self.remove_client(previous);
        }
        let Some(namesake) = self.roster.id_of(name) else { return };
        let old_link = self.fan_out.link(namesake);
        self.remove_client(namesake);
        let Some(old_link) = old_link else { return };
        // The original tells it nothing, and it would go on believing that it is here.
        let gone = RemoveClient { session: self.session, id: namesake };
        self.send([old_link], Delivery::Reliable, &gone.into());
        self.close(old_link, CloseReason::NameTakenOver);
    }

    fn add_client(&mut self, link: LinkId, id: ClientId, name: &str, codec: CodecSettings) {
        self.roster.insert(id, name, codec, link);
        self.table.insert(id);
        self.fan_out.insert(id, link);
        if let Some(joined) = self.links.get_mut(&link) {
            joined.client = Some(id);
            self.strangers.remove(&(joined.deadline, link));
        }
        self.events.push(ServerEvent::ClientJoined { id, name: name.into(), link, codec });
    }

    /// The newcomer's id, then everybody who is here, itself included, in table order.
    pub(super) fn welcome(&mut self, link: LinkId, id: ClientId, resumed: bool) {
        let session = self.session;
        let response = HandshakeResponse {
            session,
            id,
            clients: List::default(),
            room_names: List::default(),
            room_members: List::default(),
        };
        let extension = self.answer_extension(link, id, resumed);
        let written = self.outbox.push_written([link], Delivery::Reliable, crate::MAX_PACKET_BYTES, |out| {
            let mut writer = Writer::new(out);
            response.write(&mut writer)?;
            if let Some(extension) = &extension {
                extension.write(&mut writer)?;
            }
            Ok::<_, consonance_wire::WriteError>(writer.len())
        });
        debug_assert!(written.is_ok(), "an empty answer and its extension are short");
        for id in self.table.iter() {
            let Some(member) = self.roster.get(id) else { continue };
            let client = Client { name: Some(WireStr::from(&*member.name)), id, codec: member.codec };
            let written =
                self.outbox.push_written([link], Delivery::Reliable, crate::MAX_PACKET_BYTES, |out| {
                    let mut writer = Writer::new(out);
                    ClientState::write_with_rooms(&mut writer, session, &client, member.rooms.names())?;
                    Ok::<_, consonance_wire::WriteError>(writer.len())
                });
            debug_assert!(written.is_ok(), "a room is only entered while the whole state fits a packet");
        }
    }
}
