using System.Runtime.InteropServices;

namespace Jam.Sessions.Actors.Threads;

/// <summary>A thread of its own that leaves the processor to whoever else wants it.</summary>
internal static partial class LowPriorityThread
{
    private const int Process = 0, ThisThread = 0, Nice = 10;

    /// <param name="name">Of the thread.</param>
    /// <param name="work">What it does.</param>
    /// <param name="done">Is told on that thread why the work failed; null where it did not.</param>
    public static void Run(string name, Action work, Action<Exception?> done) => new Thread(() =>
    {
        Exception? failure = null;
        try
        {
            LowerPriority();
            work();
        }
        catch (Exception e)
        {
            failure = e;
        }

        done(failure);
    }) { IsBackground = true, Name = name }.UnsafeStart();

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
