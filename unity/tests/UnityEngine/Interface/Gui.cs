using System;
using ConsonanceStubs;

namespace UnityEngine
{
    public struct Color
    {
        public float r;
        public float g;
        public float b;
        public float a;

        public Color(float r, float g, float b, float a = 1)
        {
            this.r = r;
            this.g = g;
            this.b = b;
            this.a = a;
        }

        public static Color white
        {
            get { return new Color(1, 1, 1); }
        }

        public static Color red
        {
            get { return new Color(1, 0, 0); }
        }

        public static Color green
        {
            get { return new Color(0, 1, 0); }
        }

        public static Color yellow
        {
            get { return new Color(1, 0.92f, 0.016f); }
        }
    }

    public struct Rect
    {
        public float x { get; set; }
        public float y { get; set; }
        public float width { get; set; }
        public float height { get; set; }

        public Rect(float x, float y, float width, float height)
        {
            this.x = x;
            this.y = y;
            this.width = width;
            this.height = height;
        }
    }

    public class GUIContent
    {
        public string text { get; set; }
        public string tooltip { get; set; }

        public GUIContent(string text) : this(text, "")
        {
        }

        public GUIContent(string text, string tooltip)
        {
            this.text = text;
            this.tooltip = tooltip;
        }
    }

    public class GUIStyle
    {
        public bool wordWrap { get; set; }
        public bool richText { get; set; }

        public GUIStyle()
        {
        }

        public GUIStyle(GUIStyle other)
        {
            wordWrap = other.wordWrap;
            richText = other.richText;
        }
    }

    public class GUILayoutOption
    {
    }

    public static class GUI
    {
        public static bool enabled { get; set; }
        public static bool changed { get; set; }
        public static Color color { get; set; }

        static GUI()
        {
            enabled = true;
            color = Color.white;
        }

        public static void Label(Rect position, string text)
        {
            GuiRecord.Draw("label", text);
        }

        public static bool Button(Rect position, string text)
        {
            return GuiRecord.Click(text);
        }
    }

    /// <summary>What is drawn goes to <see cref="ConsonanceStubs.GuiRecord"/>.</summary>
    public static class GUILayout
    {
        public static void Label(string text, params GUILayoutOption[] options)
        {
            GuiRecord.Draw("label", text);
        }

        public static bool Button(string text, params GUILayoutOption[] options)
        {
            return GuiRecord.Click(text);
        }

        public static bool Toggle(bool value, string text, params GUILayoutOption[] options)
        {
            return GuiRecord.Click(text) ? !value : value;
        }

        public static void BeginHorizontal(params GUILayoutOption[] options)
        {
        }

        public static void EndHorizontal()
        {
        }

        public static void BeginVertical(params GUILayoutOption[] options)
        {
        }

        public static void EndVertical()
        {
        }

        public static void Space(float pixels)
        {
        }

        public static void FlexibleSpace()
        {
        }

        public static GUILayoutOption Width(float width)
        {
            return new GUILayoutOption();
        }

        public static GUILayoutOption Height(float height)
        {
            return new GUILayoutOption();
        }

        public static GUILayoutOption ExpandWidth(bool expand)
        {
            return new GUILayoutOption();
        }
    }
}
