//! The requests of pages over HTTP.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_browser::BrowserSettings;
use consonance_link::gateway::PlayerLink;

use super::BrowserGateway;
use crate::browser_gateway::browser::{Announced, Browser, Phase};
use crate::browser_gateway::indices::BrowserIndex;
use crate::browser_gateway::key::Key;
use crate::browser_gateway::request_queue::{JoinRequest, Request};
use crate::browser_gateway::reservations::Reservation;
use crate::browser_gateway::shard::PageShard;
use crate::webrtc::{OfferError, PagePeer};
use crate::{Attendance, Displaced, Join, JoinBody, JoinProblem, Joined, reply};

/// Requests answered before pages and sessions get their turn: an answer takes as long as many packets of voice.
const REQUESTS_PER_ITERATION: usize = 4;

impl<S: PageShard> BrowserGateway<S> {
    /// Answers some of the requests. True if more may wait.
    pub(super) fn answer_requests(&mut self, now: Instant) -> bool {
        while let Some(seat) = self.entrance.queue(self.worker).take_displaced() {
            self.displace(now, seat);
        }
        for _ in 0..REQUESTS_PER_ITERATION {
            let Some(request) = self.entrance.queue(self.worker).take() else { return false };
            match request {
                Request::Join(request) => self.handle_join(now, request),
                Request::Attend { key, replier } => replier.send(self.attend(key)),
                Request::Restart { key, sdp, replier } => replier.send(self.restart(now, key, &sdp)),
                Request::Candidate { key, candidate } => self.add_candidate(now, key, &candidate),
            }
        }
        true
    }

    fn handle_join(&mut self, now: Instant, mut request: Box<JoinRequest>) {
        if !request.replier.is_awaited() {
            return;
        }
        if self.is_shut_down {
            return request.replier.send(Err(JoinProblem::Closing));
        }
        let known = request.resume.and_then(|key| self.browsers.of_key(key));
        let is_here = |index: &BrowserIndex| {
            self.browsers.get(*index).is_some_and(|browser| *browser.session == *request.join.session)
        };
        if let Some(index) = known.filter(is_here) {
            let joined = self.resume(now, index, &request.join.body.sdp);
            return request.replier.send(joined);
        }
        match request.reservation.take() {
            Some(reservation) => {
                let joined = self.expect(now, request.join, reservation);
                request.replier.send(joined);
            }
            None => self.entrance.admit(request),
        }
    }

    /// Another connection of a page whose player is here.
    fn resume(&mut self, now: Instant, index: BrowserIndex, offer: &str) -> Result<Joined, JoinProblem> {
        let (page, answer) = self.shard.accept(now, offer).map_err(problem)?;
        let (at, slots) = (self.at(now), self.shard.slots(page));
        self.browsers.note_page(page, index);
        let browser = self.browsers.get_mut(index).ok_or(JoinProblem::NoSuchPlayer)?;
        let former = browser.coming.replace(page);
        if let Some(player) = browser.player() {
            player.page_is_coming(at);
        }
        let key = browser.key.to_string();
        if let Some(former) = former {
            self.close_page(now, former);
        }
        Ok(Joined { sdp: answer, key, slots, resumed: true })
    }

    /// A new player, as soon as its page is connected.
    fn expect(&mut self, now: Instant, join: Join, reservation: Reservation) -> Result<Joined, JoinProblem> {
        let full = || JoinProblem::Full;
        if !self.entrance.has_seat_for(now, join.remote) {
            self.statistics.connections.rejected_full += 1;
            return Err(full());
        }
        let key = Key::random(self.worker).ok_or_else(full)?;
        let (page, answer) = self.shard.accept(now, &join.body.sdp).map_err(problem)?;
        // Only after the offer has proved valid: an invalid offer must not displace another page.
        let Some((seat, was_made)) = self.entrance.seat(now, join.remote, self.worker) else {
            self.statistics.connections.rejected_full += 1;
            self.close_page(now, page);
            return Err(full());
        };
        self.statistics.connections.made_room += u64::from(was_made);
        let slots = self.shard.slots(page);
        let Join { session, body, remote } = join;
        let JoinBody { name, token, password, place, encrypts, sdp: _, resume: _ } = body;
        let settings =
            BrowserSettings { name, session: session.clone(), token, password, place, slots, encrypts };
        let neighbours = self.neighbours.of_session(&session);
        let index = self.browsers.insert(Browser {
            key,
            session: session.into(),
            neighbours,
            phase: Phase::Expected(Box::new(settings)),
            page: None,
            coming: Some(page),
            lost_for: None,
            heard_at: None,
            link: PlayerLink::default(),
            reservation: Some(reservation),
            is_ready: false,
            frames_sent: 0,
            remote: SocketAddr::new(remote, 0),
            announced: Announced::default(),
            conversation: None,
            seat,
        });
        self.neighbours.enter(neighbours, index);
        self.note_entered(index);
        self.browsers.note_page(page, index);
        Ok(Joined { sdp: answer, key: key.to_string(), slots, resumed: false })
    }

    /// A browser makes room for one of another address: its page is closed, and its session told. It may have gone by
    /// itself meanwhile.
    fn displace(&mut self, now: Instant, seat: u64) {
        let Some(index) = self.browsers.of_seat(seat) else { return };
        if let Some(peer) = self.browsers.get(index).and_then(|browser| browser.link.peer()) {
            self.ended_links.push_back(peer);
        }
        self.forget(now, index);
    }

    /// The last conversation about a player displaces the one before, and ends with the player.
    fn attend(&mut self, key: Key) -> Result<Attendance, JoinProblem> {
        let index = self.browsers.of_key(key).ok_or(JoinProblem::NoSuchPlayer)?;
        let browser = self.browsers.get_mut(index).ok_or(JoinProblem::NoSuchPlayer)?;
        let (conversation, attendance) = reply();
        if let Some(former) = browser.conversation.replace(conversation) {
            former.send(Displaced);
        }
        Ok(attendance)
    }

    fn restart(&mut self, now: Instant, key: Key, offer: &str) -> Result<String, JoinProblem> {
        let page = self.page_of(key).ok_or(JoinProblem::NoSuchPlayer)?;
        self.shard.renegotiate(now, page, offer).map_err(problem)
    }

    fn add_candidate(&mut self, now: Instant, key: Key, candidate: &str) {
        // A malformed candidate only costs the page itself one possible path.
        if let Some(page) = self.page_of(key) {
            let _ = self.shard.add_candidate(now, page, candidate);
        }
    }

    /// The connection that is being made, or else the one that is up.
    fn page_of(&self, key: Key) -> Option<PagePeer> {
        let browser = self.browsers.get(self.browsers.of_key(key)?)?;
        browser.coming.or(browser.page)
    }
}

fn problem(error: OfferError) -> JoinProblem {
    match error {
        OfferError::Full => JoinProblem::Full,
        OfferError::Gone => JoinProblem::NoSuchPlayer,
        what => JoinProblem::BadOffer(what.to_string()),
    }
}
