//! The name of a page's connection.

/// A page's connection, as [`WebRtcShard::accept`](crate::webrtc::WebRtcShard::accept) has named it: no other one of
/// the same port has this number, before or after. It is not the link of a session that the page's player is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PagePeer(pub u64);
