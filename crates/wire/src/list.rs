//! A list inside a packet.

use core::{fmt, slice};

use crate::{ClientId, ParseError, Reader, WriteError, Writer};

/// Items of one kind: the bytes that they were parsed from, checked already, or a slice to be written.
///
/// Iteration yields items by value and cannot fail. Items of a parsed list are decoded again each time.
#[derive(Clone, Copy)]
pub struct List<'a, T>(Source<'a, T>);

#[derive(Clone, Copy)]
enum Source<'a, T> {
    /// Exactly `len` items, each of which has been read successfully once.
    Encoded {
        bytes: &'a [u8],
        len: u16,
    },
    Items(&'a [T]),
}

/// An item type of a [`List`].
pub trait ListItem<'a>: Copy {
    /// Reads one item; `what` names the list.
    ///
    /// # Errors
    /// [`ParseError::Truncated`] if the bytes end within the item.
    fn read(reader: &mut Reader<'a>, what: &'static str) -> Result<Self, ParseError>;

    /// Writes the item; `what` names the list.
    ///
    /// # Errors
    /// Any [`WriteError`] of the item's parts.
    fn write(self, writer: &mut Writer<'_>, what: &'static str) -> Result<(), WriteError>;

    /// Skips items, checking each. Items of fixed size need not be checked one by one.
    ///
    /// # Errors
    /// [`ParseError::Truncated`] if there are fewer items.
    #[inline]
    fn skip(reader: &mut Reader<'a>, count: u16, what: &'static str) -> Result<(), ParseError> {
        for _ in 0..count {
            Self::read(reader, what)?;
        }
        Ok(())
    }
}

impl<'a> ListItem<'a> for ClientId {
    #[inline]
    fn read(reader: &mut Reader<'a>, what: &'static str) -> Result<Self, ParseError> {
        reader.u16(what).map(Self)
    }

    #[inline]
    fn write(self, writer: &mut Writer<'_>, _: &'static str) -> Result<(), WriteError> {
        writer.u16(self.0)
    }

    #[inline]
    fn skip(reader: &mut Reader<'a>, count: u16, what: &'static str) -> Result<(), ParseError> {
        reader.take(2 * usize::from(count), what).map(drop)
    }
}

impl<'a> Reader<'a> {
    /// A list behind its 16-bit count.
    #[inline]
    pub(crate) fn list16<T: ListItem<'a>>(&mut self, what: &'static str) -> Result<List<'a, T>, ParseError> {
        let count = self.u16(what)?;
        List::read(self, count, what)
    }

    /// A list behind its 8-bit count.
    #[inline]
    pub(crate) fn list8<T: ListItem<'a>>(&mut self, what: &'static str) -> Result<List<'a, T>, ParseError> {
        let count = self.u8(what)?;
        List::read(self, u16::from(count), what)
    }
}

impl<T> List<'_, T> {
    /// The number of items.
    #[inline]
    pub fn len(&self) -> usize {
        match self.0 {
            Source::Encoded { len, .. } => usize::from(len),
            Source::Items(items) => items.len(),
        }
    }

    /// Whether the list is empty.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'a, T: ListItem<'a>> List<'a, T> {
    /// The items, in order.
    #[inline]
    pub fn iter(&self) -> ListIter<'a, T> {
        ListIter(match self.0 {
            Source::Encoded { bytes, len } => Place::Encoded { reader: Reader::new(bytes), left: len },
            Source::Items(items) => Place::Items(items.iter()),
        })
    }

    /// Checks `count` items and keeps their bytes.
    #[inline]
    pub(crate) fn read(reader: &mut Reader<'a>, count: u16, what: &'static str) -> Result<Self, ParseError> {
        let start = reader.rest();
        T::skip(reader, count, what)?;
        let length = start.len() - reader.rest().len();
        Ok(Self(Source::Encoded { bytes: &start[..length], len: count }))
    }

    /// Writes the items, without their count.
    pub(crate) fn write(self, writer: &mut Writer<'_>, what: &'static str) -> Result<(), WriteError> {
        match self.0 {
            Source::Encoded { bytes, .. } => writer.put(bytes),
            Source::Items(items) => items.iter().try_for_each(|item| item.write(writer, what)),
        }
    }
}

impl<T> Default for List<'_, T> {
    fn default() -> Self {
        Self(Source::Items(&[]))
    }
}

impl<'a, T> From<&'a [T]> for List<'a, T> {
    fn from(items: &'a [T]) -> Self {
        Self(Source::Items(items))
    }
}

impl<'a, T, const N: usize> From<&'a [T; N]> for List<'a, T> {
    fn from(items: &'a [T; N]) -> Self {
        Self(Source::Items(items))
    }
}

impl<'a, T: ListItem<'a> + PartialEq> PartialEq for List<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<'a, T: ListItem<'a> + Eq> Eq for List<'a, T> {}

impl<'a, T: ListItem<'a> + fmt::Debug> fmt::Debug for List<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T: ListItem<'a>> IntoIterator for List<'a, T> {
    type Item = T;
    type IntoIter = ListIter<'a, T>;

    #[inline]
    fn into_iter(self) -> ListIter<'a, T> {
        self.iter()
    }
}

impl<'a, T: ListItem<'a>> IntoIterator for &List<'a, T> {
    type Item = T;
    type IntoIter = ListIter<'a, T>;

    #[inline]
    fn into_iter(self) -> ListIter<'a, T> {
        self.iter()
    }
}

/// The items of a [`List`], by value.
#[derive(Clone, Debug)]
pub struct ListIter<'a, T>(Place<'a, T>);

#[derive(Clone, Debug)]
enum Place<'a, T> {
    /// An item takes at least one byte, so the bytes end with the last one and `left` need not be checked.
    Encoded {
        reader: Reader<'a>,
        left: u16,
    },
    Items(slice::Iter<'a, T>),
}

impl<'a, T: ListItem<'a>> Iterator for ListIter<'a, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        match &mut self.0 {
            Place::Encoded { reader, left } => {
                let item = T::read(reader, "list that was checked before").ok()?;
                *left -= 1;
                Some(item)
            }
            Place::Items(items) => items.next().copied(),
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match &self.0 {
            Place::Encoded { left, .. } => usize::from(*left),
            Place::Items(items) => items.len(),
        };
        (left, Some(left))
    }
}

impl<'a, T: ListItem<'a>> ExactSizeIterator for ListIter<'a, T> {}
