//! The state of a link at an edge, for the inspector of its session.

mod wire;

use consonance_link::{LinkQuality, PageState, ThirdPartyClient};

/// The state of a link, as known to its edge's network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkReport {
    /// The quality of the link, if its network knows it.
    pub quality: Option<LinkQuality>,
    /// The page at its other end, if it is a browser's.
    pub page: Option<PageState>,
    /// The client at its other end, if it is another application.
    pub third_party: Option<ThirdPartyClient>,
}

/// Bytes of the names of the rooms that a third-party client listens to, reported as far as they fit: a report is
/// limited.
const LISTENING_BYTES_MAX: usize = 8 << 10;

impl LinkReport {
    /// Creates a report from the data of a network.
    pub fn new(
        quality: Option<LinkQuality>,
        page: Option<PageState>,
        mut third_party: Option<ThirdPartyClient>,
    ) -> Self {
        if let Some(client) = &mut third_party {
            let mut bytes = 0;
            let fitting = client.listening.iter().take_while(|room| {
                bytes += room.len();
                bytes <= LISTENING_BYTES_MAX
            });
            let count = fitting.count();
            client.listening.truncate(count);
        }
        Self { quality, page, third_party }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::time::Duration;

    use consonance_link::DatagramPath;

    use super::*;

    /// The report below.
    const OF_0_2: &str = "01c0b8020102010303e13c01010201a09c01000001c0843d00080103416e6e010342656e010f312e\
                          352e3733352c204d756d626c65010001056c6f62627901087465616d2f7265640101a09c010000";

    #[test]
    fn a_report_says_what_the_network_said() {
        let quality = LinkQuality {
            round_trip: Duration::from_millis(40),
            datagrams_sent: 1,
            datagrams_lost: 2,
            datagrams_received: Some(3),
            datagram_path: DatagramPath::Blocked { port: 7777 },
        };
        let page = PageState {
            is_connected: true,
            channels: 2,
            voice: Some(Duration::from_millis(20)),
            too_many: Some(Duration::from_secs(1)),
            slots: 8,
            without_slot: vec!["Ann".to_owned()],
            ignored: vec!["Ben".to_owned()],
            ..PageState::default()
        };
        let client = ThirdPartyClient {
            client: "1.5.735, Mumble".to_owned(),
            self_mute: true,
            room: Some("lobby".to_owned()),
            listening: vec!["team/red".to_owned()],
            is_tunnelled: true,
            voice: Some(Duration::from_millis(20)),
            ..ThirdPartyClient::default()
        };
        let report = LinkReport::new(Some(quality), Some(page.clone()), Some(client));
        let bytes = postcard::to_allocvec(&report).unwrap();
        assert_eq!(postcard::from_bytes(&bytes), Ok(report.clone()));
        // As nodes of version 0.2 write and read it.
        let mut hex = String::new();
        for byte in &bytes {
            write!(hex, "{byte:02x}").unwrap();
        }
        assert_eq!(hex, OF_0_2);
        // Nodes of earlier versions know the first two parts only, and read them from the beginning.
        let (known, _): ((Option<LinkQuality>, Option<PageState>), _) =
            postcard::take_from_bytes(&bytes).unwrap();
        assert_eq!(known, (report.quality, Some(page)));
        let former = postcard::to_allocvec(&known).unwrap();
        assert_eq!(postcard::from_bytes(&former), Ok(LinkReport { third_party: None, ..report }));
    }

    #[test]
    fn rooms_are_told_as_far_as_a_report_has_space() {
        let listening = vec!["r".repeat(128); 128];
        let client = ThirdPartyClient { listening, ..ThirdPartyClient::default() };
        let told = LinkReport::new(None, None, Some(client)).third_party.unwrap();
        assert_eq!(told.listening.len(), LISTENING_BYTES_MAX / 128);
    }
}
