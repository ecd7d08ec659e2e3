//! Any network, behind the impairment shim.

use std::time::Duration;

use super::{DirectNetwork, Network};
use crate::impair::{ImpairedClient, Impairment};

/// The same network with a client's packets delayed by 2 ms and up to 5 ms more, so that they overtake each other.
///
/// ```text
/// consonance_link::conformance_tests!(Impaired(InMemory::default()));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Impaired<N>(pub N);

impl<N: Network> Network for Impaired<N> {
    type Server = N::Server;
    type Client = ImpairedClient<N::Client>;

    const NAMES_SESSIONS: bool = N::NAMES_SESSIONS;
    const CARRIES_REASONS: bool = N::CARRIES_REASONS;
    const CARRIES_EMPTY_PACKETS: bool = N::CARRIES_EMPTY_PACKETS;
    const REFUSES: bool = N::REFUSES;
    const ANSWERS_PROBES: bool = N::ANSWERS_PROBES;

    fn listen(&mut self) -> Self::Server {
        self.0.listen()
    }

    fn client(&mut self, session: &str) -> Self::Client {
        let impairment = Impairment { delay: DELAY, jitter: JITTER, seed: SEED, ..Impairment::default() };
        ImpairedClient::new(self.0.client(session), &impairment, &impairment)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        self.0.cut(client.inner_mut());
    }

    fn mend(&mut self) {
        self.0.mend();
    }
}

impl<N: DirectNetwork> DirectNetwork for Impaired<N> {
    const DIRECT_LINKS_OUTLIVE_THE_SERVERS: bool = N::DIRECT_LINKS_OUTLIVE_THE_SERVERS;

    fn connect_directly(&mut self, one: &mut Self::Client, other: &mut Self::Client) {
        self.0.connect_directly(one.inner_mut(), other.inner_mut());
    }

    fn cut_directly(&mut self, client: &mut Self::Client) {
        self.0.cut_directly(client.inner_mut());
    }
}

/// Short, since some rules wait for thousands of packets.
const DELAY: Duration = Duration::from_millis(2);
const JITTER: Duration = Duration::from_millis(5);
const SEED: u64 = 1;
