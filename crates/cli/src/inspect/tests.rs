//! The screen's content, drawn to a test terminal.

use consonance_inspector::{
    Action, CaptureSnapshot, ChannelRow, ChannelTarget, ClientSnapshot, ConnectionState, DeviceSnapshot,
    DeviceStatus, FlowRow, Note, PacketRow, PlayerRow, ServedPlayer, ServedSession, ServerSnapshot, Severity,
    Snapshot, UnheardReason,
};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::keys::Pressed;
use super::screen::Screen;

fn bob() -> Snapshot {
    let mut bob = ClientSnapshot::default();
    (bob.name, bob.status, bob.knows_all_players) = ("Bob".into(), ConnectionState::Connected, true);
    bob.rooms = vec!["lobby".into()];
    let mut channel = ChannelRow::default();
    channel.target = ChannelTarget::Player("Alice".into());
    bob.channels.push(channel);
    let player = |name: &str| {
        let mut row = PlayerRow::default();
        row.name = name.into();
        row
    };
    let mut own = player("Bob");
    own.is_local = true;
    let mut alice = player("Alice");
    (alice.is_speaking, alice.level_dbfs, alice.heard_ms_ago) = (true, -30.0, Some(10));
    (alice.delay_ms, alice.target_delay_ms, alice.loss_percent) = (61.0, 60.0, 3.0);
    (0..30).for_each(|number| alice.history.push(number as f32 * 3.0, 60.0, -30.0));
    let mut carol = player("Carol");
    carol.unheard = Some(UnheardReason::OutOfRange);
    bob.players = vec![own, alice, carol];
    bob.network.received = vec![PacketRow::new("VoiceData", FlowRow::total(1234, 98_765).at(50.0, 4000.0))];
    let mut capture = CaptureSnapshot::default();
    (capture.input_level_dbfs, capture.speech_probability) = (-30.0, 0.5);
    bob.capture = Some(capture);
    let mut loudspeaker = DeviceSnapshot::default();
    (loudspeaker.state, loudspeaker.name) = (DeviceStatus::Running, "Headphones".into());
    bob.loudspeaker = Some(loudspeaker);
    bob.notes = vec![Note::new(65_000, Severity::Problem, "the connection was lost")];
    Snapshot::from(bob)
}

fn press(screen: &mut Screen, code: KeyCode) -> Pressed {
    screen.press(&KeyEvent::new(code, KeyModifiers::NONE))
}

/// The content of a terminal of this size.
fn drawn(screen: &Screen, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| screen.draw(frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let rows = buffer.content().chunks(usize::from(width));
    rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>() + "\n").collect()
}

fn shows(screen: &Screen, expected: &[&str]) {
    let text = drawn(screen, 130, 40);
    for words in expected {
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
}

#[test]
fn a_players_name_cannot_inject_terminal_sequences() {
    let mut bob = ClientSnapshot::default();
    let mut mallory = PlayerRow::default();
    mallory.name = "M\x1b]0;owned\x07\u{9b}2Jallory".into();
    bob.name = "Bob\x1b[31m".into();
    bob.rooms = vec!["lobby\x1b[2J\n".into()];
    bob.notes = vec![Note::new(1, Severity::Problem, "\x1b[2J")];
    bob.players.push(mallory);
    let mut screen = Screen::default();
    screen.show(Snapshot::from(bob));
    for tab in ['1', '2', '3', '4'] {
        press(&mut screen, KeyCode::Char(tab));
        let text = drawn(&screen, 130, 40);
        assert!(text.lines().all(|line| !line.contains(char::is_control)), "{text:?}");
    }
    press(&mut screen, KeyCode::Char('1'));
    shows(&screen, &["M\\u{1b}", "Bob\\u{1b}[31m"]);
}

#[test]
fn every_tab_shows_what_it_is_for() {
    let mut screen = Screen::default();
    screen.show(bob());
    shows(
        &screen,
        &["Bob  connected", "listens to lobby · speaks to @Alice", "Alice", "speaks", "61/60 ms", "3 %"],
    );
    shows(&screen, &["█████     ", "▇", "Carol", "too far", "this player"]);
    press(&mut screen, KeyCode::Tab);
    shows(&screen, &["VoiceData", "1234", "98.8 kB", "50.0", "lost on the way up"]);
    press(&mut screen, KeyCode::Char('3'));
    shows(
        &screen,
        &["███████████████                -30 dBFS".trim_end(), "always open", "echo                  off"],
    );
    press(&mut screen, KeyCode::Char('4'));
    shows(&screen, &["Headphones", "Running", "no device is used"]);
    press(&mut screen, KeyCode::BackTab);
    press(&mut screen, KeyCode::Char('5'));
    shows(&screen, &["1:05  the connection was lost"]);
}

#[test]
fn keys_mute_deafen_and_end() {
    let mut screen = Screen::default();
    screen.show(bob());
    let mute = |name: &str| Pressed::Do(Action::MutePlayer { name: name.into(), muted: true });
    assert_eq!(press(&mut screen, KeyCode::Char('m')), mute("Alice"));
    press(&mut screen, KeyCode::Down);
    assert_eq!(press(&mut screen, KeyCode::Char('m')), mute("Carol"));
    press(&mut screen, KeyCode::Down);
    assert_eq!(press(&mut screen, KeyCode::Char('m')), Pressed::Nothing, "oneself is muted with another key");
    press(&mut screen, KeyCode::Down);
    assert_eq!(press(&mut screen, KeyCode::Char('M')), Pressed::Do(Action::Mute { muted: true }));
    assert_eq!(press(&mut screen, KeyCode::Char('D')), Pressed::Do(Action::Deafen { deafened: true }));
    assert_eq!(press(&mut screen, KeyCode::Char('q')), Pressed::End);
}

#[test]
fn a_key_asks_why_the_chosen_player_is_not_heard() {
    let mut screen = Screen::default();
    screen.show(bob());
    press(&mut screen, KeyCode::Down);
    press(&mut screen, KeyCode::Char('w'));
    shows(&screen, &["Why does Bob not hear Carol?", "too far away from Bob", "✗ distance"]);
    assert_eq!(press(&mut screen, KeyCode::Esc), Pressed::Nothing, "the first one closes the answer");
    assert!(!drawn(&screen, 130, 40).contains("Why does"));
    assert_eq!(press(&mut screen, KeyCode::Esc), Pressed::End);
}

#[test]
fn a_server_shows_its_players_and_nothing_that_it_does_not_have() {
    let mut alice = ServedPlayer::default();
    (alice.name, alice.is_followed, alice.voice_ms_ago) = ("Alice".into(), true, Some(2500));
    alice.voice_to = vec![ChannelTarget::Room("lobby".into())];
    let mut session = ServedSession::default();
    (session.name, session.players) = ("main".into(), vec![alice]);
    let mut server = ServerSnapshot::default();
    server.sessions.push(session);
    let mut screen = Screen::default();
    screen.show(Snapshot::from(server));
    shows(&screen, &["Server", "main", "Alice", "2.5 s ago", "lobby"]);
    press(&mut screen, KeyCode::Char('3'));
    shows(&screen, &["A server has none of this."]);
    assert_eq!(press(&mut screen, KeyCode::Char('M')), Pressed::Nothing);
}

#[test]
fn every_player_of_a_server_can_be_reached_in_a_small_terminal() {
    let mut server = ServerSnapshot::default();
    for (session, first) in [("one", 0), ("two", 25)] {
        let mut row = ServedSession::default();
        row.name = session.into();
        for number in first..first + 25 {
            let mut player = ServedPlayer::default();
            player.name = format!("Player{number:02}");
            row.players.push(player);
        }
        server.sessions.push(row);
    }
    let mut screen = Screen::default();
    screen.show(Snapshot::from(server.clone()));
    let shown = |screen: &Screen, name: &str| drawn(screen, 100, 20).contains(name);
    assert!(shown(&screen, "Player00") && !shown(&screen, "Player49"));
    for _ in 0..49 {
        press(&mut screen, KeyCode::Down);
    }
    assert!(!shown(&screen, "Player00") && shown(&screen, "Player49"));
    press(&mut screen, KeyCode::Char('w'));
    assert!(!screen.is_asked, "a server has no listener of its own to ask for");
    server.sessions.truncate(1);
    screen.show(Snapshot::from(server));
    assert_eq!(screen.selected, 24, "a player that has left is not selected any more");
}

#[test]
fn trouble_is_told_below_what_is_old_and_no_size_is_too_small() {
    let mut screen = Screen::default();
    assert!(drawn(&screen, 40, 5).trim().starts_with("1 Players"));
    screen.show(bob());
    screen.complain("no inspector answers".into());
    shows(&screen, &["no inspector answers", "Alice"]);
    for (width, height) in [(1, 1), (5, 3), (20, 6), (80, 4), (300, 100)] {
        for key in ['1', '2', '3', '4', '5', '1', 'w'] {
            press(&mut screen, KeyCode::Char(key));
            drawn(&screen, width, height);
        }
    }
}
