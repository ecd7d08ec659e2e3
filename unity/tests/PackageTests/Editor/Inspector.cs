using System;
using System.Collections.Generic;
using Consonance.Tests;
using ConsonanceStubs;
using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor.Tests
{
    /// <summary>The inspector of a component, as the editor finds, draws and closes it.</summary>
    internal sealed class Inspector : IDisposable
    {
        readonly UnityEditor.Editor editor;

        internal Inspector(MonoBehaviour component)
        {
            editor = UnityEditor.Editor.CreateEditor(component, TypeFor(component.GetType()));
            Draw();
        }

        /// <summary>How often it has asked to be drawn again.</summary>
        internal int Repaints
        {
            get { return editor.StubRepaints; }
        }

        /// <summary>The editor that has the attribute for a component.</summary>
        internal static Type TypeFor(Type component)
        {
            foreach (Type type in typeof(ConsonanceVoiceEditor).Assembly.GetTypes())
            {
                foreach (CustomEditor attribute in type.GetCustomAttributes(typeof(CustomEditor), false))
                {
                    if (attribute.InspectedType == component) return type;
                }
            }
            throw new TestFailure("no inspector for " + component.Name);
        }

        internal void Draw()
        {
            GuiRecord.Clear();
            editor.OnInspectorGUI();
        }

        /// <summary>Draws it while this button is pressed; of several, the one of this number.</summary>
        internal void Press(string button, int number = 0)
        {
            GuiRecord.Clear();
            GuiRecord.Press(button, number);
            editor.OnInspectorGUI();
            Suite.Require(GuiRecord.Contains("button: " + button), "no button " + button + "; drawn: " + Lines);
        }

        /// <summary>Draws it while this field is changed.</summary>
        internal void Edit(string property, object value)
        {
            GuiRecord.Clear();
            GuiRecord.Edit(property, value);
            editor.OnInspectorGUI();
        }

        /// <summary>Whether a line with this part was drawn last.</summary>
        internal bool Shows(string part)
        {
            return GuiRecord.Contains(part);
        }

        internal void Require(string part)
        {
            Suite.Require(Shows(part), "not drawn: " + part + "; drawn: " + Lines);
        }

        internal void RequireNot(string part)
        {
            Suite.Require(!Shows(part), "drawn: " + part);
        }

        /// <summary>The lines of a kind, such as "property".</summary>
        internal static List<string> Of(string kind)
        {
            List<string> found = new List<string>();
            foreach (string line in GuiRecord.Lines)
            {
                if (line.StartsWith(kind + ": ", StringComparison.Ordinal)) found.Add(line.Substring(kind.Length + 2));
            }
            return found;
        }

        static string Lines
        {
            get { return string.Join(" | ", new List<string>(GuiRecord.Lines).ToArray()); }
        }

        public void Dispose()
        {
            UnityEngine.Object.DestroyImmediate(editor);
        }
    }
}
