// Nothing is drawn; what a script sets can be read.
namespace UnityEngine
{
    /// <summary>The numbers are Unity's.</summary>
    public enum PrimitiveType
    {
        Sphere = 0,
        Capsule = 1,
        Cylinder = 2,
        Cube = 3,
        Plane = 4,
        Quad = 5
    }

    public class Material : Object
    {
        public Color color { get; set; }

        public Material()
        {
            color = Color.white;
        }
    }

    public sealed class MeshFilter : Component
    {
    }

    public class Renderer : Component
    {
        private Material _material;

        public bool enabled { get; set; }

        public Renderer()
        {
            enabled = true;
        }

        /// <summary>Its own from the first use on, as in Unity.</summary>
        public Material material
        {
            get { RequireAlive("get_material"); return _material ?? (_material = new Material()); }
            set { _material = value; }
        }
    }

    public sealed class MeshRenderer : Renderer
    {
    }

    public enum LightType
    {
        Spot = 0,
        Directional = 1,
        Point = 2
    }

    public sealed class Light : Behaviour
    {
        public LightType type { get; set; }
        public float intensity { get; set; }

        public Light()
        {
            type = LightType.Point;
            intensity = 1;
        }
    }
}
