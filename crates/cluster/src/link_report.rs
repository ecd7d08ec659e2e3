//! The state of a link at an edge, for the inspector of its session.

mod mumble;
mod wire;

use std::time::Duration;

use consonance_transport::{DatagramPath, LinkQuality, MumbleState, PageState};
use serde::{Deserialize, Serialize};

use mumble::Mumble;

/// The state of a link, as known to its edge's network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkReport {
    quality: Option<Quality>,
    page: Option<Page>,
    mumble: Option<Mumble>,
}

/// A [`LinkQuality`], with times in µs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Quality {
    round_trip: u64,
    datagrams_sent: u64,
    datagrams_lost: u64,
    datagrams_received: Option<u64>,
    path: Way,
}

/// A [`DatagramPath`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Way {
    Connection,
    Trying,
    Fast,
    Blocked { port: u16 },
}

/// A [`PageState`], with times in µs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Page {
    is_connected: bool,
    channels: u32,
    voice: Option<u64>,
    without_channel: Option<u64>,
    silent: Option<u64>,
    too_many: Option<u64>,
    unusable: Option<u64>,
    slots: u32,
    without_slot: Vec<String>,
    ignored: Vec<String>,
}

impl LinkReport {
    /// Creates a report from the data of a network.
    pub fn new(quality: Option<LinkQuality>, page: Option<PageState>, mumble: Option<MumbleState>) -> Self {
        Self {
            quality: quality.map(Quality::from),
            page: page.map(Page::from),
            mumble: mumble.map(Mumble::from),
        }
    }

    /// The quality of the link, if its network knows it.
    pub fn quality(&self) -> Option<LinkQuality> {
        self.quality.map(LinkQuality::from)
    }

    /// The page at its other end, if it is a browser's.
    pub fn page(&self) -> Option<PageState> {
        self.page.clone().map(PageState::from)
    }

    /// The client at its other end, if it is Mumble's.
    pub fn mumble(&self) -> Option<MumbleState> {
        self.mumble.clone().map(MumbleState::from)
    }
}

impl From<LinkQuality> for Quality {
    fn from(quality: LinkQuality) -> Self {
        let LinkQuality { round_trip, datagrams_sent, datagrams_lost, datagrams_received, datagram_path } =
            quality;
        let path = match datagram_path {
            DatagramPath::Connection => Way::Connection,
            DatagramPath::Trying => Way::Trying,
            DatagramPath::FastPath => Way::Fast,
            DatagramPath::Blocked { port } => Way::Blocked { port },
        };
        Self { round_trip: micros(round_trip), datagrams_sent, datagrams_lost, datagrams_received, path }
    }
}

impl From<Quality> for LinkQuality {
    fn from(quality: Quality) -> Self {
        let Quality { round_trip, datagrams_sent, datagrams_lost, datagrams_received, path } = quality;
        let datagram_path = match path {
            Way::Connection => DatagramPath::Connection,
            Way::Trying => DatagramPath::Trying,
            Way::Fast => DatagramPath::FastPath,
            Way::Blocked { port } => DatagramPath::Blocked { port },
        };
        let round_trip = Duration::from_micros(round_trip);
        Self { round_trip, datagrams_sent, datagrams_lost, datagrams_received, datagram_path }
    }
}

impl From<PageState> for Page {
    fn from(page: PageState) -> Self {
        Self {
            is_connected: page.is_connected,
            channels: count(page.channels),
            voice: page.voice.map(micros),
            without_channel: page.without_channel.map(micros),
            silent: page.silent.map(micros),
            too_many: page.too_many.map(micros),
            unusable: page.unusable.map(micros),
            slots: count(page.slots),
            without_slot: page.without_slot,
            ignored: page.ignored,
        }
    }
}

impl From<Page> for PageState {
    fn from(page: Page) -> Self {
        Self {
            is_connected: page.is_connected,
            channels: page.channels as usize,
            voice: page.voice.map(Duration::from_micros),
            without_channel: page.without_channel.map(Duration::from_micros),
            silent: page.silent.map(Duration::from_micros),
            too_many: page.too_many.map(Duration::from_micros),
            unusable: page.unusable.map(Duration::from_micros),
            slots: page.slots as usize,
            without_slot: page.without_slot,
            ignored: page.ignored,
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let mumble = MumbleState {
            client: "1.5.735, Mumble".to_owned(),
            self_mute: true,
            room: Some("lobby".to_owned()),
            listening: vec!["team/red".to_owned()],
            is_tunnelled: true,
            voice: Some(Duration::from_millis(20)),
            ..MumbleState::default()
        };
        let report = LinkReport::new(Some(quality), Some(page.clone()), Some(mumble.clone()));
        let bytes = postcard::to_allocvec(&report).unwrap();
        let read: LinkReport = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(
            (read.quality(), read.page(), read.mumble()),
            (Some(quality), Some(page.clone()), Some(mumble))
        );
        let empty = LinkReport::default();
        assert_eq!((empty.quality(), empty.page(), empty.mumble()), (None, None, None));
        // Nodes of earlier versions know the first two parts only, and read them from the beginning.
        let (known, _): ((Option<Quality>, Option<Page>), _) = postcard::take_from_bytes(&bytes).unwrap();
        assert_eq!(known, (report.quality, Some(Page::from(page))));
        let former = postcard::to_allocvec(&known).unwrap();
        assert_eq!(postcard::from_bytes(&former), Ok(LinkReport { mumble: None, ..report }));
    }
}
