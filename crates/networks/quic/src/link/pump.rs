//! The task of one connection: incoming packets go to the mailbox, packets in the outbox are sent.

use std::future::pending;

use bytes::Bytes;
use consonance_link::inbox::{Mailbox, Pushed};
use consonance_link::{Delivery, DisconnectReason, PACKET_BYTES_MAX, Peer};
use quinn::{Connection, SendStream, WriteError};
use tokio::time::{sleep, timeout};

use super::outbox::IDLE_PACKETS;
use super::{FrameReader, Link};
use crate::close_code::{CloseCode, reason_of, violated};

/// Runs a connection to its end and returns the reason for the end. Packets go to `mailbox` under the number `peer`.
pub(crate) async fn pump<C>(
    link: &Link,
    mailbox: &Mailbox<C, Bytes>,
    peer: Peer,
    frames: FrameReader,
    control: SendStream,
) -> DisconnectReason {
    let seen = tokio::select! {
        reason = read_control(link, mailbox, peer, frames) => reason,
        reason = read_datagrams(&link.connection, mailbox, peer) => reason,
        reason = write_control(link, control) => reason,
        () = limit_goodbye(link) => DisconnectReason::ClosedByUs,
    };
    link.close_connection(CloseCode::for_reason(&seen));
    link.ending.get().map_or(seen, |ending| ending.reason.clone())
}

/// Reads the control stream until the connection ends: packets that arrived before its end are still read.
async fn read_control<C>(
    link: &Link,
    mailbox: &Mailbox<C, Bytes>,
    peer: Peer,
    mut frames: FrameReader,
) -> DisconnectReason {
    loop {
        match frames.next(PACKET_BYTES_MAX).await {
            Ok(Some(packet)) => deliver(link, mailbox, peer, packet).await,
            Ok(None) => return goodbye_of_peer(link).await,
            Err(error) => return error.into(),
        }
    }
}

/// Waits for room, so that QUIC's flow control holds the sender back.
async fn deliver<C>(link: &Link, mailbox: &Mailbox<C, Bytes>, peer: Peer, mut packet: Bytes) {
    while let Pushed::Full(again) = mailbox.push(peer, Delivery::Reliable, packet) {
        packet = again;
        link.room.notified().await;
    }
}

/// Handles the end of the control stream, which is a goodbye. A server's reason follows in the close of the connection.
async fn goodbye_of_peer(link: &Link) -> DisconnectReason {
    if link.connection.side().is_server() {
        return DisconnectReason::closed_by_peer(b"");
    }
    match timeout(link.close_timeout, link.connection.closed()).await {
        Ok(error) => reason_of(&error),
        Err(_) => DisconnectReason::closed_by_peer(b""),
    }
}

/// Never returns: the end of the connection is reported by the control stream, after its last packet.
async fn read_datagrams<C>(
    connection: &Connection,
    mailbox: &Mailbox<C, Bytes>,
    peer: Peer,
) -> DisconnectReason {
    while let Ok(packet) = connection.read_datagram().await {
        mailbox.push(peer, Delivery::Unreliable, packet);
    }
    pending().await
}

/// Returns when this side leaves and everything sent before has arrived, or when the peer refuses to read.
async fn write_control(link: &Link, mut control: SendStream) -> DisconnectReason {
    let mut batch = Vec::new();
    while link.outbox.take(&mut batch).await {
        match control.write_all_chunks(&mut batch).await {
            Ok(()) => {
                batch.clear();
                batch.shrink_to(IDLE_PACKETS);
            }
            Err(WriteError::Stopped(_)) => return violated("it does not read the control stream"),
            Err(_) => return pending().await,
        }
    }
    // If this fails, the connection is gone, and there is nothing to wait for.
    let _ = control.finish();
    let _ = control.stopped().await;
    DisconnectReason::ClosedByUs
}

/// Limits the time for the goodbye, so that a peer that takes its last packets too slowly, or a network that lost it,
/// cannot hold it up forever.
async fn limit_goodbye(link: &Link) {
    link.leaving.notified().await;
    sleep(link.close_timeout).await;
}
