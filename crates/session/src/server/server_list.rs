//! Several servers share the session: clients of ours are told which, to come back at another one.

use consonance_wire::limits::{SERVER_BYTES_MAX, SERVERS_MAX};
use consonance_wire::{Capabilities, ClientId, ServerList, Writer};

use super::Server;
use crate::time::Instant;

impl Server {
    /// Tells a client of ours which servers share the session, in the order in which it is to try them when its link is
    /// lost: host and port of each, as the network understands them. At most 16 are told, as far as they fit into one
    /// packet; an address that is empty or longer than 255 bytes is left out. False if the client cannot be told.
    pub fn tell_servers(&mut self, now: Instant, id: ClientId, addresses: &[&str]) -> bool {
        self.advance(now);
        if !self.client_can(id, Capabilities::SERVER_LIST) {
            return false;
        }
        let (mut listed, mut count) = ([""; SERVERS_MAX], 0);
        let mut left = self.settings.packets.reliable_bytes.saturating_sub(ServerList::OVERHEAD_BYTES);
        for address in addresses.iter().filter(|it| (1..=SERVER_BYTES_MAX).contains(&it.len())) {
            let bytes = ServerList::item_bytes(address);
            if count == SERVERS_MAX || bytes > left {
                break;
            }
            listed[count] = address;
            (left, count) = (left - bytes, count + 1);
        }
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        let mut writer = Writer::new(&mut buffer);
        if ServerList::write(&listed[..count], self.settings.session, &mut writer).is_err() {
            return false;
        }
        let length = writer.len();
        self.send_if_able(id, Capabilities::SERVER_LIST, &buffer[..length])
    }
}
