//! Games whose developers have changed their networking: keys of `[[listen]]` describe the changes.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Instant, SystemTime};

use consonance_game_networks::darkrift::voice::{DarkRiftVoiceClient, Layout};
use consonance_game_networks::darkrift::{DarkRiftClient, DarkRiftServer, ProtocolVersion};
use consonance_game_networks::fishnet::FishNetClient;
use consonance_game_networks::forge::voice::{ForgeVoiceClient, VoiceGroups};
use consonance_game_networks::forge::{ForgeClient, ForgeClientSettings};
use consonance_game_networks::kcp::{Generation, KcpClient, KcpClientSettings, LinkSettings};
use consonance_game_networks::litenetlib::{
    ConnectionSettings, LiteNetLibClient, LiteNetLibServer, PacketLayer, ServerSettings, UtcClock,
};
use consonance_game_networks::mirror::{MirrorClient, looks_like_batch};
use consonance_link::ClientNetwork;
use consonance_link::gateway::EnvelopeClient;
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_testing::command::Folder;
use consonance_testing::command::Program;

use crate::proxy::fixture::{ANY_PORT, play, proxy};
use crate::talker::{assert_all_hear_each_other, player};

#[test]
fn players_of_games_that_have_changed_their_network_hear_each_other() {
    let folder = Folder::new();
    let listener = |keys: &str| format!("[[listen]]\naddress = '127.0.0.1:0'\n{keys}\n");
    let text = [
        "network = 'mirror-kcp'\nkcp_generation = '1.38'\nidle_timeout_s = 30",
        "network = 'darkrift2'\nprotocol_version = 0",
        "network = 'fishnet'\nchecksum = true",
        "network = 'forge'\nsystem_to_server_group = 5\nsystem_to_client_group = 6",
    ]
    .map(listener)
    .concat();
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let at = |network: &str| {
        let words = format!("over {network} at 127.0.0.1:");
        let open = server.until_line(network, |line| line.contains(&words));
        SocketAddr::from((Ipv4Addr::LOCALHOST, open.rsplit(':').next().unwrap().parse().unwrap()))
    };
    let groups = VoiceGroups { system_to_server: 5, system_to_client: 6, ..VoiceGroups::default() };
    let forge = ForgeClient::new(ForgeClientSettings::default(), [7; 32]);
    let mut players = [
        player("Kcp", mirror_of_1_38(at("mirror-kcp"))),
        player("DarkRift", darkrift(at("darkrift2"))),
        player("FishNet", fishnet(at("fishnet"), PacketLayer::Crc32c)),
        player("Forge", EnvelopeClient::new(udp(at("forge"), forge), ForgeVoiceClient::new(groups))),
    ];
    assert_all_hear_each_other(&mut players, |_| {});
}

#[test]
fn a_proxy_stands_before_a_game_of_the_first_darkrift_with_a_udp_port_of_its_own() {
    let settings = consonance_game_networks::darkrift::ServerSettings {
        version: ProtocolVersion::Zero,
        acknowledgements: 1,
        udp_port: Some(0),
        ..consonance_game_networks::darkrift::ServerSettings::default()
    };
    let mut game = DarkRiftServer::bind(ANY_PORT, settings).unwrap();
    let udp_port = format!("upstream_udp_port={}", game.udp_local_addr().port());
    let keys = ["--set", "protocol_version=0", "--set", &udp_port];
    let (proxy, address) = proxy("darkrift", game.local_addr(), &keys);
    play(&mut game, &proxy, || darkrift(address));
}

#[test]
fn a_proxy_stands_before_a_game_that_xors_its_datagrams() {
    let layer = PacketLayer::Xor(b"the game's key".to_vec());
    let connection = ConnectionSettings { layer: layer.clone(), ..ConnectionSettings::default() };
    let settings = ServerSettings { connection, ..ServerSettings::default() };
    let endpoint = LiteNetLibServer::new(settings, clock(), [7; 32]);
    let mut game = UdpServer::bind(ANY_PORT, endpoint, UdpServerSettings::default()).unwrap();
    let (proxy, address) = proxy("fishnet", game.local_addr(), &["--set", "xor_key=the game's key"]);
    play(&mut game, &proxy, || fishnet(address, layer.clone()));
}

/// A game on kcp2k 1.38, whose clients announce that in none of their datagrams.
fn mirror_of_1_38(server: SocketAddr) -> impl ClientNetwork + 'static {
    let link = LinkSettings { is_message: looks_like_batch, ..LinkSettings::default() };
    let settings = KcpClientSettings { link, generation: Generation::G3, ..KcpClientSettings::default() };
    let mirror = MirrorClient::new(consonance_game_networks::mirror::ClientSettings::default());
    EnvelopeClient::new(udp(server, KcpClient::new(settings)), mirror)
}

fn darkrift(server: SocketAddr) -> impl ClientNetwork + 'static {
    let network =
        DarkRiftClient::new(consonance_game_networks::darkrift::ClientSettings::new(server)).unwrap();
    EnvelopeClient::new(network, DarkRiftVoiceClient::new(7, None, Layout::Raw))
}

fn fishnet(server: SocketAddr, layer: PacketLayer) -> impl ClientNetwork + 'static {
    let connection = ConnectionSettings { layer, ..ConnectionSettings::default() };
    let settings = consonance_game_networks::litenetlib::ClientSettings {
        connection,
        ..consonance_game_networks::litenetlib::ClientSettings::default()
    };
    let endpoint = LiteNetLibClient::new(settings, clock());
    let fishnet = FishNetClient::new(consonance_game_networks::fishnet::ClientSettings::default());
    EnvelopeClient::new(udp(server, endpoint), fishnet)
}

fn clock() -> UtcClock {
    UtcClock::new(Instant::now(), SystemTime::now())
}

fn udp<E: consonance_link::gateway::udp::ClientEndpoint>(server: SocketAddr, endpoint: E) -> UdpClient<E> {
    UdpClient::new(server, endpoint, UdpClientSettings::default())
}
