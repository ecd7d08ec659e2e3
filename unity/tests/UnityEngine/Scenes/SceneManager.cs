using ConsonanceStubs;
using UnityEngine.Events;

namespace UnityEngine.SceneManagement
{
    public enum LoadSceneMode
    {
        Single = 0,
        Additive = 1
    }

    public struct Scene
    {
        internal string SceneName;

        public string name
        {
            get { return SceneName ?? ""; }
        }

        public bool isLoaded
        {
            get { return SceneName != null; }
        }

        public bool IsValid()
        {
            return SceneName != null;
        }
    }

    /// <summary>Scenes by name: a test describes them with <see cref="PlayerLoop.DefineScene"/>.</summary>
    public static class SceneManager
    {
        private static Scene _active;

        public static event UnityAction<Scene, LoadSceneMode> sceneLoaded;
        public static event UnityAction<Scene> sceneUnloaded;
        public static event UnityAction<Scene, Scene> activeSceneChanged;

        public static Scene GetActiveScene()
        {
            MainThread.Require("GetActiveScene");
            return _active;
        }

        /// <summary>Replaces the scene at the start of the next frame.</summary>
        public static void LoadScene(string sceneName)
        {
            MainThread.Require("LoadScene");
            World.NextScene = sceneName;
        }

        internal static Scene Replace(string name)
        {
            var old = _active;
            _active = new Scene { SceneName = name };
            return old;
        }

        internal static void RaiseUnloaded(Scene old)
        {
            if (old.IsValid() && sceneUnloaded != null)
                sceneUnloaded(old);
        }

        internal static void RaiseLoaded(Scene old)
        {
            if (activeSceneChanged != null)
                activeSceneChanged(old, _active);
            if (sceneLoaded != null)
                sceneLoaded(_active, LoadSceneMode.Single);
        }
    }
}
