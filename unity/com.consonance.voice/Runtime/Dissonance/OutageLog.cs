using System;

namespace Consonance.Unity
{
    /// <summary>
    /// Tells once that the voice server is away, or lets the player not join, and once that the player is back in the
    /// session, however many attempts lie between.
    /// </summary>
    internal sealed class OutageLog
    {
        readonly Action<string> warn, inform;
        bool isAwayTold, isRefusalTold;

        internal OutageLog(Action<string> warn, Action<string> inform)
        {
            this.warn = warn;
            this.inform = inform;
            LastProblem = "";
        }

        /// <summary>Why the last attempt failed, or the last session ended; empty for neither.</summary>
        internal string LastProblem { get; private set; }

        /// <summary>An attempt to join has failed; the server that answered has refused the player.</summary>
        internal void TryFailed(string reason, bool hasAnswered)
        {
            LastProblem = reason;
            if (hasAnswered ? isRefusalTold : isAwayTold) return;
            if (hasAnswered) isRefusalTold = true;
            else isAwayTold = true;
            string what = hasAnswered ? "the voice server does not let this player join" : "no link to the voice server";
            warn(what + ": " + reason);
        }

        /// <summary>A session has ended, which the original logs.</summary>
        internal void SessionLost(string reason)
        {
            LastProblem = reason;
            isAwayTold = true;
        }

        /// <summary>The player is in the session.</summary>
        internal void Joined()
        {
            if (isAwayTold || isRefusalTold) inform("the voice server is back");
            isAwayTold = isRefusalTold = false;
        }
    }
}
