//! A worker's loop with browsers and a native player, and the clock.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use consonance_link::gateway::PlaceBoard;
use consonance_link::memory::{MemoryClient, MemoryNetwork};
use consonance_server::{SessionLoop, SessionsSettings};
use consonance_session::{Client, ClientEvent, ClientSettings};
use consonance_testing::player::TestPlayer;
use consonance_web::browser_gateway::{
    BrowserGateway, GatewaySettings, NoReservation, PageEntrance, SessionReservations, browser_gateways,
};
use consonance_web::webrtc::PagePeer;
use consonance_web::{Info, Join, JoinBody, JoinProblem, JoinRule, Joined, Secrets, Signalling as _};

use crate::browser_gateway::paper::{Pages, PaperShard};

pub(crate) struct Fixture {
    pub(crate) now: Instant,
    pub(crate) pages: Pages,
    /// Those of a second worker, for [`browser_elsewhere`](Self::browser_elsewhere).
    pub(crate) pages_elsewhere: Pages,
    pub(crate) entrance: PageEntrance,
    /// Where these pages share their places, and players of other gateways do.
    pub(crate) places: PlaceBoard,
    pub(crate) reservations: Arc<CountedReservations>,
    pub(crate) session_loop: SessionLoop,
    network: MemoryNetwork,
    natives: Vec<Native>,
}

/// A player without a browser, and the frames that it heard.
pub(crate) struct Native {
    pub(crate) player: TestPlayer<MemoryClient>,
    pub(crate) heard: Vec<Vec<u8>>,
}

/// One worker has both sessions, and another serves some of their pages.
#[derive(Debug, Default)]
pub(crate) struct CountedReservations {
    kept: AtomicI64,
    /// The worker that serves the next page.
    worker: AtomicUsize,
}

pub(crate) type Answer = Option<Result<Joined, JoinProblem>>;

const STEP: Duration = Duration::from_millis(10);
pub(crate) const SESSION: &str = "main";
/// Another session of the same worker.
pub(crate) const TOWN: &str = "town";

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(GatewaySettings::default())
    }

    pub(crate) fn with(settings: GatewaySettings) -> Self {
        let (pages, pages_elsewhere, network) = (Pages::default(), Pages::default(), MemoryNetwork::new());
        let reservations = Arc::new(CountedReservations::default());
        let shared: Arc<dyn SessionReservations> = reservations.clone();
        let places = PlaceBoard::default();
        let (entrance, gateways) =
            browser_gateways([pages.shard(), pages_elsewhere.shard()], settings, shared, info(), &places);
        let mut session_loop = SessionLoop::new(&SessionsSettings::new([SESSION, TOWN]).unwrap());
        session_loop.add_network(Box::new(network.listen()));
        for gateway in gateways {
            session_loop.add_network(Box::<BrowserGateway<PaperShard>>::new(gateway));
        }
        let (now, natives) = (Instant::now(), Vec::new());
        Self { now, pages, pages_elsewhere, entrance, places, reservations, session_loop, network, natives }
    }

    /// The answer to a page's request within the next turn.
    pub(crate) fn ask(&mut self, join: Join) -> Answer {
        let mut reply = self.entrance.join(join);
        self.run_once();
        reply.try_take()
    }

    /// A page that is connected and in the session.
    pub(crate) fn browser(&mut self, name: &str) -> (PagePeer, Joined) {
        self.browser_in(SESSION, name)
    }

    pub(crate) fn browser_in(&mut self, session: &str, name: &str) -> (PagePeer, Joined) {
        let joined = self.ask(Join { session: session.to_owned(), ..join(name) }).unwrap().unwrap();
        let page = self.pages.newest();
        self.pages.connect(page);
        self.run_until("a browser is in the session", |fixture| fixture.pages.was_told(page, "roster"));
        (page, joined)
    }

    /// The same with the second worker.
    pub(crate) fn browser_elsewhere(&mut self, name: &str) -> PagePeer {
        self.reservations.worker.store(1, Ordering::Relaxed);
        self.ask(join(name)).unwrap().unwrap();
        self.reservations.worker.store(0, Ordering::Relaxed);
        let page = self.pages_elsewhere.newest();
        self.pages_elsewhere.connect(page);
        self.run_until("a browser is in the session", |fixture| {
            fixture.pages_elsewhere.was_told(page, "roster")
        });
        page
    }

    /// A native player that listens and talks to the lobby.
    pub(crate) fn native(&mut self, name: &str) -> usize {
        let mut client = Client::new(ClientSettings::new(name));
        client.join_room("lobby").unwrap();
        let player = TestPlayer::new(client, self.network.client(SESSION), self.now);
        self.natives.push(Native { player, heard: Vec::new() });
        let index = self.natives.len() - 1;
        self.run_until("a native player is in the session", |fixture| {
            fixture.natives[index].player.client.id().is_some()
        });
        index
    }

    pub(crate) fn native_mut(&mut self, index: usize) -> &mut Native {
        &mut self.natives[index]
    }

    /// Lets 10 ms pass.
    pub(crate) fn run_once(&mut self) {
        self.now += STEP;
        for native in &mut self.natives {
            native.player.wake(self.now);
            let heard = &mut native.heard;
            native.player.run_once(self.now, |event| {
                if let ClientEvent::Voice(voice) = event {
                    heard.push(voice.frame.to_vec());
                }
            });
        }
        while self.session_loop.run_once(self.now).is_some_and(|at| at <= self.now) {}
    }

    pub(crate) fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.run_once();
        }
    }

    pub(crate) fn run_until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        for _ in 0..3000 {
            if is_so(self) {
                return;
            }
            self.run_once();
        }
        panic!("this does not happen within 30 s: {what}");
    }
}

impl CountedReservations {
    /// Open reservations, neither used nor cancelled, if no player has arrived.
    pub(crate) fn kept(&self) -> i64 {
        self.kept.load(Ordering::Relaxed)
    }
}

impl SessionReservations for CountedReservations {
    fn reserve(&self, session: &str) -> Result<usize, NoReservation> {
        if ![SESSION, TOWN].contains(&session) {
            return Err(NoReservation::NoSuchSession);
        }
        self.kept.fetch_add(1, Ordering::Relaxed);
        Ok(self.worker.load(Ordering::Relaxed))
    }

    fn cancel(&self, _session: &str) {
        self.kept.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(crate) fn join(name: &str) -> Join {
    join_with(name, |_| {})
}

/// A page that wants to be the player with this key again.
pub(crate) fn join_again(name: &str, key: String) -> Join {
    join_with(name, |body| body.resume = Some(key))
}

pub(crate) fn join_with(name: &str, change: impl FnOnce(&mut JoinBody)) -> Join {
    let mut body = JoinBody {
        name: name.to_owned(),
        token: None,
        password: None,
        sdp: "offer".to_owned(),
        resume: None,
        place: None,
        encrypts: false,
    };
    change(&mut body);
    Join { session: SESSION.to_owned(), body, remote: IpAddr::V4(Ipv4Addr::LOCALHOST) }
}

pub(crate) fn info() -> Info {
    Info {
        sessions: vec![SESSION.to_owned()],
        on_demand: false,
        join: JoinRule::Open,
        secrets: Secrets::default(),
        udp: true,
        encryption: false,
    }
}
