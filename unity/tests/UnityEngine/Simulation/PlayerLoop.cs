using System;
using System.Collections.Generic;
using System.Reflection;
using System.Threading;
using UnityEngine;
using UnityEngine.SceneManagement;

namespace ConsonanceStubs
{
    /// <summary>
    /// The frame order of Unity for one player at a time. The thread that creates the loop is the main thread.
    /// </summary>
    public sealed class PlayerLoop : IDisposable
    {
        private readonly Assembly[] _assemblies;
        private readonly Dictionary<string, Action> _scenes = new Dictionary<string, Action>();

        /// <summary>A player whose start-up methods are those of <paramref name="assemblies"/>.</summary>
        public PlayerLoop(params Assembly[] assemblies)
        {
            if (World.Playing)
                throw new InvalidOperationException("another loop is playing");
            _assemblies = assemblies;
            MainThread.Claim();
            ResetEngine();
            Audio = new AudioThread();
        }

        /// <summary>Raised before objects go because play mode ends; for the stubs of the editor.</summary>
        public static event Action LeavingPlayMode;

        /// <summary>Raised in play mode, before the first scene; for the stubs of the editor.</summary>
        public static event Action EnteredPlayMode;

        public AudioThread Audio { get; private set; }

        /// <summary>What <c>SceneManager.LoadScene</c> finds under a name.</summary>
        public void DefineScene(string name, Action build)
        {
            _scenes[name] = build;
        }

        /// <summary>Enters play mode: start-up methods, then the first scene, which the callback makes.</summary>
        public void Play(Action build)
        {
            World.Playing = true;
            if (EnteredPlayMode != null)
                EnteredPlayMode();
            StartUp.Call(_assemblies, RuntimeInitializeLoadType.SubsystemRegistration);
            StartUp.Call(_assemblies, RuntimeInitializeLoadType.AfterAssembliesLoaded);
            StartUp.Call(_assemblies, RuntimeInitializeLoadType.BeforeSplashScreen);
            StartUp.Call(_assemblies, RuntimeInitializeLoadType.BeforeSceneLoad);
            LoadScene("Main", build);
            StartUp.Call(_assemblies, RuntimeInitializeLoadType.AfterSceneLoad);
        }

        /// <summary>
        /// Destroys what DontDestroyOnLoad does not keep, then makes the new objects: scripts that the callback
        /// adds wake up after it, so it may set their fields first, as a saved scene does.
        /// </summary>
        public void LoadScene(string name, Action build)
        {
            DestroyRoots(gameObject => !gameObject.SurvivesSceneChange);
            var old = SceneManager.Replace(name);
            SceneManager.RaiseUnloaded(old);
            World.Build(build);
            SceneManager.RaiseLoaded(old);
        }

        /// <summary>One frame, that many simulated seconds after the last; the audio follows if not running.</summary>
        public void RunFrame(double seconds)
        {
            LoopClock.Advance(seconds);
            Audio.AdvanceSimulated(seconds);
            Frame();
        }

        public void RunFrames(int count, double seconds)
        {
            for (var i = 0; i < count; i++)
                RunFrame(seconds);
        }

        /// <summary>
        /// Frames in real time. Every <paramref name="hitchEvery"/> seconds (0: never) one frame takes half a second
        /// longer. Ends early when <paramref name="until"/>, asked after each frame, is true; tells whether it was.
        /// </summary>
        public bool Run(double seconds, int hz = 60, double hitchEvery = 0, Func<bool> until = null)
        {
            const int hitchMilliseconds = 500;
            LoopClock.StartRealTime();
            try
            {
                var end = LoopClock.Now + seconds;
                var nextFrame = LoopClock.Now;
                var nextHitch = LoopClock.Now + hitchEvery;
                while (LoopClock.Now < end && World.Playing)
                {
                    // One reading: a later one could lie after `nextFrame`, and no sleep is negative.
                    var now = LoopClock.Now;
                    nextFrame = Math.Max(nextFrame + 1.0 / hz, now);
                    Thread.Sleep((int)((nextFrame - now) * 1000));
                    if (hitchEvery > 0 && LoopClock.Now >= nextHitch)
                    {
                        Thread.Sleep(hitchMilliseconds);
                        nextHitch = LoopClock.Now + hitchEvery;
                    }
                    Frame();
                    if (until != null && until())
                        return true;
                }
                return false;
            }
            finally
            {
                LoopClock.StopRealTime();
            }
        }

        /// <summary>
        /// The program goes to the background: no frame and no sound for that many seconds, which are real when the
        /// audio thread runs.
        /// </summary>
        public void Pause(double seconds)
        {
            var wasRunning = Audio.IsRunning;
            SendFocus(false);
            Send(state => state.OnApplicationPause, true);
            Audio.Stop();
            LoopClock.Advance(seconds);
            if (wasRunning)
            {
                Thread.Sleep((int)(seconds * 1000));
                Audio.Start();
            }
            Send(state => state.OnApplicationPause, false);
            SendFocus(true);
        }

        public void SendFocus(bool focused)
        {
            StubApplication.IsFocused = focused;
            Application.RaiseFocusChanged(focused);
            Send(state => state.OnApplicationFocus, focused);
        }

        /// <summary>
        /// Leaves play mode and enters it again without resetting static fields: what the editor does with "Enter
        /// Play Mode Options", the harder case. Start-up methods are called again.
        /// </summary>
        public void ReloadDomain(Action build)
        {
            Quit();
            ResetWorld();
            Play(build);
        }

        /// <summary>Ends the program, or play mode.</summary>
        public void Quit()
        {
            if (!World.Playing)
                return;
            if (LeavingPlayMode != null)
                LeavingPlayMode();
            foreach (var script in World.Behaviours.ToArray())
                if (script != null && script.TurnedOn)
                    Messages.Call(script.State.OnApplicationQuit, script);
            Application.RaiseQuitting();
            DestroyRoots(gameObject => true);
            World.Playing = false;
        }

        public void Dispose()
        {
            Quit();
            Audio.Dispose();
            ResetEngine();
            MainThread.Release();
        }

        private void Frame()
        {
            if (World.NextScene != null)
                LoadNextScene();
            LoopClock.BeginFrame();
            StubInput.BeginFrame();
            StartNew();
            Triggers.Step();
            foreach (var script in World.Behaviours.ToArray())
                if (script.TurnedOn && script.State.Started)
                    Messages.Call(script.State.Update, script);
            Coroutines.Step(false);
            foreach (var script in World.Behaviours.ToArray())
                if (script.TurnedOn && script.State.Started)
                    Messages.Call(script.State.LateUpdate, script);
            Coroutines.Step(true);
            World.DestroyQueued();
            AudioGraph.UpdateGains();
            if (World.QuitRequested)
                Quit();
        }

        /// <summary>Start, of those that a Start adds as well.</summary>
        private static void StartNew()
        {
            for (var found = true; found;)
            {
                found = false;
                foreach (var script in World.Behaviours.ToArray())
                {
                    if (!script.TurnedOn || script.State.Started)
                        continue;
                    found = true;
                    script.State.Started = true;
                    Messages.Call(script.State.Start, script);
                    if (script.State.StartAsCoroutine != null)
                        script.StartCoroutine(script.State.StartAsCoroutine());
                }
            }
        }

        private void LoadNextScene()
        {
            var name = World.NextScene;
            World.NextScene = null;
            Action build;
            if (_scenes.TryGetValue(name, out build))
                LoadScene(name, build);
            else
                Debug.LogError("Scene '" + name + "' couldn't be loaded: define it with PlayerLoop.DefineScene");
        }

        /// <summary>But for those that are never saved: they outlive scenes and play mode, as in the editor.</summary>
        private static void DestroyRoots(Predicate<GameObject> which)
        {
            foreach (var gameObject in World.Objects.ToArray())
                if (gameObject != null && gameObject.Root.ParentOrNull == null && which(gameObject) &&
                    (gameObject.hideFlags & HideFlags.DontSave) != HideFlags.DontSave)
                    Lifecycle.Destroy(gameObject);
        }

        private static void Send(Func<BehaviourState, Action<bool>> message, bool value)
        {
            foreach (var script in World.Behaviours.ToArray())
                if (script != null && script.TurnedOn)
                    Messages.Call(message(script.State), value, script);
        }

        private static void ResetWorld()
        {
            World.Reset();
            LoopClock.Reset();
            AudioGraph.Reset();
            Triggers.Reset();
            Coroutines.Reset();
            SceneManager.Replace(null);
        }

        private static void ResetEngine()
        {
            ResetWorld();
            StubInput.Reset();
            StubMicrophone.Reset();
            StubApplication.Reset();
            StubResources.Clear();
            AudioListener.pause = false;
            AudioListener.volume = 1;
            LogRecord.Clear();
        }
    }

    /// <summary>Calls static methods with RuntimeInitializeOnLoadMethod.</summary>
    internal static class StartUp
    {
        internal static void Call(Assembly[] assemblies, RuntimeInitializeLoadType when)
        {
            const BindingFlags own = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic |
                BindingFlags.DeclaredOnly;
            foreach (var assembly in assemblies)
                foreach (var type in assembly.GetTypes())
                    foreach (var method in type.GetMethods(own))
                    {
                        var attribute = (RuntimeInitializeOnLoadMethodAttribute)Attribute.GetCustomAttribute(method,
                            typeof(RuntimeInitializeOnLoadMethodAttribute));
                        if (attribute != null && attribute.loadType == when)
                            Messages.Call((Action)Delegate.CreateDelegate(typeof(Action), method), null);
                    }
        }
    }
}
