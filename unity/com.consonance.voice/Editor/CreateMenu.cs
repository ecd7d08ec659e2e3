using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor
{
    /// <summary>GameObject, Consonance: objects that work as they are.</summary>
    public static class CreateMenu
    {
        /// <summary>Adds a voice chat to the scene, or selects the one that is there.</summary>
        [MenuItem("GameObject/Consonance/Voice Chat", false, 10)]
        public static void AddVoiceChat()
        {
            ConsonanceVoice voice = InScene.Find<ConsonanceVoice>();
            if (voice == null)
            {
                // Without a parent, so that it may go on in the next scene.
                GameObject added = new GameObject("Voice Chat");
                voice = added.AddComponent<ConsonanceVoice>();
                Undo.RegisterCreatedObjectUndo(added, "Add Voice Chat");
            }
            Selection.activeGameObject = voice.gameObject;
        }
    }
}
