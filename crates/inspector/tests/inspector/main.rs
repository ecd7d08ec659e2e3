//! The inspector's page, its diagnosis for users of other applications, and packet captures.

mod page;
#[cfg(feature = "page")]
mod page_script;
mod pcap;
mod third_party;
