//! The sessions' tables as an inspector shows them.

use std::collections::HashMap;
use std::time::Duration;

use consonance_cluster::placement::NodeId;
use consonance_inspector::{
    ChannelTarget, DistanceRow, FlowRow, PageRow, RefusedRoom, ServedPlayer, ServedRoom, ServedSession,
    ServerSnapshot, ThirdPartyApplication, ThirdPartyRow,
};
use consonance_link::{DatagramPath, LinkQuality, PageState, ThirdPartyClient};
use consonance_session::{
    ClientId, ClientRow, Instant, LinkId, LinkRow, Restriction, RoomId, RoomUse, Server, SpokenTo, Total,
};

use super::{Notes, network_row};
use crate::networks::LinkWays;

/// No distances are shown for more players with a position than this, since every pair is computed.
const PLACED_MAX: usize = 256;

/// A session that is shown.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) name: &'a str,
    pub(crate) server: &'a Server,
    /// Another node owns it.
    pub(crate) is_copy: bool,
}

/// Information on links. The ways that voices take are asked of the networks, which costs a little for each player.
#[derive(Clone, Copy)]
pub(crate) struct Links<'a> {
    pub(crate) ways: Option<LinkWays<'a>>,
    /// The node that has a link, where that is another one.
    pub(crate) node_of: &'a dyn Fn(LinkId) -> Option<NodeId>,
}

/// Everything, as it is now. While there is no observer, without what takes long.
pub(crate) fn fill<'a>(
    at: Instant,
    sessions: impl Iterator<Item = Shown<'a>>,
    notes: &Notes,
    links: Links<'_>,
    has_observers: bool,
) -> ServerSnapshot {
    let mut snapshot = ServerSnapshot::default();
    snapshot.uptime_ms = at.as_micros() / 1000;
    let ways = links.ways.filter(|_| has_observers);
    let row = |session| session_row(at, session, Links { ways, ..links }, has_observers);
    snapshot.sessions = sessions.map(row).collect();
    snapshot.notes = notes.0.iter().cloned().collect();
    snapshot
}

/// One session.
pub(crate) fn session_row(
    at: Instant,
    Shown { name, server, is_copy }: Shown<'_>,
    known: Links<'_>,
    has_observers: bool,
) -> ServedSession {
    let mut row = ServedSession::default();
    name.clone_into(&mut row.name);
    row.is_copy = is_copy;
    let clients: Vec<ClientRow<'_>> = server.tables().clients().collect();
    let names = Names::of(server, &clients);
    let links: HashMap<LinkId, LinkRow> = server.tables().links().map(|row| (row.link, row)).collect();
    for room in server.tables().rooms() {
        let mut listened = ServedRoom::default();
        room.name.clone_into(&mut listened.name);
        listened.listeners =
            room.listeners.iter().filter_map(|id| names.clients.get(id)).map(ToString::to_string).collect();
        listened.range_m =
            server.tables().proximity().settings_of(room.name).map(|settings| settings.range_m);
        row.rooms.push(listened);
    }
    let placed = if has_observers { placed(&clients) } else { Vec::new() };
    let player = |client: &ClientRow<'_>| {
        let mut player = player_row(at, server, client, &names);
        if let Some(link) = links.get(&client.link) {
            let total = |total: Total| FlowRow::total(total.packets, total.bytes);
            (player.received, player.sent) = (total(link.received), total(link.sent));
            player.faults = link.faults;
        }
        player.node = (known.node_of)(client.link).map(|node| node.to_string());
        if let Some(way) = known.ways.and_then(|ways| ways.of(client.link)) {
            player.voice_path = way.quality.map(|quality| voice_path(&way.network, &quality));
            if let Some(state) = way.third_party {
                player.voice_path =
                    Some(ThirdPartyApplication::of_network(&way.network).voice_path(state.is_tunnelled));
                player.third_party = Some(third_party_row(state));
            }
            player.network = Some(way.network.into_owned());
            player.page = way.page.map(page_row);
        }
        player.distances = distances(server, client, &placed);
        player
    };
    row.players = clients.iter().map(player).collect();
    row.network = network_row(at, server);
    row
}

/// The names that belong to ids.
struct Names<'a> {
    clients: HashMap<ClientId, &'a str>,
    rooms: HashMap<RoomId, String>,
}

impl<'a> Names<'a> {
    fn of(server: &Server, clients: &[ClientRow<'a>]) -> Self {
        // A room that no player may enter has no listeners; its name is known from refused players.
        let refused = clients.iter().flat_map(|client| &client.refused);
        let mut rooms: HashMap<RoomId, String> =
            refused.map(|(room, _)| (RoomId::of(room), (*room).to_owned())).collect();
        for room in server.tables().rooms() {
            rooms.insert(room.id, room.name.to_owned());
        }
        Self { clients: clients.iter().map(|row| (row.id, row.name)).collect(), rooms }
    }

    fn room(&self, id: RoomId) -> ChannelTarget {
        let name = self.rooms.get(&id).cloned();
        ChannelTarget::Room(name.unwrap_or_else(|| format!("without listeners, number {}", id.0)))
    }

    fn player(&self, id: ClientId) -> Option<ChannelTarget> {
        self.clients.get(&id).map(|name| ChannelTarget::Player((*name).to_owned()))
    }
}

fn player_row(at: Instant, server: &Server, client: &ClientRow<'_>, names: &Names<'_>) -> ServedPlayer {
    let mut row = ServedPlayer::default();
    (row.name, row.id) = (client.name.to_owned(), client.id.0);
    row.rooms = client.rooms.iter().map(ToString::to_string).collect();
    row.refused_rooms =
        client.refused.iter().map(|(room, to)| RefusedRoom::new(*room, *to == RoomUse::Speak)).collect();
    row.has_place = client.has_position;
    if let Some(identity) = server.tables().identity_of(client.id) {
        let restrictions = server.tables().restrictions(&identity);
        let reason = |restriction| restrictions.terms(restriction).map(|terms| terms.reason.to_string());
        (row.server_muted, row.server_deafened) = (reason(Restriction::Muted), reason(Restriction::Deafened));
    }
    let ms_ago = |then: Instant| at.as_micros().saturating_sub(then.as_micros()) / 1000;
    if let Some(voice) = &client.voice {
        row.is_followed = true;
        row.voice_ms_ago = voice.newest_at.map(ms_ago);
        let rooms = voice.rooms.iter().map(|id| names.room(*id));
        row.voice_to = rooms.chain(voice.players.iter().filter_map(|id| names.player(*id))).collect();
        row.lost_percent = voice.lost_percent;
    }
    // Monitored channels are more recent, and known for originals, too.
    if let Some((last, channels)) = server.tables().channels_of(client.id) {
        (row.is_followed, row.voice_ms_ago) = (true, Some(ms_ago(last)));
        let to = channels.iter().filter_map(|channel| match &channel.to {
            SpokenTo::Room { id, .. } => Some(names.room(*id)),
            SpokenTo::Player { id, .. } => names.player(*id),
        });
        row.voice_to = to.collect();
    }
    row
}

/// As far as the server can see. Where there are two ways, which one it is says enough.
fn voice_path(network: &str, quality: &LinkQuality) -> String {
    match quality.datagram_path {
        DatagramPath::FastPath => "over the fast path".to_owned(),
        DatagramPath::Trying | DatagramPath::Blocked { .. } => {
            "over the connection: nothing gets through on the fast path, or not yet".to_owned()
        }
        DatagramPath::Connection if network == "quic" => "over the connection".to_owned(),
        DatagramPath::Connection => {
            let round_trip_ms = quality.round_trip.as_secs_f64() * 1e3;
            let sent = quality.datagrams_sent.max(1) as f64;
            let lost_percent = 100.0 * quality.datagrams_lost as f64 / sent;
            format!(
                "over {network}, {round_trip_ms:.0} ms round trip, {lost_percent:.1} % lost on the way there"
            )
        }
    }
}

fn third_party_row(state: ThirdPartyClient) -> ThirdPartyRow {
    let mut row = ThirdPartyRow::default();
    (row.client, row.room, row.listening) = (state.client, state.room, state.listening);
    (row.self_mute, row.self_deaf, row.is_tunnelled) = (state.self_mute, state.self_deaf, state.is_tunnelled);
    (row.voice_ms_ago, row.other_codec_ms_ago) = (ms(state.voice), ms(state.other_codec));
    row.too_many_ms_ago = ms(state.too_many);
    row
}

fn ms(ago: Option<Duration>) -> Option<u64> {
    ago.map(|ago| u64::try_from(ago.as_millis()).unwrap_or(u64::MAX))
}

fn page_row(state: PageState) -> PageRow {
    let mut row = PageRow::default();
    (row.is_connected, row.channels, row.slots) = (state.is_connected, state.channels, state.slots);
    (row.voice_ms_ago, row.without_channel_ms_ago) = (ms(state.voice), ms(state.without_channel));
    (row.silent_ms_ago, row.too_many_ms_ago) = (ms(state.silent), ms(state.too_many));
    row.unusable_ms_ago = ms(state.unusable);
    (row.without_slot, row.ignored) = (state.without_slot, state.ignored);
    row
}

/// All players that report a position, unless these are very many.
fn placed<'a>(clients: &[ClientRow<'a>]) -> Vec<(ClientId, &'a str)> {
    let placed: Vec<_> =
        clients.iter().filter(|row| row.has_position).map(|row| (row.id, row.name)).collect();
    if placed.len() > PLACED_MAX { Vec::new() } else { placed }
}

/// How far away the nearest others are.
fn distances(server: &Server, client: &ClientRow<'_>, placed: &[(ClientId, &str)]) -> Vec<DistanceRow> {
    if !client.has_position {
        return Vec::new();
    }
    let others = placed.iter().filter(|(id, _)| *id != client.id);
    let mut squares: Vec<(f32, &str)> = others
        .filter_map(|(id, name)| Some((server.tables().proximity().distance_squared(client.id, *id)?, *name)))
        .collect();
    squares.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    squares.truncate(ServedPlayer::DISTANCES_MAX);
    squares.into_iter().map(|(square, name)| DistanceRow::new(name, square.sqrt())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_of_a_voice_is_told_with_what_is_known_of_it() {
        let quality = |datagram_path| LinkQuality {
            round_trip: Duration::from_micros(22_600),
            datagrams_sent: 400,
            datagrams_lost: 6,
            datagrams_received: None,
            datagram_path,
        };
        for (network, path, words) in [
            ("quic", DatagramPath::Connection, "over the connection"),
            ("quic", DatagramPath::FastPath, "over the fast path"),
            (
                "browser",
                DatagramPath::Connection,
                "over browser, 23 ms round trip, 1.5 % lost on the way there",
            ),
        ] {
            assert_eq!(voice_path(network, &quality(path)), words);
        }
        let fresh = "over browser, 0 ms round trip, 0.0 % lost on the way there";
        assert_eq!(voice_path("browser", &LinkQuality::default()), fresh);
    }
}
