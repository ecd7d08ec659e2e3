using System;
using ConsonanceStubs;
using UnityEngine;

namespace UnityEditor
{
    public enum MessageType
    {
        None = 0,
        Info = 1,
        Warning = 2,
        Error = 3
    }

    /// <summary>An inspector.</summary>
    public class Editor : ScriptableObject
    {
        private SerializedObject _serializedObject;

        public UnityEngine.Object target { get; internal set; }

        public UnityEngine.Object[] targets
        {
            get { return new[] { target }; }
        }

        public SerializedObject serializedObject
        {
            get { return _serializedObject ?? (_serializedObject = new SerializedObject(target)); }
        }

        public virtual void OnInspectorGUI()
        {
            DrawDefaultInspector();
        }

        public virtual bool RequiresConstantRepaint()
        {
            return false;
        }

        public bool DrawDefaultInspector()
        {
            GuiRecord.Draw("default inspector", target.GetType().Name);
            return false;
        }

        /// <summary>How often a test's inspector has asked to be drawn again.</summary>
        public int StubRepaints { get; private set; }

        public void Repaint()
        {
            StubRepaints++;
        }

        /// <summary>The inspector of that type for an object; OnEnable runs with the target set, as in Unity.</summary>
        public static Editor CreateEditor(UnityEngine.Object targetObject, Type editorType)
        {
            var editor = (Editor)Activator.CreateInstance(editorType, true);
            editor.target = targetObject;
            EditorStartUp.Call(editor, "OnEnable");
            return editor;
        }

        protected static void DrawPropertiesExcluding(SerializedObject obj, params string[] propertyToExclude)
        {
            GuiRecord.Draw("properties without", string.Join(", ", propertyToExclude));
        }
    }

    public class EditorWindow : ScriptableObject
    {
        public GUIContent titleContent { get; set; }

        public static T GetWindow<T>(string title) where T : EditorWindow
        {
            var window = CreateInstance<T>();
            window.titleContent = new GUIContent(title);
            return window;
        }

        public void Show()
        {
        }

        public void Repaint()
        {
        }

        public void Close()
        {
            DestroyImmediate(this);
        }
    }

    public class PropertyDrawer
    {
        public virtual void OnGUI(Rect position, SerializedProperty property, GUIContent label)
        {
        }

        public virtual float GetPropertyHeight(SerializedProperty property, GUIContent label)
        {
            return EditorGUIUtility.singleLineHeight;
        }
    }
}
