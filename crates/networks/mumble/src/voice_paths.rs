//! Maps datagrams to users: the keys of users, and the addresses that their datagrams have come from.
//!
//! A datagram does not name its user. If its address is known, that user's key is tried; otherwise the keys of users
//! whose control channel comes from the same host, the likeliest first, limited in number and rate.

mod host;
mod refused;

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_link::Peer;

use crate::crypt::{Crypt, CryptCounts, CryptSecrets, Unopened};
use crate::voice::VoiceFormat;
use host::{Host, KEYS_TRIED_MAX};
pub(crate) use refused::Refused;
use refused::Strangeness;

/// A user that tunnels its voice gets datagrams again once it has sent no tunnelled voice for this time.
const TUNNEL_FOR: Duration = Duration::from_secs(10);
/// Once no datagram could be decrypted for this time, the count of nonces is assumed to be lost.
const RESYNC_AFTER: Duration = Duration::from_secs(5);

/// The datagrams of all users.
#[derive(Debug, Default)]
pub(crate) struct VoicePaths {
    users: BTreeMap<Peer, VoicePath>,
    /// Untrusted peers choose the keys that are looked up here, so they are hashed with a secret.
    by_address: HashMap<SocketAddr, Peer>,
    by_host: HashMap<IpAddr, Host>,
    refused: Refused,
}

#[derive(Debug)]
struct VoicePath {
    format: VoiceFormat,
    crypt: Crypt,
    /// The IP address of the control channel.
    host: IpAddr,
    address: Option<SocketAddr>,
    tunnelled_at: Option<Instant>,
    understood_at: Instant,
    asked_at: Option<Instant>,
}

/// The likelihood that a datagram from an unknown port is from a user, the best first. Of hundreds of users behind
/// one address, few have a matching nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likelihood {
    /// The user has no known port, and the datagram has one of its next nonces.
    ExpectedFirst,
    /// The datagram has one of the next nonces of a user whose port may have changed.
    Expected,
    Unlikely,
}

impl VoicePaths {
    /// Adds a user whose control channel comes from this host.
    pub(crate) fn insert(
        &mut self,
        now: Instant,
        user: Peer,
        host: IpAddr,
        format: VoiceFormat,
        secrets: &CryptSecrets,
    ) {
        let host = host.to_canonical();
        self.by_host.entry(host).or_insert_with(|| Host::new(now)).users.push(user);
        let crypt = Crypt::new(secrets);
        let path = VoicePath {
            format,
            crypt,
            host,
            address: None,
            tunnelled_at: None,
            understood_at: now,
            asked_at: None,
        };
        self.users.insert(user, path);
    }

    /// Removes a user that has disconnected.
    pub(crate) fn remove(&mut self, user: Peer) {
        let Some(path) = self.users.remove(&user) else { return };
        if let Some(address) = path.address {
            self.by_address.remove(&address);
        }
        if let Some(host) = self.by_host.get_mut(&path.host) {
            host.users.retain(|other| *other != user);
            if host.users.is_empty() {
                self.by_host.remove(&path.host);
            }
        }
    }

    /// The format of a user's voice packets; `None` if there is no such user.
    pub(crate) fn format(&self, user: Peer) -> Option<VoiceFormat> {
        self.users.get(&user).map(|path| path.format)
    }

    /// Decrypts a datagram into `packet`, replacing its contents. Returns its user, or else, as the error, the known
    /// user of the address, if any.
    pub(crate) fn open(
        &mut self,
        now: Instant,
        from: SocketAddr,
        datagram: &[u8],
        packet: &mut Vec<u8>,
    ) -> Result<Peer, Option<Peer>> {
        let known = self.by_address.get(&from).copied();
        let mut is_replayed = false;
        if let Some(user) = known {
            match self.users.get_mut(&user).map(|path| path.open(now, datagram, packet)) {
                Some(Ok(())) => return Ok(user),
                Some(Err(Unopened::Replayed)) => is_replayed = true,
                Some(Err(_)) | None => {}
            }
        }
        // Another user may have taken over the address, behind a shared router.
        match self.owner_at_host(now, from.ip(), known, datagram, packet) {
            Ok(user) => {
                self.note_address(user, from);
                Ok(user)
            }
            Err(_) if is_replayed => {
                self.refused.replayed += 1;
                Err(None)
            }
            Err(strangeness) => {
                *self.refused.counter(strangeness) += 1;
                Err(known)
            }
        }
    }

    /// Notes that a user has sent tunnelled voice: datagrams do not reach it, or not reliably.
    pub(crate) fn note_tunnelled(&mut self, now: Instant, user: Peer) {
        if let Some(path) = self.users.get_mut(&user) {
            path.tunnelled_at = Some(now);
        }
    }

    /// Encrypts a packet for a user into `datagram`, replacing its contents. Returns the user's address; `None` if
    /// the packet must be tunnelled.
    pub(crate) fn seal(
        &mut self,
        now: Instant,
        user: Peer,
        packet: &[u8],
        datagram: &mut Vec<u8>,
    ) -> Option<SocketAddr> {
        let path = self.users.get_mut(&user)?;
        let address = path.reached_at(now)?;
        path.crypt.seal(packet, datagram);
        Some(address)
    }

    /// Whether a user's voice must be tunnelled at the moment.
    pub(crate) fn is_tunnelled(&self, now: Instant, user: Peer) -> bool {
        self.users.get(&user).is_none_or(|path| path.reached_at(now).is_none())
    }

    /// How many users are reached by datagrams at the moment, and how many are not.
    pub(crate) fn count_ways(&self, now: Instant) -> (u64, u64) {
        let by_datagrams = self.users.values().filter(|path| path.reached_at(now).is_some()).count();
        (by_datagrams as u64, (self.users.len() - by_datagrams) as u64)
    }

    /// The same as [`seal`](Self::seal), regardless of tunnelled voice: the answer to a ping goes to the ping's
    /// address.
    pub(crate) fn seal_answer(
        &mut self,
        user: Peer,
        packet: &[u8],
        datagram: &mut Vec<u8>,
    ) -> Option<SocketAddr> {
        let path = self.users.get_mut(&user)?;
        path.crypt.seal(packet, datagram);
        path.address
    }

    /// Whether to ask a user for its nonce, after a datagram from its address could not be decrypted: the count of
    /// nonces seems to be lost.
    pub(crate) fn asks_for_resync(&mut self, now: Instant, user: Peer) -> bool {
        let Some(path) = self.users.get_mut(&user) else { return false };
        let is_silent = now >= path.understood_at + RESYNC_AFTER;
        let may_ask = path.asked_at.is_none_or(|at| now >= at + RESYNC_AFTER);
        if path.address.is_none() || !is_silent || !may_ask {
            return false;
        }
        path.asked_at = Some(now);
        true
    }

    /// The nonce before the next one to this user.
    pub(crate) fn server_nonce(&self, user: Peer) -> Option<[u8; 16]> {
        self.users.get(&user).map(|path| path.crypt.server_nonce())
    }

    /// Sets the nonce before the next one of this user.
    pub(crate) fn resync(&mut self, user: Peer, client_nonce: [u8; 16]) {
        if let Some(path) = self.users.get_mut(&user) {
            path.crypt.resync(client_nonce);
        }
    }

    /// The counters of a user's datagrams.
    pub(crate) fn counts(&self, user: Peer) -> CryptCounts {
        self.users.get(&user).map(|path| path.crypt.counts()).unwrap_or_default()
    }

    /// The counters of rejected datagrams.
    pub(crate) fn refused(&self) -> Refused {
        self.refused
    }

    /// Tries the keys of the users of a host, except for one that was tried already.
    fn owner_at_host(
        &mut self,
        now: Instant,
        host: IpAddr,
        tried: Option<Peer>,
        datagram: &[u8],
        packet: &mut Vec<u8>,
    ) -> Result<Peer, Strangeness> {
        let host = self.by_host.get_mut(&host.to_canonical()).ok_or(Strangeness::Host)?;
        if !host.may_try(now) {
            return Err(Strangeness::Host);
        }
        let newest_first = host.users.iter().rev().filter(|user| Some(**user) != tried);
        let path_of = |user: &Peer| Some((*user, self.users.get(user)?));
        let mut candidates: Vec<(Likelihood, Peer)> =
            newest_first.filter_map(path_of).map(|(user, path)| (path.likelihood(datagram), user)).collect();
        candidates.sort_by_key(|(likelihood, _)| *likelihood);
        for (_, user) in candidates.into_iter().take(KEYS_TRIED_MAX) {
            if !host.take_try(now) {
                return Err(Strangeness::Host);
            }
            let Some(path) = self.users.get_mut(&user) else { continue };
            if path.open(now, datagram, packet).is_ok() {
                return Ok(user);
            }
        }
        Err(Strangeness::Key)
    }

    fn note_address(&mut self, user: Peer, from: SocketAddr) {
        if let Some(former) = self.by_address.insert(from, user)
            && let Some(path) = self.users.get_mut(&former)
        {
            path.address = None;
        }
        let Some(path) = self.users.get_mut(&user) else { return };
        if let Some(former) = path.address.replace(from).filter(|former| *former != from) {
            self.by_address.remove(&former);
        }
    }
}

impl VoicePath {
    fn likelihood(&self, datagram: &[u8]) -> Likelihood {
        match (self.crypt.expects(datagram), self.address) {
            (true, None) => Likelihood::ExpectedFirst,
            (true, Some(_)) => Likelihood::Expected,
            (false, _) => Likelihood::Unlikely,
        }
    }

    /// The address at which datagrams reach the user, if they do.
    fn reached_at(&self, now: Instant) -> Option<SocketAddr> {
        self.address.filter(|_| self.tunnelled_at.is_none_or(|at| now >= at + TUNNEL_FOR))
    }

    fn open(&mut self, now: Instant, datagram: &[u8], packet: &mut Vec<u8>) -> Result<(), Unopened> {
        self.crypt.open(datagram, packet)?;
        self.understood_at = now;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::host::{PERIOD, TRIES_PER_PERIOD};
    use super::*;

    fn secrets(number: u8) -> CryptSecrets {
        CryptSecrets { key: [number; 16], client_nonce: [1; 16], server_nonce: [2; 16] }
    }

    fn datagram(client: &mut Crypt) -> Vec<u8> {
        let mut out = Vec::new();
        client.seal(b"voice", &mut out);
        out
    }

    fn client(number: u8) -> Crypt {
        Crypt::new(&CryptSecrets { client_nonce: [2; 16], server_nonce: [1; 16], ..secrets(number) })
    }

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_datagram_is_the_users_whose_key_opens_it_and_follows_it_to_another_port() {
        let (mut paths, now, mut packet) = (VoicePaths::default(), Instant::now(), Vec::new());
        for number in 1..=3 {
            let host = address("192.0.2.1:0").ip();
            paths.insert(now, Peer(number), host, VoiceFormat::Legacy, &secrets(number as u8));
        }
        let mut second = client(2);
        for port in ["192.0.2.1:100", "192.0.2.1:100", "192.0.2.1:200"] {
            let opened = paths.open(now, address(port), &datagram(&mut second), &mut packet);
            assert_eq!((opened, &*packet), (Ok(Peer(2)), &b"voice"[..]));
            let sent = paths.seal(now, Peer(2), b"other", &mut Vec::new());
            assert_eq!(sent, Some(address(port)));
        }
        let elsewhere = paths.open(now, address("192.0.2.9:100"), &datagram(&mut second), &mut packet);
        assert_eq!(elsewhere, Err(None), "another host");
        paths.remove(Peer(2));
        assert_eq!(paths.open(now, address("192.0.2.1:200"), &datagram(&mut second), &mut packet), Err(None));
        assert_eq!(paths.refused(), Refused { forged: 1, replayed: 0, strange: 1 });
    }

    #[test]
    fn an_address_that_another_user_has_now_is_that_users() {
        let (mut paths, now, mut packet) = (VoicePaths::default(), Instant::now(), Vec::new());
        let shared = address("192.0.2.1:100");
        let (mut one, mut two) = (client(1), client(2));
        paths.insert(now, Peer(1), shared.ip(), VoiceFormat::Legacy, &secrets(1));
        paths.insert(now, Peer(2), shared.ip(), VoiceFormat::Legacy, &secrets(2));
        assert_eq!(paths.open(now, shared, &datagram(&mut one), &mut packet), Ok(Peer(1)));
        assert_eq!(paths.open(now, shared, &datagram(&mut two), &mut packet), Ok(Peer(2)));
        assert_eq!(paths.seal(now, Peer(1), b"x", &mut packet), None);
    }

    #[test]
    fn a_user_that_tunnels_is_reached_by_datagrams_again_when_it_stops() {
        let (mut paths, now, mut packet) = (VoicePaths::default(), Instant::now(), Vec::new());
        let from = address("192.0.2.1:100");
        paths.insert(now, Peer(1), from.ip(), VoiceFormat::Legacy, &secrets(1));
        assert_eq!(paths.seal(now, Peer(1), b"x", &mut packet), None, "it has sent no datagram");
        paths.open(now, from, &datagram(&mut client(1)), &mut packet).unwrap();
        paths.note_tunnelled(now, Peer(1));
        assert_eq!(paths.seal(now, Peer(1), b"x", &mut packet), None);
        assert_eq!(paths.seal(now + TUNNEL_FOR, Peer(1), b"x", &mut packet), Some(from));
    }

    #[test]
    fn garbage_in_the_name_of_a_host_is_tried_with_few_keys_a_second() {
        let (mut paths, now, mut packet) = (VoicePaths::default(), Instant::now(), Vec::new());
        let from = address("192.0.2.1:100");
        for number in 1..=200 {
            paths.insert(now, Peer(number), from.ip(), VoiceFormat::Legacy, &secrets(number as u8));
        }
        for _ in 0..1000 {
            assert_eq!(paths.open(now, from, &[9; 60], &mut packet), Err(None));
        }
        let tried = u64::from(TRIES_PER_PERIOD) / KEYS_TRIED_MAX as u64;
        assert_eq!(paths.refused().forged, tried);
        let mut last = client(200);
        let later = now + PERIOD;
        assert_eq!(paths.open(later, from, &datagram(&mut last), &mut packet), Ok(Peer(200)));
    }

    #[test]
    fn all_users_of_a_host_are_found_however_many_there_are() {
        let (mut paths, now, mut packet) = (VoicePaths::default(), Instant::now(), Vec::new());
        let port = |number: u16| address(&format!("192.0.2.1:{number}"));
        let nonce = |number: u16| [(number * 7 % 256) as u8; 16];
        let mut clients = Vec::new();
        for number in 1..=400_u16 {
            let key = u128::from(number).to_le_bytes();
            let secrets = CryptSecrets { key, client_nonce: nonce(number), server_nonce: [0; 16] };
            paths.insert(now, Peer(number.into()), port(1).ip(), VoiceFormat::Legacy, &secrets);
            let own = CryptSecrets { key, client_nonce: [0; 16], server_nonce: nonce(number) };
            clients.push((number, Crypt::new(&own)));
        }
        // All clients ping once within the same second.
        for (number, client) in &mut clients {
            let opened = paths.open(now, port(*number), &datagram(client), &mut packet);
            assert_eq!(opened.ok(), Some(Peer(u64::from(*number))));
        }
    }

    #[test]
    fn a_count_that_is_lost_is_asked_for_now_and_then() {
        let (mut paths, now, mut packet) = (VoicePaths::default(), Instant::now(), Vec::new());
        let from = address("192.0.2.1:100");
        paths.insert(now, Peer(1), from.ip(), VoiceFormat::Legacy, &secrets(1));
        paths.open(now, from, &datagram(&mut client(1)), &mut packet).unwrap();
        assert!(!paths.asks_for_resync(now + RESYNC_AFTER / 2, Peer(1)));
        assert!(paths.asks_for_resync(now + RESYNC_AFTER, Peer(1)));
        assert!(!paths.asks_for_resync(now + RESYNC_AFTER, Peer(1)));
        assert!(paths.asks_for_resync(now + 2 * RESYNC_AFTER, Peer(1)));
    }
}
