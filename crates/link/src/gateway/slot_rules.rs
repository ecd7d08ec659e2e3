//! For tests of game networks: how a full server's connections are shared between addresses, over real sockets.
//!
//! Needs a machine on which all of 127.0.0.0/8 leads back, such as Linux.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::thread;
use std::time::{Duration, Instant};

use crate::{ClientLinkEvent, ClientNetwork, Delivery, MessageChannel, Peer, ServerLinkEvent, ServerNetwork};

/// How many connections the server under test has to have slots for.
pub const SLOTS: usize = 6;

/// The time limit of every wait.
const PATIENCE: Duration = Duration::from_mins(2);

/// A message that both ends send to show each other that they are there; `DarkRift` accepts it as a message, too.
const WORD: &[u8] = &[0, 0, 1, 7];
/// How often it is sent, as the first reply may be sent before the address is proved.
const WORDS: u32 = 3;

/// Connections of one address fill a server with [`SLOTS`] slots, half of them joined, then all of them: in both cases
/// another address gets in, for a connection that has not joined or the one that has joined last. The address that
/// filled the server gets no further connection, and no other loses any.
///
/// # Panics
/// If one of these rules is broken.
pub fn another_address_gets_into_a_full_server<
    S: ServerNetwork<MessageChannel>,
    C: ClientNetwork<MessageChannel>,
>(
    server: S,
    greeting: &[u8],
    mut client_from: impl FnMut(IpAddr) -> C,
) {
    let mut fixture = Fixture {
        server,
        clients: Vec::new(),
        here: BTreeMap::new(),
        ended: Vec::new(),
        greeting: greeting.to_vec(),
    };
    let mut come = |fixture: &mut Fixture<S, C>, last: u8| {
        fixture.come(client_from(Ipv4Addr::new(127, 0, 0, last).into()))
    };
    let crowd: Vec<Peer> = (0..SLOTS).map(|_| come(&mut fixture, 1)).collect();
    let (joined, pending) = crowd.split_at(SLOTS / 2);
    for peer in joined {
        fixture.server.set_joined(Instant::now(), *peer, true);
    }

    let second = come(&mut fixture, 2);
    fixture.drive_until("a pending connection makes room", |fixture| fixture.ended == pending[..1]);
    for peer in pending[1..].iter().chain([&second]) {
        fixture.server.set_joined(Instant::now(), *peer, true);
    }

    let third = come(&mut fixture, 3);
    fixture.server.set_joined(Instant::now(), third, true);
    let newest = pending[pending.len() - 1];
    fixture
        .drive_until("the one that joined last makes room", |fixture| fixture.ended == [pending[0], newest]);
    assert_eq!(fixture.server.statistics().connections.made_room, 2);

    let before = fixture.server.statistics().connections.rejected_full;
    let mut one_more = client_from(Ipv4Addr::LOCALHOST.into());
    one_more.set_greeting(greeting);
    one_more.connect(Instant::now());
    fixture.clients.push(one_more);
    fixture.drive_until("the crowd gets no further connection", |fixture| {
        fixture.server.statistics().connections.rejected_full > before
    });
    assert_eq!(fixture.ended, [pending[0], newest], "and none makes room for it");
}

struct Fixture<S, C> {
    server: S,
    clients: Vec<C>,
    /// The connected peers, and how often each has sent its message.
    here: BTreeMap<Peer, u32>,
    ended: Vec<Peer>,
    greeting: Vec<u8>,
}

impl<S: ServerNetwork<MessageChannel>, C: ClientNetwork<MessageChannel>> Fixture<S, C> {
    /// Connects a client, and waits until it has shown that it is there.
    fn come(&mut self, mut client: C) -> Peer {
        client.set_greeting(&self.greeting);
        client.connect(Instant::now());
        self.clients.push(client);
        let last = self.here.keys().next_back().copied();
        let newcomer = |fixture: &Self| {
            let newest = fixture.here.iter().next_back()?;
            (Some(*newest.0) > last && *newest.1 >= WORDS).then_some(*newest.0)
        };
        self.drive_until("a client comes in", |fixture| newcomer(fixture).is_some());
        newcomer(self).expect("it came")
    }

    fn drive_until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(
                Instant::now() < deadline,
                "not within {PATIENCE:?}: {what}; {:?} have ended",
                self.ended
            );
            thread::yield_now();
            self.drive();
        }
    }

    fn drive(&mut self) {
        let now = Instant::now();
        let channel = self.server.voice_channels().channel_for(Delivery::Reliable);
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(now, &mut bytes) {
            let heard = match event {
                ServerLinkEvent::Connected { peer, .. } => {
                    self.here.insert(peer, 0);
                    self.server.accept(now, peer, &[]);
                    peer
                }
                ServerLinkEvent::Packet { peer, .. } => {
                    *self.here.entry(peer).or_default() += 1;
                    peer
                }
                ServerLinkEvent::Disconnected { peer, .. } => {
                    self.here.remove(&peer);
                    self.ended.push(peer);
                    continue;
                }
            };
            self.server.send(now, &[heard], channel, WORD);
        }
        self.server.flush(now);
        for client in &mut self.clients {
            let channel = client.voice_channels().channel_for(Delivery::Reliable);
            let mut words = 0;
            while let Some(event) = client.poll_event(now, &mut bytes) {
                words += u32::from(matches!(event, ClientLinkEvent::Packet { .. }));
            }
            (0..words).for_each(|_| client.send(now, channel, WORD));
            client.flush(now);
        }
    }
}
