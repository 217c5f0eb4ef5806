using System.Text;
using Jam.Sessions.Actors.Admin;

namespace Jam.Sessions.Actors.Tests.Admin;

/// <summary>What an operator asks, as it goes over the socket.</summary>
public sealed class AdminRequestSpec
{
    [Fact]
    public void Each_part_arrives()
    {
        var asked = new AdminRequest
        {
            Command = AdminCommand.End,
            IsDryRun = true,
            Limit = 7,
            Selection = new Selection { Key = "ann", Handle = "h", CreatedBefore = new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero), UnseenFor = TimeSpan.FromSeconds(1.5), All = true },
        };
        var heard = AdminRequest.Parse(asked.ToUtf8());
        Assert.Equal((asked.Command, true, 7), (heard.Command, heard.IsDryRun, heard.Limit));
        Assert.Equal(("ann", "h", asked.Selection.CreatedBefore, asked.Selection.UnseenFor, true), (heard.Selection.Key, heard.Selection.Handle, heard.Selection.CreatedBefore, heard.Selection.UnseenFor, heard.Selection.All));
    }

    [Theory]
    [InlineData("stats")]
    [InlineData("list")]
    [InlineData("show")]
    [InlineData("end")]
    [InlineData("sweep")]
    [InlineData("flush")]
    [InlineData("backup")]
    public void A_request_that_says_no_more_than_its_command_selects_nothing_and_is_no_dry_run(string command)
    {
        var heard = Parse($$"""{"protocol":1,"command":"{{command}}"}""");
        Assert.Equal((command, false, AdminRequest.DefaultLimit, false), (AdminRequest.NameOf(heard.Command), heard.IsDryRun, heard.Limit, heard.Selection.SaysAnything));
    }

    [Theory]
    [InlineData("""{"protocol":2,"command":"stats"}""")]
    [InlineData("""{"command":"stats"}""")]
    [InlineData("""{"protocol":1}""")]
    [InlineData("""{"protocol":1,"command":"format"}""")]
    [InlineData("""{"protocol":1,"command":"end","key":""}""")]
    [InlineData("""{"protocol":1,"command":"end","handle":7}""")]
    [InlineData("""{"protocol":1,"command":"end","createdBefore":"soon"}""")]
    [InlineData("""{"protocol":1,"command":"end","unseenForSeconds":-1}""")]
    [InlineData("""{"protocol":1,"command":"end","unseenForSeconds":10000000001}""")]
    [InlineData("""{"protocol":1,"command":"end","all":1}""")]
    [InlineData("""{"protocol":1,"command":"end","kye":"ann"}""")]
    [InlineData("""{"protocol":1,"command":"end","all":true,"all":false}""")]
    [InlineData("""{"protocol":1,"command":"end"} x""")]
    [InlineData("[]")]
    public void What_is_not_understood_is_refused(string request) =>
        Assert.Equal(AdminRefusalKind.BadRequest, Assert.Throws<AdminRefusal>(() => Parse(request)).Kind);

    private static AdminRequest Parse(string request) => AdminRequest.Parse(Encoding.UTF8.GetBytes(request));
}
