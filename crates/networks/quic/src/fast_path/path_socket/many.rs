//! `sendmmsg`: one system call for many datagrams (Linux).

use std::array::from_fn;
use std::io::{self, IoSlice};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use rustix::net::{
    MMsgHdr, SendAncillaryBuffer, SendFlags, SocketAddrAny, addr::SocketAddrArg as _, sendmmsg,
};

use super::Sending;

/// Sends the next datagrams, `N` at most, in one call. Nothing is allocated: `N` is the size of arrays.
pub(super) fn send<const N: usize>(socket: &UdpSocket, sending: &mut Sending<'_>) {
    let unused = (SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)), [].as_slice());
    let datagrams: [_; N] = from_fn(|index| sending.batch.get(sending.next + index).unwrap_or(unused));
    let addresses: [SocketAddrAny; N] = from_fn(|index| datagrams[index].0.as_any());
    let slices: [_; N] = from_fn(|index| [IoSlice::new(datagrams[index].1)]);
    let mut nothing: [SendAncillaryBuffer<'_, '_, '_>; N] = from_fn(|_| SendAncillaryBuffer::default());
    let mut controls = nothing.each_mut().into_iter();
    let mut headers: [_; N] = from_fn(|index| {
        let control = controls.next().expect("there are as many of both");
        MMsgHdr::new_with_addr(&addresses[index], &slices[index], control)
    });
    let count = N.min(sending.batch.len() - sending.next);
    sending.note(sendmmsg(socket, &mut headers[..count], SendFlags::empty()).map_err(io::Error::from));
}
