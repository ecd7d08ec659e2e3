//! What one datagram costs the server, at worst, when a thousand clients are connected: gaps behind which everything
//! waits, frames in as many pieces as they may have, and a full queue of reliable frames.

use consonance_game_networks::forge::{
    ForgeClient, ForgeClientSettings, ForgeServer, ForgeServerSettings, RELIABLE,
};
use consonance_link::{ClientNetwork as _, Peer};
use consonance_testing::cost::{Cost, DatagramServer, address, alone, from_client};

const CLIENTS: u16 = 900;
const FROM: u16 = CLIENTS + 1;
const DATAGRAM_BYTES_MAX: usize = 1200;
/// The control bytes of the protocol: error, text, binary, close, ping and pong.
const CONTROLS: [u8; 6] = [0, 129, 130, 136, 137, 138];
const BINARY: u8 = 130;
const TRAILER_BYTES: usize = 9;
const IS_RELIABLE: u8 = 1;
const IS_LAST: u8 = 2;
const IS_CONFIRMATION: u8 = 4;

/// One client that sends what it wants, among many.
struct Scene {
    server: DatagramServer<ForgeServer>,
    client: ForgeClient,
    peer: Peer,
    /// The number of its next reliable frame.
    next: u64,
}

impl Scene {
    fn new() -> Self {
        let mut server = DatagramServer::new(ForgeServer::new(ForgeServerSettings::default(), &[7; 32]));
        let mut join = |number| {
            let mut client = ForgeClient::new(ForgeClientSettings::default(), [5; 32]);
            let peer = server.connect(&mut client, number);
            (client, peer)
        };
        for number in 0..CLIENTS {
            join(number);
        }
        let (mut client, peer) = join(FROM);
        client.send(server.now, RELIABLE, &[7; 8]);
        let datagram = from_client(&mut client, server.now).pop().expect("the message");
        let at = datagram.len() - TRAILER_BYTES - 24;
        let id = u64::from_le_bytes(datagram[at..at + 8].try_into().expect("eight bytes"));
        server.give(address(FROM), &datagram);
        Self { server, client, peer, next: id + 1 }
    }

    fn cost(&mut self, datagram: &[u8]) -> Cost {
        assert!(datagram.len() <= DATAGRAM_BYTES_MAX, "{} bytes", datagram.len());
        self.server.cost(address(FROM), datagram)
    }

    /// A reliable frame of the game, so many after the next one.
    fn frame(&self, ahead: u64, bytes: usize) -> Vec<u8> {
        let id = self.next + ahead;
        let mut datagram = [&[BINARY, 0, 0][..], &vec![7; bytes]].concat();
        datagram.extend([id, 0, 1_000_000 + id].into_iter().flat_map(u64::to_le_bytes));
        datagram.extend(trailer(0, IS_RELIABLE | IS_LAST));
        datagram
    }

    /// The cost of the next frame after so many that are ahead.
    fn gap(&mut self, frames: u64, bytes: usize) -> Cost {
        for ahead in 1..frames {
            let frame = self.frame(ahead, bytes);
            self.server.give(address(FROM), &frame);
        }
        self.cost(&self.frame(0, bytes))
    }
}

fn trailer(order: u32, meta: u8) -> Vec<u8> {
    [&10_i32.to_le_bytes()[..], &order.to_le_bytes(), &[meta]].concat()
}

#[test]
fn what_waits_behind_a_gap_costs_no_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        for bytes in [0, 1, 100, 1162] {
            let what = format!("forge, frames of {bytes} bytes behind a gap");
            let [whole, half] = [2000, 1000].map(|frames| Scene::new().gap(frames, bytes));
            whole.assert_is_bounded(&what);
            whole.assert_is_linear(half, &what);
        }
    });
}

#[test]
fn no_frame_in_pieces_costs_more() {
    alone(|| {
        let mut scene = Scene::new();
        let id = 2_000_000_u64.to_le_bytes();
        let most = DATAGRAM_BYTES_MAX - TRAILER_BYTES - id.len();
        let mut costs = Vec::new();
        for order in 0..128 {
            // The last one is in order, and comes last.
            let is_last = order == 127;
            let meta = IS_RELIABLE | if is_last { IS_LAST } else { 0 };
            let mut datagram = vec![BINARY; most - 16];
            if is_last {
                datagram.extend([scene.next, 0].into_iter().flat_map(u64::to_le_bytes));
            }
            datagram.extend(id);
            datagram.extend(trailer(order, meta));
            costs.push(scene.cost(&datagram));
        }
        for cost in costs {
            cost.assert_is_bounded("forge, a piece");
        }
    });
}

#[test]
fn no_confirmation_costs_more() {
    alone(|| {
        let mut scene = Scene::new();
        for _ in 0..900 {
            scene.server.send(scene.peer, RELIABLE, &[7; 1100]);
        }
        scene.server.pass(std::time::Duration::from_secs(3));
        let sent = scene.server.take();
        let is_ours = |to, datagram: &Vec<u8>| {
            to == address(FROM) && datagram.last().is_some_and(|meta| meta & 7 == IS_RELIABLE | IS_LAST)
        };
        let mut to_us = sent.iter().filter(|(to, datagram)| is_ours(*to, datagram));
        let (_, datagram) = to_us.next().expect("frames that were not confirmed are sent again");
        let at = datagram.len() - TRAILER_BYTES;
        let mut confirmation = datagram[at - 8..].to_vec();
        *confirmation.last_mut().expect("its trailer") |= IS_CONFIRMATION;
        let cost = scene.cost(&confirmation);
        assert!(cost.steps > 1, "the next frame leaves: {cost:?}");
        cost.assert_is_bounded("forge, a confirmation");
    });
}

#[test]
fn no_control_and_no_newcomer_costs_more() {
    alone(|| {
        for control in CONTROLS {
            for meta in [0, IS_LAST, IS_LAST | IS_RELIABLE, IS_RELIABLE, IS_CONFIRMATION] {
                let mut scene = Scene::new();
                let mut datagram = vec![7; DATAGRAM_BYTES_MAX - TRAILER_BYTES - 24];
                datagram[0] = control;
                datagram[2] = 0;
                datagram.extend([scene.next, 0, 3_000_000].into_iter().flat_map(u64::to_le_bytes));
                datagram.extend(trailer(0, meta));
                scene.cost(&datagram).assert_is_bounded(&format!("forge, control {control}, {meta:#x}"));
            }
        }
        let mut scene = Scene::new();
        let mut newcomer = ForgeClient::new(ForgeClientSettings::default(), [5; 32]);
        newcomer.connect(scene.server.now);
        let request = from_client(&mut newcomer, scene.server.now).swap_remove(0);
        scene.server.cost(address(FROM + 1), &request).assert_is_bounded("forge, an upgrade");
        scene.cost(&request).assert_is_bounded("forge, an upgrade of a client");
        scene.client.disconnect(scene.server.now);
        for datagram in from_client(&mut scene.client, scene.server.now) {
            scene.cost(&datagram).assert_is_bounded("forge, a goodbye");
        }
    });
}
