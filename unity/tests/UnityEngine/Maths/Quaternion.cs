using System;

namespace UnityEngine
{
    /// <summary>A rotation.</summary>
    public struct Quaternion : IEquatable<Quaternion>
    {
        public float x;
        public float y;
        public float z;
        public float w;

        public Quaternion(float x, float y, float z, float w)
        {
            this.x = x;
            this.y = y;
            this.z = z;
            this.w = w;
        }

        public static Quaternion identity
        {
            get { return new Quaternion(0, 0, 0, 1); }
        }

        public static Quaternion AngleAxis(float degrees, Vector3 axis)
        {
            var half = degrees * Mathf.Deg2Rad * 0.5f;
            var part = axis.normalized * Mathf.Sin(half);
            return new Quaternion(part.x, part.y, part.z, Mathf.Cos(half));
        }

        /// <summary>Degrees; around z, then x, then y.</summary>
        public static Quaternion Euler(float x, float y, float z)
        {
            return AngleAxis(y, Vector3.up) * AngleAxis(x, Vector3.right) * AngleAxis(z, Vector3.forward);
        }

        public static Quaternion Inverse(Quaternion rotation)
        {
            return new Quaternion(-rotation.x, -rotation.y, -rotation.z, rotation.w);
        }

        /// <summary>Looks along <paramref name="forward"/>, with the head towards <paramref name="upwards"/>.</summary>
        public static Quaternion LookRotation(Vector3 forward, Vector3 upwards)
        {
            var ahead = forward.normalized;
            if (ahead == Vector3.zero)
                return identity;
            var yaw = Mathf.Atan2(ahead.x, ahead.z) * Mathf.Rad2Deg;
            var pitch = -Mathf.Asin(Mathf.Clamp(ahead.y, -1, 1)) * Mathf.Rad2Deg;
            var upright = Euler(pitch, yaw, 0);
            var top = upwards - ahead * Vector3.Dot(upwards, ahead);
            var sine = Vector3.Dot(Vector3.Cross(upright * Vector3.up, top.normalized), ahead);
            var cosine = Vector3.Dot(upright * Vector3.up, top.normalized);
            return AngleAxis(Mathf.Atan2(sine, cosine) * Mathf.Rad2Deg, ahead) * upright;
        }

        public static Quaternion LookRotation(Vector3 forward)
        {
            return LookRotation(forward, Vector3.up);
        }

        public static Quaternion operator *(Quaternion a, Quaternion b)
        {
            return new Quaternion(
                a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
                a.w * b.y + a.y * b.w + a.z * b.x - a.x * b.z,
                a.w * b.z + a.z * b.w + a.x * b.y - a.y * b.x,
                a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z);
        }

        public static Vector3 operator *(Quaternion rotation, Vector3 point)
        {
            var axis = new Vector3(rotation.x, rotation.y, rotation.z);
            var twice = Vector3.Cross(axis, point) * 2;
            return point + twice * rotation.w + Vector3.Cross(axis, twice);
        }

        public bool Equals(Quaternion other)
        {
            return x.Equals(other.x) && y.Equals(other.y) && z.Equals(other.z) && w.Equals(other.w);
        }
    }
}
