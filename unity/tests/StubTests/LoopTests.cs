using System;
using System.Collections;
using System.Collections.Generic;
using ConsonanceStubs;
using UnityEditor;
using UnityEngine;
using UnityEngine.SceneManagement;

namespace StubTests
{
    /// <summary>The order of messages, time, scenes and play mode.</summary>
    internal static class LoopTests
    {
        internal static void AddTo(List<Test> tests)
        {
            tests.Add(new Test("messages_come_in_the_order_of_unity", Order));
            tests.Add(new Test("scripts_of_a_scene_wake_up_when_all_objects_are_there", SceneWakesTogether));
            tests.Add(new Test("an_earlier_execution_order_comes_first", ExecutionOrder));
            tests.Add(new Test("switching_off_and_on_sends_messages_once", Switching));
            tests.Add(new Test("an_exception_is_logged_and_the_frame_goes_on", Exceptions));
            tests.Add(new Test("a_coroutine_waits_for_frames_seconds_and_others", CoroutinesWait));
            tests.Add(new Test("a_start_that_waits_goes_on_in_the_next_frame", StartAsCoroutine));
            tests.Add(new Test("a_scene_change_keeps_what_it_is_told_to_keep", SceneChange));
            tests.Add(new Test("what_is_never_saved_outlives_scenes_and_play_mode", NeverSaved));
            tests.Add(new Test("a_scene_is_loaded_by_name_at_the_next_frame", SceneByName));
            tests.Add(new Test("entering_play_mode_again_destroys_all_and_calls_start_up_methods", DomainReload));
            tests.Add(new Test("a_long_frame_is_long_but_for_delta_time", LongFrame));
            tests.Add(new Test("real_time_has_frames_and_hitches", RealTime));
            tests.Add(new Test("a_pause_lets_time_pass_without_frames", Pause));
            tests.Add(new Test("keys_go_down_and_up_for_one_frame", Keys));
            tests.Add(new Test("triggers_enter_and_exit", TriggersMeet));
        }

        private static void Order()
        {
            Probe.Calls.Clear();
            using (var loop = new PlayerLoop())
            {
                var quitting = 0;
                Action count = () => Probe.Calls.Add("quitting" + ++quitting);
                Application.quitting += count;
                loop.Play(() => new GameObject().AddComponent<Probe>());
                loop.RunFrames(2, 0.1);
                Check.Equal("Awake OnEnable Start Update LateUpdate Update LateUpdate", Probe.Taken(), "two frames");
                loop.Quit();
                Application.quitting -= count;
                Check.Equal("Quit quitting1 OnDisable OnDestroy", Probe.Taken(), "the end");
            }
            Check.Equal("", Probe.Taken(), "after the end");
        }

        private static void SceneWakesTogether()
        {
            Probe.Calls.Clear();
            using (var loop = new PlayerLoop())
            {
                loop.Play(() =>
                {
                    new GameObject().AddComponent<Probe>().Label = "a.";
                    new GameObject().AddComponent<Probe>().Label = "b.";
                    Check.Equal(0, Probe.Calls.Count, "messages while the scene is built");
                });
                Check.Equal("a.Awake a.OnEnable b.Awake b.OnEnable", Probe.Taken(), "after it was built");
                new GameObject().AddComponent<Probe>();
                Check.Equal("Awake OnEnable", Probe.Taken(), "at once, in a running scene");
            }
        }

        private static void ExecutionOrder()
        {
            using (var loop = new PlayerLoop())
            {
                loop.Play(() =>
                {
                    new GameObject().AddComponent<Probe>().Label = "late.";
                    new GameObject().AddComponent<EarlyProbe>().Label = "early.";
                });
                loop.RunFrame(0.1);
                Probe.Calls.Clear();
                loop.RunFrame(0.1);
                Check.Equal("early.Update late.Update early.LateUpdate late.LateUpdate", Probe.Taken(), "a frame");
            }
        }

        private static void Switching()
        {
            using (var loop = new PlayerLoop())
            {
                loop.Play(() => { });
                var parent = new GameObject();
                var child = new GameObject();
                child.transform.SetParent(parent.transform);
                child.SetActive(false);
                Probe.Calls.Clear();
                var probe = child.AddComponent<Probe>();
                Check.Equal("", Probe.Taken(), "on an inactive object");
                child.SetActive(true);
                Check.Equal("Awake OnEnable", Probe.Taken(), "when it is activated");
                parent.SetActive(false);
                parent.SetActive(false);
                Check.Equal("OnDisable", Probe.Taken(), "when the parent goes");
                probe.enabled = false;
                parent.SetActive(true);
                Check.Equal("", Probe.Taken(), "while it is disabled");
                probe.enabled = true;
                loop.RunFrame(0.1);
                Check.Equal("OnEnable Start Update LateUpdate", Probe.Taken(), "enabled again");
            }
        }

        private static void Exceptions()
        {
            using (var loop = new PlayerLoop())
            {
                loop.Play(() =>
                {
                    new GameObject().AddComponent<Faulty>();
                    new GameObject().AddComponent<Probe>();
                });
                Probe.Calls.Clear();
                loop.RunFrame(0.1);
                Check.Equal("Start Update LateUpdate", Probe.Taken(), "the other script");
                Check.Equal(1, LogRecord.Errors.Length, "errors");
                Check.That(LogRecord.Errors[0].Type == LogType.Exception, "an exception");
            }
        }

        private static void CoroutinesWait()
        {
            using (var loop = new PlayerLoop())
            {
                loop.Play(() => { });
                var owner = new GameObject().AddComponent<Probe>();
                var steps = new List<string>();
                owner.StartCoroutine(Steps(owner, steps));
                Check.Equal("begun", string.Join(" ", steps.ToArray()), "at once");
                loop.RunFrame(0.1);
                Check.Equal("begun frame inner", string.Join(" ", steps.ToArray()), "first frame");
                loop.RunFrames(2, 0.1);
                Check.Equal("begun frame inner", string.Join(" ", steps.ToArray()), "before the seconds have passed");
                loop.RunFrames(2, 0.1);
                Check.Equal("begun frame inner seconds", string.Join(" ", steps.ToArray()), "after them");
            }
        }

        private static void StartAsCoroutine()
        {
            using (var loop = new PlayerLoop())
            {
                Slow slow = null;
                loop.Play(() => slow = new GameObject().AddComponent<Slow>());
                loop.RunFrame(0.1);
                Check.Equal(1, slow.Steps, "steps in the first frame");
                loop.RunFrame(0.1);
                Check.Equal(2, slow.Steps, "steps after the second");
            }
        }

        private static IEnumerator Steps(MonoBehaviour owner, List<string> steps)
        {
            steps.Add("begun");
            yield return null;
            steps.Add("frame");
            yield return owner.StartCoroutine(Inner(steps));
            steps.Add("seconds");
        }

        private static IEnumerator Inner(List<string> steps)
        {
            steps.Add("inner");
            yield return new WaitForSeconds(0.25f);
        }

        private static void SceneChange()
        {
            using (var loop = new PlayerLoop())
            {
                loop.Play(() =>
                {
                    var kept = new GameObject().AddComponent<Probe>();
                    kept.Label = "kept.";
                    UnityEngine.Object.DontDestroyOnLoad(kept.gameObject);
                    new GameObject().AddComponent<Probe>().Label = "old.";
                });
                loop.RunFrame(0.1);
                Probe.Calls.Clear();
                loop.LoadScene("Second", () => new GameObject().AddComponent<Probe>().Label = "new.");
                Check.Equal("old.OnDisable old.OnDestroy new.Awake new.OnEnable", Probe.Taken(), "the change");
                Check.Equal("Second", SceneManager.GetActiveScene().name, "the scene");
                Check.Equal(2, UnityEngine.Object.FindObjectsOfType<Probe>().Length, "scripts");
            }
        }

        private static void NeverSaved()
        {
            using (var loop = new PlayerLoop())
            {
                GameObject hidden = null;
                loop.Play(() => hidden = new GameObject { hideFlags = HideFlags.HideAndDontSave });
                loop.LoadScene("Second", () => new GameObject { hideFlags = HideFlags.HideInHierarchy });
                Check.That(hidden != null, "outlives the scene");
                loop.Quit();
                Check.Equal(1, Resources.FindObjectsOfTypeAll<GameObject>().Length, "objects after play mode");
            }
        }

        private static void SceneByName()
        {
            using (var loop = new PlayerLoop())
            {
                var loaded = new List<string>();
                UnityEngine.Events.UnityAction<Scene, LoadSceneMode> note = (scene, mode) => loaded.Add(scene.name);
                SceneManager.sceneLoaded += note;
                loop.DefineScene("Level", () => new GameObject("of the level"));
                loop.Play(() => new GameObject("of the menu"));
                SceneManager.LoadScene("Level");
                Check.That(GameObject.Find("of the menu") != null, "still there in this frame");
                loop.RunFrame(0.1);
                SceneManager.sceneLoaded -= note;
                Check.That(GameObject.Find("of the menu") == null, "gone in the next");
                Check.That(GameObject.Find("of the level") != null, "the level is there");
                Check.Equal("Main Level", string.Join(" ", loaded.ToArray()), "scenes loaded");
            }
        }

        private static void DomainReload()
        {
            using (var loop = new PlayerLoop(typeof(LoopTests).Assembly))
            {
                var changes = new List<string>();
                Action<PlayModeStateChange> note = change => changes.Add(change.ToString());
                EditorStartUp.Load(typeof(LoopTests).Assembly);
                EditorApplication.playModeStateChanged += note;
                Probe.Calls.Clear();
                loop.Play(() => new GameObject().AddComponent<Probe>());
                Check.Equal("reset Awake OnEnable after", Probe.Taken(), "play mode");
                loop.RunFrame(0.1);
                Probe.Calls.Clear();
                loop.ReloadDomain(() => { });
                Check.Equal("Quit OnDisable OnDestroy reset after", Probe.Taken(), "again");
                EditorApplication.playModeStateChanged -= note;
                Check.Equal("EnteredPlayMode ExitingPlayMode EnteredPlayMode", string.Join(" ", changes.ToArray()),
                    "events of the editor");
                Check.Equal(0, Time.frameCount, "frames");
            }
        }

        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        private static void ResetStatics()
        {
            Probe.Calls.Add("reset");
        }

        [RuntimeInitializeOnLoadMethod]
        private static void AfterSceneLoad()
        {
            Probe.Calls.Add("after");
        }

        private static void LongFrame()
        {
            using (var loop = new PlayerLoop())
            {
                loop.Play(() => { });
                loop.RunFrame(0.02);
                loop.RunFrame(0.5);
                Check.Near(1.0 / 3, Time.deltaTime, 1e-6, "deltaTime");
                Check.Near(0.5, Time.unscaledDeltaTime, 1e-6, "unscaledDeltaTime");
                Check.Near(0.52, Time.realtimeSinceStartup, 1e-6, "realtimeSinceStartup");
                Check.Equal(2, Time.frameCount, "frames");
            }
        }

        private static void RealTime()
        {
            using (var loop = new PlayerLoop())
            {
                loop.Play(() => { });
                var longest = 0.0;
                var frames = 0;
                loop.Run(1.2, 60, 0.5, () =>
                {
                    frames++;
                    longest = Math.Max(longest, Time.unscaledDeltaTime);
                    return false;
                });
                Check.That(longest >= 0.5, "a hitch of half a second, the longest frame took " + longest);
                Check.That(frames > 3 && frames < 60, "frames beside the hitch: " + frames);
                Check.That(Time.realtimeSinceStartup >= 1.2, "real seconds: " + Time.realtimeSinceStartup);
                Check.That(loop.Run(60, 60, 0, () => true), "ends early");
            }
        }

        private static void Pause()
        {
            using (var loop = new PlayerLoop())
            {
                loop.Play(() => new GameObject().AddComponent<Probe>());
                loop.RunFrame(0.1);
                Probe.Calls.Clear();
                loop.Pause(20);
                Check.Equal("PauseTrue PauseFalse", Probe.Taken(), "messages");
                loop.RunFrame(0.1);
                Check.Near(20.1, Time.unscaledDeltaTime, 1e-3, "the frame after it");
            }
        }

        private static void Keys()
        {
            using (var loop = new PlayerLoop())
            {
                loop.Play(() => { });
                StubInput.Press(KeyCode.V);
                Check.That(!Input.GetKey(KeyCode.V), "not before the next frame");
                loop.RunFrame(0.1);
                Check.That(Input.GetKey(KeyCode.V) && Input.GetKeyDown(KeyCode.V), "goes down");
                loop.RunFrame(0.1);
                Check.That(Input.GetKey(KeyCode.V) && !Input.GetKeyDown(KeyCode.V), "is held");
                StubInput.Release(KeyCode.V);
                loop.RunFrame(0.1);
                Check.That(Input.GetKeyUp(KeyCode.V) && !Input.GetKey(KeyCode.V), "goes up");
                Check.Throws<ArgumentException>(() => Input.GetAxis("Voice"), "an axis that is not set up");
            }
        }

        private static void TriggersMeet()
        {
            using (var loop = new PlayerLoop())
            {
                Transform visitor = null;
                loop.Play(() =>
                {
                    var room = new GameObject("room");
                    var box = room.AddComponent<BoxCollider>();
                    box.isTrigger = true;
                    box.size = new Vector3(4, 4, 4);
                    room.AddComponent<Probe>();
                    visitor = new GameObject("visitor").AddComponent<SphereCollider>().transform;
                    visitor.position = new Vector3(10, 0, 0);
                });
                loop.RunFrame(0.1);
                Probe.Calls.Clear();
                visitor.position = new Vector3(2.4f, 0, 0);
                loop.RunFrame(0.1);
                Check.Equal("Enter:visitor Update LateUpdate", Probe.Taken(), "enters");
                loop.RunFrame(0.1);
                Check.Equal("Update LateUpdate", Probe.Taken(), "stays");
                visitor.position = new Vector3(2.6f, 0, 0);
                loop.RunFrame(0.1);
                Check.Equal("Exit:visitor Update LateUpdate", Probe.Taken(), "leaves");
            }
        }
    }
}
