using System.Collections.Generic;

namespace ConsonanceStubs
{
    /// <summary>What an inspector drew, as lines "kind: text", and the buttons that a test presses.</summary>
    public static class GuiRecord
    {
        private static readonly List<string> Drawn = new List<string>();
        private static readonly Dictionary<string, int> Pressed = new Dictionary<string, int>();
        private static readonly Dictionary<string, object> Edited = new Dictionary<string, object>();

        public static IList<string> Lines
        {
            get { return Drawn.AsReadOnly(); }
        }

        public static void Clear()
        {
            Drawn.Clear();
            Pressed.Clear();
            Edited.Clear();
        }

        /// <summary>The next button or toggle with this text is pressed once, or, of several, this one.</summary>
        public static void Press(string text, int number = 0)
        {
            Pressed[text] = number;
        }

        /// <summary>The next field of a property with this name gets a value, once.</summary>
        public static void Edit(string property, object value)
        {
            Edited[property] = value;
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
            int number;
            if (!Pressed.TryGetValue(text, out number))
                return false;
            Pressed[text] = number - 1;
            return number == 0 && Pressed.Remove(text);
        }

        /// <summary>For the stubs of the editor: draws a property and tells whether it gets a value.</summary>
        public static bool Field(string property, out object value)
        {
            Draw("property", property);
            return Edited.TryGetValue(property, out value) && Edited.Remove(property);
        }
    }
}
