//! The contract that every network must fulfil, as tests for its author.
//!
//! Implement [`Network`] for something that makes servers and clients, and name it once:
//!
//! ```
//! # use consonance_link::{conformance::Network, memory};
//! struct InMemory(memory::MemoryNetwork);
//!
//! impl Network for InMemory {
//!     type Server = memory::MemoryServer;
//!     type Client = memory::MemoryClient;
//!
//!     fn listen(&mut self) -> Self::Server {
//!         self.0.listen()
//!     }
//!
//!     fn client(&mut self, session: &str) -> Self::Client {
//!         self.0.client(session)
//!     }
//!
//!     fn cut(&mut self, client: &mut Self::Client) {
//!         client.lose_link();
//!     }
//! }
//!
//! consonance_link::conformance_tests!(InMemory(memory::MemoryNetwork::new()));
//! ```
//!
//! Each rule becomes a test with the rule's name. A failing test prints what was observed instead; the rules wait up
//! to half a minute for what must come, so a busy machine does not break them.
//!
//! # The contract
//!
//! **Connecting.**
//! `connect` is answered by [`Connected`](crate::ClientLinkEvent::Connected) at both ends, with the
//! [session's name](a_client_is_taken_in_and_its_session_named), or by one `Disconnected`.
//! A server that disconnects a newcomer before its next call has refused it:
//! [the client never connects](a_refused_client_learns_why_and_never_connects).
//! Leaving is possible [at any moment](a_client_that_leaves_while_connecting_hears_of_its_end_only), and so is
//! [coming back](the_same_client_connects_again_under_another_name), under a new name.
//!
//! **Packets.** Any packet within the [limits](the_largest_packets_pass_and_larger_ones_are_dropped) arrives [byte
//! for byte and with its delivery](packets_of_both_deliveries_go_both_ways), even if it is empty. Reliable packets
//! arrive [complete and in order](reliable_packets_arrive_complete_and_in_order). Unreliable ones may be lost,
//! duplicated and reordered, but [each is whole and independent of the
//! others](unreliable_packets_are_independent_of_each_other). A packet that cannot be sent is [dropped and
//! counted](packets_without_a_link_are_dropped_and_counted). Nothing is delivered [inside the sender's
//! call](a_packet_waits_for_the_next_poll_of_its_receiver), so a host may be server and client in one process, on one
//! thread.
//!
//! **Ending.** An orderly end delivers the reliable packets sent before, from
//! [either](a_client_that_leaves_delivers_its_last_words)
//! [side](a_disconnected_peer_learns_why_after_its_last_packets), and is reported
//! [once](when_both_ends_leave_at_once_each_hears_of_it_once) at each end. A reason with a code arrives
//! [unchanged](a_rejected_peer_learns_the_code_where_the_network_carries_it), where the network declares that it
//! carries codes. [Dropping a client](a_dropped_client_is_seen_to_leave) and [shutting a server
//! down](a_shutdown_ends_every_link_with_a_reason) are orderly too. A link that is [lost without a
//! goodbye](a_cut_link_ends_at_both_ends_and_can_be_made_again) is noticed at both ends. A peer that sends nothing
//! [answers a probe](a_silent_peer_that_is_probed_is_heard), where the network has probes.
//!
//! **Crowds.**
//! The sender of a packet is [known from the link](each_packet_is_known_by_the_link_that_it_came_over) it came over.
//! One call sends [to many](one_packet_reaches_the_given_peers_only).
//! A slow reader does not hold up others: it loses
//! [its oldest voice](a_listener_that_pauses_loses_old_voice_and_nothing_else), and, when even reliable packets
//! cannot be kept, [its link](a_slow_reader_is_disconnected_and_others_are_unaffected).
//! In a log, either end is [one short line](a_debug_print_of_either_end_is_short), however many links it has.
//!
//! All of this holds behind the impairment shim, too: name the network a second time as [`Impaired`].
//!
//! # Direct links
//!
//! A network with [direct links](crate::DirectLinks) also implements [`DirectNetwork`] and names it in
//! [`direct_conformance_tests!`](crate::direct_conformance_tests); others have nothing to do.
//! The contract is the same for each direct link as for the link to the server, and independent of it:
//!
//! A direct link [comes up once at both ends](a_direct_link_comes_up_at_both_ends). Its packets arrive [with their
//! delivery](direct_packets_of_both_deliveries_go_both_ways), [complete and in
//! order](reliable_direct_packets_arrive_complete_and_in_order) or [independent of each
//! other](unreliable_direct_packets_are_independent_of_each_other), up to [the
//! limits](the_largest_direct_packets_pass_and_larger_ones_are_dropped), or are [dropped and
//! counted](direct_packets_without_a_link_are_dropped_and_counted). It is
//! [polled](a_direct_packet_waits_for_the_next_poll_of_its_receiver), and one call sends [to
//! many](one_direct_packet_reaches_the_given_players_only). It ends once at each end: [in
//! order](a_player_that_ends_a_direct_link_delivers_its_last_words), also [from both
//! sides](when_both_players_end_a_direct_link_each_hears_of_it_once), [at
//! once](a_direct_link_may_be_ended_as_soon_as_it_is_up) or [because a player
//! goes](a_dropped_player_is_seen_to_leave_directly); [without a
//! goodbye](a_cut_direct_link_ends_at_both_ends_and_can_be_made_again); or because a player [does not
//! read](a_player_that_does_not_read_loses_only_its_direct_link). The link to the server may end [without
//! it](a_direct_link_outlives_the_servers_as_the_network_says).

#![expect(clippy::missing_panics_doc, reason = "panicking is how every rule here reports")]

mod connecting;
mod crowd;
mod direct;
mod direct_fixture;
mod ending;
mod fixture;
mod impaired;
mod packets;

use std::fmt::Debug;

use crate::{ClientNetwork, ServerNetwork};

pub use connecting::*;
pub use crowd::*;
pub use direct::*;
pub use ending::*;
pub use impaired::Impaired;
pub use packets::*;

/// Something that makes servers and clients of one network, for tests.
pub trait Network {
    /// Its servers.
    type Server: ServerNetwork + Debug;
    /// Its clients.
    type Client: ClientNetwork + Debug;

    /// Whether the server learns which session a client asks for. A network that tells it nothing says `false`, and
    /// the name is always empty.
    const NAMES_SESSIONS: bool = true;

    /// Whether the words with which a server ends a link reach the client. A network that cannot carry them says
    /// `false`, and they are always empty.
    const CARRIES_REASONS: bool = true;

    /// Whether a packet may be empty. A network whose own rules forbid empty messages says `false`, and none is sent.
    const CARRIES_EMPTY_PACKETS: bool = true;

    /// How many packets of voice are sent to a client that pauses: more than twice what waits on the way to it.
    const FLOOD: usize = 20_000;

    /// Whether a client can be refused before it believes itself connected. On a network whose clients believe that as
    /// soon as a server listens, says `false`: a refused client is then disconnected at once.
    const REFUSES: bool = true;

    /// Whether the server knows when a peer was last heard, and can ask one that is silent.
    const ANSWERS_PROBES: bool = false;

    /// A server that listens.
    fn listen(&mut self) -> Self::Server;

    /// A client of the server made last, for this session.
    fn client(&mut self, session: &str) -> Self::Client;

    /// Loses the present link of this client without a word, as when a cable is pulled.
    ///
    /// The links of other clients may be lost with it.
    fn cut(&mut self, client: &mut Self::Client);

    /// Lets links be made again after [`cut`](Self::cut), where that takes more than to connect again.
    fn mend(&mut self) {}
}

/// A network whose clients can have direct links to each other, for tests.
pub trait DirectNetwork: Network {
    /// Whether a direct link stays when the link to the server ends. Where it ends too, say `false` here and in the
    /// network's documentation.
    const DIRECT_LINKS_OUTLIVE_THE_SERVERS: bool = true;

    /// Connects two clients directly, as the network or the game will. Both are connected to the server, and they may
    /// have been connected to each other before.
    fn connect_directly(&mut self, one: &mut Self::Client, other: &mut Self::Client);

    /// Loses the direct links of this client without a word, but not the one to the server.
    ///
    /// The direct links of other clients may be lost with them.
    fn cut_directly(&mut self, client: &mut Self::Client);
}

/// Makes each rule a separate test, for the network that the expression makes.
#[macro_export]
macro_rules! conformance_tests {
    ($network:expr) => {
        $crate::conformance_tests! { @rules $network;
            a_client_is_taken_in_and_its_session_named
            a_refused_client_learns_why_and_never_connects
            a_client_that_leaves_while_connecting_hears_of_its_end_only
            the_same_client_connects_again_under_another_name
            a_peer_that_joins_or_leaves_a_session_stays_connected
            packets_of_both_deliveries_go_both_ways
            reliable_packets_arrive_complete_and_in_order
            unreliable_packets_are_independent_of_each_other
            the_largest_packets_pass_and_larger_ones_are_dropped
            packets_without_a_link_are_dropped_and_counted
            a_packet_waits_for_the_next_poll_of_its_receiver
            a_client_that_leaves_delivers_its_last_words
            a_dropped_client_is_seen_to_leave
            a_disconnected_peer_learns_why_after_its_last_packets
            a_rejected_peer_learns_the_code_where_the_network_carries_it
            when_both_ends_leave_at_once_each_hears_of_it_once
            a_shutdown_ends_every_link_with_a_reason
            a_cut_link_ends_at_both_ends_and_can_be_made_again
            a_silent_peer_that_is_probed_is_heard
            each_packet_is_known_by_the_link_that_it_came_over
            one_packet_reaches_the_given_peers_only
            a_listener_that_pauses_loses_old_voice_and_nothing_else
            a_slow_reader_is_disconnected_and_others_are_unaffected
            a_debug_print_of_either_end_is_short
        }
    };
    (@rules $network:expr; $($rule:ident)+) => {
        $(#[test]
        fn $rule() {
            $crate::conformance::$rule(&mut $network);
        })+
    };
}

/// The same for the rules of direct links.
#[macro_export]
macro_rules! direct_conformance_tests {
    ($network:expr) => {
        $crate::conformance_tests! { @rules $network;
            a_direct_link_comes_up_at_both_ends
            direct_packets_of_both_deliveries_go_both_ways
            reliable_direct_packets_arrive_complete_and_in_order
            unreliable_direct_packets_are_independent_of_each_other
            the_largest_direct_packets_pass_and_larger_ones_are_dropped
            direct_packets_without_a_link_are_dropped_and_counted
            a_direct_packet_waits_for_the_next_poll_of_its_receiver
            one_direct_packet_reaches_the_given_players_only
            a_player_that_ends_a_direct_link_delivers_its_last_words
            when_both_players_end_a_direct_link_each_hears_of_it_once
            a_direct_link_may_be_ended_as_soon_as_it_is_up
            a_dropped_player_is_seen_to_leave_directly
            a_cut_direct_link_ends_at_both_ends_and_can_be_made_again
            a_direct_link_outlives_the_servers_as_the_network_says
            a_player_that_does_not_read_loses_only_its_direct_link
        }
    };
}
