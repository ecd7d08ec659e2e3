//! The signalling of one room inside this process, in place of a signalling server.

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use consonance_link::thread_waker;
use matchbox_socket::async_trait::async_trait;
use matchbox_socket::{
    PeerEvent, PeerId, PeerRequest, RtcIceServerConfig, SignalingError, Signaller, SignallerBuilder,
    WebRtcSocket,
};
use uuid::Uuid;

#[derive(Clone, Debug, Default)]
pub(crate) struct SignallingRoom(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    last_id: u128,
    seats: BTreeMap<PeerId, Seat>,
}

#[derive(Debug, Default)]
struct Seat {
    events: VecDeque<PeerEvent>,
    waker: Option<Waker>,
}

impl SignallingRoom {
    /// A socket in the room with a reliable and an unreliable channel. Its own thread
    /// carries its messages.
    pub(crate) fn socket(&self) -> WebRtcSocket {
        let (socket, message_loop) = WebRtcSocket::builder("in this process")
            .ice_server(RtcIceServerConfig { urls: vec![], username: None, credential: None })
            .signaller_builder(Arc::new(self.clone()))
            .add_reliable_channel()
            .add_unreliable_channel()
            .build();
        thread::spawn(move || block_on(message_loop));
        socket
    }

    fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl SignallerBuilder for SignallingRoom {
    async fn new_signaller(
        &self,
        _attempts: Option<u16>,
        _room: String,
    ) -> Result<Box<dyn Signaller>, SignalingError> {
        let id = self.change(|state| {
            state.last_id += 1;
            let id = PeerId(Uuid::from_u128(state.last_id));
            // The players already present make the offers.
            state.seats.values_mut().for_each(|seat| seat.tell(PeerEvent::NewPeer(id)));
            state.seats.entry(id).or_default().tell(PeerEvent::IdAssigned(id));
            id
        });
        Ok(Box::new(Caller { id, room: self.clone() }))
    }
}

struct Caller {
    id: PeerId,
    room: SignallingRoom,
}

#[async_trait]
impl Signaller for Caller {
    async fn send(&mut self, request: PeerRequest) -> Result<(), SignalingError> {
        if let PeerRequest::Signal { receiver, data } = request {
            let sender = self.id;
            self.room.change(|state| {
                if let Some(seat) = state.seats.get_mut(&receiver) {
                    seat.tell(PeerEvent::Signal { sender, data });
                }
            });
        }
        Ok(())
    }

    async fn next_message(&mut self) -> Result<PeerEvent, SignalingError> {
        let next = poll_fn(|context| {
            self.room.change(|state| {
                let seat = state.seats.entry(self.id).or_default();
                seat.waker = Some(context.waker().clone());
                seat.events.pop_front().map_or(Poll::Pending, Poll::Ready)
            })
        });
        Ok(next.await)
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        let id = self.id;
        self.room.change(|state| {
            state.seats.remove(&id);
            state.seats.values_mut().for_each(|seat| seat.tell(PeerEvent::PeerLeft(id)));
        });
    }
}

impl Seat {
    fn tell(&mut self, event: PeerEvent) {
        self.events.push_back(event);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// Runs a future on this thread.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = thread_waker();
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}
