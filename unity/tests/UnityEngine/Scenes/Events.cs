using System;
using System.Collections.Generic;
using ConsonanceStubs;

namespace UnityEngine.Events
{
    public delegate void UnityAction();

    public delegate void UnityAction<T0>(T0 arg0);

    public delegate void UnityAction<T0, T1>(T0 arg0, T1 arg1);

    /// <summary>An event of the inspector. A listener that throws does not stop the others.</summary>
    [Serializable]
    public class UnityEvent
    {
        private readonly List<UnityAction> _listeners = new List<UnityAction>();

        public void AddListener(UnityAction call)
        {
            _listeners.Add(call);
        }

        public void RemoveListener(UnityAction call)
        {
            _listeners.Remove(call);
        }

        public void RemoveAllListeners()
        {
            _listeners.Clear();
        }

        public void Invoke()
        {
            foreach (var listener in _listeners.ToArray())
                Messages.Call(new Action(listener), null);
        }
    }

    [Serializable]
    public class UnityEvent<T0>
    {
        private readonly List<UnityAction<T0>> _listeners = new List<UnityAction<T0>>();

        public void AddListener(UnityAction<T0> call)
        {
            _listeners.Add(call);
        }

        public void RemoveListener(UnityAction<T0> call)
        {
            _listeners.Remove(call);
        }

        public void RemoveAllListeners()
        {
            _listeners.Clear();
        }

        public void Invoke(T0 arg0)
        {
            foreach (var listener in _listeners.ToArray())
            {
                var each = listener;
                Messages.Call(() => each(arg0), null);
            }
        }
    }

    [Serializable]
    public class UnityEvent<T0, T1>
    {
        private readonly List<UnityAction<T0, T1>> _listeners = new List<UnityAction<T0, T1>>();

        public void AddListener(UnityAction<T0, T1> call)
        {
            _listeners.Add(call);
        }

        public void RemoveListener(UnityAction<T0, T1> call)
        {
            _listeners.Remove(call);
        }

        public void RemoveAllListeners()
        {
            _listeners.Clear();
        }

        public void Invoke(T0 arg0, T1 arg1)
        {
            foreach (var listener in _listeners.ToArray())
            {
                var each = listener;
                Messages.Call(() => each(arg0, arg1), null);
            }
        }
    }
}
