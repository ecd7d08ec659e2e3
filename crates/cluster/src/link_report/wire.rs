//! A report in bytes. Its last part is left out where there is nothing to say, as the first versions did not have it.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::ser::SerializeTuple as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::LinkReport;

/// The parts that every version has.
const FIRST_PARTS: usize = 2;

impl Serialize for LinkReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts = FIRST_PARTS + usize::from(self.third_party.is_some());
        let mut tuple = serializer.serialize_tuple(parts)?;
        tuple.serialize_element(&self.quality)?;
        tuple.serialize_element(&self.page)?;
        if self.third_party.is_some() {
            tuple.serialize_element(&self.third_party)?;
        }
        tuple.end()
    }
}

impl<'de> Deserialize<'de> for LinkReport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple(FIRST_PARTS + 1, Parts)
    }
}

struct Parts;

impl<'de> Visitor<'de> for Parts {
    type Value = LinkReport;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a link's quality, its page and its third-party client")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<LinkReport, A::Error> {
        let quality = parts.next_element()?.flatten();
        let page = parts.next_element()?.flatten();
        // The bytes end before it if there is none.
        let third_party = parts.next_element().ok().flatten().flatten();
        Ok(LinkReport { quality, page, third_party })
    }
}
