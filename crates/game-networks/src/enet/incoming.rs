//! The filter for the other side's datagrams before ENet gets them, which bounds ENet's memory and work for each
//! connection.
//!
//! ENet keeps commands that arrive out of order in lists whose only limit is the number of message bytes, searches
//! these lists for each arriving command, and allocates a whole message with its first fragment. So reliable commands
//! wait here instead, as the received bytes, and ENet gets each of them in turn: its own lists stay empty, and it
//! assembles one message of a channel at a time. Waiting commands are acknowledged on arrival, as ENet itself would.

mod channel;
mod room;

use crate::enet::ConnectionSettings;
use crate::enet::limits::{UNRELIABLE_BYTES_MAX, UNRELIABLE_SHARE, WAITING_MAX};
use crate::enet::screening::{
    Command, Fragment, Fragments, Handing, Message, MessageKind, Screened, is_to_be_confirmed,
};

use channel::IncomingChannel;
use room::Room;

/// Commands that one side has sent in a connection, since ENet considers it connected.
#[derive(Debug)]
pub(crate) struct Incoming {
    /// The receiver of its datagrams.
    peer: u16,
    /// The session number in each of its datagrams; ENet does not read others.
    session: u16,
    channels: Vec<IncomingChannel>,
    rooms: Rooms,
    fragments: Fragments,
}

/// The remaining room for waiting commands, on all channels together.
#[derive(Debug)]
struct Rooms {
    reliable: Room,
    unreliable: Room,
}

/// The result of filtering a datagram's commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Admission {
    /// Whether ENet gets any of it.
    pub(crate) is_any: bool,
    /// The number of unreliable messages, or fragments of such, for which there was no room.
    pub(crate) lost: u64,
    /// Whether it contains something that no ENet peer sends.
    pub(crate) is_impossible: bool,
}

/// The verdict on a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// ENet gets it.
    Admitted,
    /// It arrived early, or again: ENet gets just enough of it to acknowledge it.
    Confirmed,
    /// It waits, and is not acknowledged yet.
    Waiting,
    /// There is no room for it: it is not acknowledged, so that it is resent.
    ComesAgain,
    /// There is no room for it, and it is not resent.
    Lost,
    /// It is unreliable, and too late.
    Late,
    /// No ENet peer sends it.
    Impossible,
}

impl Incoming {
    /// Writes the part of a datagram that ENet gets, for a connection that has this many channels according to ENet.
    /// If it is the first one, the connection was established with it, and ENet already has the commands that belong
    /// to no channel.
    pub(crate) fn admit(
        known: &mut Option<Self>,
        screened: Screened<'_>,
        (channels, settings): (usize, &ConnectionSettings),
        admitted: &mut Vec<u8>,
    ) -> Admission {
        let is_first = known.is_none();
        let incoming = known.get_or_insert_with(|| Self::new(screened, channels, settings));
        if screened.session != incoming.session {
            return Admission { is_impossible: true, ..Admission::default() };
        }
        let mut admission = Admission::default();
        admission.is_any = screened.write(admitted, |command, bytes| match incoming.judge(command, bytes) {
            Verdict::Admitted if is_first && !command.is_for_a_channel() => Handing::Nothing,
            Verdict::Admitted => Handing::Whole,
            Verdict::Confirmed => Handing::Number,
            Verdict::Waiting | Verdict::ComesAgain | Verdict::Late => Handing::Nothing,
            Verdict::Lost => {
                admission.lost += 1;
                Handing::Nothing
            }
            Verdict::Impossible => {
                admission.is_impossible = true;
                Handing::Nothing
            }
        });
        admission
    }

    /// Writes waiting commands that are next in turn, as far as they fit into a datagram and into the rest of a
    /// [share](crate::enet::limits::RELEASED_BYTES_MAX), which they take. Call it until there are no more.
    pub(crate) fn release(&mut self, share: &mut usize, released: &mut Vec<u8>) -> Admission {
        let mut admission = Admission::default();
        Screened::begin(self.peer, self.session, released);
        let empty = released.len();
        for channel in &mut self.channels {
            admission.is_impossible |= !channel.release(released, &mut self.rooms, share);
        }
        admission.is_any = released.len() > empty;
        admission
    }

    /// Whether a waiting command is next in turn.
    pub(crate) fn is_due(&self) -> bool {
        self.channels.iter().any(IncomingChannel::is_due)
    }

    fn new(opening: Screened<'_>, channels: usize, settings: &ConnectionSettings) -> Self {
        Self {
            peer: opening.peer,
            session: opening.session,
            channels: std::iter::repeat_with(IncomingChannel::default).take(channels).collect(),
            rooms: Rooms {
                reliable: Room::new(WAITING_MAX, settings.waiting_bytes_max),
                unreliable: Room::new(
                    WAITING_MAX / UNRELIABLE_SHARE,
                    settings.waiting_bytes_max / UNRELIABLE_SHARE,
                ),
            },
            fragments: Fragments::default(),
        }
    }

    fn judge(&mut self, command: Command, bytes: &[u8]) -> Verdict {
        match command {
            Command::Message(message) => self.judge_message(message, bytes),
            Command::Fragment(fragment) => self.judge_fragment(fragment, bytes),
            // A goodbye says that everything before it was acknowledged, so it comes behind all of that.
            Command::Disconnect if is_to_be_confirmed(bytes) && self.is_due() => Verdict::ComesAgain,
            Command::Connect(_)
            | Command::VerifyConnect { .. }
            | Command::Acknowledge { .. }
            | Command::Disconnect
            | Command::Other => Verdict::Admitted,
        }
    }

    fn judge_message(&mut self, message: Message, bytes: &[u8]) -> Verdict {
        let Some(channel) = self.channels.get_mut(usize::from(message.channel)) else {
            return Verdict::Impossible;
        };
        match message.kind {
            MessageKind::Reliable => {
                channel.admit_reliable(Command::Message(message), bytes, &mut self.rooms.reliable)
            }
            MessageKind::Unreliable => channel.admit_unreliable(message, bytes, &mut self.rooms.unreliable),
            MessageKind::Unsequenced => Verdict::Admitted,
        }
    }

    fn judge_fragment(&mut self, fragment: Fragment, bytes: &[u8]) -> Verdict {
        let Some(channel) = self.channels.get_mut(usize::from(fragment.channel)) else {
            return Verdict::Impossible;
        };
        if !self.fragments.takes(fragment) {
            Verdict::Impossible
        } else if fragment.is_reliable {
            channel.admit_reliable(Command::Fragment(fragment), bytes, &mut self.rooms.reliable)
        } else if fragment.total > UNRELIABLE_BYTES_MAX {
            Verdict::Lost
        } else {
            channel.admit_unreliable_fragment(fragment)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::enet::Dialect;

    /// Any command on channel 0 or 1, about numbers that may be next, as bytes.
    fn commands() -> impl Strategy<Value = Vec<u8>> {
        let payload = |command: Vec<u8>, length: u16| {
            [command, length.to_be_bytes().to_vec(), vec![0; usize::from(length)]].concat()
        };
        let channel = 0..2_u8;
        let number = || prop_oneof![9 => 0..24_u16, 1 => any::<u16>()];
        let reliable = (channel.clone(), number(), 0..9_u16).prop_map(move |(channel, number, length)| {
            payload([vec![0x86, channel], number.to_be_bytes().to_vec()].concat(), length)
        });
        let unreliable =
            (channel.clone(), number(), 0..4_u16).prop_map(move |(channel, reliable, number)| {
                let numbers = [reliable, number].map(u16::to_be_bytes).concat();
                payload([vec![0x07, channel], numbers].concat(), 1)
            });
        let fragment = (channel, prop_oneof![4 => Just(0x88), 1 => Just(0x0c)], number(), 0..4_u32, 2..4_u32)
            .prop_map(move |(channel, kind, start, number, count)| {
                let own = if kind == 0x88 { start.wrapping_add(number as u16) } else { 0 };
                let numbers = [own, start, 5].map(u16::to_be_bytes).concat();
                let parts = [count, number, 5 * count, 5 * number].map(u32::to_be_bytes).concat();
                [vec![kind, channel], numbers, parts, vec![0; 5]].concat()
            });
        prop_oneof![reliable, unreliable, fragment]
    }

    /// The reliable commands of one channel that ENet has.
    #[derive(Default)]
    struct Given {
        last: u16,
        whole: u16,
    }

    /// Asserts that ENet gets only reliable commands that are next in turn, and unreliable ones that wait for nothing.
    fn look_at(datagram: &[u8], given: &mut [Given; 2]) {
        assert!(datagram.len() <= rusty_enet::MTU_MAX, "{} bytes", datagram.len());
        for command in Screened::parse(Dialect::Enet13, datagram).expect("it is one").commands() {
            match command {
                Command::Message(Message { kind: MessageKind::Reliable, channel, reliable, .. }) => {
                    let given = &mut given[usize::from(channel)];
                    assert_eq!(reliable, given.last.wrapping_add(1));
                    assert_eq!(given.last, given.whole, "no message is within another");
                    (given.last, given.whole) = (reliable, reliable);
                }
                Command::Fragment(Fragment {
                    is_reliable: true, channel, reliable, number, count, ..
                }) => {
                    let given = &mut given[usize::from(channel)];
                    assert_eq!(reliable, given.last.wrapping_add(1));
                    assert_eq!(number == 0, given.last == given.whole, "the first one begins");
                    given.last = reliable;
                    given.whole = if number + 1 == count { reliable } else { given.whole };
                }
                Command::Message(Message { kind: MessageKind::Unreliable, channel, reliable, .. })
                | Command::Fragment(Fragment { channel, reliable, .. }) => {
                    assert_eq!(reliable, given[usize::from(channel)].whole);
                }
                _ => {}
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn enet_gets_nothing_that_would_have_to_wait_there(
            datagrams in prop::collection::vec(prop::collection::vec(commands(), 1..8), 1..60),
            waiting_bytes_max in 0..3000_usize,
        ) {
            let settings = ConnectionSettings { waiting_bytes_max, ..ConnectionSettings::default() };
            let (mut incoming, mut admitted) = (None, Vec::new());
            let mut given = [Given::default(), Given::default()];
            for commands in datagrams {
                let datagram = [vec![0x80, 0, 0, 0], commands.concat()].concat();
                let Some(screened) = Screened::parse(Dialect::Enet13, &datagram) else { panic!("{datagram:02x?}") };
                let mut admission = Incoming::admit(&mut incoming, screened, (2, &settings), &mut admitted);
                while admission.is_any {
                    look_at(&admitted, &mut given);
                    let incoming = incoming.as_mut().expect("there is something of it");
                    admission = incoming.release(&mut { usize::MAX }, &mut admitted);
                }
            }
        }
    }
}
