using Microsoft.Playwright;

namespace Jam.Sessions.Actors.Browser.Support;

/// <summary>Debian's chromium, for all tests of the project.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where it is; null: nowhere.</summary>
    public static string? Path { get; } = new[] { Environment.GetEnvironmentVariable("CHROMIUM"), "/usr/bin/chromium" }.FirstOrDefault(File.Exists);

    /// <summary>Why the tests are skipped; null where they run. In continuous integration they run, and fail without it.</summary>
    public static string? WhyNot { get; } = Path is not null || Environment.GetEnvironmentVariable("CI") == "true" ? null : "there is no chromium (apt-get install chromium)";

    public async Task InitializeAsync()
    {
        if (WhyNot is not null)
        {
            return;
        }

        Assert.True(Path is not null, "There is no chromium, and CI=true.");
        // A busy machine is no fault of the page.
        Assertions.SetDefaultExpectTimeout(60_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Path, Headless = true, ChromiumSandbox = false, Args = ["--disable-dev-shm-usage", "--disable-gpu"] });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>A device: cookies, window and user agent of its own.</summary>
    public Task<IBrowserContext> NewDeviceAsync(Device device, bool hasScript = true) => _browser!.NewContextAsync(new()
    {
        UserAgent = device.Agent,
        ViewportSize = new() { Width = device.Width, Height = device.Height },
        JavaScriptEnabled = hasScript,
    });
}

/// <summary>All tests share one browser; each has devices of its own.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<Chromium>
{
    public const string Name = "browser";
}

/// <summary>A test in the browser: skipped, with the reason, where there is none.</summary>
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Chromium.WhyNot;
}

/// <summary>What a device says it is, and how large its window is.</summary>
public sealed record Device(string Agent, int Width, int Height)
{
    public static readonly Device Desk = new("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", 1000, 750);
    public static readonly Device Phone = new("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", 375, 667);
    public static readonly Device Laptop = new("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", 1280, 800);
}
