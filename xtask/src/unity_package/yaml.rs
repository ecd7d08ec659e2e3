//! Files that Unity writes in YAML: their objects, and the references between them.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser};

/// The contents of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    /// The line of each object, by its number.
    pub(super) objects: BTreeMap<i64, usize>,
    /// The lines of objects with the number of an earlier one.
    pub(super) repeated: Vec<usize>,
    /// The references, each with its line.
    pub(super) references: Vec<Reference>,
}

/// A reference to an object, in the same file or in another one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) line: usize,
    /// The number of the object; a reference in a `.meta` has none.
    pub(super) file_id: Option<i64>,
    /// The GUID of the other file.
    pub(super) guid: Option<String>,
}

/// Reads a file.
///
/// # Errors
/// The line of the syntax error, and its message.
pub(super) fn parse(text: &str) -> Result<Parsed, (usize, String)> {
    let mut parsed = Parsed::default();
    let mut readable = String::new();
    for (index, line) in text.lines().enumerate() {
        let header = line.starts_with(HEADER).then_some(line);
        if let Some(number) = header.and_then(object) {
            let earlier = parsed.objects.insert(number, index + 1);
            parsed.repeated.extend(earlier.map(|_| index + 1));
        }
        // This is Unity's mark for objects whose other data is in another prefab; no other writer of YAML uses it.
        readable += header.map_or(line, |header| header.trim_end_matches(" stripped"));
        readable.push('\n');
    }
    parsed.references = references(&readable)?;
    Ok(parsed)
}

/// The beginning of an object's header, such as `--- !u!114 &-12`.
const HEADER: &str = "--- !u!";

fn object(header: &str) -> Option<i64> {
    header.split(' ').find_map(|word| word.strip_prefix('&'))?.parse().ok()
}

fn references(text: &str) -> Result<Vec<Reference>, (usize, String)> {
    let mut open: Vec<Collection> = Vec::new();
    let mut found = Vec::new();
    // Unity defines the tag `!u!` only before the first object.
    for event in Parser::new_from_str(text).keep_tags(true) {
        let (event, span) = event.map_err(|error| (error.marker().line(), error.info().to_owned()))?;
        match event {
            Event::MappingStart(..) => open.push(Collection::mapping(span.start.line())),
            Event::SequenceStart(..) => open.push(Collection::Sequence),
            Event::Scalar(value, ..) => {
                if let Some(collection) = open.last_mut() {
                    collection.scalar(&value);
                }
            }
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(Collection::Mapping { reference, .. }) = open.pop()
                    && (reference.file_id.is_some() || reference.guid.is_some())
                {
                    found.push(reference);
                }
                if let Some(collection) = open.last_mut() {
                    collection.end_value();
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

/// A collection that has begun and not ended.
enum Collection {
    Mapping {
        /// The key of the next value, once it is read.
        key: Option<String>,
        reference: Reference,
    },
    Sequence,
}

impl Collection {
    fn mapping(line: usize) -> Self {
        Self::Mapping { key: None, reference: Reference { line, ..Reference::default() } }
    }

    fn scalar(&mut self, value: &str) {
        let Self::Mapping { key, reference } = self else { return };
        match key.take().as_deref() {
            None => *key = Some(value.to_owned()),
            Some("fileID") => reference.file_id = value.parse().ok(),
            Some("guid") => reference.guid = Some(value.to_owned()),
            Some(_) => {}
        }
    }

    /// Ends a value that was no scalar.
    fn end_value(&mut self) {
        if let Self::Mapping { key, .. } = self {
            *key = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENE: &str = "\
%YAML 1.1
%TAG !u! tag:unity3d.com,2011:
--- !u!1 &123
GameObject:
  m_Component:
  - component: {fileID: -4}
  m_Name: fileID
--- !u!4 &-4 stripped
Transform:
  m_GameObject: {fileID: 123}
  m_Icon: {fileID: 2800000, guid: ab, type: 3}
";

    #[test]
    fn objects_and_references_are_read_and_other_values_are_not() {
        let parsed = parse(SCENE).unwrap();
        assert_eq!(parsed.objects, BTreeMap::from([(123, 3), (-4, 8)]));
        assert_eq!(parsed.repeated, [0; 0]);
        let row = |line, file_id, guid: Option<&str>| Reference {
            line,
            file_id: Some(file_id),
            guid: guid.map(str::to_owned),
        };
        assert_eq!(parsed.references, [row(6, -4, None), row(10, 123, None), row(11, 2_800_000, Some("ab"))]);
    }

    #[test]
    fn an_object_with_the_number_of_another_one_is_noticed() {
        assert_eq!(parse(&SCENE.replace("&-4", "&123")).unwrap().repeated, [8]);
    }

    #[test]
    fn what_is_no_yaml_has_a_line() {
        let (line, why) = parse(&SCENE.replace("{fileID: 123}", "{fileID: 123")).unwrap_err();
        assert!(line >= 10 && !why.is_empty(), "{line}: {why}");
        assert!(parse("a: b: c\n").is_err());
    }
}
