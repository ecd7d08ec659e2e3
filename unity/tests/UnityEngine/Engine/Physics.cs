namespace UnityEngine
{
    /// <summary>A shape. Shapes meet when their boxes along the axes do; rotation is not applied.</summary>
    public abstract class Collider : Component
    {
        public bool isTrigger { get; set; }
        public bool enabled { get; set; }
        public abstract Bounds bounds { get; }

        protected Collider()
        {
            enabled = true;
        }

        internal override void CopyFrom(Component original)
        {
            isTrigger = ((Collider)original).isTrigger;
            enabled = ((Collider)original).enabled;
        }
    }

    public sealed class SphereCollider : Collider
    {
        public float radius { get; set; }
        public Vector3 center { get; set; }

        public SphereCollider()
        {
            radius = 0.5f;
        }

        public override Bounds bounds
        {
            get { return new Bounds(transform.position + center, Vector3.one * (radius * 2)); }
        }

        internal override void CopyFrom(Component original)
        {
            base.CopyFrom(original);
            radius = ((SphereCollider)original).radius;
            center = ((SphereCollider)original).center;
        }
    }

    public sealed class BoxCollider : Collider
    {
        public Vector3 size { get; set; }
        public Vector3 center { get; set; }

        public BoxCollider()
        {
            size = Vector3.one;
        }

        public override Bounds bounds
        {
            get { return new Bounds(transform.position + center, size); }
        }

        internal override void CopyFrom(Component original)
        {
            base.CopyFrom(original);
            size = ((BoxCollider)original).size;
            center = ((BoxCollider)original).center;
        }
    }

    public sealed class CapsuleCollider : Collider
    {
        public float radius { get; set; }
        public float height { get; set; }
        public Vector3 center { get; set; }

        public CapsuleCollider()
        {
            radius = 0.5f;
            height = 2;
        }

        public override Bounds bounds
        {
            get { return new Bounds(transform.position + center, new Vector3(radius * 2, height, radius * 2)); }
        }

        internal override void CopyFrom(Component original)
        {
            base.CopyFrom(original);
            radius = ((CapsuleCollider)original).radius;
            height = ((CapsuleCollider)original).height;
            center = ((CapsuleCollider)original).center;
        }
    }

    public sealed class Rigidbody : Component
    {
        public bool isKinematic { get; set; }
        public bool useGravity { get; set; }
    }

    public sealed class Camera : Behaviour
    {
        /// <summary>The first switched-on camera whose object has the tag MainCamera.</summary>
        public static Camera main
        {
            get
            {
                foreach (var camera in FindObjectsOfType<Camera>())
                    if (camera.isActiveAndEnabled && camera.CompareTag("MainCamera"))
                        return camera;
                return null;
            }
        }
    }
}
