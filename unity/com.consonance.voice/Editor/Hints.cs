using System.Collections.Generic;
using UnityEditor;

namespace Consonance.Unity.Editor
{
    /// <summary>What is missing, or should be known, above the fields of a component.</summary>
    public sealed class Hints
    {
        List<KeyValuePair<MessageType, string>> shown = new List<KeyValuePair<MessageType, string>>();
        List<KeyValuePair<MessageType, string>> found = new List<KeyValuePair<MessageType, string>>();

        /// <summary>With this, it does not work.</summary>
        public void Error(string text)
        {
            Add(MessageType.Error, text);
        }

        /// <summary>With this, it hardly does what is wanted.</summary>
        public void Warning(string text)
        {
            Add(MessageType.Warning, text);
        }

        /// <summary>Worth knowing.</summary>
        public void Info(string text)
        {
            Add(MessageType.Info, text);
        }

        internal void Begin()
        {
            found.Clear();
        }

        /// <summary>Shows what was found from now on; whether that differs.</summary>
        internal bool End()
        {
            List<KeyValuePair<MessageType, string>> before = shown;
            shown = found;
            found = before;
            if (shown.Count != before.Count) return true;
            for (int row = 0; row < shown.Count; row++)
            {
                if (shown[row].Value != before[row].Value) return true;
            }
            return false;
        }

        internal void Draw()
        {
            foreach (KeyValuePair<MessageType, string> hint in shown) EditorGUILayout.HelpBox(hint.Value, hint.Key);
        }

        void Add(MessageType type, string text)
        {
            found.Add(new KeyValuePair<MessageType, string>(type, text));
        }
    }
}
