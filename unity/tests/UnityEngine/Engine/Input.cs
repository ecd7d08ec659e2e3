using System;
using System.Collections.Generic;
using ConsonanceStubs;

namespace UnityEngine
{
    /// <summary>A part of Unity's keys, with its numbers.</summary>
    public enum KeyCode
    {
        None = 0,
        Tab = 9,
        Return = 13,
        Escape = 27,
        Space = 32,
        Alpha0 = 48,
        Alpha1 = 49,
        Alpha2 = 50,
        Alpha3 = 51,
        Alpha4 = 52,
        Alpha5 = 53,
        Alpha6 = 54,
        Alpha7 = 55,
        Alpha8 = 56,
        Alpha9 = 57,
        A = 97,
        B = 98,
        C = 99,
        D = 100,
        E = 101,
        F = 102,
        G = 103,
        H = 104,
        I = 105,
        J = 106,
        K = 107,
        L = 108,
        M = 109,
        N = 110,
        O = 111,
        P = 112,
        Q = 113,
        R = 114,
        S = 115,
        T = 116,
        U = 117,
        V = 118,
        W = 119,
        X = 120,
        Y = 121,
        Z = 122,
        CapsLock = 301,
        RightShift = 303,
        LeftShift = 304,
        RightControl = 305,
        LeftControl = 306,
        RightAlt = 307,
        LeftAlt = 308,
        Mouse0 = 323,
        Mouse1 = 324,
        Mouse2 = 325
    }

    /// <summary>Keys and axes, as <see cref="ConsonanceStubs.StubInput"/> holds them.</summary>
    public static class Input
    {
        public static bool GetKey(KeyCode key)
        {
            MainThread.Require("GetKeyInt");
            return StubInput.Held(key);
        }

        public static bool GetKeyDown(KeyCode key)
        {
            MainThread.Require("GetKeyDownInt");
            return StubInput.Held(key) && !StubInput.HeldBefore(key);
        }

        public static bool GetKeyUp(KeyCode key)
        {
            MainThread.Require("GetKeyUpInt");
            return !StubInput.Held(key) && StubInput.HeldBefore(key);
        }

        public static bool GetMouseButton(int button)
        {
            return GetKey(KeyCode.Mouse0 + button);
        }

        public static float GetAxis(string axisName)
        {
            MainThread.Require("GetAxis");
            return StubInput.Axis(axisName);
        }

        public static bool GetButton(string buttonName)
        {
            return GetAxis(buttonName) > 0.5f;
        }
    }
}

namespace ConsonanceStubs
{
    /// <summary>The player's hands. What is pressed between two frames counts from the next frame on.</summary>
    public static class StubInput
    {
        private static readonly HashSet<int> Pressed = new HashSet<int>();
        private static readonly HashSet<int> Now = new HashSet<int>();
        private static readonly HashSet<int> Before = new HashSet<int>();
        private static readonly Dictionary<string, float> Axes = new Dictionary<string, float>();

        public static void Press(UnityEngine.KeyCode key)
        {
            Pressed.Add((int)key);
        }

        public static void Release(UnityEngine.KeyCode key)
        {
            Pressed.Remove((int)key);
        }

        /// <summary>Any axis or button name; an axis that was never set throws when it is read, as in Unity.</summary>
        public static void SetAxis(string name, float value)
        {
            Axes[name] = value;
        }

        public static void Reset()
        {
            Pressed.Clear();
            Now.Clear();
            Before.Clear();
            Axes.Clear();
        }

        internal static void BeginFrame()
        {
            Before.Clear();
            Before.UnionWith(Now);
            Now.Clear();
            Now.UnionWith(Pressed);
        }

        internal static bool Held(UnityEngine.KeyCode key)
        {
            return Now.Contains((int)key);
        }

        internal static bool HeldBefore(UnityEngine.KeyCode key)
        {
            return Before.Contains((int)key);
        }

        internal static float Axis(string name)
        {
            float value;
            if (!Axes.TryGetValue(name, out value))
                throw new ArgumentException("Input Axis " + name + " is not setup.");
            return value;
        }
    }
}
