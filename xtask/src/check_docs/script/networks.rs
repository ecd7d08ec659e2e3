//! The pages of networks.

use super::{Folder, Need, Promise, Scene, Value, ends, scene, stays};

pub(super) const SCENES: &[Scene] = &[
    scene(
        "docs/custom-network.md",
        &[
            stays("cargo run -p plain-sockets -- server --listen 127.0.0.1:7000").says(&["127.0.0.1:7000"]),
            stays("cargo run -p plain-sockets -- client --connect 127.0.0.1:7000 --name Bob --listen lobby --output heard.wav")
                .says(&["Bob"])
                .afterwards(&[Promise::Speech("heard.wav")]),
            stays("cargo run -p plain-sockets -- client --connect 127.0.0.1:7000 --name Alice --speak lobby --input assets/speech/austen-1.wav")
                .promises(&[Promise::Elsewhere("--name Bob", "Alice"), Promise::Speech("heard.wav")]),
        ],
    ),
    scene(
        "docs/networks/darkrift2.md",
        &[stays("consonance proxy darkrift --listen 0.0.0.0:4296 --upstream 10.0.0.5:4297").says(&["is open over"])],
    )
    .in_folder(Folder::Empty),
    scene(
        "docs/networks/matchbox.md",
        &[
            ends("cargo build -p consonance-game-networks --features matchbox-socket --example players")
                .granted()
                .needs(&[Need::Success(NAMESPACE, "network of one's own, which matchbox is kept in")]),
            ends("cargo run -p consonance-game-networks --features matchbox-socket --example players")
                .stands_for(&[("cargo run", Value::Is(IN_NAMESPACE))])
                .needs(&[Need::Success(NAMESPACE, "network of one's own, which matchbox is kept in")])
                .says(&["Bob is host"]),
        ],
    ),
    scene(
        "docs/networks/mirror.md",
        &[stays("consonance proxy mirror --listen 0.0.0.0:7777 --upstream 127.0.0.1:7778").says(&["is open over"])],
    )
    .in_folder(Folder::Empty),
    scene(
        "docs/networks/netcode-for-gameobjects.md",
        &[stays("consonance proxy ngo --listen 0.0.0.0:7777 --upstream 10.0.0.5:7778").says(&["is open over"])],
    )
    .in_folder(Folder::Empty),
    scene(
        "docs/networks/renet.md",
        &[ends("cargo run -p consonance-game-networks --example renet_game").says(&["Alice"])],
    ),
    scene(
        "docs/proxy.md",
        &[stays("consonance proxy mirror --listen 0.0.0.0:7777 --upstream 127.0.0.1:7778").says(&["is open over"])],
    )
    .in_folder(Folder::Empty),
];

/// matchbox opens its sockets on all addresses of the machine; there, it has one that leads nowhere.
const IN_NAMESPACE: &str = "unshare --map-root-user --net sh -c 'ip link set lo up multicast on && \
                            ip address add 10.99.0.1/32 dev lo && ip route add 224.0.0.0/4 dev lo && exec \"$0\" \"$@\"' \
                            cargo run --offline";
const NAMESPACE: &str = "unshare --map-root-user --net ip link set lo up";
