using System.ComponentModel;

namespace Jam.Sessions.Actors.Disk;

/// <summary>A system call that failed: which one, on what, and what it answered.</summary>
internal sealed class SystemCallException(string call, string path, int error)
    : IOException($"{call} of {path} failed: {new Win32Exception(error).Message}", error);
