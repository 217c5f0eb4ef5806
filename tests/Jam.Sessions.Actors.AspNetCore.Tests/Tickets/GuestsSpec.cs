using System.Net;
using Jam.Sessions.Actors.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Jam.Sessions.Actors.AspNetCore.Tests.Tickets;

/// <summary>Beside other parts of ASP.NET Core: Identity, and the output cache.</summary>
public sealed class GuestsSpec
{
    [Fact]
    public async Task Identity_works_as_it_is_and_its_other_cookies_are_left_alone()
    {
        await using var site = await Site.StartBareAsync(
            null,
            services =>
            {
                services.AddJamTickets();
                services.AddIdentity<IdentityUser, IdentityRole>().AddDefaultTokenProviders();
                services.AddSingleton<IUserStore<IdentityUser>, Users>().AddSingleton<IRoleStore<IdentityRole>, Roles>();
            },
            app =>
            {
                app.MapPost("/password", async (SignInManager<IdentityUser> manager, UserManager<IdentityUser> users) =>
                {
                    var user = new IdentityUser("ann") { Id = "7" };
                    if (await users.FindByIdAsync("7") is null)
                    {
                        Assert.True((await users.CreateAsync(user, "Passw0rd!")).Succeeded);
                    }

                    return (await manager.PasswordSignInAsync("ann", "Passw0rd!", isPersistent: true, lockoutOnFailure: false)).Succeeded;
                });
                app.MapPost("/refresh", async (HttpContext http, SignInManager<IdentityUser> manager, UserManager<IdentityUser> users) =>
                    await manager.RefreshSignInAsync((await users.GetUserAsync(http.User))!));
                app.MapPost("/leave", (SignInManager<IdentityUser> manager) => manager.SignOutAsync());
                app.MapPost("/new-password", async (HttpContext http, UserManager<IdentityUser> users, IJamDevices devices) =>
                {
                    await users.ChangePasswordAsync((await users.GetUserAsync(http.User))!, "Passw0rd!", "Passw1rd!");
                    return await devices.SignOutOthersAsync(http);
                });
            });
        var (browser, phone) = (site.NewBrowser(), site.NewBrowser());
        Assert.Equal("true", await browser.PostAsync("/password"));
        Assert.Equal("true", await phone.PostAsync("/password"));
        Assert.Equal(["__Host-Identity.Application"], browser.Cookies.Keys);
        Assert.Equal("7", await browser.MeAsync());
        Assert.Equal(2, (await site.HandlesAsync("7")).Length);

        var before = browser.Copy();
        await browser.PostAsync("/refresh");
        Assert.Equal(("7", "nobody", "7"), (await browser.MeAsync(), await before.MeAsync(), await phone.MeAsync()));

        // Identity itself would let the other device in for another half hour.
        Assert.Equal("1", await browser.PostAsync("/new-password"));
        Assert.Equal("nobody", await phone.MeAsync());
        await browser.PostAsync("/leave");
        Assert.Equal("nobody", await browser.MeAsync());
        Assert.Equal(0, (await site.Sessions.CountAsync()).Sessions);
    }

    [Fact]
    public async Task No_response_that_sets_the_cookie_is_kept_by_a_cache()
    {
        await using var site = await Site.StartAsync(
            cookie: o => o.ExpireTimeSpan = TimeSpan.FromHours(10),
            services: services => services.AddOutputCache(o => o.AddBasePolicy(policy => policy.Cache())),
            app: app =>
            {
                app.UseOutputCache();
                app.MapGet("/cached-sign-in", async (HttpContext http) =>
                {
                    await http.SignInAsync(Site.User("ann"), new AuthenticationProperties { IsPersistent = true });
                    return "welcome";
                });
            });
        var browser = site.NewBrowser();
        using (var response = await browser.SendAsync(HttpMethod.Get, "/cached-sign-in"))
        {
            Assert.Equal((1, true, HttpStatusCode.OK), (browser.SetCookies.Count, response.Headers.CacheControl!.NoStore, response.StatusCode));
        }

        var stranger = site.NewBrowser();
        await stranger.GetAsync("/cached-sign-in");
        Assert.NotEqual(browser.Cookie, stranger.Cookie);
        Assert.Equal(2, (await site.HandlesAsync()).Length);

        site.Time.Advance(TimeSpan.FromHours(6));
        using (var renewed = await browser.SendAsync(HttpMethod.Get, "/me"))
        {
            Assert.Equal((1, true), (browser.SetCookies.Count, renewed.Headers.CacheControl!.NoStore));
        }
    }

    private sealed class Users : IUserPasswordStore<IdentityUser>
    {
        private readonly Dictionary<string, IdentityUser> _users = [];

        public Task<IdentityResult> CreateAsync(IdentityUser user, CancellationToken cancellationToken)
        {
            _users[user.Id] = user;
            return Task.FromResult(IdentityResult.Success);
        }

        public Task<IdentityResult> DeleteAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(IdentityResult.Success);

        public Task<IdentityUser?> FindByIdAsync(string userId, CancellationToken cancellationToken) => Task.FromResult(_users.GetValueOrDefault(userId));

        public Task<IdentityUser?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
            Task.FromResult(_users.Values.FirstOrDefault(user => user.NormalizedUserName == normalizedUserName));

        public Task<string?> GetNormalizedUserNameAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.NormalizedUserName);

        public Task<string?> GetPasswordHashAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash);

        public Task<string> GetUserIdAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.Id);

        public Task<string?> GetUserNameAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.UserName);

        public Task<bool> HasPasswordAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash is not null);

        public Task SetNormalizedUserNameAsync(IdentityUser user, string? normalizedName, CancellationToken cancellationToken)
        {
            user.NormalizedUserName = normalizedName;
            return Task.CompletedTask;
        }

        public Task SetPasswordHashAsync(IdentityUser user, string? passwordHash, CancellationToken cancellationToken)
        {
            user.PasswordHash = passwordHash;
            return Task.CompletedTask;
        }

        public Task SetUserNameAsync(IdentityUser user, string? userName, CancellationToken cancellationToken)
        {
            user.UserName = userName;
            return Task.CompletedTask;
        }

        public Task<IdentityResult> UpdateAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(IdentityResult.Success);

        public void Dispose()
        {
        }
    }

    private sealed class Roles : IRoleStore<IdentityRole>
    {
        public Task<IdentityResult> CreateAsync(IdentityRole role, CancellationToken cancellationToken) => Task.FromResult(IdentityResult.Success);

        public Task<IdentityResult> DeleteAsync(IdentityRole role, CancellationToken cancellationToken) => Task.FromResult(IdentityResult.Success);

        public Task<IdentityRole?> FindByIdAsync(string roleId, CancellationToken cancellationToken) => Task.FromResult<IdentityRole?>(null);

        public Task<IdentityRole?> FindByNameAsync(string normalizedRoleName, CancellationToken cancellationToken) => Task.FromResult<IdentityRole?>(null);

        public Task<string?> GetNormalizedRoleNameAsync(IdentityRole role, CancellationToken cancellationToken) => Task.FromResult(role.NormalizedName);

        public Task<string> GetRoleIdAsync(IdentityRole role, CancellationToken cancellationToken) => Task.FromResult(role.Id);

        public Task<string?> GetRoleNameAsync(IdentityRole role, CancellationToken cancellationToken) => Task.FromResult(role.Name);

        public Task SetNormalizedRoleNameAsync(IdentityRole role, string? normalizedName, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task SetRoleNameAsync(IdentityRole role, string? roleName, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<IdentityResult> UpdateAsync(IdentityRole role, CancellationToken cancellationToken) => Task.FromResult(IdentityResult.Success);

        public void Dispose()
        {
        }
    }
}
