using System;
using System.IO;
using ConsonanceStubs;

namespace UnityEngine
{
    /// <summary>The numbers are Unity's.</summary>
    public enum RuntimePlatform
    {
        OSXEditor = 0,
        OSXPlayer = 1,
        WindowsPlayer = 2,
        WindowsEditor = 7,
        IPhonePlayer = 8,
        Android = 11,
        LinuxPlayer = 13,
        LinuxEditor = 16,
        WebGLPlayer = 17,
        LinuxServer = 43,
        WindowsServer = 44
    }

    public enum NetworkReachability
    {
        NotReachable = 0,
        ReachableViaCarrierDataNetwork = 1,
        ReachableViaLocalAreaNetwork = 2
    }

    public enum UserAuthorization
    {
        WebCam = 1,
        Microphone = 2
    }

    /// <summary>The running program. What a test chooses is in <see cref="ConsonanceStubs.StubApplication"/>.</summary>
    public static class Application
    {
        public delegate void LogCallback(string condition, string stackTrace, LogType type);

        /// <summary>Raised on the main thread only.</summary>
        public static event LogCallback logMessageReceived;

        /// <summary>Raised on the thread that logs.</summary>
        public static event LogCallback logMessageReceivedThreaded;

        public static event Action quitting;
        public static event Action<bool> focusChanged;

        public static RuntimePlatform platform
        {
            get { return StubApplication.Platform; }
        }

        public static bool isPlaying
        {
            get { return World.Playing; }
        }

        public static bool isEditor
        {
            get
            {
                return platform == RuntimePlatform.LinuxEditor || platform == RuntimePlatform.WindowsEditor ||
                    platform == RuntimePlatform.OSXEditor;
            }
        }

        public static bool isMobilePlatform
        {
            get { return platform == RuntimePlatform.Android || platform == RuntimePlatform.IPhonePlayer; }
        }

        public static bool isBatchMode
        {
            get { return StubApplication.IsBatchMode; }
        }

        public static bool isFocused
        {
            get { return StubApplication.IsFocused; }
        }

        public static string persistentDataPath
        {
            get { MainThread.Require("get_persistentDataPath"); return StubApplication.DataPath; }
        }

        public static string temporaryCachePath
        {
            get { MainThread.Require("get_temporaryCachePath"); return StubApplication.DataPath; }
        }

        public static string dataPath
        {
            get { MainThread.Require("get_dataPath"); return StubApplication.DataPath; }
        }

        public static string streamingAssetsPath
        {
            get { MainThread.Require("get_streamingAssetsPath"); return StubApplication.DataPath; }
        }

        public static string unityVersion
        {
            get { return "0.0.0stub"; }
        }

        public static string version
        {
            get { return "0.1"; }
        }

        public static string productName
        {
            get { return "StubProduct"; }
        }

        public static string companyName
        {
            get { return "StubCompany"; }
        }

        public static NetworkReachability internetReachability
        {
            get { return NetworkReachability.ReachableViaLocalAreaNetwork; }
        }

        public static bool runInBackground { get; set; }
        public static int targetFrameRate { get; set; }

        public static bool HasUserAuthorization(UserAuthorization mode)
        {
            return StubApplication.MicrophoneAllowed;
        }

        public static AsyncOperation RequestUserAuthorization(UserAuthorization mode)
        {
            StubApplication.MicrophoneAllowed = StubApplication.GrantsMicrophone;
            return new AsyncOperation { isDone = true };
        }

        /// <summary>Ends the program after this frame.</summary>
        public static void Quit(int exitCode = 0)
        {
            World.QuitRequested = true;
        }

        internal static void RaiseQuitting()
        {
            if (quitting != null)
                Messages.Call(quitting, null);
        }

        internal static void RaiseFocusChanged(bool focused)
        {
            if (focusChanged != null)
                focusChanged(focused);
        }

        internal static void RaiseLog(string message, LogType type)
        {
            if (logMessageReceived != null && MainThread.IsCurrent)
                logMessageReceived(message, "", type);
            if (logMessageReceivedThreaded != null)
                logMessageReceivedThreaded(message, "", type);
        }
    }

    public static class SystemInfo
    {
        public static string deviceModel
        {
            get { return "Stub"; }
        }

        public static string deviceName
        {
            get { return "Stub"; }
        }

        public static string operatingSystem
        {
            get { return "Stub"; }
        }

        public static string deviceUniqueIdentifier
        {
            get { return "0123456789abcdef"; }
        }

        public static int processorCount
        {
            get { return Environment.ProcessorCount; }
        }
    }
}

namespace UnityEngine.Android
{
    public static class Permission
    {
        public const string Microphone = "android.permission.RECORD_AUDIO";

        public static bool HasUserAuthorizedPermission(string permission)
        {
            return StubApplication.MicrophoneAllowed;
        }

        public static void RequestUserPermission(string permission)
        {
            StubApplication.MicrophoneAllowed = StubApplication.GrantsMicrophone;
        }
    }
}

namespace ConsonanceStubs
{
    /// <summary>What a test chooses about the program.</summary>
    public static class StubApplication
    {
        private static string _dataPath;

        static StubApplication()
        {
            Reset();
        }

        public static UnityEngine.RuntimePlatform Platform { get; set; }
        public static bool IsBatchMode { get; set; }

        /// <summary>Whether the player has given the microphone free.</summary>
        public static bool MicrophoneAllowed { get; set; }

        /// <summary>What the player answers when the program asks for the microphone.</summary>
        public static bool GrantsMicrophone { get; set; }

        public static bool IsFocused { get; internal set; }

        /// <summary>All data folders; a fresh folder for temporary files when a test sets none.</summary>
        public static string DataPath
        {
            get
            {
                if (_dataPath == null)
                    _dataPath = Path.Combine(Path.GetTempPath(), "stub-" + Guid.NewGuid().ToString("N"));
                Directory.CreateDirectory(_dataPath);
                return _dataPath;
            }
            set { _dataPath = value; }
        }

        public static void Reset()
        {
            Platform = UnityEngine.RuntimePlatform.LinuxPlayer;
            IsBatchMode = false;
            MicrophoneAllowed = true;
            GrantsMicrophone = true;
            IsFocused = true;
        }
    }
}
