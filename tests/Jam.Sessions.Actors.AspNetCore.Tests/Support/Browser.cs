using System.Net;
using Microsoft.Net.Http.Headers;

namespace Jam.Sessions.Actors.AspNetCore.Tests.Support;

/// <summary>Keeps cookies as a browser does, but for their times.</summary>
internal sealed class Browser(HttpClient http, string? agent)
{
    public Dictionary<string, string> Cookies { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>What the last response said of cookies.</summary>
    public IReadOnlyList<SetCookieHeaderValue> SetCookies { get; private set; } = [];

    /// <summary>The only cookie.</summary>
    public string Cookie => Assert.Single(Cookies).Value;

    /// <summary>The same browser as it was at this moment: somebody who has its cookies.</summary>
    public Browser Copy() => new(http, agent) { Cookies = new(Cookies, StringComparer.Ordinal) };

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, Action<HttpRequestMessage>? with = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (Cookies.Count > 0)
        {
            request.Headers.Add(HeaderNames.Cookie, string.Join("; ", Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        }

        if (agent is not null)
        {
            request.Headers.TryAddWithoutValidation(HeaderNames.UserAgent, agent);
        }

        with?.Invoke(request);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        SetCookies = response.Headers.TryGetValues(HeaderNames.SetCookie, out var said) ? SetCookieHeaderValue.ParseList([.. said]).ToList() : [];
        foreach (var cookie in SetCookies)
        {
            if (cookie.Expires == DateTimeOffset.UnixEpoch)
            {
                Cookies.Remove(cookie.Name.ToString());
            }
            else
            {
                Cookies[cookie.Name.ToString()] = cookie.Value.ToString();
            }
        }

        return response;
    }

    /// <summary>The text of a page that is there.</summary>
    public async Task<string> GetAsync(string path)
    {
        using var response = await SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    public async Task<string> PostAsync(string path, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await SendAsync(HttpMethod.Post, path, content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Signs in; returns the session's handle.</summary>
    public Task<string> SignInAsync(string user = "ann", string query = "") => PostAsync($"/sign-in?user={user}{query}");

    /// <summary>Who is signed in.</summary>
    public async Task<string> MeAsync() => (await GetAsync("/me")).Split(' ')[0];
}
