using System;
using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor
{
    /// <summary>
    /// An inspector with the fields of a component, hints where something is missing, and in play mode its state, drawn
    /// again ten times a second. Fields are drawn as serialized properties, so undo, prefabs and several objects work.
    /// </summary>
    public abstract class LiveEditor<T> : UnityEditor.Editor where T : MonoBehaviour
    {
        const double TickSeconds = 0.1;
        const double LookSeconds = 1;

        readonly Hints hints = new Hints();
        double ticksAt;
        double looksAt;
        Action pressed;

        /// <summary>The component, where one alone is selected.</summary>
        protected T Inspected
        {
            get { return (T)target; }
        }

        /// <summary>Whether it is in a scene, and not in a prefab or several of them.</summary>
        bool IsAlone
        {
            get { return targets.Length == 1 && target != null && !EditorUtility.IsPersistent(target); }
        }

        /// <summary>Called by Unity.</summary>
        protected virtual void OnEnable()
        {
            EditorApplication.update += Tick;
            Look();
        }

        /// <summary>Called by Unity.</summary>
        protected virtual void OnDisable()
        {
            EditorApplication.update -= Tick;
        }

        /// <summary>Called by Unity, several times for each drawing.</summary>
        public override void OnInspectorGUI()
        {
            hints.Draw();
            serializedObject.Update();
            DrawFields();
            if (serializedObject.ApplyModifiedProperties()) looksAt = 0;
            if (EditorApplication.isPlaying && IsAlone) DrawLive();
            // Not while controls are drawn: their number must not change in between.
            Action act = pressed;
            pressed = null;
            if (act != null) act();
        }

        /// <summary>Draws the fields.</summary>
        protected abstract void DrawFields();

        /// <summary>Finds what is missing; once per second, and nothing of it while the inspector is drawn.</summary>
        protected abstract void FindHints(Hints hints);

        /// <summary>Draws the state in play mode.</summary>
        protected abstract void DrawLive();

        /// <summary>Once per second in play mode: what takes too long for each drawing.</summary>
        protected virtual void Refresh()
        {
        }

        /// <summary>Does what a button is for, after everything is drawn.</summary>
        protected void Press(Action act)
        {
            pressed = act;
        }

        /// <summary>The field of this name.</summary>
        protected void Field(string name)
        {
            EditorGUILayout.PropertyField(serializedObject.FindProperty(name), true);
        }

        void Tick()
        {
            double now = EditorApplication.timeSinceStartup;
            if (target == null || now < ticksAt) return;
            ticksAt = now + TickSeconds;
            bool isLive = EditorApplication.isPlaying && IsAlone;
            if (now >= looksAt)
            {
                looksAt = now + LookSeconds;
                if (Look() && !isLive) Repaint();
                if (isLive) Refresh();
            }
            if (isLive) Repaint();
        }

        /// <summary>Whether there are other hints than before.</summary>
        bool Look()
        {
            hints.Begin();
            if (IsAlone) FindHints(hints);
            return hints.End();
        }
    }
}
