using System.Collections.Generic;

namespace ConsonanceStubs
{
    /// <summary>What an inspector drew, as lines "kind: text", and the buttons that a test presses.</summary>
    public static class GuiRecord
    {
        private static readonly List<string> Drawn = new List<string>();
        private static readonly HashSet<string> Pressed = new HashSet<string>();

        public static IList<string> Lines
        {
            get { return Drawn.AsReadOnly(); }
        }

        public static void Clear()
        {
            Drawn.Clear();
            Pressed.Clear();
        }

        /// <summary>The next button or toggle with this text is pressed once.</summary>
        public static void Press(string text)
        {
            Pressed.Add(text);
        }

        public static bool Contains(string part)
        {
            foreach (var line in Drawn)
                if (line.Contains(part))
                    return true;
            return false;
        }

        /// <summary>For the stubs of the editor.</summary>
        public static void Draw(string kind, string text)
        {
            Drawn.Add(kind + ": " + text);
        }

        /// <summary>For the stubs of the editor: draws a button and tells whether it is pressed.</summary>
        public static bool Click(string text)
        {
            Draw("button", text);
            return Pressed.Remove(text);
        }
    }
}
