using System.Globalization;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>A number from the environment, to replay a failure or to make a run long.</summary>
internal static class Setting
{
    public static int Of(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
