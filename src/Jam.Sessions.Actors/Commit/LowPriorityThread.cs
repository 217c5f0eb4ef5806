using System.Runtime.InteropServices;

namespace Jam.Sessions.Actors.Commit;

/// <summary>A thread of its own that leaves the processor to whoever else wants it.</summary>
internal static partial class LowPriorityThread
{
    private const int Process = 0, ThisThread = 0, Nice = 10;

    public static Task Run(Action work) => Task.Factory.StartNew(
        () =>
        {
            LowerPriority();
            work();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    /// <remarks>
    /// .NET sets priorities on Windows alone. On Linux a niceness is a thread's own (setpriority(2), "C library/kernel differences"), and raising it
    /// needs no right; elsewhere it is the whole process's, and is left as it is.
    /// </remarks>
    private static void LowerPriority()
    {
        Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(Process, ThisThread, Nice);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
