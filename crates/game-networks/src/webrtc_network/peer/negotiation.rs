//! Texts that two peers exchange over their signalling link, until they know how to reach each other.

use ring::rand::{SecureRandom, SystemRandom};
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::channel::ChannelConfig;
use str0m::{Candidate, Rtc};

use super::channel_config::channels;
use super::event::Role;

/// The texts of one connection: a number for the dice, an offer, an answer, candidates as they are found.
pub(super) struct Negotiation {
    role: Role,
    /// Our throw of the dice, if it is still open which end offers.
    dice: Option<u32>,
    rolls: usize,
    texts: usize,
    offered: Option<SdpPendingOffer>,
    has_remote: bool,
    /// Candidates that came before the description that they belong to.
    early: Vec<Candidate>,
    candidates: usize,
    /// The other side's user fragment and password, until they are taken.
    credentials: Option<(String, String)>,
}

impl Negotiation {
    pub(super) fn new(role: Role) -> Self {
        Self {
            role,
            dice: None,
            rolls: 0,
            texts: 0,
            offered: None,
            has_remote: false,
            early: Vec::new(),
            candidates: 0,
            credentials: None,
        }
    }

    /// The first text: an offer by a connector, a throw of the dice by a listener.
    pub(super) fn begin(&mut self, rtc: &mut Rtc) -> Option<String> {
        match self.role {
            Role::Connector => self.offer(rtc, channels()),
            Role::Listener => self.roll(),
        }
    }

    /// Handles a text of the other side, and returns the answer, if any.
    pub(super) fn handle_text(&mut self, rtc: &mut Rtc, text: &str) -> Option<String> {
        self.texts += 1;
        if text.len() > TEXT_BYTES_MAX || self.texts > TEXTS_MAX {
            return None;
        }
        if let Ok(theirs) = text.trim().parse::<u32>() {
            return self.handle_dice(rtc, theirs);
        }
        if let Ok(candidate) = serde_json::from_str::<Candidate>(text) {
            self.handle_candidate(rtc, candidate);
            None
        } else if let Ok(offer) = serde_json::from_str::<SdpOffer>(text) {
            self.handle_offer(rtc, offer)
        } else if let Ok(answer) = serde_json::from_str::<SdpAnswer>(text) {
            self.handle_answer(rtc, answer);
            None
        } else {
            // Candidates with mDNS names end here too: the peer's own connectivity checks reveal its address.
            None
        }
    }

    /// The other side's user fragment and password, once, when they are known.
    pub(super) fn take_credentials(&mut self) -> Option<(String, String)> {
        self.credentials.take()
    }

    /// A connector offers whatever was thrown; between two listeners, which share an address, the higher number does.
    fn handle_dice(&mut self, rtc: &mut Rtc, theirs: u32) -> Option<String> {
        let ours = self.dice?;
        match ours.cmp(&theirs) {
            std::cmp::Ordering::Greater if self.offered.is_none() && !self.has_remote => {
                self.offer(rtc, channels())
            }
            std::cmp::Ordering::Equal => self.roll(),
            _ => None,
        }
    }

    fn roll(&mut self) -> Option<String> {
        if self.rolls >= ROLLS_MAX {
            return None;
        }
        self.rolls += 1;
        let mut bytes = [0; 4];
        SystemRandom::new().fill(&mut bytes).ok()?;
        // 0 and 2147483647 force a role and must never be rolled.
        let dice = u32::from_be_bytes(bytes) % 2_147_483_646 + 1;
        self.dice = Some(dice);
        Some(dice.to_string())
    }

    /// Offers a connection with these channels, which are opened in this order.
    pub(super) fn offer(
        &mut self,
        rtc: &mut Rtc,
        channels: impl IntoIterator<Item = ChannelConfig>,
    ) -> Option<String> {
        let mut change = rtc.sdp_api();
        for channel in channels {
            change.add_channel_with_config(channel);
        }
        let (offer, pending) = change.apply()?;
        self.offered = Some(pending);
        serde_json::to_string(&offer).ok()
    }

    fn handle_offer(&mut self, rtc: &mut Rtc, offer: SdpOffer) -> Option<String> {
        if self.offered.is_some() || self.has_remote {
            return None;
        }
        let credentials = credentials(&offer.to_sdp_string());
        let answer = rtc.sdp_api().accept_offer(offer).ok()?;
        self.credentials = credentials;
        self.take_early(rtc);
        serde_json::to_string(&answer).ok()
    }

    fn handle_answer(&mut self, rtc: &mut Rtc, answer: SdpAnswer) {
        let credentials = credentials(&answer.to_sdp_string());
        if let Some(pending) = self.offered.take()
            && rtc.sdp_api().accept_answer(pending, answer).is_ok()
        {
            self.credentials = credentials;
            self.take_early(rtc);
        }
    }

    fn take_early(&mut self, rtc: &mut Rtc) {
        self.has_remote = true;
        for candidate in self.early.drain(..) {
            rtc.add_remote_candidate(candidate);
        }
    }

    fn handle_candidate(&mut self, rtc: &mut Rtc, candidate: Candidate) {
        self.candidates += 1;
        if self.candidates > CANDIDATES_MAX {
            return;
        }
        if self.has_remote {
            rtc.add_remote_candidate(candidate);
        } else {
            self.early.push(candidate);
        }
    }
}

/// The user fragment and password in a description (RFC 8839, section 5.4).
fn credentials(sdp: &str) -> Option<(String, String)> {
    let first = |name: &str| sdp.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    first("a=ice-ufrag:").zip(first("a=ice-pwd:"))
}

/// The longest text, in bytes: offers without media are about a thousand.
const TEXT_BYTES_MAX: usize = 32 * 1024;

/// The most texts of one peer that are read: all candidates, as many that are hidden, and a few of anything else.
const TEXTS_MAX: usize = 256;

/// The most candidates of one peer; a machine with many addresses has a few dozen.
const CANDIDATES_MAX: usize = 64;

/// How often equal rolls are repeated.
const ROLLS_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn texts_beyond_any_negotiation_are_ignored() {
        for (nonsense, is_answered) in [(TEXTS_MAX - 1, true), (TEXTS_MAX, false)] {
            let [mut theirs, mut ours] = [(); 2].map(|()| rtc());
            let mut listener = Negotiation::new(Role::Listener);
            for _ in 0..nonsense {
                assert_eq!(listener.handle_text(&mut ours, ""), None);
            }
            let offer = Negotiation::new(Role::Connector).begin(&mut theirs).unwrap();
            assert_eq!(listener.handle_text(&mut ours, &offer).is_some(), is_answered, "after {nonsense}");
        }
    }

    fn rtc() -> Rtc {
        let config = str0m::RtcConfig::new().set_crypto_provider(consonance_link::rtc_crypto::provider());
        config.clear_codecs().build(Instant::now())
    }
}
