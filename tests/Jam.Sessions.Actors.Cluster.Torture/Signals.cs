using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Jam.Sessions.Actors.Cluster.Torture;

/// <summary>Signals to processes that this one has started.</summary>
internal static class Signals
{
    public const int Kill = 9, Terminate = 15, Continue = 18, Stop = 19;

    private const int NoSuchProcess = 3;

    /// <summary>Sends a signal; false where the process has ended.</summary>
    public static bool Send(int process, int signal) => SendSignal(process, signal) == 0
        || (Marshal.GetLastPInvokeError() == NoSuchProcess ? false : throw new Win32Exception(Marshal.GetLastPInvokeError()));

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int process, int signal);
}
