//! What every network must do, as tests for its author: the contract, and its proof.
//!
//! Implement [`Network`] for something that makes servers and clients, and name it once:
//!
//! ```
//! # use consonance_transport::{conformance::Network, memory};
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
//! consonance_transport::conformance_tests!(InMemory(memory::MemoryNetwork::new()));
//! ```
//!
//! Each rule becomes a test with the rule's name.
//! A test that fails says what was seen instead; the rules wait up to half a minute for what must come, so a busy
//! machine breaks none of them.
//!
//! # The contract
//!
//! **Connecting.**
//! `connect` is answered by [`Connected`](crate::ClientEvent::Connected) at both ends, with the
//! [session's name](a_client_is_taken_in_and_its_session_named), or by one `Disconnected`.
//! A server that disconnects a newcomer before its next call has refused it:
//! [the client never connects](a_refused_client_learns_why_and_never_connects).
//! Leaving is possible [at any moment](a_client_that_leaves_while_connecting_hears_of_its_end_only), and so is
//! [coming back](the_same_client_connects_again_under_another_name), under a new name.
//!
//! **Packets.**
//! Whatever fits the [limits](the_largest_packets_pass_and_larger_ones_are_dropped) arrives
//! [byte for byte and as what it was sent](packets_of_both_deliveries_go_both_ways), even if it is empty.
//! Reliable packets arrive [complete and in order](reliable_packets_arrive_complete_and_in_order).
//! Unreliable ones may be lost, doubled and overtaken, but
//! [each is whole and for itself](unreliable_packets_are_independent_of_each_other).
//! What cannot be sent is [dropped and counted](packets_without_a_link_are_dropped_and_counted).
//! Nothing is delivered [inside the sender's call](a_packet_waits_for_the_next_poll_of_its_receiver), so a host may
//! be server and client in one process, on one thread.
//!
//! **Ending.**
//! An orderly end delivers what was sent reliably before, from
//! [either](a_client_that_leaves_delivers_its_last_words)
//! [side](a_disconnected_peer_learns_why_after_its_last_packets), and is said
//! [once](when_both_ends_leave_at_once_each_hears_of_it_once) at each end.
//! [Dropping a client](a_dropped_client_is_seen_to_leave) and
//! [shutting a server down](a_shutdown_ends_every_link_with_a_reason) are orderly too.
//! A link that is [lost without a word](a_cut_link_ends_at_both_ends_and_can_be_made_again) is noticed at both ends.
//!
//! **Crowds.**
//! Who sent a packet is [known from the link](each_packet_is_known_by_the_link_that_it_came_over) it came over.
//! One call sends [to many](one_packet_reaches_many_peers_and_nobody_else).
//! Nobody waits for a slow reader: it loses
//! [its oldest voice](a_listener_that_pauses_loses_old_voice_and_nothing_else), and, when even reliable packets
//! cannot be kept, [its link](a_slow_reader_is_disconnected_and_harms_nobody).

#![expect(clippy::missing_panics_doc, reason = "panicking is how every rule here reports")]

use crate::{ClientTransport, ServerTransport};

mod connecting;
mod crowd;
mod ending;
mod packets;
mod stage;

pub use connecting::*;
pub use crowd::*;
pub use ending::*;
pub use packets::*;

/// Something that makes servers and clients of one network, for tests.
pub trait Network {
    /// Its servers.
    type Server: ServerTransport;
    /// Its clients.
    type Client: ClientTransport;

    /// Whether the server learns which session a client asks for. A network that tells it nothing says `false`, and
    /// the name is always empty.
    const NAMES_SESSIONS: bool = true;

    /// Whether the words with which a server ends a link reach the client. A network that cannot carry them says
    /// `false`, and they are always empty.
    const CARRIES_REASONS: bool = true;

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

/// Makes each rule a test of its own, for the network that the expression makes.
#[macro_export]
macro_rules! conformance_tests {
    ($network:expr) => {
        $crate::conformance_tests! { @rules $network;
            a_client_is_taken_in_and_its_session_named
            a_refused_client_learns_why_and_never_connects
            a_client_that_leaves_while_connecting_hears_of_its_end_only
            the_same_client_connects_again_under_another_name
            packets_of_both_deliveries_go_both_ways
            reliable_packets_arrive_complete_and_in_order
            unreliable_packets_are_independent_of_each_other
            the_largest_packets_pass_and_larger_ones_are_dropped
            packets_without_a_link_are_dropped_and_counted
            a_packet_waits_for_the_next_poll_of_its_receiver
            a_client_that_leaves_delivers_its_last_words
            a_dropped_client_is_seen_to_leave
            a_disconnected_peer_learns_why_after_its_last_packets
            when_both_ends_leave_at_once_each_hears_of_it_once
            a_shutdown_ends_every_link_with_a_reason
            a_cut_link_ends_at_both_ends_and_can_be_made_again
            each_packet_is_known_by_the_link_that_it_came_over
            one_packet_reaches_many_peers_and_nobody_else
            a_listener_that_pauses_loses_old_voice_and_nothing_else
            a_slow_reader_is_disconnected_and_harms_nobody
        }
    };
    (@rules $network:expr; $($rule:ident)+) => {
        $(#[test]
        fn $rule() {
            $crate::conformance::$rule(&mut $network);
        })+
    };
}
