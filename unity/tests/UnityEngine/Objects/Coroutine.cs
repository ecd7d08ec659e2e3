using ConsonanceStubs;

namespace UnityEngine
{
    public class YieldInstruction
    {
    }

    public sealed class WaitForEndOfFrame : YieldInstruction
    {
    }

    /// <summary>Waits in scaled seconds.</summary>
    public sealed class WaitForSeconds : YieldInstruction
    {
        internal readonly float Seconds;

        public WaitForSeconds(float seconds)
        {
            Seconds = seconds;
        }
    }

    public abstract class CustomYieldInstruction : System.Collections.IEnumerator
    {
        public abstract bool keepWaiting { get; }

        public object Current
        {
            get { return null; }
        }

        public bool MoveNext()
        {
            return keepWaiting;
        }

        public virtual void Reset()
        {
        }
    }

    /// <summary>Waits in real seconds.</summary>
    public sealed class WaitForSecondsRealtime : CustomYieldInstruction
    {
        private readonly double _until;

        public WaitForSecondsRealtime(float time)
        {
            _until = Time.realtimeSinceStartupAsDouble + time;
        }

        public override bool keepWaiting
        {
            get { return Time.realtimeSinceStartupAsDouble < _until; }
        }
    }

    public class AsyncOperation : YieldInstruction
    {
        public bool isDone { get; internal set; }

        public float progress
        {
            get { return isDone ? 1 : 0; }
        }
    }

    public sealed class Coroutine : YieldInstruction
    {
        internal readonly RunningCoroutine Running;

        internal Coroutine(RunningCoroutine running)
        {
            Running = running;
        }
    }
}
