using UnityEngine.InputSystem.Controls;

namespace UnityEngine.InputSystem
{
    /// <summary>The keyboard of Unity's Input System package, which no test presses.</summary>
    public class Keyboard
    {
        public static Keyboard current
        {
            get { return null; }
        }

        public KeyControl aKey { get; private set; }
        public KeyControl dKey { get; private set; }
        public KeyControl rKey { get; private set; }
        public KeyControl sKey { get; private set; }
        public KeyControl wKey { get; private set; }
    }
}

namespace UnityEngine.InputSystem.Controls
{
    public class KeyControl
    {
        public bool isPressed
        {
            get { return false; }
        }

        public float ReadValue()
        {
            return 0;
        }
    }
}
