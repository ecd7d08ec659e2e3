//! C programs, compiled and linked like a game's, with gcc's sanitizers.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

use consonance::host::records::{Records, RecordsSettings};
use consonance::host::token::{Claims, Key};
use consonance::host::{Admission, DedicatedServer, JoiningSettings, SessionLoop, SessionsSettings};
use consonance::quic::{Identity, QuicAddress, QuicRuntime, QuicServer, QuicServerSettings};
use consonance_testing::command::Folder;

/// C99, without warnings.
const FLAGS: &str = "-std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror -g";
/// Checks addresses, undefined behaviour, and leaks.
const SANITIZERS: &str = "-fsanitize=address,undefined -fno-sanitize-recover=all";

/// The library's own name, which a program notes when it is linked: as that of the downloads.
const ASKED_FOR: &str = "libconsonance.so.1";

/// A program, and the library beside it: under the name that it is linked by, and under the one that it asks for.
struct CProgram {
    folder: Folder,
}

impl CProgram {
    fn compile(source: &str, compiler: &str, flags: &str) -> Self {
        let folder = Folder::new();
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        for name in ["libconsonance.so", ASKED_FOR] {
            symlink(library(), folder.path().join(name)).unwrap();
        }
        let mut command = Command::new(compiler);
        command.args(flags.split(' ')).arg(here.join(source)).arg("-o").arg(folder.path().join("program"));
        command.arg("-I").arg(here.join("include")).arg("-I").arg(here.join("tests/c"));
        command.arg("-L").arg(folder.path()).args(["-Wl,-rpath,$ORIGIN", "-lconsonance", "-lm"]);
        assert_done(&command.output().unwrap());
        Self { folder }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(self.folder.path().join("program")).args(arguments).output().unwrap()
    }
}

/// The library that cargo has built next to this test.
fn library() -> PathBuf {
    env::current_exe().unwrap().parent().unwrap().join("libconsonance_ffi.so")
}

/// A server of the session `main` that admits players with tokens of this key.
fn serve_with_tokens_of(key: &Key) -> (DedicatedServer, String) {
    let mut joining = JoiningSettings::default();
    joining.token_keys = vec![key.public().unwrap()];
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.records = Records::in_memory(RecordsSettings::default());
    settings.admission = Admission::new(joining);
    let identity = Identity::self_signed(["127.0.0.1"]).unwrap();
    let (runtime, local) = (QuicRuntime::new(1).unwrap(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let listener = QuicServer::bind(&runtime, local, &identity, QuicServerSettings::default()).unwrap();
    let (host, port) = (local.ip().to_string(), listener.local_addr().port());
    let address = QuicAddress::new(host, port, "main", Some(identity.fingerprint())).unwrap();
    let mut session_loop = SessionLoop::new(&settings);
    session_loop.add_network(Box::new(listener));
    (DedicatedServer::start(session_loop), address.to_string())
}

#[track_caller]
fn assert_done(output: &Output) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr));
}

#[test]
fn two_chats_talk_at_a_host_of_the_same_process() {
    let program = CProgram::compile("tests/c/talk.c", "gcc", &format!("{FLAGS} {SANITIZERS}"));
    let folder = program.folder.path().join("recorded");
    assert_done(&program.run(&[folder.to_str().unwrap()]));
    let recorded = fs::metadata(folder.join("03-Alice.wav")).unwrap();
    assert!(recorded.len() > 48_000, "{recorded:?}");
}

#[test]
fn places_volumes_and_muting_are_heard() {
    let program = CProgram::compile("tests/c/hearing.c", "gcc", &format!("{FLAGS} {SANITIZERS}"));
    assert_done(&program.run(&[]));
}

#[test]
fn members_of_an_encrypted_session_know_and_verify_each_other() {
    let program = CProgram::compile("tests/c/encryption.c", "gcc", &format!("{FLAGS} {SANITIZERS}"));
    assert_done(&program.run(&[]));
}

#[test]
fn a_moderator_does_all_that_moderators_can_and_a_banned_player_stays_out() {
    let program = CProgram::compile("tests/c/moderation.c", "gcc", &format!("{FLAGS} {SANITIZERS}"));
    let key = Key::generate_ed25519().unwrap();
    let (_server, address) = serve_with_tokens_of(&key);
    let token = |name: &str, moderator| {
        let in_an_hour = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 3600;
        let name = Some(name.to_owned());
        key.sign(&Claims { name, expires_at: in_an_hour, moderator, ..Claims::default() }).unwrap()
    };
    assert_done(&program.run(&[&address, &token("Ann", true), &token("Bob", false)]));
}

#[test]
fn packets_travel_over_a_network_of_the_games_own() {
    let program = CProgram::compile("tests/c/own_network.c", "gcc", &format!("{FLAGS} {SANITIZERS}"));
    assert_done(&program.run(&[]));
}

#[test]
fn a_link_carries_the_packets_of_the_games_own_engine() {
    let program = CProgram::compile("tests/c/own_engine.c", "gcc", &format!("{FLAGS} {SANITIZERS}"));
    assert_done(&program.run(&[]));
}

#[test]
fn wrong_arguments_are_errors() {
    let program = CProgram::compile("tests/c/misuse.c", "gcc", &format!("{FLAGS} {SANITIZERS}"));
    assert_done(&program.run(&[]));
}

// Without sanitizers, as sound systems keep memory of their own until the process ends.
#[test]
fn a_device_may_be_chosen_at_once() {
    let program = CProgram::compile("tests/c/devices.c", "gcc", FLAGS);
    assert_done(&program.run(&[]));
}

#[test]
fn a_hundred_chats_leave_nothing_behind() {
    let program = CProgram::compile("tests/c/many_starts.c", "gcc", &format!("{FLAGS} {SANITIZERS}"));
    assert_done(&program.run(&[]));
}

#[test]
fn what_audio_callbacks_call_takes_no_memory() {
    let flags = FLAGS.replace("c99", "c11");
    let program = CProgram::compile("tests/c/audio_callbacks.c", "gcc", &flags);
    assert_done(&program.run(&[]));
}

#[test]
fn the_example_joins_and_plays() {
    let program = CProgram::compile("examples/hello.c", "gcc", &format!("{FLAGS} {SANITIZERS}"));
    assert_done(&program.run(&["offline:", "Alice"]));
    let wrong = program.run(&["nowhere", "Alice"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stderr).starts_with("cannot start: "), "{wrong:?}");
}

#[test]
fn a_program_asks_for_the_library_under_the_same_name_as_that_of_the_downloads() {
    let program = CProgram::compile("examples/hello.c", "gcc", FLAGS);
    fs::remove_file(program.folder.path().join("libconsonance.so")).unwrap();
    assert_done(&program.run(&["offline:", "Alice"]));
    fs::remove_file(program.folder.path().join(ASKED_FOR)).unwrap();
    let missing = program.run(&["offline:", "Alice"]);
    assert!(String::from_utf8_lossy(&missing.stderr).contains(ASKED_FOR), "{missing:?}");
    let header =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("include/consonance.h")).unwrap();
    let number = ASKED_FOR.rsplit('.').next().unwrap();
    assert!(header.contains(&format!("#define CONSONANCE_ABI {number}\n")), "the name ends with the ABI");
}

#[test]
#[ignore = "needs g++: `cargo xtask write header --verify`"]
fn the_example_in_cpp_joins_and_plays() {
    let program =
        CProgram::compile("examples/hello.cpp", "g++", "-std=c++17 -Wall -Wextra -Wpedantic -Werror");
    assert_done(&program.run(&["offline:"]));
    let wrong = program.run(&["nowhere"]);
    assert!(!wrong.status.success() && !wrong.stderr.is_empty(), "{wrong:?}");
}

#[test]
fn the_guide_shows_the_example() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(here.join("../../docs/guide/c.md")).unwrap();
    for language in ["c", "cpp"] {
        let example = fs::read_to_string(here.join(format!("examples/hello.{language}"))).unwrap();
        let shown = page.contains(&format!("```{language}\n{example}```\n"));
        assert!(shown, "write the example in {language} into the page again");
    }
}

#[test]
fn the_twelve_questions_have_answers_in_c() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/twelve-questions.md");
    let page = fs::read_to_string(page).unwrap();
    let answers: Vec<&str> =
        page.split("```c\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(answers.len(), page.matches("\n## ").count(), "one answer to each question");
    let folder = Folder::new();
    for (number, answer) in answers.iter().enumerate() {
        let source = folder.path().join(format!("answer{number}.c"));
        fs::write(&source, answer).unwrap();
        let mut compiler = Command::new("gcc");
        compiler.args(FLAGS.split(' ')).arg("-c").arg(&source).arg("-o").arg(folder.path().join("answer.o"));
        assert_done(
            &compiler.arg("-I").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("include")).output().unwrap(),
        );
    }
}

#[test]
fn the_answers_in_csharp_are_those_that_are_compiled() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let [page, compiled] = ["docs/guide/twelve-questions.md", "dotnet/Consonance.Tests/TwelveAnswers.cs"]
        .map(|file| fs::read_to_string(root.join(file)).unwrap());
    let lines = |text: &'_ str| text.lines().map(|line| line.trim_start().to_owned()).collect::<Vec<_>>();
    let compiled = lines(&compiled);
    let answers: Vec<&str> =
        page.split("```csharp\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(answers.len(), page.matches("\n## ").count(), "one answer to each question");
    for answer in answers {
        let answer = lines(answer);
        assert!(compiled.windows(answer.len()).any(|part| part == answer), "compile this, too:\n{answer:#?}");
    }
}

#[test]
#[ignore = "needs g++: `cargo xtask write header --verify`"]
fn objects_of_cpp_end_what_they_start_and_throw_what_fails() {
    let program = CProgram::compile("tests/c/talk.cpp", "g++", "-std=c++17 -Wall -Wextra -Wpedantic -Werror");
    assert_done(&program.run(&[]));
}
