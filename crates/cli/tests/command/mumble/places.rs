//! Where players are: Mumble's users for pages, and pages for them, on a real server.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_mumble::client::{MumbleClient, MumbleClientEvent, VoiceWay};
use consonance_mumble::control::messages::UserState;
use consonance_mumble::{MumbleVersion, Voice, VoicePlace};
use consonance_testing::command::{Folder, Program};
use serde_json::{Value, json};

use super::{LEGACY, PATIENCE, join, serve, until};
use crate::page::Page;
use crate::talker::Talker as _;

/// A wideband SILK packet with one frame of 20 ms.
const FRAME: [u8; 3] = [9 << 3, 1, 7];
/// The map that some of the players are on: its game's name and its own, as Mumble puts them together.
const MAP: &str = "Arena\0map 7";

/// A client of Mumble's whose game says where it is.
struct Gamer {
    client: MumbleClient,
    number: u64,
}

impl Gamer {
    fn join(at: SocketAddr, name: &str, version: MumbleVersion) -> Self {
        Self { client: join(at, name, version), number: 0 }
    }

    fn enter(&mut self, world: &str) {
        let plugin_context = Some(world.as_bytes().to_vec());
        self.client.send(&UserState { plugin_context, ..UserState::default() }.into()).unwrap();
    }

    /// Says something from a place, or without one.
    fn say_from(&mut self, x: Option<f32>) {
        let place = x.map(|x| VoicePlace::at([x, 0.5, -20.0]));
        let voice = Voice { number: self.number, opus: FRAME.to_vec().into(), place, ..Voice::default() };
        self.number += 2;
        self.client.send_voice(&voice, VoiceWay::Datagram).unwrap();
        while self.client.poll().unwrap().is_some() {}
    }
}

/// A server with pages and Mumble's clients: it, and where they reach it.
fn serve_both(folder: &Folder) -> (Program, String, SocketAddr) {
    let (server, _, at) = serve(folder, "workers = 2\n[web]\nlisten = '127.0.0.1:0'\n");
    let line = server.until_line("the page", |line| line.starts_with("page for players at "));
    let page = line.split(' ').nth(4).unwrap().to_owned();
    (server, page, at)
}

/// A page in this world, which shares its place there.
fn page_in(url: &str, name: &str, world: &str) -> Page {
    let mut page = Page::join(url, name);
    let place = json!({"type": "place", "x": 3, "y": 0.5, "z": 4, "shared": true, "world": world});
    page.tell(&place);
    page.tell(&json!({"type": "ping", "id": 7}));
    page.until("the server knows the place", |page| page.told("pong").is_some_and(|pong| pong["id"] == 7));
    page
}

/// What a page was told of a player's places: each x, or null.
fn places_of(page: &Page, name: &str) -> Vec<Value> {
    let placed = page.messages.iter().filter(|it| it["type"] == "placed" && it["name"] == name);
    placed.map(|it| it["x"].clone()).collect()
}

/// A player says something from this place until a page is told of it.
fn until_placed(gamer: &mut Gamer, name: &str, x: Option<f32>, page: &mut Page) {
    let deadline = Instant::now() + PATIENCE;
    while places_of(page, name).last() != Some(&json!(x)) {
        assert!(Instant::now() < deadline, "{name} is not at {x:?}: {:?}", page.messages);
        gamer.say_from(x);
        page.run_once(Instant::now());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn pages_are_told_where_mumbles_users_are_in_their_world_and_when_they_are_not_there_any_longer() {
    for version in [LEGACY, MumbleVersion::OURS] {
        let folder = Folder::new();
        let (_server, url, at) = serve_both(&folder);
        let (mut ann, mut bob) = (page_in(&url, "Ann", ""), page_in(&url, "Bob", MAP));
        let mut mia = Gamer::join(at, "Mia", version);
        // Her game names no world, moves, and ends.
        for x in [Some(1.0), Some(2.5), None] {
            until_placed(&mut mia, "Mia", x, &mut ann);
        }
        mia.enter(MAP);
        until_placed(&mut mia, "Mia", Some(5.0), &mut bob);
        // She leaves the map.
        mia.enter("");
        bob.until("she is nowhere", |bob| places_of(bob, "Mia").last() == Some(&Value::Null));
        until_placed(&mut mia, "Mia", Some(6.0), &mut ann);
        // She is silent.
        ann.until("she is nowhere", |ann| places_of(ann, "Mia").last() == Some(&Value::Null));
        mia.enter(MAP);
        until_placed(&mut mia, "Mia", Some(7.0), &mut bob);
        drop(mia);
        bob.until("she is gone", |bob| bob.told("left").is_some_and(|left| left["name"] == "Mia"));
        ann.until("she is gone", |ann| ann.told("left").is_some_and(|left| left["name"] == "Mia"));
        // On a busy machine, she may seem silent in between.
        let told = |page: &Page| {
            let places = places_of(page, "Mia").into_iter();
            places.filter_map(|x| x.as_f64()).collect::<Vec<_>>()
        };
        assert_eq!((told(&ann), told(&bob)), (vec![1.0, 2.5, 6.0], vec![5.0, 7.0]), "{version:?}");
    }
}

#[test]
fn a_user_of_mumble_hears_a_page_from_where_it_is_in_its_world() {
    let folder = Folder::new();
    let (_server, url, at) = serve_both(&folder);
    let mut ann = page_in(&url, "Ann", MAP);
    let mut mia = Gamer::join(at, "Mia", LEGACY);
    let heard_at = |mia: &mut Gamer, ann: &mut Page| {
        let deadline = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < deadline, "she does not hear the page");
            ann.say(&FRAME);
            ann.run_once(Instant::now());
            std::thread::sleep(Duration::from_millis(20));
            while let Some(event) = mia.client.poll().unwrap() {
                if let MumbleClientEvent::Voice(voice, _) = event {
                    return voice.place.map(|place| place.metres);
                }
            }
        }
    };
    assert_eq!(heard_at(&mut mia, &mut ann), None, "she is in another world");
    mia.enter(MAP);
    let deadline = Instant::now() + PATIENCE;
    while heard_at(&mut mia, &mut ann) != Some([3.0, 0.5, 4.0]) {
        assert!(Instant::now() < deadline, "she hears the page from nowhere");
    }
}

#[test]
fn users_of_two_listeners_hear_each_other_from_where_they_are() {
    let folder = Folder::new();
    let another = "[[listen]]\nnetwork = 'mumble'\naddress = '127.0.0.1:0'\nrooms = ['lobby', 'team/red']\n";
    let (server, _, at) = serve(&folder, another);
    let is_another = |line: &str| {
        line.contains("over mumble at 127.0.0.1:") && !line.ends_with(&format!(":{}", at.port()))
    };
    let line = server.until_line("the other listener", is_another);
    let port: u16 = line.rsplit(':').next().unwrap().parse().unwrap();
    let mut mia = Gamer::join(at, "Mia", LEGACY);
    let mut stu = Gamer::join(SocketAddr::new(at.ip(), port), "Stu", MumbleVersion::OURS);
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "he hears her from nowhere");
        mia.say_from(Some(5.0));
        let told = until(&mut stu.client, |event| matches!(event, MumbleClientEvent::Voice(..)));
        let MumbleClientEvent::Voice(voice, _) = told else { unreachable!() };
        if voice.place == Some(VoicePlace::at([5.0, 0.5, -20.0])) {
            break;
        }
    }
}
