//! The words for other applications whose users are players of a session. A client's state is the same for all of them.

/// An application that is not ours, as explanations name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThirdPartyApplication<'n> {
    /// Its name.
    pub(crate) name: &'n str,
    /// The codecs besides Opus that its versions send.
    pub(crate) other_codecs: &'n str,
    /// Its versions that send Opus.
    pub(crate) with_opus: &'n str,
}

/// By their kinds of network.
const KNOWN: [(&str, ThirdPartyApplication<'static>); 1] = [(
    "mumble",
    ThirdPartyApplication {
        name: "Mumble",
        other_codecs: "CELT or Speex",
        with_opus: "Mumble 1.2.4 or newer",
    },
)];

impl<'n> ThirdPartyApplication<'n> {
    /// The application whose clients are on this kind of network. One without words of its own is called like its
    /// network.
    pub fn of_network(network: &'n str) -> Self {
        let known = KNOWN.iter().find(|(kind, _)| *kind == network);
        let other =
            Self { name: network, other_codecs: "another codec than Opus", with_opus: "a version with Opus" };
        known.map_or(other, |(_, application)| *application)
    }

    /// The route of a client's voice, in words.
    pub fn voice_path(&self, is_tunnelled: bool) -> String {
        let name = self.name;
        if is_tunnelled {
            format!("through {name}'s control channel over TCP, not by UDP")
        } else {
            format!("by {name}'s UDP")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ServedPlayer, ThirdPartyRow};

    #[test]
    fn a_voice_path_names_the_application() {
        let paths =
            |network| [false, true].map(|tcp| ThirdPartyApplication::of_network(network).voice_path(tcp));
        assert_eq!(
            paths("mumble"),
            ["by Mumble's UDP", "through Mumble's control channel over TCP, not by UDP"]
        );
        assert_eq!(
            paths("another"),
            ["by another's UDP", "through another's control channel over TCP, not by UDP"]
        );
    }

    #[test]
    fn a_reason_not_to_be_heard_names_the_application_and_its_codecs() {
        let player = |network: &str, change: fn(&mut ThirdPartyRow)| {
            let mut client = ThirdPartyRow { room: Some("lobby".into()), ..ThirdPartyRow::default() };
            change(&mut client);
            let network = Some(network.to_owned());
            ServedPlayer { network, third_party: Some(client), ..ServedPlayer::default() }
        };
        for (network, change, expected) in [
            ("mumble", (|_| {}) as fn(&mut ThirdPartyRow), None),
            ("mumble", |client| client.self_mute = true, Some("it has muted itself in Mumble")),
            (
                "mumble",
                |client| client.other_codec_ms_ago = Some(9),
                Some("its Mumble sends CELT or Speex, which is not passed on"),
            ),
            (
                "mumble",
                |client| client.too_many_ms_ago = Some(9),
                Some("its Mumble sends more packets of voice than a client may, and they are dropped"),
            ),
            ("mumble", |client| client.room = None, Some("it is in the root channel, which is no room")),
            (
                "another",
                |client| client.other_codec_ms_ago = Some(9),
                Some("its another sends another codec than Opus, which is not passed on"),
            ),
        ] {
            assert_eq!(player(network, change).third_party_trouble().as_deref(), expected);
        }
    }
}
