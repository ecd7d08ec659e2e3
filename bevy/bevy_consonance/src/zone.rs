//! The zone in which a room works: around its entity.

use bevy_ecs::prelude::*;
use bevy_math::Vec3;
use bevy_reflect::prelude::*;
use bevy_transform::components::{GlobalTransform, Transform};

/// On an entity with a [`VoiceRoom`](crate::VoiceRoom) or [`VoiceWhisper`](crate::VoiceWhisper): it works only while
/// the [`VoiceListener`](crate::VoiceListener) is inside this shape, which moves, turns and scales with the entity.
/// Lengths are in the entity's own units. Our voice fades at the edge.
#[derive(Component, Reflect, Clone, Copy, Debug, PartialEq)]
#[reflect(Component, Clone, Debug, PartialEq)]
#[require(Transform)]
#[non_exhaustive]
pub enum VoiceZone {
    /// A sphere with this radius.
    Sphere(f32),
    /// A box with these half-lengths.
    Cuboid(Vec3),
}

impl VoiceZone {
    /// Whether this point of the world is inside, borders included. No point is inside where the entity is scaled to
    /// nothing, or a number is not finite.
    pub fn contains(&self, entity: &GlobalTransform, point: Vec3) -> bool {
        let affine = entity.affine();
        if affine.matrix3.determinant() == 0.0 {
            return false;
        }
        // NaN fails every comparison.
        let local = affine.inverse().transform_point3(point);
        match *self {
            Self::Sphere(radius) => local.length() <= radius,
            Self::Cuboid(half_size) => local.abs().cmple(half_size).all(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::FRAC_PI_4;

    use bevy_math::Quat;

    use super::*;

    #[test]
    fn a_zone_moves_turns_and_grows_with_its_entity() {
        let entity = Transform::from_xyz(10.0, 0.0, 0.0)
            .with_rotation(Quat::from_rotation_y(FRAC_PI_4))
            .with_scale(Vec3::splat(2.0));
        let (entity, cube) = (GlobalTransform::from(entity), VoiceZone::Cuboid(Vec3::ONE));
        assert!(cube.contains(&entity, Vec3::new(12.8, 0.0, 0.0)), "its corner is 2.83 m from its middle");
        assert!(!cube.contains(&entity, Vec3::new(12.0, 0.0, 2.0)), "where the corner was before it turned");
        let ball = VoiceZone::Sphere(1.0);
        assert!(ball.contains(&entity, Vec3::new(11.9, 0.0, 0.0)));
        assert!(!ball.contains(&entity, Vec3::new(12.1, 0.0, 0.0)));
    }

    #[test]
    fn a_zone_without_extent_contains_nothing() {
        let flat = GlobalTransform::from(Transform::from_scale(Vec3::new(1.0, 0.0, 1.0)));
        assert!(!VoiceZone::Sphere(1.0).contains(&flat, Vec3::ZERO));
        assert!(!VoiceZone::Cuboid(Vec3::ONE).contains(&flat, Vec3::ZERO));
        let lost = GlobalTransform::from(Transform::from_xyz(f32::NAN, 0.0, 0.0));
        assert!(!VoiceZone::Sphere(f32::INFINITY).contains(&lost, Vec3::ZERO));
    }
}
