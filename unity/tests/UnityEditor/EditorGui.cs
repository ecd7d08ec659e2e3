// What is drawn goes to ConsonanceStubs.GuiRecord; fields give back the value that they got.
using ConsonanceStubs;
using UnityEngine;

namespace UnityEditor
{
    public static class EditorGUIUtility
    {
        public static float singleLineHeight
        {
            get { return 18; }
        }

        public static string systemCopyBuffer { get; set; }
    }

    public static class EditorStyles
    {
        public static readonly GUIStyle label = new GUIStyle();
        public static readonly GUIStyle boldLabel = new GUIStyle();
        public static readonly GUIStyle miniLabel = new GUIStyle();
        public static readonly GUIStyle helpBox = new GUIStyle();
    }

    public static class EditorGUI
    {
        public static int indentLevel { get; set; }

        public static void ProgressBar(Rect position, float value, string text)
        {
            GuiRecord.Draw("progress", text);
        }

        public static bool PropertyField(Rect position, SerializedProperty property, GUIContent label)
        {
            return property.Draw();
        }

        public static void BeginDisabledGroup(bool disabled)
        {
            GUI.enabled = !disabled;
        }

        public static void EndDisabledGroup()
        {
            GUI.enabled = true;
        }

        public static void BeginChangeCheck()
        {
        }

        public static bool EndChangeCheck()
        {
            return false;
        }

        public sealed class DisabledScope : System.IDisposable
        {
            public DisabledScope(bool disabled)
            {
                BeginDisabledGroup(disabled);
            }

            public void Dispose()
            {
                EndDisabledGroup();
            }
        }
    }

    public static class EditorGUILayout
    {
        public static void HelpBox(string message, MessageType type)
        {
            GuiRecord.Draw(type.ToString().ToLowerInvariant(), message);
        }

        public static void LabelField(string label, params GUILayoutOption[] options)
        {
            GuiRecord.Draw("label", label);
        }

        public static void LabelField(string label, string label2, params GUILayoutOption[] options)
        {
            GuiRecord.Draw("label", label + ": " + label2);
        }

        public static void LabelField(string label, GUIStyle style, params GUILayoutOption[] options)
        {
            GuiRecord.Draw("label", label);
        }

        public static void SelectableLabel(string text, params GUILayoutOption[] options)
        {
            GuiRecord.Draw("label", text);
        }

        public static bool PropertyField(SerializedProperty property, params GUILayoutOption[] options)
        {
            return property.Draw();
        }

        public static bool PropertyField(SerializedProperty property, GUIContent label,
            params GUILayoutOption[] options)
        {
            return property.Draw();
        }

        public static bool PropertyField(SerializedProperty property, bool includeChildren,
            params GUILayoutOption[] options)
        {
            return property.Draw();
        }

        public static string TextField(string label, string text, params GUILayoutOption[] options)
        {
            GuiRecord.Draw("text", label + ": " + text);
            return text;
        }

        public static int IntField(string label, int value, params GUILayoutOption[] options)
        {
            GuiRecord.Draw("int", label + ": " + value);
            return value;
        }

        public static float Slider(string label, float value, float leftValue, float rightValue,
            params GUILayoutOption[] options)
        {
            GuiRecord.Draw("slider", label);
            return value;
        }

        public static bool Toggle(string label, bool value, params GUILayoutOption[] options)
        {
            return GuiRecord.Click(label) ? !value : value;
        }

        public static int Popup(string label, int selectedIndex, string[] displayedOptions,
            params GUILayoutOption[] options)
        {
            GuiRecord.Draw("popup", label + ": " + string.Join(", ", displayedOptions));
            return selectedIndex;
        }

        public static bool Foldout(bool foldout, string content)
        {
            GuiRecord.Draw("foldout", content);
            return foldout;
        }

        public static bool Foldout(bool foldout, string content, bool toggleOnLabelClick)
        {
            return Foldout(foldout, content);
        }

        public static void Space()
        {
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

        public static Rect GetControlRect(params GUILayoutOption[] options)
        {
            return new Rect(0, 0, 100, EditorGUIUtility.singleLineHeight);
        }
    }
}
