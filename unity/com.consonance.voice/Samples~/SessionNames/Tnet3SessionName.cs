using System.Globalization;
using Consonance.Unity;
using TNet;
using UnityEngine;

/// <summary>The channel of TNet3 that was joined last. Give each TNet server a prefix of its own.</summary>
[AddComponentMenu("Consonance/Session Names/TNet3")]
public sealed class Tnet3SessionName : SessionName
{
    int channel = -1;
    string text;

    public override string Value
    {
        get
        {
            if (!TNManager.isInChannel) return null;
            if (channel != TNManager.lastChannelID)
            {
                channel = TNManager.lastChannelID;
                text = channel.ToString(CultureInfo.InvariantCulture);
            }
            return Named(text, null);
        }
    }
}
