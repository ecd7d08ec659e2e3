//! Copies of a session at other places: they relay voice there, and one can go on as the session.

use core::time::Duration;

use consonance_session::{
    AtCopy, ClientId, Delivery, Instant, LinkId, PlayerIdentity, Restriction, RestrictionTerms, Restrictions,
    RoomLimits, Server, ServerSettings, SessionChange,
};

use crate::support::lone_server::LoneServer;
use crate::support::packets;

/// Links 1 and 2 are at the session's own place, 3 and above at the copy's.
const FIRST_AT_COPY: u64 = 3;
/// What leads to the session's place, at the copy.
const ELSEWHERE: LinkId = LinkId(1 << 40);

/// A session whose clients' links are at two places.
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
        let mut session = LoneServer::with_settings(&change);
        session.server.note_changes();
        for (id, name) in (0..).zip(["Alice", "Bob", "Carol", "Dora"]) {
            let link = u64::from(id) + 1;
            session.ticket(link, &packets::handshake_of_ours(name, None));
            session.receive(link, &packets::client_state(id, name, &["lobby"]));
        }
        let mut settings = ServerSettings::from_seed(1);
        settings.session = packets::SESSION;
        change(&mut settings);
        let mut places = Self { session, copy: Server::new(settings), now: Instant::START };
        places.follow();
        places
    }

    /// The copy learns what has changed.
    fn follow(&mut self) {
        while let Some(change) = self.session.server.poll_change() {
            self.apply(&change);
        }
    }

    fn apply(&mut self, change: &SessionChange) {
        let link = match change {
            SessionChange::Client(client) => client.link,
            _ => None,
        };
        let here = link.map(|link| if link.0 < FIRST_AT_COPY { ELSEWHERE } else { link });
        self.copy.apply(self.now, change, here);
        if let (SessionChange::Client(client), Some(link)) = (change, here.filter(|link| *link != ELSEWHERE))
        {
            self.copy.attach(self.now, link, client.id, None);
        }
    }

    /// To which links a frame goes that comes over a link of the copy; nothing if it is not for the copy.
    fn relay(&mut self, link: u64, packet: &[u8]) -> Option<Vec<u64>> {
        match self.copy.relay_at_copy(self.now, LinkId(link), Delivery::Unreliable, packet) {
            AtCopy::Relayed(frame) => Some(frame.to.iter().map(|link| link.0).collect()),
            AtCopy::Done => Some(Vec::new()),
            AtCopy::ForSession => None,
        }
    }
}

fn names(server: &Server) -> Vec<(u16, &str, Vec<&str>)> {
    server.client_table().map(|row| (row.id.0, row.name, row.rooms)).collect()
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

    // One that learns everything at once knows the same.
    let mut late = Server::new(ServerSettings::from_seed(1));
    for change in places.session.server.all_changes() {
        late.apply(Instant::START, &change, None);
    }
    assert_eq!(names(&late), names(&places.session.server));
}

#[test]
fn a_change_is_told_once_as_it_is_when_it_is_taken() {
    let mut places = Places::new();
    places.session.receive(1, &packets::enter(0, "market"));
    places.session.receive(1, &packets::exit(0, "market"));
    places.session.receive(1, &packets::enter(0, "tavern"));
    let Some(SessionChange::Client(client)) = places.session.server.poll_change() else { panic!("a change") };
    assert_eq!((client.id, client.rooms), (ClientId(0), vec!["lobby".into(), "tavern".into()]));
    assert_eq!(places.session.server.poll_change(), None);
}

#[test]
fn a_copy_relays_voice_to_the_links_that_it_reaches_and_leaves_everything_else_to_the_session() {
    let mut places = Places::new();
    let voice = packets::voice(2, 0, "lobby", "a");
    assert_eq!(places.relay(3, &voice), Some(vec![ELSEWHERE.0, ELSEWHERE.0, 4]));
    assert_eq!(places.relay(3, &packets::relay_unreliable(&[0, 3], &voice)), Some(vec![ELSEWHERE.0, 4]));
    for packet in [packets::enter(2, "market"), packets::client_state(2, "Carol", &[]), packets::remove(2)] {
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
    places.session.server.set_restrictions(&carol, &restrictions).unwrap();
    places.follow();
    let voice = packets::voice(2, 0, "lobby", "a");
    assert_eq!(places.relay(3, &voice), Some(vec![]));
    places.session.server.set_restrictions(&carol, &Restrictions::default()).unwrap();
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
}

#[test]
fn a_link_that_is_gone_is_sent_nothing_while_its_client_stays() {
    let mut places = Places::new();
    places.copy.detach(LinkId(4));
    assert_eq!(places.relay(3, &packets::voice(2, 0, "lobby", "a")), Some(vec![ELSEWHERE.0; 2]));
    assert_eq!(names(&places.copy).len(), 4);
}

#[test]
fn a_copy_goes_on_as_the_session_and_clients_come_back_to_it() {
    let mut places = Places::new();
    let ticket = places.session.ticket(5, &packets::handshake_of_ours("Emma", None));
    places.session.receive(5, &packets::client_state(4, "Emma", &["lobby"]));
    let ticket_of_fritz = places.session.ticket(2_000, &packets::handshake_of_ours("Fritz", None));
    places.follow();
    assert_eq!(places.copy.clients(), 6);

    // The links to the session's own place are gone with it; those here stay, and no client is told anything.
    places.copy.promote(Instant::START, places.session.server.version());
    assert!(places.copy.poll_transmit().is_none());
    let mut server = LoneServer::new();
    server.server = places.copy;
    assert_eq!(
        server.receive(3, &packets::enter(2, "market")),
        ["3 4 5 2000: DeltaChannelState 2 enters market"]
    );

    // Alice's link is at a third place, whose word is taken. She is told what has changed meanwhile.
    server.receive(4, &packets::remove(3));
    let version = places.session.server.version();
    assert!(!server.server.adopt(Instant::START, LinkId(10), ClientId(0), None, version - 1), "too old");
    assert!(server.server.adopt(Instant::START, LinkId(10), ClientId(0), None, version));
    assert_eq!(server.sent(), ["10: ClientState 2 Carol [lobby market]", "10: RemoveClient 3"]);
    assert!(!server.server.adopt(Instant::START, LinkId(11), ClientId(0), None, version), "once");
    assert!(!server.server.adopt(Instant::START, LinkId(11), ClientId(77), None, version), "it is not here");
    assert!(server.server.poll_transmit().is_none());

    // Emma loses her link, and has her place back with the secret that the session has given her.
    server.server.handle_disconnected(Instant::START, LinkId(5));
    let resumed = server.ticket(12, &packets::handshake_of_ours("Emma", Some(ticket)));
    assert_eq!((resumed.id, server.statistics().places_resumed), (ticket.id, 1));
    assert_ne!(resumed.secret, ticket_of_fritz.secret, "secrets go on");

    // Bob does not come back: he leaves when his time is over.
    server.run_for(Duration::from_mins(1));
    assert!(server.server.client(ClientId(1)).is_none());
    assert!(server.server.client(ClientId(0)).is_some());
}

#[test]
fn a_client_of_a_copy_can_do_there_what_it_can_at_the_session() {
    let mut places = Places::new();
    places.session.join(5, "Emma", &["lobby"]);
    places.follow();
    places.copy.promote(Instant::START, places.session.server.version());
    places.copy.handle_disconnected(Instant::START, LinkId(3));
    assert!(places.copy.client(ClientId(2)).is_some(), "it can resume, so that its place is kept");
    places.copy.handle_disconnected(Instant::START, LinkId(5));
    assert!(places.copy.client(ClientId(4)).is_none(), "an original cannot");
}
