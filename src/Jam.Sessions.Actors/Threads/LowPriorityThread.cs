using System.Runtime.InteropServices;

namespace Jam.Sessions.Actors.Threads;

/// <summary>A thread of its own that leaves the processor to whoever else wants it.</summary>
internal static partial class LowPriorityThread
{
    private const int Process = 0, ThisThread = 0;

    /// <summary>Gives way to all that callers wait for.</summary>
    public const int Background = 10;

    /// <summary>Gives way, and gets done within reasonable time all the same.</summary>
    public const int Steady = 1;

    /// <param name="niceness">How much it gives way: each step takes about a fifth of its share where others want the processor too.</param>
    /// <param name="name">Of the thread.</param>
    /// <param name="work">What it does.</param>
    /// <param name="done">Is told on that thread why the work failed; null where it did not.</param>
    public static void Run(int niceness, string name, Action work, Action<Exception?> done) => new Thread(() =>
    {
        Exception? failure = null;
        try
        {
            LowerPriority(niceness);
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
    private static void LowerPriority(int niceness)
    {
        Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(Process, ThisThread, niceness);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
