//! The inspector's page, its diagnosis for users of other applications, and packet captures.

mod page;
mod pcap;
mod third_party;
