namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>Keys that tests encrypt with.</summary>
internal static class TestKeys
{
    public const string First = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    public const string Second = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    public const string Third = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
}
