//! Two cubes walk past the camera, and each has a voice: it comes from the cube's place, gets quieter with distance,
//! and is not even sent beyond 25 metres. A cube glows while it speaks.
//!
//! Server and cubes run in this process; `--screenshot FILE` saves a picture once both speak, and exits within a
//! minute.
//!
//! `cargo xtask check bevy --run proximity`

use std::env;
use std::error::Error;
use std::path::PathBuf;

use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured, save_to_disk};
use bevy_consonance::consonance::audio::{Pose, axes};
use bevy_consonance::consonance::{ChannelProperties, Target, VoiceChat};
use bevy_consonance::prelude::*;
use bevy_consonance_examples::{LocalServer, Recording, log_voice};

/// A cube's name, its way past the camera, and its voice.
#[derive(Component)]
struct Walker {
    /// The middle of its path, in metres.
    middle: Vec3,
    /// The distance that it walks to either side.
    reach: f32,
    /// Its starting phase, in radians of the path there and back.
    phase: f32,
    /// The voice chat of another player's game.
    chat: VoiceChat,
}

/// The plate with the name of a cube.
#[derive(Component)]
struct Plate {
    walker: Entity,
}

/// The file for a screenshot.
#[derive(Resource)]
struct Picture(PathBuf);

/// Radians per second.
const PACE: f32 = 0.06;
const COLOURS: [Color; 2] = [Color::srgb(0.85, 0.35, 0.25), Color::srgb(0.25, 0.5, 0.9)];

fn main() -> Result<(), Box<dyn Error>> {
    let mut app = App::new();
    let server = LocalServer::start()?;
    let voice = VoicePlugin {
        server: Some(server.address.clone()),
        name: Some("Me".into()),
        // The server decides which players are close enough to hear.
        share_position: true,
        ..VoicePlugin::default()
    };
    app.add_plugins((DefaultPlugins, voice))
        .insert_resource(server)
        .add_systems(Startup, set_up)
        .add_systems(Update, (walk, glow, name, log_voice))
        .add_systems(Update, take_picture.run_if(resource_exists::<Picture>));
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [option, file] = &arguments[..]
        && option == "--screenshot"
    {
        app.insert_resource(Picture(file.into()));
    }
    app.run();
    Ok(())
}

fn set_up(
    mut commands: Commands,
    server: Res<LocalServer>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
) -> Result {
    commands.spawn((Camera3d::default(), Transform::from_xyz(0.0, 2.2, 0.0), VoiceListener));
    commands.spawn((
        DirectionalLight { illuminance: 6_000.0, ..DirectionalLight::default() },
        Transform::from_xyz(3.0, 8.0, 4.0).looking_at(Vec3::new(0.0, 0.0, -8.0), Vec3::Y),
    ));
    commands.spawn((
        Mesh3d(meshes.add(Plane3d::default().mesh().size(120.0, 120.0))),
        MeshMaterial3d(materials.add(Color::srgb(0.2, 0.3, 0.22))),
    ));
    commands.spawn(VoiceRoom::new("world"));
    let walkers = [
        ("Alice", "austen-1.wav", Vec3::new(0.0, 0.75, -9.0), 30.0, 2.2),
        ("Bob", "austen-3.wav", Vec3::new(0.0, 0.75, -14.0), -30.0, 2.25),
    ];
    for ((name, file, middle, reach, phase), colour) in walkers.into_iter().zip(COLOURS) {
        let chat = join(&server, name, file).map_err(|error| error.to_string())?;
        let cube = (
            Mesh3d(meshes.add(Cuboid::from_length(1.5))),
            MeshMaterial3d(materials.add(colour)),
            Transform::from_translation(middle),
            Walker { middle, reach, phase, chat },
            VoiceSpeaker::new(name),
        );
        let walker = commands.spawn(cube).id();
        let place = Node { position_type: PositionType::Absolute, ..Node::default() };
        commands.spawn((Text::default(), place, Plate { walker }));
    }
    Ok(())
}

/// Joins as another player, as that player's game would.
fn join(server: &LocalServer, name: &str, file: &'static str) -> Result<VoiceChat, Box<dyn Error>> {
    let positional = ChannelProperties { positional: true, ..ChannelProperties::default() };
    Ok(VoiceChat::to(&server.address)?
        .name(name)
        .input(Box::new(Recording::open(file)?))
        .speak_to(Target::Room("world".into()), positional)
        .share_position(true)
        .start()?)
}

fn walk(time: Res<Time>, mut walkers: Query<(&Walker, &mut Transform)>) {
    for (walker, mut transform) in &mut walkers {
        let along = walker.reach * (walker.phase + PACE * time.elapsed_secs()).sin();
        transform.translation = walker.middle + Vec3::X * along;
        // As the other player's game would in each frame: it tells its own server where the player is.
        let position_m = axes::from_right_handed(transform.translation.to_array());
        walker.chat.playback().set_listener(Some(Pose { position_m, ..Pose::default() }));
    }
}

/// Makes a cube brighter the louder its voice is.
fn glow(
    mut materials: ResMut<Assets<StandardMaterial>>,
    activities: Query<(&VoiceActivity, &MeshMaterial3d<StandardMaterial>), Changed<VoiceActivity>>,
) {
    for (activity, material) in &activities {
        if let Some(mut material) = materials.get_mut(material) {
            material.emissive = material.base_color.to_linear() * (20.0 * activity.amplitude);
        }
    }
}

/// Shows the name, state and distance above each cube.
fn name(
    camera: Single<(&Camera, &GlobalTransform)>,
    walkers: Query<(&VoiceSpeaker, &VoiceActivity, &GlobalTransform)>,
    mut plates: Query<(&Plate, &mut Text, &mut Node)>,
) {
    let (camera, ears) = *camera;
    for (plate, mut text, mut node) in &mut plates {
        let Ok((speaker, activity, transform)) = walkers.get(plate.walker) else { continue };
        let metres = ears.translation().distance(transform.translation());
        let bars = "|".repeat((activity.amplitude * 100.0) as usize);
        let voice = if activity.is_speaking { bars } else { "is not heard".to_owned() };
        text.0 = format!("{}, {metres:.0} m\n{voice}", speaker.player);
        let above = transform.translation() + Vec3::Y * 1.6;
        match camera.world_to_viewport(ears, above) {
            Ok(at) => (node.left, node.top, node.display) = (px(at.x - 40.0), px(at.y - 20.0), Display::Flex),
            Err(_) => node.display = Display::None,
        }
    }
}

/// Saves a picture once both cubes are visibly apart and audible, and exits when it is saved.
fn take_picture(
    mut commands: Commands,
    time: Res<Time>,
    picture: Res<Picture>,
    walkers: Query<(&VoiceActivity, &Transform), With<Walker>>,
    mut is_taken: Local<bool>,
) {
    let direction = |at: &Transform| at.translation.x / -at.translation.z;
    let is_good =
        |(activity, at): (&VoiceActivity, &Transform)| activity.amplitude > 0.02 && direction(at).abs() < 0.6;
    let directions = walkers.iter().map(|(_, at)| direction(at));
    let width = directions.clone().fold(f32::MIN, f32::max) - directions.fold(f32::MAX, f32::min);
    // A slow machine needs this long to compile all shaders.
    let is_ready = time.elapsed_secs() > 15.0;
    if is_ready && width > 0.35 && !*is_taken && walkers.iter().all(is_good) {
        *is_taken = true;
        let end = |_: On<ScreenshotCaptured>, mut exit: MessageWriter<AppExit>| {
            exit.write(AppExit::Success);
        };
        commands.spawn(Screenshot::primary_window()).observe(save_to_disk(picture.0.clone())).observe(end);
    }
}
