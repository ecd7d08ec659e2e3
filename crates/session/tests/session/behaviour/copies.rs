//! Copies of a session at other nodes, which relay voice there.

mod promotion;

use consonance_session::{
    AtCopy, Capabilities, ClientId, CopiedLink, Delivery, Instant, LinkId, PlayerIdentity, Position,
    ProximitySettings, Restriction, RestrictionTerms, Restrictions, RoomLimits, Server, ServerSettings,
    SessionChange,
};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::packets;

/// Links 1 and 2 are at the session's own node, 3 and above at the copy's.
const FIRST_AT_COPY: u64 = 3;
/// The copy's link to the session's node.
const ELSEWHERE: LinkId = LinkId(1 << 40);
/// The session's link to the copy's node.
const COPY: LinkId = LinkId(1 << 41);

/// A session with clients at two nodes.
struct Places {
    session: LoneServer,
    copy: Server,
    now: Instant,
}

impl Places {
    /// Alice and Bob here, Carol and Dora at the copy, with ids 0 to 3. All listen to the lobby.
    fn new() -> Self {
        Self::with_settings(|_| {})
    }

    fn with_settings(change: impl Fn(&mut ServerSettings)) -> Self {
        Self::of_clients(Capabilities::ALL, change)
    }

    /// The same with clients of these capabilities.
    fn of_clients(capabilities: Capabilities, change: impl Fn(&mut ServerSettings)) -> Self {
        let mut session = LoneServer::with_settings(&change);
        session.server.changes().note(1);
        for (id, name) in (0..).zip(["Alice", "Bob", "Carol", "Dora"]) {
            let link = u64::from(id) + 1;
            session.ticket(link, &packets::handshake_announcing(capabilities, name, None));
            session.receive(link, &packets::client_state(id, name, &["lobby"]));
        }
        let mut settings = ServerSettings::from_seed(1);
        settings.session = packets::SESSION;
        change(&mut settings);
        let mut places = Self { session, copy: Server::new(settings), now: Instant::START };
        places.follow();
        places
    }

    /// Passes pending changes to the copy.
    fn follow(&mut self) {
        while let Some(change) = self.session.server.changes().poll() {
            self.apply(&change);
        }
    }

    fn apply(&mut self, change: &SessionChange) {
        let link = match change {
            SessionChange::Client(client) => client.link,
            _ => None,
        };
        let here = link.filter(|link| link.0 >= FIRST_AT_COPY);
        let copied =
            link.map(|link| here.map_or(CopiedLink::Elsewhere(ELSEWHERE), |_| CopiedLink::Here(link)));
        self.copy.replica().apply(self.now, change, copied);
        if let (SessionChange::Client(client), Some(link)) = (change, here) {
            self.copy.replica().attach(self.now, link, client.place.id, None);
        }
    }

    /// Reports a client's position, in metres along the first axis.
    fn stand_at(&mut self, id: u16, number: u16, x: f32) {
        self.stand_at_over(u64::from(id) + 1, id, number, x);
    }

    /// The same, over a link other than `id + 1`.
    fn stand_at_over(&mut self, link: u64, id: u16, number: u16, x: f32) {
        let position = packets::position(number, Some([x, 0.0, 0.0]));
        self.session.receive(link, &position);
        if link >= FIRST_AT_COPY {
            assert_eq!(self.relay(link, &position), None, "the session is told, too");
            assert!(self.copy.tables().proximity().position(ClientId(id)).is_some());
        }
    }

    /// The links to which the session sends a frame that arrives over one of its own.
    fn relayed_by_session(&mut self, link: u64, packet: &[u8]) -> Vec<u64> {
        let session = &mut self.session.server;
        let frame = session.handle_packet(self.now, LinkId(link), Delivery::Unreliable, packet);
        frame.map(|frame| frame.to.iter().map(|link| link.0).collect()).unwrap_or_default()
    }

    /// The links to which the copy sends a frame that arrives over one of its own; `None` if the packet is for the
    /// session.
    fn relay(&mut self, link: u64, packet: &[u8]) -> Option<Vec<u64>> {
        match self.copy.relay_at_copy(self.now, LinkId(link), Delivery::Unreliable, packet) {
            AtCopy::Relayed(frame) => Some(frame.to.iter().map(|link| link.0).collect()),
            AtCopy::Done => Some(Vec::new()),
            AtCopy::ForSession => None,
        }
    }
}

/// The links to which packets are sent.
fn told(server: &mut Server) -> Vec<u64> {
    let mut told = Vec::new();
    while let Some(transmit) = server.poll_transmit() {
        told.extend(transmit.to.iter().map(|link| link.0));
    }
    told
}

fn names(server: &Server) -> Vec<(u16, &str, Vec<&str>)> {
    server.tables().clients().map(|row| (row.id.0, row.name, row.rooms)).collect()
}

#[test]
fn a_copy_knows_the_clients_and_their_rooms_as_the_session_does() {
    let mut places = Places::new();
    places.session.receive(1, &packets::enter(0, "market"));
    places.session.receive(3, &packets::exit(2, "lobby"));
    places.session.receive(2, &packets::remove(1));
    places.follow();
    assert_eq!(names(&places.copy), names(&places.session.server));
    assert_eq!(names(&places.copy).len(), 3, "Bob is gone");

    // A copy that receives everything at once has the same state.
    let mut late = Server::new(ServerSettings::from_seed(1));
    for change in places.session.server.changes().all() {
        late.replica().apply(Instant::START, &change, None);
    }
    assert_eq!(names(&late), names(&places.session.server));
}

#[test]
fn a_change_is_told_once_as_it_is_when_it_is_taken() {
    let mut places = Places::new();
    places.session.receive(1, &packets::enter(0, "market"));
    places.session.receive(1, &packets::exit(0, "market"));
    places.session.receive(1, &packets::enter(0, "tavern"));
    let Some(SessionChange::Client(client)) = places.session.server.changes().poll() else {
        panic!("a change")
    };
    assert_eq!((client.place.id, client.place.rooms), (ClientId(0), vec!["lobby".into(), "tavern".into()]));
    assert_eq!(places.session.server.changes().poll(), None);
}

#[test]
fn a_copy_relays_voice_to_the_links_that_it_reaches_and_leaves_everything_else_to_the_session() {
    let mut places = Places::new();
    let voice = packets::voice(2, 0, "lobby", "a");
    assert_eq!(places.relay(3, &voice), Some(vec![ELSEWHERE.0, ELSEWHERE.0, 4]));
    assert_eq!(places.relay(3, &packets::relay_unreliable(&[0, 3], &voice)), Some(vec![ELSEWHERE.0, 4]));
    for packet in [
        packets::enter(2, "market"),
        packets::client_state(2, "Carol", &[]),
        packets::remove(2),
        packets::relay_reliable(&[0, 3], &voice),
    ] {
        assert_eq!(places.relay(3, &packet), None);
    }
    assert_eq!(places.relay(9, &voice), None, "a link that has not joined");
    assert_eq!(places.relay(3, &packets::voice(0, 0, "lobby", "a")), Some(vec![]), "in another's name");
    let from_alice = packets::voice(0, 0, "lobby", "b");
    let frame = places.copy.relay_from_elsewhere(Instant::START, ClientId(0), &from_alice);
    let here: Vec<LinkId> = frame.unwrap().to.iter().copied().filter(|link| *link != ELSEWHERE).collect();
    assert_eq!(here, [LinkId(3), LinkId(4)]);
    assert!(
        places.copy.relay_from_elsewhere(Instant::START, ClientId(1), &voice).is_none(),
        "in another's name"
    );
}

#[test]
fn what_was_decided_about_a_player_holds_at_a_copy() {
    let mut places = Places::new();
    let mut restrictions = Restrictions::default();
    restrictions.impose(Restriction::Muted, RestrictionTerms::new(None, "noise"));
    let carol = PlayerIdentity::Name("Carol".into());
    places.session.server.moderation().set_restrictions(&carol, &restrictions).unwrap();
    places.follow();
    let voice = packets::voice(2, 0, "lobby", "a");
    assert_eq!(places.relay(3, &voice), Some(vec![]));
    places.session.server.moderation().set_restrictions(&carol, &Restrictions::default()).unwrap();
    places.follow();
    assert_eq!(places.relay(3, &voice).map(|links| links.len()), Some(3));
}

#[test]
fn where_the_number_of_speakers_decides_voice_is_for_the_session() {
    let mut places = Places::with_settings(|settings| {
        let mut limits = RoomLimits::default();
        limits.speakers = Some(1);
        settings.room_limits = vec![("lobby".into(), limits)];
    });
    assert_eq!(places.relay(3, &packets::voice(2, 0, "lobby", "a")), None);
    places.session.receive(4, &packets::enter(3, "market"));
    places.follow();
    assert_eq!(places.relay(3, &packets::voice(2, 1, "market", "b")), Some(vec![4]), "in no other room");
}

/// Two nodes whose lobby carries voice for 10 m, and clients that have reported their positions: Alice at 0 m, Bob at
/// 50 m, Carol at 5 m and Dora at 100 m.
fn in_a_world() -> Places {
    let mut places = Places::with_settings(|settings| {
        settings.proximity = vec![("lobby".into(), ProximitySettings::new(10.0))];
    });
    for link in [3, 4] {
        places.session.server.replica().set_node(LinkId(link), COPY);
    }
    for (id, x) in (0..).zip([0.0, 50.0, 5.0, 100.0]) {
        places.stand_at(id, 0, x);
    }
    places
}

#[test]
fn by_distance_each_place_decides_about_its_own_clients_and_a_frame_goes_to_each_other_place_once() {
    let mut places = in_a_world();
    assert_eq!(
        places.relay(3, &packets::voice(2, 0, "lobby", "words")),
        Some(vec![ELSEWHERE.0]),
        "Dora is far"
    );
    places.stand_at(3, 1, 6.0);
    assert_eq!(places.relay(3, &packets::voice(2, 1, "lobby", "words")), Some(vec![4, ELSEWHERE.0]));
    let listed = packets::relay_unreliable(&[0, 3], &packets::voice(2, 2, "lobby", "words"));
    assert_eq!(places.relay(3, &listed), Some(vec![ELSEWHERE.0, 4]));

    // The session treats voice of its own clients in the same way.
    assert_eq!(places.relayed_by_session(1, &packets::voice(0, 0, "lobby", "words")), [COPY.0], "Bob is far");
    places.stand_at(1, 1, 1.0);
    assert_eq!(places.relayed_by_session(1, &packets::voice(0, 1, "lobby", "words")), [2, COPY.0]);
}

#[test]
fn voice_from_another_node_reaches_the_clients_near_the_position_sent_with_it() {
    let mut places = in_a_world();
    let mut heard = |at: Option<f32>, listed: bool, number: u16| {
        let place = at.map(|x| Position::new([x, 0.0, 0.0]).unwrap());
        places.copy.replica().set_position(ClientId(0), place);
        let voice = packets::voice(0, number, "lobby", "words");
        let packet = if listed { packets::relay_unreliable(&[2, 3], &voice) } else { voice };
        let frame = places.copy.relay_from_elsewhere(Instant::START, ClientId(0), &packet);
        let links = frame.map(|frame| frame.to.to_vec()).unwrap_or_default();
        links.into_iter().filter(|link| *link != ELSEWHERE).map(|link| link.0).collect::<Vec<_>>()
    };
    for listed in [false, true] {
        assert_eq!(heard(Some(0.0), listed, 0), [3]);
        assert_eq!(heard(Some(95.0), listed, 1), [4]);
        assert_eq!(heard(Some(50.0), listed, 2), [0; 0]);
        assert_eq!(heard(None, listed, 3), [0; 0], "one that hides is heard by those that hide");
    }
    assert_eq!(places.copy.tables().proximity().position(ClientId(2)), Position::new([5.0, 0.0, 0.0]).ok());
    places.copy.replica().set_position(ClientId(2), None);
    assert!(
        places.copy.tables().proximity().position(ClientId(2)).is_some(),
        "only its own place says where a client is"
    );
}

#[test]
fn a_client_that_comes_to_another_place_is_decided_about_there() {
    let mut places = in_a_world();
    // Carol leaves the lobby. Emma joins at the copy's node, and then returns over the session's own.
    places.session.receive(3, &packets::exit(2, "lobby"));
    places.follow();
    let ticket = places.session.ticket(9, &packets::handshake_of_ours("Emma", None));
    places.session.server.replica().set_node(LinkId(9), COPY);
    places.session.receive(9, &packets::client_state(4, "Emma", &["lobby"]));
    places.follow();
    places.stand_at_over(9, 4, 0, 99.0);
    assert_eq!(places.relay(9, &packets::voice(4, 0, "lobby", "words")), Some(vec![4, ELSEWHERE.0]));
    places.session.server.handle_disconnected(Instant::START, LinkId(9));
    places.follow();
    places.session.ticket(2_000_000, &packets::handshake_of_ours("Emma", Some(ticket)));
    assert_eq!(
        places.relayed_by_session(1, &packets::voice(0, 5, "lobby", "words")),
        [COPY.0],
        "Dora listens there"
    );
    places.session.receive(4, &packets::exit(3, "lobby"));
    assert_eq!(
        places.relayed_by_session(1, &packets::voice(0, 6, "lobby", "words")),
        [0; 0],
        "no client does"
    );
}

#[test]
fn a_link_that_is_gone_is_sent_nothing_while_its_client_stays() {
    let mut places = Places::new();
    places.copy.replica().detach(LinkId(4));
    assert_eq!(places.relay(3, &packets::voice(2, 0, "lobby", "a")), Some(vec![ELSEWHERE.0; 2]));
    assert_eq!(names(&places.copy).len(), 4);
}
