//! An app leaves its session when it ends, however it ends.

use bevy_app::prelude::*;
use bevy_consonance::consonance::EventKind;
use bevy_consonance::prelude::*;

use crate::fixture::{Fixture, chat, cursor, until, until_event};

fn bob_left() -> EventKind {
    EventKind::PlayerLeft { name: "Bob".into() }
}

#[test]
fn an_app_that_is_dropped_leaves_also_where_the_game_holds_the_chat() {
    let fixture = Fixture::open();
    let (mut alice, bob) = (fixture.player("Alice"), fixture.player("Bob"));
    let (mut events, held) = (cursor(&alice), chat(&bob));
    drop(bob);
    assert!(!held.is_running(), "the goodbye was waited for");
    until_event(&mut events, &mut alice, &mut [], &bob_left());
}

#[test]
fn an_app_leaves_in_the_frame_in_which_it_exits() {
    let fixture = Fixture::open();
    let (mut alice, mut bob) = (fixture.player("Alice"), fixture.player("Bob"));
    let (mut events, held) = (cursor(&alice), chat(&bob));
    bob.world_mut().write_message(AppExit::Success);
    bob.update();
    assert!(!held.is_running(), "the process may end now");
    until_event(&mut events, &mut alice, &mut [], &bob_left());
    drop(bob);
}

#[test]
fn an_app_leaves_and_joins_again_without_waiting() {
    let fixture = Fixture::open();
    let (mut alice, mut bob) = (fixture.player("Alice"), fixture.player("Bob"));
    let (mut events, first) = (cursor(&alice), chat(&bob));
    bob.world_mut().resource_mut::<Voice>().disconnect();
    until_event(&mut events, &mut alice, &mut [&mut bob], &bob_left());
    assert_eq!(bob.world().resource::<Voice>().state(), VoiceState::Disconnected);
    fixture.join(&mut bob, |builder| builder);
    until_event(&mut events, &mut alice, &mut [&mut bob], &EventKind::PlayerJoined { name: "Bob".into() });
    until("the first chat has said goodbye", || {
        bob.update();
        !first.is_running()
    });
    assert!(chat(&bob).is_running());
}
