//! Several sockets on one UDP port, and which of them the system gives a datagram to (Linux).

use std::io;
use std::net::UdpSocket;

use nix::libc::{sock_filter, sock_fprog};
use nix::sys::socket::setsockopt;
use nix::sys::socket::sockopt::{AttachReusePortCbpf, ReusePort};
use socket2::Socket;

/// Makes a socket for each worker on the port of `main`, which is bound already, and steers datagrams to them.
///
/// A group of sockets with `SO_REUSEPORT` has an order, in which they were bound: `main`, then the workers. Setting the
/// option on `main` only now excludes sockets that had the port before.
pub(crate) fn share(
    main: &UdpSocket,
    workers: u8,
    open: impl Fn() -> io::Result<Socket>,
) -> io::Result<Vec<UdpSocket>> {
    let address = main.local_addr()?;
    setsockopt(main, ReusePort, &true)?;
    let paths: io::Result<Vec<UdpSocket>> = (0..workers)
        .map(|_| {
            let socket = open()?;
            setsockopt(&socket, ReusePort, &true)?;
            socket.bind(&address.into())?;
            Ok(socket.into())
        })
        .collect();
    let shared = paths.and_then(|paths| steer(main).map(|()| paths));
    if shared.is_err() {
        // Keeps other sockets from joining the group again.
        let _ = setsockopt(main, ReusePort, &false);
    }
    shared
}

/// A program in classic BPF for the group: the fixed bit of QUIC's first byte means the first socket, and otherwise the
/// second byte is the worker. What is too short goes to the first, what names no socket to any of them.
fn steer(main: &UdpSocket) -> io::Result<()> {
    const LOAD_BYTE: u16 = 0x30;
    const JUMP_IF_SET: u16 = 0x45;
    const ADD: u16 = 0x04;
    const RETURN_ACCUMULATOR: u16 = 0x16;
    const RETURN: u16 = 0x06;
    let step = |code, k| sock_filter { code, jt: 0, jf: 0, k };
    let mut program = [
        step(LOAD_BYTE, 0),
        sock_filter { code: JUMP_IF_SET, jt: 3, jf: 0, k: 0x40 },
        step(LOAD_BYTE, 1),
        step(ADD, 1),
        step(RETURN_ACCUMULATOR, 0),
        step(RETURN, 0),
    ];
    let program = sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    setsockopt(main, AttachReusePortCbpf, &program).map_err(io::Error::from)
}
