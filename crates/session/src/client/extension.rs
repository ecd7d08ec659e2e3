//! Extensions behind a packet without effect of its own: see [`Extension`](consonance_wire::Extension).

use consonance_wire::{Capabilities, Closing, GroupPart, Notice, ServerList, VoiceReport};

/// A message in an extension from a server of ours to its clients.
pub(super) enum Carried<'a> {
    Report(VoiceReport<'a>),
    Notice(Notice<'a>),
    Closing(Closing<'a>),
    Servers(ServerList<'a>),
    GroupPart(GroupPart<'a>),
}

impl<'a> Carried<'a> {
    /// The message in the extension, if the server has `announced` that capability.
    pub(super) fn find(trailing: &'a [u8], announced: impl Fn(Capabilities) -> bool) -> Option<Self> {
        let report = || VoiceReport::find(trailing).filter(|_| announced(Capabilities::VOICE_REPORTS));
        let notice = || Notice::find(trailing).filter(|_| announced(Capabilities::MODERATION));
        let closing = || Closing::find(trailing).filter(|_| announced(Capabilities::HAND_OVER));
        let group = || GroupPart::find(trailing).filter(|_| announced(Capabilities::GROUPS));
        let servers = || ServerList::find(trailing).filter(|_| announced(Capabilities::SERVER_LIST));
        report()
            .map(Self::Report)
            .or_else(|| notice().map(Self::Notice))
            .or_else(|| closing().map(Self::Closing))
            .or_else(|| servers().map(Self::Servers))
            .or_else(|| group().map(Self::GroupPart))
    }
}
