//! Functions for JavaScript. Parameters and results are numbers; everything longer is in the exchange.
//!
//! The only `unsafe` is the attribute that exports each function under its name. Its conditions: the names are
//! unique, and each function may be called with any numbers in any order. JavaScript writes into this memory at
//! [`exchange`], and only between calls: there is one thread, and the function that is called from here writes only
//! random numbers where it is asked to.
#![expect(unsafe_code, reason = "a name that JavaScript knows has to be said to be unique")]
#![expect(unreachable_pub, reason = "called from JavaScript")]

use std::cell::RefCell;
use std::time::Duration;

use consonance_e2ee::KnownKeys;
use consonance_wire::limits::GROUP_MESSAGE_BYTES_MAX;

use crate::wasm_encryption::page_member::{OpenOutcome, PageMember};

/// Bytes of the exchange: more than the longest message of a group, and than settings with the longest list of known
/// players, whose text may double in JSON. A page that loads this module checks no other limit.
const EXCHANGE_BYTES: usize = 3 << 20;
const _: () = assert!(EXCHANGE_BYTES > GROUP_MESSAGE_BYTES_MAX && EXCHANGE_BYTES > 2 * KnownKeys::BYTES_MAX);

struct Instance {
    exchange: Box<[u8]>,
    frame: Vec<u8>,
    member: Option<PageMember>,
}

thread_local! {
    static INSTANCE: RefCell<Instance> = RefCell::new(Instance {
        exchange: vec![0; EXCHANGE_BYTES].into_boxed_slice(),
        frame: Vec::new(),
        member: None,
    });
}

/// The address of the exchange, which has 3 MiB.
#[unsafe(no_mangle)]
pub extern "C" fn exchange() -> *mut u8 {
    INSTANCE.with_borrow_mut(|instance| instance.exchange.as_mut_ptr())
}

/// Starts from the settings in the first `length` bytes; see [`PageMember::start`]. Returns 0 if they are invalid,
/// without the reason, since a page checks its settings.
#[unsafe(no_mangle)]
pub extern "C" fn member_start(length: usize) -> u32 {
    INSTANCE.with_borrow_mut(|instance| {
        instance.member = PageMember::start(said(&instance.exchange, length)).ok();
        instance.member.is_some().into()
    })
}

/// The member's own key; its length in bytes, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn member_key() -> i32 {
    told(|member, _| Some(member.key().to_vec()))
}

/// The page's player is in its session. All times are in microseconds of a monotonic clock.
#[unsafe(no_mangle)]
pub extern "C" fn member_joined(now: f64, is_encrypting: u32, was_here: u32) {
    heard(0, |member, _| member.handle_joined(time(now), is_encrypting != 0, was_here != 0));
}

/// Handles a message of the delivery service: the first `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn member_message(now: f64, length: usize) {
    heard(length, |member, message| member.handle_message(time(now), message));
}

/// Handles the passing of time.
#[unsafe(no_mangle)]
pub extern "C" fn member_timeout(now: f64) {
    heard(0, |member, _| member.handle_timeout(time(now)));
}

/// When [`member_timeout`] must be called next; infinity if never.
#[unsafe(no_mangle)]
pub extern "C" fn member_poll_timeout() -> f64 {
    INSTANCE.with_borrow(|instance| {
        let at = instance.member.as_ref().and_then(PageMember::poll_timeout);
        at.map_or(f64::INFINITY, |at| at.as_micros() as f64)
    })
}

/// The next message for the delivery service; its length in bytes, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn member_poll_message() -> i32 {
    told(|member, _| member.poll_message())
}

/// The next event; its length in bytes, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn member_poll_event() -> i32 {
    told(|member, _| member.poll_event().map(String::into_bytes))
}

/// The state; its length in bytes, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn member_status() -> i32 {
    told(|member, _| Some(member.status().into_bytes()))
}

/// Marks the safety number of the member whose name is the first `length` bytes as compared; 0 without such a member.
#[unsafe(no_mangle)]
pub extern "C" fn member_verify(length: usize) -> u32 {
    INSTANCE.with_borrow_mut(|instance| {
        let name = String::from_utf8_lossy(said(&instance.exchange, length)).into_owned();
        instance.member.as_mut().is_some_and(|member| member.verify(&name)).into()
    })
}

/// Seals a report from the first `length` bytes: see [`PageMember::report`]. Returns the length in bytes of an error
/// code, or −1 if the report is on its way.
#[unsafe(no_mangle)]
pub extern "C" fn member_report(now: f64, length: usize) -> i32 {
    told_of(length, |member, report| member.report(time(now), report).err().map(Vec::from))
}

/// The known players; returns their length in bytes, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn member_known_keys() -> i32 {
    told(|member, _| Some(member.known_keys().into_bytes()))
}

/// A player is here, or has left: the first `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn member_player(length: usize) {
    heard(length, PageMember::note_player);
}

/// A slot plays another player: the first `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn member_slot(length: usize) {
    heard(length, PageMember::note_slot);
}

/// Voice goes elsewhere: the first `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn member_targets(length: usize) {
    heard(length, PageMember::note_targets);
}

/// The page listens or speaks to other rooms: the first `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn member_rooms(length: usize) {
    heard(length, PageMember::note_rooms);
}

/// Seals the Opus frame in the first `length` bytes; returns its new length, or −1 if it must not be sent.
#[unsafe(no_mangle)]
pub extern "C" fn frame_seal(length: usize) -> i32 {
    framed(
        length,
        |member, frame| if member.seal_frame(frame) { OpenOutcome::Played } else { OpenOutcome::Dropped },
    )
}

/// Opens the frame for a slot in the first `length` bytes; returns its new length, −1 if it must not be played, −2 if
/// it may be tried again after the next [`member_slot`].
#[unsafe(no_mangle)]
pub extern "C" fn frame_open(now: f64, slot: usize, length: usize) -> i32 {
    framed(length, |member, frame| member.open_frame(time(now), slot, frame))
}

/// Seals the text in the first `length` bytes; returns its new length, or −1 if it cannot be sent yet.
#[unsafe(no_mangle)]
pub extern "C" fn text_seal(length: usize) -> i32 {
    told_of(length, |member, text| member.seal_text(text).map(String::into_bytes))
}

/// Opens the text in the first `length` bytes; returns its new length, or −1 if it must not be shown.
#[unsafe(no_mangle)]
pub extern "C" fn text_open(now: f64, length: usize) -> i32 {
    told_of(length, |member, text| member.open_text(time(now), text).map(String::into_bytes))
}

/// Seals the engine's packet in the first `length` bytes; returns its new length, or −1 if nothing is to be sent.
#[unsafe(no_mangle)]
pub extern "C" fn packet_seal(length: usize) -> i32 {
    told_of(length, |member, packet| member.seal_packet(packet).map(<[u8]>::to_vec))
}

/// Opens the packet for the engine in the first `length` bytes; returns its new length, or −1 if it is dropped.
#[unsafe(no_mangle)]
pub extern "C" fn packet_open(now: f64, length: usize) -> i32 {
    told_of(length, |member, packet| member.open_packet(time(now), packet).map(<[u8]>::to_vec))
}

/// A value that is not a number counts as the clock's start.
fn time(micros: f64) -> Duration {
    Duration::from_micros(micros as u64)
}

fn said(exchange: &[u8], length: usize) -> &[u8] {
    &exchange[..length.min(EXCHANGE_BYTES)]
}

fn heard(length: usize, act: impl FnOnce(&mut PageMember, &[u8])) {
    INSTANCE.with_borrow_mut(|instance| {
        if let Some(member) = &mut instance.member {
            act(member, said(&instance.exchange, length));
        }
    });
}

fn told(act: impl FnOnce(&mut PageMember, &[u8]) -> Option<Vec<u8>>) -> i32 {
    told_of(0, act)
}

fn told_of(length: usize, act: impl FnOnce(&mut PageMember, &[u8]) -> Option<Vec<u8>>) -> i32 {
    INSTANCE.with_borrow_mut(|instance| {
        let Instance { exchange, member, .. } = instance;
        let answer = member.as_mut().and_then(|member| act(member, said(exchange, length)));
        answer.and_then(|answer| write(exchange, &answer)).unwrap_or(-1)
    })
}

fn framed(length: usize, act: impl FnOnce(&mut PageMember, &mut Vec<u8>) -> OpenOutcome) -> i32 {
    INSTANCE.with_borrow_mut(|instance| {
        let Instance { exchange, frame, member } = instance;
        frame.clear();
        frame.extend_from_slice(said(exchange, length));
        match member.as_mut().map(|member| act(member, frame)) {
            Some(OpenOutcome::Played) => write(exchange, frame).unwrap_or(-1),
            Some(OpenOutcome::Early) => -2,
            Some(OpenOutcome::Dropped) | None => -1,
        }
    })
}

fn write(exchange: &mut [u8], answer: &[u8]) -> Option<i32> {
    exchange.get_mut(..answer.len())?.copy_from_slice(answer);
    i32::try_from(answer.len()).ok()
}
