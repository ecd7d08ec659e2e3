//! One worker's browsers as a network: pages on the one side, links to sessions on the other.
//!
//! ```text
//!   poll ─▶ is a player ready? its next step, reported to the session's loop: connected, a packet, disconnected
//!        └▶ else the next thing on the pages' connections ─▶ its player ─▶ follow, and once more from above
//!        └▶ else the next player whose time has come ─▶ follow, and once more from above
//!        └▶ else how pages are reached, who has moved, what pages ask for; then None
//!   send ─▶ its player ─▶ follow: what it says goes to its page at once, and the player is ready
//! ```
//!
//! Ready pages come first, so that what one page has sent is reported before the next is looked at, and nothing piles
//! up.

mod counting;
mod links;
mod pages;
mod positions;
mod requests;
mod transport;

use std::collections::VecDeque;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use consonance_browser::PageQuality;
use consonance_link::gateway::{PlaceBoard, PlaceSharer, Timers};
use consonance_link::{NetworkStatistics, PageStatistics, Peer, ServerNetwork as _};
use consonance_session as session;
use rustc_hash::FxHashSet;

use crate::Info;
use crate::browser_gateway::browsers::Browsers;
use crate::browser_gateway::entrance::PageEntrance;
use crate::browser_gateway::indices::BrowserIndex;
use crate::browser_gateway::neighbours::Neighbours;
use crate::browser_gateway::reservations::SessionReservations;
use crate::browser_gateway::settings::GatewaySettings;
use crate::browser_gateway::shard::PageShard;
use crate::webrtc::{PagePeer, WebRtcShard};

/// The browsers whose sessions one worker has, each a link like any other.
pub struct BrowserGateway<S = WebRtcShard> {
    shard: S,
    entrance: PageEntrance,
    /// The worker that this gateway belongs to.
    worker: usize,
    browsers: Browsers,
    /// Players with packets for their sessions, in turn.
    ready: VecDeque<BrowserIndex>,
    /// Connections of pages that are closed and have not ended: their last messages are on the way.
    parting: FxHashSet<PagePeer>,
    last_link: u64,
    /// Links of players that had to make room: their sessions have to be told.
    ended_links: VecDeque<Peer>,
    /// The players' time 0, later by what was [overslept](Self::at).
    started: Option<Instant>,
    /// The times at which players want to be called, or earlier ones.
    timers: Timers<BrowserIndex>,
    /// The time at which players are next told the quality of the connections to their pages.
    next_quality_at: Option<Instant>,
    /// The players of each session, whose pages are told of moves.
    neighbours: Neighbours,
    /// The places that these players share, and those of all others.
    places: PlaceSharer,
    /// The time of the last call.
    now: Option<Instant>,
    /// Some requests wait for the next turn.
    more_requests: bool,
    is_shut_down: bool,
    statistics: NetworkStatistics,
    /// The counters of pages whose players are gone.
    gone_pages: PageStatistics,
}

/// One gateway for each worker, and the way in for pages' requests.
///
/// `info` is what pages are told before they ask for anything; see [`PageEntrance::set_info`]. On the board, pages and
/// the players of other gateways share their places.
pub fn browser_gateways<S: PageShard>(
    shards: impl IntoIterator<Item = S, IntoIter: ExactSizeIterator>,
    settings: GatewaySettings,
    reservations: Arc<dyn SessionReservations>,
    info: Info,
    places: &PlaceBoard,
) -> (PageEntrance, Vec<BrowserGateway<S>>) {
    let shards = shards.into_iter();
    let workers = NonZeroUsize::new(shards.len()).unwrap_or(NonZeroUsize::MIN);
    let entrance = PageEntrance::new(settings, workers, reservations, info);
    let gateway = |(worker, shard)| BrowserGateway::new(shard, entrance.clone(), worker, places.sharer());
    let gateways = shards.enumerate().map(gateway).collect();
    (entrance, gateways)
}

/// Pages tell what they have lost every few seconds.
const QUALITY_INTERVAL: Duration = Duration::from_secs(1);

/// The maximum delay of a busy worker.
const BUSY_MAX: Duration = Duration::from_secs(1);

impl<S: PageShard> BrowserGateway<S> {
    fn new(shard: S, entrance: PageEntrance, worker: usize, places: PlaceSharer) -> Self {
        Self {
            shard,
            entrance,
            worker,
            browsers: Browsers::default(),
            ready: VecDeque::new(),
            parting: FxHashSet::default(),
            last_link: 0,
            ended_links: VecDeque::new(),
            started: None,
            timers: Timers::default(),
            next_quality_at: None,
            neighbours: Neighbours::default(),
            places,
            now: None,
            more_requests: false,
            is_shut_down: false,
            statistics: NetworkStatistics::default(),
            gone_pages: PageStatistics::default(),
        }
    }

    /// Handles news of a player: sends its messages to its page, and queues it for its turn with its session.
    fn follow(&mut self, now: Instant, index: BrowserIndex) {
        let Some(browser) = self.browsers.get_mut(index) else { return };
        browser.show(now, &mut self.shard);
        if !browser.is_ready {
            browser.is_ready = true;
            self.ready.push_back(index);
        }
        let due = browser.player().and_then(|player| player.poll_timeout());
        if let Some(due) = due.map(|at| self.to_clock(at)) {
            self.timers.set_no_later(index, due);
        }
        self.note_position(now, index);
    }

    /// Lets time pass for a player that waits for it. False if none does.
    fn run_timers(&mut self, now: Instant) -> bool {
        let Some(index) = self.timers.pop(now) else { return false };
        let at = self.at(now);
        let Some(player) = self.browsers.get_mut(index).and_then(|browser| browser.player()) else {
            return true;
        };
        match player.poll_timeout() {
            Some(due) if due <= at => {
                player.handle_timeout(at);
                self.follow(now, index);
            }
            // The deadline was postponed in the meantime.
            Some(due) => self.timers.set(index, self.to_clock(due)),
            None => {}
        }
        true
    }

    /// Tells players how well their pages are reached, as long as there are any.
    fn tell_quality(&mut self, now: Instant) {
        if self.next_quality_at.is_some_and(|at| now < at) {
            return;
        }
        let at = self.at(now);
        let mut has_players = false;
        for index in self.browsers.indices() {
            let Some(browser) = self.browsers.get_mut(index) else { continue };
            has_players = true;
            let quality = browser.page.and_then(|page| self.shard.quality(page));
            if let (Some(quality), Some(player)) = (quality, browser.player()) {
                let lost_percent = quality.egress_loss.map(|share| 100.0 * share);
                let (rtt, voices_max) = (quality.round_trip, quality.voices_max);
                player.handle_quality(at, PageQuality { rtt, lost_percent, voices_max });
                self.follow(now, index);
            }
        }
        self.next_quality_at = has_players.then(|| now + QUALITY_INTERVAL);
    }

    /// Forgets a browser, after the last messages to its page.
    fn forget(&mut self, now: Instant, index: BrowserIndex) {
        let Some(mut browser) = self.browsers.remove(index) else { return };
        self.note_left(index, &browser);
        self.timers.clear(index);
        if let Some(player) = browser.player() {
            self.gone_pages = self.gone_pages.with(&counting::of_player(&player.statistics()));
        }
        for page in [browser.page, browser.coming].into_iter().flatten() {
            self.shard.close(now, page);
            self.parting.insert(page);
        }
    }

    /// The players' time. It stands still while the loop is not run although it was due: in that time no page could
    /// come back, so none is given up for it. An iteration that is suspended midway continues with the earlier time,
    /// so what it sees after that, such as lost pages, seems to have been long ago in the next.
    fn at(&mut self, now: Instant) -> session::Instant {
        let overslept = self.overslept(now);
        self.now = Some(now);
        *self.started.get_or_insert(now) += overslept;
        self.session_time(now)
    }

    /// The same for a read-only look: no player's time advances or stands still for it.
    fn session_time(&self, now: Instant) -> session::Instant {
        let since_start =
            self.started.map_or(Duration::ZERO, |started| now.saturating_duration_since(started));
        session::Instant::START + since_start
    }

    /// How long the loop has not been run since the last call, beyond the requested wait and what a busy machine takes.
    fn overslept(&self, now: Instant) -> Duration {
        let Some(last) = self.now.filter(|last| now.saturating_duration_since(*last) > BUSY_MAX) else {
            return Duration::ZERO;
        };
        let wanted = self.wants_poll_at().map_or(now, |at| at.max(last));
        let overslept = now.saturating_duration_since(wanted);
        if overslept > BUSY_MAX { overslept } else { Duration::ZERO }
    }

    fn to_clock(&self, at: session::Instant) -> Instant {
        let started = self.started.expect("a player has timers only after it was told the time");
        started + Duration::from_micros(at.as_micros())
    }
}

impl<S> fmt::Debug for BrowserGateway<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrowserGateway").field("worker", &self.worker).finish_non_exhaustive()
    }
}
