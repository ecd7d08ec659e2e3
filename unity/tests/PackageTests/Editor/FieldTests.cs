using System;
using System.Collections.Generic;
using System.Reflection;
using Consonance.Tests;
using Consonance.Unity.Tests;
using ConsonanceStubs;
using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor.Tests
{
    /// <summary>Fields, which scenes and prefabs save.</summary>
    static class FieldTests
    {
        public static void Add(Suite suite)
        {
            suite.Add("every_field_of_every_component_is_in_its_inspector", EveryField);
            suite.Add("drawing_an_inspector_changes_nothing", DrawingChangesNothing);
            suite.Add("what_is_edited_can_be_undone", Edit);
            suite.Add("the_menu_adds_one_chat_and_then_selects_it", Menu);
            suite.Add("a_prefab_is_edited_without_hints_and_state", Prefab);
        }

        /// <summary>The components that a developer adds.</summary>
        internal static readonly Type[] Components =
        {
            typeof(ConsonanceVoice), typeof(VoicePlayer), typeof(VoiceRoomTrigger), typeof(VoiceProximity),
            typeof(PushToTalk), typeof(VoiceTap),
        };

        static void EveryField()
        {
            using (new Stage("offline:"))
            {
                foreach (Type type in Components)
                {
                    using (new Inspector((MonoBehaviour)new GameObject("It").AddComponent(type)))
                    {
                        List<string> drawn = Inspector.Of("property"), saved = Saved(type);
                        drawn.Sort();
                        saved.Sort();
                        Suite.AreEqual(string.Join(" ", saved.ToArray()), string.Join(" ", drawn.ToArray()), type.Name);
                    }
                }
            }
        }

        /// <summary>The fields that Unity saves with a component.</summary>
        static List<string> Saved(Type type)
        {
            const BindingFlags own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
                | BindingFlags.DeclaredOnly;
            List<string> names = new List<string>();
            for (; type != typeof(MonoBehaviour); type = type.BaseType)
            {
                foreach (FieldInfo field in type.GetFields(own))
                {
                    if (field.IsPublic || Attribute.IsDefined(field, typeof(SerializeField))) names.Add(field.Name);
                }
            }
            return names;
        }

        static void DrawingChangesNothing()
        {
            using (new Stage("offline:"))
            {
                foreach (Type type in Components)
                {
                    Undo.StubSteps.Clear();
                    MonoBehaviour component = (MonoBehaviour)new GameObject("It").AddComponent(type);
                    string before = Values(component);
                    using (Inspector inspector = new Inspector(component)) inspector.Draw();
                    Suite.AreEqual(before, Values(component), type.Name);
                    Suite.AreEqual(0, Undo.StubSteps.Count, "steps to undo of " + type.Name);
                }
            }
        }

        static string Values(MonoBehaviour component)
        {
            List<string> values = new List<string>();
            foreach (string name in Saved(component.GetType()))
            {
                values.Add(name + "=" + SerializedFields.Get(component, name));
            }
            return string.Join(" ", values.ToArray());
        }

        static void Edit()
        {
            using (new Stage("offline:"))
            {
                ConsonanceVoice voice = new GameObject("Chat").AddComponent<ConsonanceVoice>();
                using (Inspector inspector = new Inspector(voice))
                {
                    Undo.StubSteps.Clear();
                    inspector.Edit("address", "quic://127.0.0.1:7777/main");
                    Suite.AreEqual("quic://127.0.0.1:7777/main", voice.Address, "address");
                    Suite.AreEqual("Chat: address", string.Join(", ", Undo.StubSteps.ToArray()), "steps to undo");
                }
            }
        }

        static void Menu()
        {
            using (new Stage("offline:"))
            {
                Undo.StubSteps.Clear();
                CreateMenu.AddVoiceChat();
                GameObject first = Selection.activeGameObject;
                Suite.Require(first.GetComponent<ConsonanceVoice>() != null, "no chat");
                Suite.AreEqual("Voice Chat: Add Voice Chat", string.Join(", ", Undo.StubSteps.ToArray()), "steps");
                Selection.activeGameObject = null;
                CreateMenu.AddVoiceChat();
                Suite.Require(Selection.activeGameObject == first, "a second chat");
                Suite.AreEqual(1, Undo.StubSteps.Count, "steps");
            }
        }

        static void Prefab()
        {
            using (Stage stage = new Stage("offline:"))
            {
                GameObject prefab = StubPrefab.Create("Avatar", made => made.AddComponent<VoicePlayer>());
                AssetDatabase.CreateAsset(prefab, "Assets/Avatar.prefab");
                stage.Loop.Play(() => stage.Voice("Alice"));
                using (Inspector inspector = new Inspector(prefab.GetComponent<VoicePlayer>()))
                {
                    inspector.Require("property: playerName");
                    inspector.RequireNot("label: ");
                    inspector.RequireNot("info: ");
                    inspector.Edit("playerName", "Bob");
                    Suite.AreEqual("Bob", prefab.GetComponent<VoicePlayer>().PlayerName, "name");
                }
            }
        }
    }
}
