//! How a packet travels, in the words of the engine and in those of the networks.

use consonance_session::Delivery;
use consonance_transport as transport;

pub(super) fn to_session(delivery: transport::Delivery) -> Delivery {
    match delivery {
        transport::Delivery::Reliable => Delivery::Reliable,
        transport::Delivery::Unreliable => Delivery::Unreliable,
    }
}

pub(super) fn to_transport(delivery: Delivery) -> transport::Delivery {
    match delivery {
        Delivery::Reliable => transport::Delivery::Reliable,
        Delivery::Unreliable => transport::Delivery::Unreliable,
    }
}
