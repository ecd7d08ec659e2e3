//! Networks that block UDP.

use std::io::Write;
use std::net::{Ipv4Addr, TcpStream};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use consonance_testing::rtc::{BrowserEvent, TcpBrowser, TestBrowserSettings};
use consonance_web::webrtc::{PeerLimits, RtcEvent, RtcVoice, WebRtcPort, WebRtcSettings, WebRtcShard};

use crate::webrtc::support::{PATIENCE, on_this_machine, opus};

fn listen() -> (WebRtcShard, std::net::SocketAddr) {
    let tcp = Some((Ipv4Addr::LOCALHOST, 0).into());
    let port = WebRtcPort::bind(WebRtcSettings { tcp, ..on_this_machine() }).unwrap();
    let address = port.tcp_addr().unwrap();
    (port.into_shards(NonZeroUsize::MIN).unwrap().pop().unwrap(), address)
}

#[test]
fn a_page_reaches_the_server_over_tcp_and_talks_and_hears() {
    let (mut shard, address) = listen();
    let (mut browser, offer) =
        TcpBrowser::new(Instant::now(), TestBrowserSettings::default(), address).unwrap();
    let (peer, answer) = shard.accept(Instant::now(), &offer).unwrap();
    assert!(
        answer.contains(&format!(" {} {} typ host tcptype passive", address.ip(), address.port())),
        "{answer}"
    );
    browser.handle_answer(Instant::now(), &answer);
    let patience = Instant::now() + PATIENCE;
    let (mut said, mut came, mut echoes) = (0, Vec::new(), Vec::new());
    while came.len() < 50 || browser.heard(2).packets < 50 || echoes.is_empty() {
        assert!(Instant::now() < patience, "{said} said, {} came, {:?}", came.len(), browser.heard(2));
        let now = Instant::now();
        let mut message = None;
        while let Some(event) = shard.poll(now) {
            match event {
                RtcEvent::Voice { payload, .. } => came.push(payload.to_vec()),
                RtcEvent::Message { text, .. } => message = Some(text.to_owned()),
                RtcEvent::Connected { remote, .. } => {
                    assert_eq!(remote.unwrap().ip(), Ipv4Addr::LOCALHOST);
                }
                RtcEvent::NotText { peer } => panic!("{peer:?}"),
                RtcEvent::Disconnected { reason, .. } => panic!("{reason}"),
            }
        }
        if let Some(text) = message {
            shard.send_message(now, peer, &text);
        }
        while let Some(event) = browser.poll(now) {
            match event {
                BrowserEvent::Connected => assert!(browser.send_message(now, "hello")),
                BrowserEvent::Message(text) => echoes.push(text),
                BrowserEvent::Voice { .. } => {}
                BrowserEvent::Closed => panic!("the server has ended it"),
            }
        }
        if browser.is_connected() && said < 50 {
            browser.say(now, &opus(said));
            let voice =
                RtcVoice { slot: 2, stream: 1, sequence: said as u32, samples: 960, payload: &opus(said) };
            shard.send_voice(now, peer, voice);
            said += 1;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(came, (0..50).map(opus).collect::<Vec<_>>());
    assert_eq!(echoes, ["hello"]);
    assert_eq!((browser.heard(2).lost, browser.heard(2).concealed), (0, 0));
}

#[test]
fn a_stream_that_is_no_page_s_is_ended_and_counted() {
    let (shard, address) = listen();
    let mut endless = TcpStream::connect(address).unwrap();
    endless.write_all(&[0xff; 100]).unwrap();
    let mut stray = TcpStream::connect(address).unwrap();
    stray.write_all(&[0, 3, 1, 2, 3, 0, 0]).unwrap();
    let patience = Instant::now() + PATIENCE;
    while shard.statistics().strays < 2 {
        assert!(Instant::now() < patience);
        std::thread::sleep(Duration::from_millis(1));
    }
    endless.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    assert!(!matches!(std::io::Read::read(&mut endless, &mut [0; 1]), Ok(1)), "it is closed");
    assert_eq!(shard.statistics().stray_connections, 1);
}

#[test]
fn an_idle_tcp_connection_makes_room_for_others() {
    let peer = PeerLimits { negotiation_timeout: Duration::from_millis(50), ..PeerLimits::default() };
    let tcp = Some((Ipv4Addr::LOCALHOST, 0).into());
    let settings = WebRtcSettings { tcp, connections_max: 2, peer, ..on_this_machine() };
    let port = WebRtcPort::bind(settings).unwrap();
    let address = port.tcp_addr().unwrap();
    let shard = port.into_shards(NonZeroUsize::MIN).unwrap().pop().unwrap();
    let patience = Instant::now() + PATIENCE;
    let mut silent = Vec::new();
    while shard.statistics().stray_connections < 4 || shard.statistics().connections_rejected < 1 {
        assert!(Instant::now() < patience, "{:?}", shard.statistics());
        silent.push(TcpStream::connect(address).unwrap());
        std::thread::sleep(Duration::from_millis(1));
    }
}
