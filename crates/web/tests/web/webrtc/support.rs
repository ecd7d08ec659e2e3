//! A server with pages.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use consonance_link::DisconnectReason;
use consonance_testing::rtc::{BrowserEvent, TestBrowserSettings, UdpBrowser};
use consonance_web::webrtc::{PagePeer, PeerLimits, RtcEvent, WebRtcPort, WebRtcSettings, WebRtcShard};

/// An owned copy of a server's event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Connected(PagePeer, SocketAddr),
    Message(PagePeer, String),
    NotText(PagePeer),
    Voice(PagePeer, u64, u64, Vec<u8>),
    Disconnected(PagePeer, DisconnectReason),
}

pub(crate) struct Page {
    pub(crate) browser: UdpBrowser,
    pub(crate) peer: PagePeer,
    pub(crate) events: Vec<BrowserEvent>,
}

/// One worker's shard and its pages.
pub(crate) struct Fixture {
    pub(crate) shard: WebRtcShard,
    pub(crate) address: SocketAddr,
    pub(crate) pages: Vec<Page>,
    pub(crate) told: Vec<Told>,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(patient())
    }

    pub(crate) fn with(peer: PeerLimits) -> Self {
        Self::of(WebRtcSettings { peer, ..on_this_machine() })
    }

    pub(crate) fn of(settings: WebRtcSettings) -> Self {
        let port = WebRtcPort::bind(settings).unwrap();
        let address = port.local_addr();
        let shard = port.into_shards(NonZeroUsize::MIN).unwrap().pop().unwrap();
        Self { shard, address, pages: Vec::new(), told: Vec::new() }
    }

    /// Connects a page, and returns its number.
    pub(crate) fn page(&mut self) -> usize {
        self.page_with(TestBrowserSettings::default())
    }

    pub(crate) fn page_with(&mut self, settings: TestBrowserSettings) -> usize {
        let page = self.newcomer(settings);
        self.until_connected(page);
        page
    }

    pub(crate) fn until_connected(&mut self, page: usize) {
        let peer = self.pages[page].peer;
        self.until("a page is connected", |fixture| {
            let is_told = |told: &Told| matches!(told, Told::Connected(connected, _) if *connected == peer);
            fixture.told.iter().any(is_told) && fixture.pages[page].browser.is_connected()
        });
    }

    /// Adds a page whose offer is answered, and returns its number.
    pub(crate) fn newcomer(&mut self, settings: TestBrowserSettings) -> usize {
        let now = Instant::now();
        let (mut browser, offer) = UdpBrowser::new(now, settings).unwrap();
        let (peer, answer) = self.shard.accept(now, &offer).unwrap();
        browser.handle_answer(now, &answer);
        self.pages.push(Page { browser, peer, events: Vec::new() });
        self.pages.len() - 1
    }

    /// Runs all pending work once.
    pub(crate) fn run_once(&mut self) {
        let now = Instant::now();
        while let Some(event) = self.shard.poll(now) {
            self.told.push(match event {
                RtcEvent::Connected { peer, remote } => Told::Connected(peer, remote.unwrap()),
                RtcEvent::Message { peer, text } => Told::Message(peer, text.to_owned()),
                RtcEvent::NotText { peer } => Told::NotText(peer),
                RtcEvent::Voice { peer, sequence, time, payload } => {
                    Told::Voice(peer, sequence, time, payload.to_vec())
                }
                RtcEvent::Disconnected { peer, reason } => Told::Disconnected(peer, reason),
            });
        }
        for page in &mut self.pages {
            while let Some(event) = page.browser.poll(now) {
                page.events.push(event);
            }
        }
    }

    /// Runs until this is true.
    pub(crate) fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let patience = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < patience, "timed out waiting until {what}: {:?}", self.told.last());
            self.run_once();
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Runs until a message has arrived in each direction: everything sent before has arrived, too.
    pub(crate) fn settle(&mut self, page: usize) {
        let (peer, now) = (self.pages[page].peer, Instant::now());
        let word = format!("settled {now:?}");
        assert!(self.pages[page].browser.send_message(now, &word));
        self.until("a page's message comes", |fixture| {
            fixture.told.contains(&Told::Message(peer, word.clone()))
        });
        self.shard.send_message(Instant::now(), peer, &word);
        self.until("the server's message comes", |fixture| {
            fixture.pages[page].events.contains(&BrowserEvent::Message(word.clone()))
        });
    }

    pub(crate) fn end_of(&self, page: usize) -> Option<DisconnectReason> {
        let of = self.pages[page].peer;
        self.told.iter().find_map(|told| match told {
            Told::Disconnected(peer, reason) if *peer == of => Some(reason.clone()),
            _ => None,
        })
    }

    /// The voice packets of a page: numbers, times and payloads.
    pub(crate) fn voice_of(&self, page: usize) -> Vec<(u64, u64, Vec<u8>)> {
        let of = self.pages[page].peer;
        let voice = self.told.iter().filter_map(|told| match told {
            Told::Voice(peer, sequence, time, payload) if *peer == of => {
                Some((*sequence, *time, payload.clone()))
            }
            _ => None,
        });
        voice.collect()
    }
}

pub(crate) fn on_this_machine() -> WebRtcSettings {
    WebRtcSettings { udp: (Ipv4Addr::LOCALHOST, 0).into(), peer: patient(), ..WebRtcSettings::default() }
}

/// Limits with which no peer times out because the machine is busy.
pub(crate) fn patient() -> PeerLimits {
    PeerLimits {
        negotiation_timeout: Duration::from_mins(10),
        negotiation_undisturbed: Duration::from_mins(10),
        idle_timeout: Duration::from_mins(10),
        goodbye_timeout: Duration::from_mins(1),
        ..PeerLimits::default()
    }
}

/// An Opus packet of 20 ms that differs from all others.
pub(crate) fn opus(number: usize) -> Vec<u8> {
    [&[0x78][..], &number.to_be_bytes(), &[0x55; 60]].concat()
}

/// Long enough for a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(3);
