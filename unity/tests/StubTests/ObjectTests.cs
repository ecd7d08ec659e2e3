using System;
using System.Collections.Generic;
using System.Threading;
using ConsonanceStubs;
using UnityEditor;
using UnityEngine;

namespace StubTests
{
    /// <summary>Objects, components, mathematics and inspectors.</summary>
    internal static class ObjectTests
    {
        internal static void AddTo(List<Test> tests)
        {
            tests.Add(new Test("a_destroyed_object_equals_null_and_refuses_access", DestroyedIsNull));
            tests.Add(new Test("destroying_waits_for_the_end_of_the_frame", DestroyWaits));
            tests.Add(new Test("attributes_add_and_refuse_components", AttributesCount));
            tests.Add(new Test("clones_copy_serialized_fields_and_point_to_clones", Clones));
            tests.Add(new Test("a_prefab_gets_no_messages_but_its_clones_do", Prefabs));
            tests.Add(new Test("a_child_moves_with_its_parent", ChildMoves));
            tests.Add(new Test("rotations_turn_as_in_a_left_handed_world", Rotations));
            tests.Add(new Test("the_engine_refuses_other_threads", OtherThreads));
            tests.Add(new Test("an_inspector_reads_and_writes_serialized_fields", Inspectors));
        }

        private static void DestroyedIsNull()
        {
            using (var loop = new PlayerLoop())
            {
                loop.Play(() => { });
                var gameObject = new GameObject("gone");
                var probe = gameObject.AddComponent<Probe>();
                UnityEngine.Object.DestroyImmediate(gameObject);
                Check.That(gameObject == null && probe == null && !probe, "both equal null");
                Check.That(!ReferenceEquals(probe, null), "the reference stays");
                Check.Throws<MissingReferenceException>(() => probe.transform.ToString(), "the transform");
                Check.That(GameObject.Find("gone") == null, "not found any more");
            }
        }

        private static void DestroyWaits()
        {
            using (var loop = new PlayerLoop())
            {
                loop.Play(() => { });
                var now = new GameObject("now");
                var later = new GameObject("later");
                UnityEngine.Object.Destroy(now);
                UnityEngine.Object.Destroy(later, 0.25f);
                Check.That(now != null, "there until the frame ends");
                loop.RunFrame(0.1);
                Check.That(now == null && later != null, "only the first is gone");
                loop.RunFrames(2, 0.1);
                Check.That(later == null, "the second is gone, too");
            }
        }

        private static void AttributesCount()
        {
            using (new PlayerLoop())
            {
                var gameObject = new GameObject();
                gameObject.AddComponent<Loud>();
                Check.That(gameObject.GetComponent<AudioSource>() != null, "the required source is there");
                Check.That(gameObject.AddComponent<Loud>() == null, "the second is refused");
                Check.Equal(1, gameObject.GetComponents<Loud>().Length, "components");
                Check.Equal(1, LogRecord.Errors.Length, "errors");
            }
        }

        private static void Clones()
        {
            using (var loop = new PlayerLoop())
            {
                loop.Play(() => { });
                var original = new GameObject("original");
                var pair = original.AddComponent<Pair>();
                pair.Other = original.AddComponent<Probe>();
                SerializedFields.Set(pair, "_secret", "s");
                pair.NotSaved = 5;
                var clone = UnityEngine.Object.Instantiate(pair);
                Check.Equal("original(Clone)", clone.name, "name");
                Check.Equal("s", (string)SerializedFields.Get(clone, "_secret"), "private serialized field");
                Check.Equal(0, clone.NotSaved, "field that is not serialized");
                Check.That(clone.Other == clone.GetComponent<Probe>(), "the reference leads to the clone");
            }
        }

        private static void Prefabs()
        {
            using (var loop = new PlayerLoop())
            {
                loop.Play(() => { });
                Probe.Calls.Clear();
                var prefab = StubPrefab.Create("prefab", made => made.AddComponent<Probe>());
                loop.RunFrame(0.1);
                Check.Equal(0, Probe.Calls.Count, "messages of the prefab");
                Check.That(GameObject.Find("prefab") == null, "not in the scene");
                UnityEngine.Object.Instantiate(prefab);
                Check.Equal("Awake OnEnable", string.Join(" ", Probe.Calls.ToArray()), "messages of the clone");
            }
        }

        private static void ChildMoves()
        {
            using (new PlayerLoop())
            {
                var parent = new GameObject().transform;
                var child = new GameObject().transform;
                child.position = new Vector3(0, 0, 2);
                child.SetParent(parent);
                parent.rotation = Quaternion.Euler(0, 90, 0);
                parent.position = new Vector3(10, 0, 0);
                Check.Equal("(12.00, 0.00, 0.00)", child.position.ToString(), "position");
                child.SetParent(null);
                Check.Equal("(12.00, 0.00, 0.00)", child.localPosition.ToString(), "stays where it was");
            }
        }

        private static void Rotations()
        {
            Check.That(Quaternion.Euler(0, 90, 0) * Vector3.forward == Vector3.right, "a turn to the right");
            Check.That(Quaternion.Euler(90, 0, 0) * Vector3.forward == Vector3.down, "looking down");
            Check.That(Quaternion.Euler(0, 0, 90) * Vector3.up == Vector3.left, "tilting");
            Check.That(Quaternion.Euler(90, 90, 0) * Vector3.up == Vector3.right, "down, then to the right");
            var a = Quaternion.Euler(10, 20, 30);
            var b = Quaternion.Euler(-40, 50, 60);
            Check.That(a * b * Vector3.one == a * (b * Vector3.one), "a product turns by both");
            foreach (var ahead in new[] { Vector3.left, Vector3.back, new Vector3(1, -2, 3).normalized })
            {
                var look = Quaternion.LookRotation(ahead);
                Check.That(look * Vector3.forward == ahead, "looks along " + ahead);
                Check.That((look * Vector3.up).y > 0, "head up along " + ahead);
                Check.Near(0, (look * Vector3.right).y, 1e-5, "level along " + ahead);
            }
        }

        private static void OtherThreads()
        {
            using (new PlayerLoop())
            {
                var gameObject = new GameObject();
                Exception thrown = null;
                var thread = new Thread(() =>
                {
                    try
                    {
                        Debug.Log("allowed");
                        gameObject.transform.ToString();
                    }
                    catch (UnityException exception)
                    {
                        thrown = exception;
                    }
                });
                thread.Start();
                thread.Join();
                Check.That(LogRecord.Contains("allowed"), "any thread may log");
                Check.That(thrown != null, "a transform is for the main thread");
            }
        }

        private static void Inspectors()
        {
            using (new PlayerLoop())
            {
                GuiRecord.Clear();
                var pair = new GameObject().AddComponent<Pair>();
                var editor = UnityEditor.Editor.CreateEditor(pair, typeof(PairEditor));
                editor.OnInspectorGUI();
                Check.That(GuiRecord.Contains("property: _secret"), "the field is drawn");
                Check.Equal(null, (string)SerializedFields.Get(pair, "_secret"), "nothing is pressed");
                GuiRecord.Press("Fill in");
                editor.OnInspectorGUI();
                Check.Equal("filled", (string)SerializedFields.Get(pair, "_secret"), "after the press");
            }
        }

        [RequireComponent(typeof(AudioSource))]
        [DisallowMultipleComponent]
        private sealed class Loud : MonoBehaviour
        {
        }

        private sealed class Pair : MonoBehaviour
        {
            public Probe Other;

            [NonSerialized]
            public int NotSaved;

            [SerializeField]
            private string _secret;

            public string Secret
            {
                get { return _secret ?? (_secret = ""); }
            }
        }

        [CustomEditor(typeof(Pair))]
        private sealed class PairEditor : UnityEditor.Editor
        {
            public override void OnInspectorGUI()
            {
                var secret = serializedObject.FindProperty("_secret");
                EditorGUILayout.PropertyField(secret);
                if (GUILayout.Button("Fill in"))
                    secret.stringValue = "filled";
                serializedObject.ApplyModifiedProperties();
            }
        }
    }
}
