using System;
using System.Collections;
using System.Collections.Generic;
using UnityEngine;

namespace ConsonanceStubs
{
    /// <summary>A coroutine with the iterators that it waits for.</summary>
    internal sealed class RunningCoroutine
    {
        internal readonly MonoBehaviour Owner;
        private readonly Stack<IEnumerator> _iterators = new Stack<IEnumerator>();
        private Func<bool> _ready = () => true;
        private bool _atEndOfFrame;

        internal RunningCoroutine(MonoBehaviour owner, IEnumerator routine)
        {
            Owner = owner;
            _iterators.Push(routine);
        }

        internal bool Done
        {
            get { return _iterators.Count == 0; }
        }

        internal void Stop()
        {
            _iterators.Clear();
        }

        internal void Step(bool endOfFrame)
        {
            if (_atEndOfFrame != endOfFrame || !_ready())
                return;
            _ready = () => true;
            _atEndOfFrame = false;
            try
            {
                while (!Done && !MoveNext())
                {
                }
            }
            catch (Exception exception)
            {
                Stop();
                Debug.LogException(exception, Owner);
            }
        }

        /// <summary>True when the coroutine waits.</summary>
        private bool MoveNext()
        {
            var iterator = _iterators.Peek();
            if (!iterator.MoveNext())
            {
                if (!Done)
                    _iterators.Pop();
                return false;
            }
            var awaited = iterator.Current;
            if (awaited is IEnumerator)
            {
                _iterators.Push((IEnumerator)awaited);
                return false;
            }
            WaitFor(awaited);
            return true;
        }

        private void WaitFor(object awaited)
        {
            if (awaited is WaitForSeconds)
            {
                var until = LoopClock.Scaled + ((WaitForSeconds)awaited).Seconds;
                _ready = () => LoopClock.Scaled >= until;
            }
            else if (awaited is Coroutine)
                _ready = () => ((Coroutine)awaited).Running.Done;
            else if (awaited is AsyncOperation)
                _ready = () => ((AsyncOperation)awaited).isDone;
            else if (awaited is WaitForEndOfFrame)
                _atEndOfFrame = true;
            else
            {
                var frame = LoopClock.Frames;
                _ready = () => LoopClock.Frames > frame;
            }
        }
    }

    internal static class Coroutines
    {
        private static readonly List<RunningCoroutine> Running = new List<RunningCoroutine>();

        internal static Coroutine Start(MonoBehaviour owner, IEnumerator routine)
        {
            var running = new RunningCoroutine(owner, routine);
            running.Step(false);
            if (!running.Done)
                Running.Add(running);
            return new Coroutine(running);
        }

        internal static void Stop(Coroutine coroutine)
        {
            if (coroutine != null)
                coroutine.Running.Stop();
        }

        internal static void StopAll(MonoBehaviour owner)
        {
            foreach (var each in Running)
                if (ReferenceEquals(each.Owner, owner))
                    each.Stop();
        }

        internal static void Step(bool endOfFrame)
        {
            foreach (var each in Running.ToArray())
            {
                if (each.Owner == null || !each.Owner.Owner.IsActive)
                    each.Stop();
                if (!each.Done)
                    each.Step(endOfFrame);
            }
            Running.RemoveAll(each => each.Done);
        }

        internal static void Reset()
        {
            Running.Clear();
        }
    }
}
