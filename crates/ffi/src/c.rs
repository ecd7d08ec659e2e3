//! Pointers from C, as the types of the exported functions' parameters.
//!
//! Only C makes them: what the header asks of a caller is what makes them sound. A pointer that is not null is valid
//! for its type until the function returns, [`Array`] and [`ArrayOut`] for the length that is passed with it, and
//! [`Text`] up to its zero. Null is a [`CError`] where a value is needed, and structs are only as long as they say.

#![expect(unsafe_code, reason = "reads and writes where C says")]

use std::ffi::{CStr, c_char};
use std::mem::size_of;
use std::{ptr, slice};

use crate::error::{CError, Failure};

/// A text is at most this long, in bytes: longer ones are not a name, a room, a message, an address or a token.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// At most so many elements of an array are looked at in one call: more than the bytes of the keys of 10 000 players
/// with the longest names.
const ELEMENTS_MAX: usize = 1 << 26;

/// Zero-terminated UTF-8.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Text(*const c_char);

/// A struct of C's that begins with its size, to be read.
#[repr(transparent)]
pub struct In<T>(*const T);

/// A value of C's that is written.
#[repr(transparent)]
pub struct Out<T>(*mut T);

/// An array of values, read only.
#[repr(transparent)]
pub struct Array<T>(*const T);

/// Several values in a row, to be written.
#[repr(transparent)]
pub struct ArrayOut<T>(*mut T);

/// A struct that C may know in an older or a newer version, which is shorter or longer: they only grow at the end.
///
/// # Safety
/// The struct is `repr(C)`, begins with its size in bytes as `u32`, and any bytes make a valid value of it.
pub unsafe trait Sized32: Copy {
    /// The same, with this size.
    #[must_use]
    fn with_size(self, bytes: u32) -> Self;
}

impl Text {
    /// Nothing.
    pub(crate) const NULL: Self = Self(ptr::null());

    /// Nothing was passed.
    pub(crate) fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// The text, which is called `what` where something is wrong with it.
    pub(crate) fn read<'t>(self, what: &'static str) -> Result<&'t str, Failure> {
        if self.0.is_null() {
            return Err(Failure::null(what));
        }
        // SAFETY: zero-terminated, and unchanged until the exported function returns.
        let text = unsafe { CStr::from_ptr(self.0) };
        if text.count_bytes() > TEXT_BYTES_MAX {
            let bytes = text.count_bytes();
            return Err(Failure::value(what, format!("{bytes} bytes"), format!("at most {TEXT_BYTES_MAX}")));
        }
        text.to_str().map_err(|_| Failure::new(CError::NotUtf8, format!("{what} is not UTF-8")))
    }

    /// The text; none if nothing was passed.
    pub(crate) fn read_if_any<'t>(self, what: &'static str) -> Result<Option<&'t str>, Failure> {
        if self.is_null() { Ok(None) } else { self.read(what).map(Some) }
    }
}

impl<T> In<T> {
    /// Nothing.
    pub(crate) const NULL: Self = Self(ptr::null());
}

impl<T> Array<T> {
    /// Nothing.
    pub(crate) const NULL: Self = Self(ptr::null());
}

/// Pointers are copied, whatever they point to.
macro_rules! copied {
    ($($pointer:ident),*) => {
        $(
            impl<T> Clone for $pointer<T> {
                fn clone(&self) -> Self {
                    *self
                }
            }

            impl<T> Copy for $pointer<T> {}
        )*
    };
}

copied!(Array, ArrayOut, In, Out);

impl<T: Sized32> In<T> {
    /// The struct; what the caller does not know of it is as in `default`.
    pub(crate) fn read(self, what: &'static str, default: T) -> Result<T, Failure> {
        if self.0.is_null() {
            return Err(Failure::null(what));
        }
        // SAFETY: every `Sized32` struct begins with its size.
        let bytes = unsafe { self.0.cast::<u32>().read_unaligned() };
        let known = bounds(bytes, size_of::<T>(), what)?;
        // SAFETY: the caller guarantees that this many bytes are readable.
        let given = unsafe { slice::from_raw_parts(self.0.cast::<u8>(), bytes as usize) };
        if given[known..].iter().any(|byte| *byte != 0) {
            let problem =
                format!("{what} uses fields that this version does not have: it is {bytes} bytes long");
            return Err(Failure::new(CError::StructSize, problem));
        }
        let mut value = default;
        // SAFETY: any bytes make a valid `T`, and only its first `known` bytes are overwritten.
        unsafe { ptr::copy_nonoverlapping(given.as_ptr(), (&raw mut value).cast::<u8>(), known) };
        Ok(value.with_size(size_of::<T>() as u32))
    }

    /// The struct; none if nothing was passed.
    pub(crate) fn read_if_any(self, what: &'static str, default: T) -> Result<Option<T>, Failure> {
        if self.0.is_null() { Ok(None) } else { self.read(what, default).map(Some) }
    }
}

impl<T: Sized32> Out<T> {
    /// Writes as much of the struct as the caller knows, as it says in the struct's size.
    pub(crate) fn write_sized(self, what: &'static str, value: T) -> Result<(), Failure> {
        if self.0.is_null() {
            return Err(Failure::null(what));
        }
        // SAFETY: every `Sized32` struct begins with its size.
        let bytes = unsafe { self.0.cast::<u32>().read_unaligned() };
        let known = bounds(bytes, size_of::<T>(), what)?;
        let value = value.with_size(bytes);
        // SAFETY: the caller guarantees that this many bytes are writable, and the value has at least as many.
        unsafe { ptr::copy_nonoverlapping((&raw const value).cast::<u8>(), self.0.cast::<u8>(), known) };
        Ok(())
    }
}

impl<T: Copy> Out<T> {
    /// Writes the value.
    pub(crate) fn write(self, what: &'static str, value: T) -> Result<(), Failure> {
        if self.0.is_null() {
            return Err(Failure::null(what));
        }
        self.write_if_wanted(value);
        Ok(())
    }

    /// Writes the value unless nothing was passed.
    pub(crate) fn write_if_wanted(self, value: T) {
        if !self.0.is_null() {
            // SAFETY: the caller provides room for one value.
            unsafe { self.0.write_unaligned(value) };
        }
    }
}

impl<T: Copy> Array<T> {
    /// Nothing was passed.
    pub(crate) fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// So many values; without any, nothing needs to have been passed.
    pub(crate) fn read<'t>(self, what: &'static str, length: usize) -> Result<&'t [T], Failure> {
        check_length(what, length, self.0.is_null(), self.0.is_aligned())?;
        if length == 0 {
            return Ok(&[]);
        }
        // SAFETY: aligned, and the caller guarantees that this many values are readable and do not change.
        Ok(unsafe { slice::from_raw_parts(self.0, length) })
    }
}

impl<T: Copy> ArrayOut<T> {
    /// Room for so many values; without any, nothing needs to have been passed. C may not have set them, which is
    /// sound, as only numbers are passed this way.
    pub(crate) fn read<'t>(self, what: &'static str, length: usize) -> Result<&'t mut [T], Failure> {
        check_length(what, length, self.0.is_null(), self.0.is_aligned())?;
        if length == 0 {
            return Ok(&mut []);
        }
        // SAFETY: aligned, and the caller guarantees room for this many values, which no other thread uses.
        Ok(unsafe { slice::from_raw_parts_mut(self.0, length) })
    }
}

impl<T: Copy> ArrayOut<T> {
    /// So much of a buffer as is needed.
    fn room<'t>(self, capacity: usize, needed: usize) -> Result<&'t mut [T], Failure> {
        if capacity < needed {
            let problem = format!("the buffer has room for {capacity}, and needs {needed}");
            return Err(Failure::new(CError::BufferTooSmall, problem));
        }
        self.read("buffer", needed)
    }
}

impl ArrayOut<c_char> {
    /// Writes the text and a zero into so many bytes, and how long it is without the zero, also where it has no room.
    pub(crate) fn write_text(self, capacity: usize, length: Out<usize>, text: &str) -> Result<(), Failure> {
        length.write_if_wanted(text.len());
        let room = self.room(capacity, text.len() + 1)?;
        for (to, from) in room.iter_mut().zip(text.bytes().chain([0])) {
            *to = from as c_char;
        }
        Ok(())
    }

    /// Writes the texts one after the other, each with a zero, as [`write_text`](Self::write_text), and gives the place
    /// of each, for structs that point there. Zeros within a text become spaces.
    pub(crate) fn write_texts<const N: usize>(
        self,
        capacity: usize,
        length: Out<usize>,
        texts: [&str; N],
    ) -> Result<[*const c_char; N], Failure> {
        let texts = texts.map(|text| text.replace('\0', " "));
        self.write_text(capacity, length, &texts.join("\0"))?;
        let mut next = self.0.cast_const();
        Ok(texts.map(|text| {
            let start = next;
            next = next.wrapping_add(text.len() + 1);
            start
        }))
    }
}

impl ArrayOut<u8> {
    /// Writes the bytes, and how many they are, also where there is no room for them.
    pub(crate) fn write_bytes(
        self,
        capacity: usize,
        length: Out<usize>,
        bytes: &[u8],
    ) -> Result<(), Failure> {
        length.write("length", bytes.len())?;
        self.room(capacity, bytes.len())?.copy_from_slice(bytes);
        Ok(())
    }
}

/// As many bytes as both know.
fn bounds(given: u32, known: usize, what: &'static str) -> Result<usize, Failure> {
    let given = given as usize;
    if given < size_of::<u32>() || given > 16 * known.max(64) {
        let problem = format!("{what} says that it is {given} bytes long, expected sizeof, which is {known}");
        return Err(Failure::new(CError::StructSize, problem));
    }
    Ok(given.min(known))
}

fn check_length(what: &'static str, length: usize, is_null: bool, is_aligned: bool) -> Result<(), Failure> {
    match length {
        0 => Ok(()),
        _ if is_null => Err(Failure::null(what)),
        _ if !is_aligned => Err(Failure::value(what, "an unaligned pointer", "an aligned one")),
        1..=ELEMENTS_MAX => Ok(()),
        _ => Err(Failure::value(what, format!("{length} elements"), format!("at most {ELEMENTS_MAX}"))),
    }
}
