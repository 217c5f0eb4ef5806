namespace Jam.Sessions.Actors.AspNetCore;

/// <summary>Names of devices from their user agents: browser and system, as far as a small table knows them.</summary>
/// <remarks>Browsers freeze much of what they say: versions are left out, and an iPad calls itself a Mac.</remarks>
public static class DeviceNames
{
    // The order matters: nearly everybody says that it is Chrome and Safari too.
    private static readonly (string Sign, string Name)[] s_browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Vivaldi/", "Vivaldi"), ("YaBrowser/", "Yandex Browser"), ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"),
        ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"),
    ];

    private static readonly (string Sign, string Name)[] s_systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Macintosh", "Mac"), ("Linux", "Linux"),
    ];

    /// <summary>A name such as "Firefox on Linux"; "Unknown device" where nothing is known.</summary>
    /// <param name="userAgent">What the browser says of itself; null: nothing.</param>
    public static string Of(string? userAgent) => (Find(s_browsers, userAgent), Find(s_systems, userAgent)) switch
    {
        ({ } browser, { } system) => $"{browser} on {system}",
        ({ } browser, null) => browser,
        (null, { } system) => system,
        _ => "Unknown device",
    };

    private static string? Find((string Sign, string Name)[] table, string? userAgent) =>
        Array.Find(table, entry => userAgent?.Contains(entry.Sign, StringComparison.Ordinal) == true).Name;
}
