//! Answers to server lists, which query a server with a datagram before any connection.
//!
//! An answer has twice the bytes of the older query, so that queries with a forged sender amplify traffic to that
//! address: answers are limited for each address prefix, and in total.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use consonance_link::address_prefix;
use prost::Message as _;

use crate::version::MumbleVersion;
use crate::voice::PING;
use crate::voice::PingPacket;

/// Answers to one address prefix in each [`PERIOD`].
const ANSWERS_PER_PREFIX: u32 = 10;
/// Answers in all in each [`PERIOD`].
const ANSWERS_MAX: u32 = 500;
const PERIOD: Duration = Duration::from_secs(1);
/// The maximum length of an answer, as a multiple of its question's.
const BYTES_OUT_PER_BYTE_IN: usize = 3;
/// The maximum length of a question. The newer one has a byte for its type and at most these fields.
const QUESTION_BYTES_MAX: usize = 40;

/// The server's state for the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListedServer {
    pub(crate) users: u32,
    pub(crate) users_max: u32,
    /// Bits per second.
    pub(crate) bandwidth_max: u32,
}

/// Answers questions, and counts how many.
#[derive(Debug, Default)]
pub(crate) struct ServerList {
    period_began: Option<Instant>,
    answers: u32,
    /// Answers of this period by address prefix, at most as many entries as answers.
    by_prefix: BTreeMap<IpAddr, u32>,
    unanswered: u64,
}

impl ServerList {
    /// Whether a datagram is such a question, and not encrypted.
    pub(crate) fn is_question(datagram: &[u8]) -> bool {
        Question::read(datagram).is_some()
    }

    /// The answer to a question from this address, if it gets one.
    pub(crate) fn answer(
        &mut self,
        now: Instant,
        from: IpAddr,
        datagram: &[u8],
        server: ListedServer,
    ) -> Option<Vec<u8>> {
        let question = Question::read(datagram)?;
        if !self.has_answer_for(now, from) {
            self.unanswered += 1;
            return None;
        }
        Some(question.answer(server)).filter(|answer| answer.len() <= BYTES_OUT_PER_BYTE_IN * datagram.len())
    }

    /// Questions that got no answer, because there were too many.
    pub(crate) fn unanswered(&self) -> u64 {
        self.unanswered
    }

    fn has_answer_for(&mut self, now: Instant, from: IpAddr) -> bool {
        if self.period_began.is_none_or(|began| now >= began + PERIOD) {
            self.period_began = Some(now);
            self.answers = 0;
            self.by_prefix.clear();
        }
        if self.answers >= ANSWERS_MAX {
            return false;
        }
        let of_prefix = self.by_prefix.entry(address_prefix(from)).or_default();
        if *of_prefix >= ANSWERS_PER_PREFIX {
            return false;
        }
        *of_prefix += 1;
        self.answers += 1;
        true
    }
}

enum Question {
    /// Four zero bytes, and a mark that the answer repeats.
    Legacy { mark: [u8; 8] },
    /// Since version 1.5.
    Protobuf(PingPacket),
}

impl Question {
    fn read(datagram: &[u8]) -> Option<Self> {
        match datagram {
            [0, 0, 0, 0, mark @ ..] => Some(Self::Legacy { mark: mark.try_into().ok()? }),
            [PING, body @ ..] if datagram.len() <= QUESTION_BYTES_MAX => {
                let ping = PingPacket::decode(body).ok()?;
                // A ping with a version comes from a server, which would not ask.
                (ping.wants_more && ping.version == 0).then_some(Self::Protobuf(ping))
            }
            _ => None,
        }
    }

    fn answer(&self, server: ListedServer) -> Vec<u8> {
        let ListedServer { users, users_max, bandwidth_max } = server;
        match self {
            Self::Legacy { mark } => {
                let numbers = [users, users_max, bandwidth_max].map(u32::to_be_bytes);
                [&MumbleVersion::OURS.v1().to_be_bytes()[..], mark, numbers.as_flattened()].concat()
            }
            Self::Protobuf(PingPacket { timestamp, .. }) => {
                let answer = PingPacket {
                    timestamp: *timestamp,
                    wants_more: false,
                    version: MumbleVersion::OURS.v2(),
                    users,
                    users_max,
                    bandwidth_max,
                };
                [&[PING], &*answer.encode_to_vec()].concat()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const SERVER: ListedServer = ListedServer { users: 3, users_max: 100, bandwidth_max: 72_000 };
    const LEGACY: [u8; 12] = [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

    fn address(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(0x0A00_0000 + number).into()
    }

    #[test]
    fn both_questions_are_answered_with_numbers_of_users() {
        let (mut list, now) = (ServerList::default(), Instant::now());
        let answer = list.answer(now, address(1), &LEGACY, SERVER).unwrap();
        let expected = [0, 1, 5, 255, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 3, 0, 0, 0, 100, 0, 1, 0x19, 0x40];
        assert_eq!(answer, expected);
        let question = [
            &[PING],
            &*PingPacket { timestamp: 1 << 60, wants_more: true, ..Default::default() }.encode_to_vec(),
        ];
        let answer = list.answer(now, address(1), &question.concat(), SERVER).unwrap();
        let read = PingPacket::decode(&answer[1..]).unwrap();
        assert_eq!((read.timestamp, read.users, read.users_max), (1 << 60, 3, 100));
        assert_eq!(list.answer(now, address(1), &answer, SERVER), None, "an answer is no question");
        assert_eq!(
            list.answer(now, address(1), &[PING, 0x10, 1], SERVER),
            None,
            "it is too short for an answer"
        );
    }

    #[test]
    fn other_datagrams_are_no_questions() {
        for other in [&[][..], &LEGACY[..11], &[0; 13], &[1], &[1, 0x08, 9], &[1, 0x10, 1, 0xFF]] {
            assert!(!ServerList::is_question(other), "{other:?}");
        }
    }

    #[test]
    fn an_address_gets_few_answers_a_second_and_all_addresses_together_not_many() {
        let (mut list, now) = (ServerList::default(), Instant::now());
        let mut answers = |now, from, count: u32| {
            (0..count).filter(|_| list.answer(now, from, &LEGACY, SERVER).is_some()).count() as u32
        };
        assert_eq!(answers(now, address(0), 100), ANSWERS_PER_PREFIX);
        let others: u32 = (1..1000).map(|number| answers(now, address(number), 20)).sum();
        assert_eq!(others, ANSWERS_MAX - ANSWERS_PER_PREFIX);
        assert_eq!(answers(now + PERIOD, address(0), 100), ANSWERS_PER_PREFIX);
    }
}
