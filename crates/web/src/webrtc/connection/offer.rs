//! A page's offer, read before anything is created for it.

use str0m::RtcError;
use str0m::change::SdpOffer;
use str0m::media::Mid;

/// Why an offer is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OfferError {
    /// It is longer than any page's.
    #[error("the offer has {bytes} bytes, expected at most {OFFER_BYTES_MAX}; use the page of this server")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// It is not SDP, or SDP that contradicts itself.
    #[error("invalid offer: {what}; use a current browser")]
    Malformed {
        /// What is wrong with it, in words of ours: the page is told, and a library's may say more than it should
        /// learn.
        what: &'static str,
    },
    /// It has too many of something.
    #[error("the offer has too many {what}, expected at most {max}; use the page of this server")]
    TooMany {
        /// The excess items, in words.
        what: &'static str,
        /// How many there may be.
        max: usize,
    },
    /// A required part is missing.
    #[error("the offer has no {what}; use the page of this server")]
    Missing {
        /// The missing item, in words.
        what: &'static str,
    },
    /// The peer is gone.
    #[error("this connection is over; connect again")]
    Gone,
    /// The limit of peers, or of negotiating peers, is reached.
    #[error("the server is full; try again later")]
    Full,
}

impl OfferError {
    /// Tells the reasons apart for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "offer-too-long",
            Self::Malformed { .. } => "malformed-offer",
            Self::TooMany { .. } => "too-many-in-offer",
            Self::Missing { .. } => "missing-in-offer",
            Self::Gone => "peer-gone",
            Self::Full => "full",
        }
    }

    /// What the library does not take.
    pub(super) fn of_library(error: &RtcError) -> Self {
        tracing::debug!(%error, "an offer is not taken");
        let what = match error {
            RtcError::Sdp(_) => NO_SDP,
            _ => "its parts contradict each other, or what was agreed before",
        };
        Self::Malformed { what }
    }
}

/// An offer that may be answered.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) sdp: SdpOffer,
    pub(super) microphone: Mid,
    /// The page's user fragment and password, if it has any.
    pub(super) credentials: Option<(String, String)>,
    /// In the order of the offer.
    pub(super) slots: Vec<Mid>,
}

impl Offer {
    pub(super) fn parse(text: &str, slots_max: usize) -> Result<Self, OfferError> {
        if text.len() > OFFER_BYTES_MAX {
            return Err(OfferError::TooLong { bytes: text.len() });
        }
        let sections = sections(text)?;
        if !sections.iter().any(|section| section.kind == "application") {
            return Err(OfferError::Missing { what: "data channel" });
        }
        let audio = |directions: &'static [&'static str]| {
            let is_such =
                |section: &&Section<'_>| section.kind == "audio" && directions.contains(&section.direction);
            sections.iter().filter(is_such).map(|section| Mid::from(section.mid))
        };
        let microphone = audio(&["sendrecv", "sendonly"]).next();
        let microphone = microphone.ok_or(OfferError::Missing { what: "microphone" })?;
        let slots = audio(&["recvonly"]).take(slots_max).collect();
        for (line, what) in REQUIRED {
            if !text.lines().any(|found| found.starts_with(line)) {
                return Err(OfferError::Missing { what });
            }
        }
        let sdp = SdpOffer::from_sdp_string(&for_library(text)).map_err(|error| {
            tracing::debug!(%error, "an offer is not read");
            OfferError::Malformed { what: NO_SDP }
        })?;
        let first = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        let credentials = first("a=ice-ufrag:").zip(first("a=ice-pwd:"));
        Ok(Self { sdp, microphone, credentials, slots })
    }
}

/// The offer as str0m reads it.
///
/// A page that has gathered its addresses names all of them for each of its media, hundreds in all; this end of a
/// connection calls none of them, since the page's checks show where it is. And its slots are inactive until something
/// is sent in them: see [`streams`](super::streams).
fn for_library(text: &str) -> String {
    let lines = text.split_inclusive('\n').filter(|line| !line.starts_with("a=candidate:"));
    lines.map(|line| if line.trim_end() == "a=recvonly" { "a=inactive\r\n" } else { line }).collect()
}

/// A line that begins with `m=`, and what stands below it.
#[derive(Debug)]
struct Section<'a> {
    kind: &'a str,
    mid: &'a str,
    direction: &'a str,
}

fn sections(text: &str) -> Result<Vec<Section<'_>>, OfferError> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for line in text.lines() {
        if let Some(media) = line.strip_prefix("m=") {
            let kind = media.split(' ').next().unwrap_or_default();
            if !["audio", "application"].contains(&kind) {
                let what = "it has media that is neither audio nor a data channel";
                return Err(OfferError::Malformed { what });
            }
            if sections.len() == SECTIONS_MAX {
                return Err(OfferError::TooMany { what: "media", max: SECTIONS_MAX });
            }
            // The default if the section has no direction (RFC 8866, section 6.7).
            sections.push(Section { kind, mid: "", direction: "sendrecv" });
        } else if let Some(section) = sections.last_mut() {
            match line {
                "a=sendrecv" | "a=sendonly" | "a=recvonly" | "a=inactive" => section.direction = &line[2..],
                _ => section.mid = line.strip_prefix("a=mid:").unwrap_or(section.mid),
            }
        }
    }
    let is_mid = |mid: &str| {
        !mid.is_empty() && mid.len() <= MID_BYTES_MAX && mid.bytes().all(|byte| byte.is_ascii_graphic())
    };
    for (at, section) in sections.iter().enumerate() {
        if !is_mid(section.mid) || sections[..at].iter().any(|other| other.mid == section.mid) {
            return Err(OfferError::Malformed { what: "one of its media has no name of its own" });
        }
    }
    Ok(sections)
}

const NO_SDP: &str = "it is not SDP as RFC 8866 has it";

/// Lines without which no connection comes about, and what they are.
const REQUIRED: [(&str, &str); 3] = [
    ("a=fingerprint:", "fingerprint of a certificate"),
    ("a=ice-ufrag:", "user fragment (ice-ufrag)"),
    ("a=ice-pwd:", "password (ice-pwd)"),
];

/// An offer of forty slots has 38 kB.
const OFFER_BYTES_MAX: usize = 64 * 1024;

/// A microphone, a data channel, 32 slots, and what a page has stopped using.
const SECTIONS_MAX: usize = 48;

/// More is cut by str0m, and then two names may be the same.
const MID_BYTES_MAX: usize = 16;
