//! A moderating player: the assignment of answers to its requests.

use consonance_session::{ClientEvent, Delivery, ModerateError, ModeratorAction};
use consonance_wire::{ModeratorAnswer, Notice, Writer};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::packets;

/// The client's events when the server answers a request.
fn answer(client: &mut LoneClient, number: u16, answer: ModeratorAnswer) -> Vec<String> {
    let mut bytes = [0; 64];
    let mut writer = Writer::new(&mut bytes);
    Notice::Answered { number, answer }.write(packets::SESSION, &mut writer).expect("an answer is short");
    let packet = writer.written().to_vec();
    client.client.handle_packet(client.now, client.link, Delivery::Reliable, &packet);
    let mut heard = Vec::new();
    while let Some(event) = client.client.poll_event() {
        heard.push(match event {
            ClientEvent::ModeratorAnswered { player, action, answer } => {
                format!("{action:?} {player}: {answer:?}")
            }
            other => format!("{other:?}"),
        });
    }
    heard
}

#[test]
fn an_answer_belongs_to_its_request_in_whatever_order_the_server_answers() {
    let mut ann = LoneClient::joined_ours("Ann", 0, &[]);
    ann.client.moderate("Bob", &ModeratorAction::Kick, "").expect("a request");
    ann.client.moderate("Carol", &ModeratorAction::Unmute, "").expect("a request");
    assert_eq!(answer(&mut ann, 2, ModeratorAnswer::NoPlayer), ["Unmute Carol: NoPlayer"]);
    assert_eq!(answer(&mut ann, 2, ModeratorAnswer::Done), [""; 0], "answered before");
    assert_eq!(ann.statistics().ignored, 1);
    assert_eq!(answer(&mut ann, 1, ModeratorAnswer::Done), ["Kick Bob: Done"]);
    ann.client.moderate("Bob", &ModeratorAction::Kick, "").expect("a request");
    assert_eq!(answer(&mut ann, 3, ModeratorAnswer::Done), ["Kick Bob: Done"]);
}

#[test]
fn sixteen_requests_wait_for_answers_and_a_further_one_is_an_error() {
    let mut ann = LoneClient::joined_ours("Ann", 0, &[]);
    for _ in 0..16 {
        ann.client.moderate("Bob", &ModeratorAction::Kick, "").expect("a request");
    }
    let one_more = ann.client.moderate("Bob", &ModeratorAction::Kick, "");
    assert_eq!(one_more, Err(ModerateError::TooMany { limit: 16 }));
    answer(&mut ann, 16, ModeratorAnswer::Done);
    assert_eq!(ann.client.moderate("Bob", &ModeratorAction::Kick, ""), Ok(()));
}
